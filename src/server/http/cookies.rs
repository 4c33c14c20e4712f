//! Cookies: how ours are written, and reading them from a request.

use axum::http::header::COOKIE;
use axum::http::{HeaderMap, HeaderValue};

use crate::server::config::Config;

/// A cookie that scripts cannot read, or one that they may.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Readable {
    /// HttpOnly.
    ByServer,
    /// Also by our scripts: holds a preference, never a secret.
    ByScripts,
}

/// The cookie's full name: behind https a `__Host-` cookie, which no other host and no plain http can set.
pub fn full_name(config: &Config, name: &str) -> String {
    if config.is_https() {
        format!("__Host-{name}")
    } else {
        name.to_owned()
    }
}

/// The cookie `name` of a request.
pub fn get<'h>(config: &Config, headers: &'h HeaderMap, name: &str) -> Option<&'h str> {
    let name = full_name(config, name);
    headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(key, value)| (key == name).then_some(value))
}

/// A `Set-Cookie` value: the whole site, SameSite=Lax, for `max_age` seconds (0 removes it).
pub fn set(config: &Config, name: &str, value: &str, max_age: u64, readable: Readable) -> Option<HeaderValue> {
    let secure = if config.is_https() { "; Secure" } else { "" };
    let http_only = if readable == Readable::ByServer {
        "; HttpOnly"
    } else {
        ""
    };
    HeaderValue::from_str(&format!(
        "{}={value}; Path=/; Max-Age={max_age}; SameSite=Lax{http_only}{secure}",
        full_name(config, name)
    ))
    .ok()
}
