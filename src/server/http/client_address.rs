//! The address that a request comes from, when proxies of ours stand in between.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::request::Parts;

use crate::server::config::Config;

/// The peer's address, or what a trusted proxy says: the last address of `X-Forwarded-For` that is not itself a trusted proxy. IPv4 is
/// IPv4, also when it comes mapped into IPv6.
pub fn of(config: &Config, parts: &Parts) -> IpAddr {
    let peer = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::from([127, 0, 0, 1]), |info| info.0.ip().to_canonical());
    let is_trusted = |address: &IpAddr| {
        config
            .trusted_proxies
            .iter()
            .any(|proxy| proxy.to_canonical() == *address)
    };
    if !is_trusted(&peer) {
        return peer;
    }
    let forwarded = parts
        .headers
        .get_all("x-forwarded-for")
        .iter()
        .filter_map(|value| value.to_str().ok())
        .collect::<Vec<_>>()
        .join(",");
    forwarded
        .rsplit(',')
        // What cannot be read ends the chain of trust.
        .map_while(parse)
        .find(|address| !is_trusted(address))
        .unwrap_or(peer)
}

/// One entry of `X-Forwarded-For`. Some proxies add the port, and IPv6 has brackets then.
fn parse(entry: &str) -> Option<IpAddr> {
    let entry = entry.trim();
    let bare = entry
        .strip_prefix('[')
        .and_then(|entry| entry.strip_suffix(']'))
        .unwrap_or(entry);
    bare.parse::<IpAddr>()
        .or_else(|_| entry.parse::<SocketAddr>().map(|address| address.ip()))
        .ok()
        .map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::http::Request;

    use super::*;

    fn address(peer: &str, forwarded: &[&str]) -> String {
        let config = Config::of_options(["--trusted-proxies", "10.0.0.1,::ffff:10.0.0.2,2001:db8::1"]).unwrap();
        let mut request = Request::new(());
        let peer = SocketAddr::new(peer.parse().unwrap(), 50_000);
        request.extensions_mut().insert(ConnectInfo(peer));
        for value in forwarded {
            request.headers_mut().append("x-forwarded-for", value.parse().unwrap());
        }
        of(&config, &request.into_parts().0).to_string()
    }

    #[test]
    fn entries_are_read_with_and_without_a_port() {
        for (entry, read) in [
            ("192.0.2.7", "192.0.2.7"),
            ("192.0.2.7:567", "192.0.2.7"),
            ("2001:db8::7", "2001:db8::7"),
            ("[2001:db8::7]:443", "2001:db8::7"),
            ("[2001:db8::7]", "2001:db8::7"),
            ("::ffff:192.0.2.7", "192.0.2.7"),
            ("[::ffff:192.0.2.7]:443", "192.0.2.7"),
        ] {
            assert_eq!(address("10.0.0.1", &[entry]), read, "{entry}");
        }
        // Nothing to go by but the proxy itself.
        for entry in [
            "",
            "unknown",
            "192.0.2.7:",
            "192.0.2.7:99999",
            "[192.0.2.7",
            "2001:db8::7]:443",
        ] {
            assert_eq!(address("10.0.0.1", &[entry]), "10.0.0.1", "{entry}");
        }
    }

    #[test]
    fn only_what_trusted_proxies_say_is_believed() {
        assert_eq!(address("192.0.2.1", &["198.51.100.9"]), "192.0.2.1");
        assert_eq!(address("::ffff:10.0.0.1", &["198.51.100.9"]), "198.51.100.9");
        assert_eq!(address("10.0.0.2", &["198.51.100.9"]), "198.51.100.9");
        // The client may write what it wants; our proxies add what they see behind it.
        assert_eq!(
            address(
                "2001:db8::1",
                &["8.8.8.8, 198.51.100.9:4711", "10.0.0.2, [2001:db8::1]:80"]
            ),
            "198.51.100.9"
        );
        assert_eq!(address("10.0.0.1", &["198.51.100.9, nonsense, 10.0.0.2"]), "10.0.0.1");
    }
}
