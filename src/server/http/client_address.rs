//! The address that a request comes from, when proxies of ours stand in between.

use std::net::{IpAddr, SocketAddr};

use axum::extract::ConnectInfo;
use axum::http::request::Parts;

use crate::server::config::Config;

/// The peer's address, or what a trusted proxy says: the last address of `X-Forwarded-For` that is not itself a trusted proxy.
pub fn of(config: &Config, parts: &Parts) -> IpAddr {
    let peer = parts
        .extensions
        .get::<ConnectInfo<SocketAddr>>()
        .map_or(IpAddr::from([127, 0, 0, 1]), |info| info.0.ip().to_canonical());
    if !config.trusted_proxies.contains(&peer) {
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
        .map_while(|address| address.trim().parse::<IpAddr>().ok().map(|ip| ip.to_canonical()))
        .find(|address| !config.trusted_proxies.contains(address))
        .unwrap_or(peer)
}
