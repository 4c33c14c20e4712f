//! What counts as our own origin.

use axum::http::HeaderMap;
use axum::http::header::HOST;

use crate::server::config::Config;

/// Our own origin for this request: `PUBLIC_URL`, or the request's `Host` while `PUBLIC_URL` is loopback, so that `localhost` and
/// `127.0.0.1` both work on a machine of one's own.
pub fn own_origin(config: &Config, headers: &HeaderMap) -> String {
    let public = config.public_url();
    match headers.get(HOST).and_then(|host| host.to_str().ok()) {
        Some(host) if is_loopback(&public) && is_loopback(&format!("http://{host}")) => format!("http://{host}"),
        _ => public,
    }
}

/// Whether `origin`, as a browser sent it, is exactly ours.
pub fn is_own(config: &Config, headers: &HeaderMap, origin: &str) -> bool {
    origin == own_origin(config, headers)
}

/// Whether `url` is one of this machine, without TLS.
pub fn is_loopback(url: &str) -> bool {
    let Some(authority) = url.strip_prefix("http://") else {
        return false;
    };
    let host = match authority.strip_prefix('[') {
        Some(v6) => return v6.starts_with("::1]"),
        None => authority.split([':', '/']).next().unwrap_or_default(),
    };
    host == "localhost"
        || host
            .parse::<std::net::Ipv4Addr>()
            .is_ok_and(|address| address.is_loopback())
}

/// The path and query of `url` if it lies on our own origin; pages elsewhere must not steer where we send people.
pub fn local_path(config: &Config, headers: &HeaderMap, url: &str) -> Option<String> {
    let path = url.strip_prefix(&own_origin(config, headers))?;
    is_local_path(path).then(|| path.to_owned())
}

/// Whether `path` stays on this site: it begins with one slash, holds nothing that a browser would read as another host, and nothing that no
/// header can hold. Addresses come with everything else as percent signs.
pub fn is_local_path(path: &str) -> bool {
    path.starts_with('/')
        && !path.starts_with("//")
        && path.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\')
        && path.len() <= 2_000
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_paths_of_this_site_are_followed() {
        for path in ["/", "/login?next=%2F", "/call/1#x"] {
            assert!(is_local_path(path), "{path}");
        }
        for path in [
            "",
            "login",
            "//evil.example",
            "/\\evil.example",
            "https://evil.example/",
            "/\t/evil.example",
            "/x\r\nSet-Cookie: a",
            "/\0",
            "/ñ",
            "/a b",
            "/\u{202e}x",
            "/\u{2028}/evil.example",
        ] {
            assert!(!is_local_path(path), "{path:?}");
        }
    }

    #[test]
    fn loopback_is_told_from_names_that_only_look_like_it() {
        for url in [
            "http://127.0.0.1:3000",
            "http://localhost",
            "http://[::1]:80",
            "http://127.8.8.8",
            "http://localhost/path",
        ] {
            assert!(is_loopback(url), "{url}");
        }
        for url in [
            "http://127.0.0.1.evil.example",
            "http://localhost.evil.example:3000",
            "https://127.0.0.1",
            "http://evil.example/127.0.0.1",
            "http://10.0.0.1",
        ] {
            assert!(!is_loopback(url), "{url}");
        }
    }
}
