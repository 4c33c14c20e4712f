//! By which name a site is known to devices, where it has one.

use axum::http::HeaderMap;
use axum::http::request::Parts;
use leptos::prelude::use_context;
use webauthn_rs::prelude::{Url, Webauthn, WebauthnBuilder};

use super::model::{PasskeysHere, Place};
use crate::accounts::device::Device;
use crate::kernel::error::{AppError, Refusal};
use crate::server::config::Config;
use crate::server::http::client_address;
use crate::server::http::origin::own_origin;

/// The name that devices show.
const PRODUCT: &str = "Speakle";

/// What forms for passkeys have to know of a request.
pub fn here(config: &Config, parts: &Parts) -> PasskeysHere {
    let user_agent = parts.headers.get("user-agent").and_then(|agent| agent.to_str().ok());
    let device = Device::of(user_agent.unwrap_or_default(), client_address::of(config, parts));
    PasskeysHere {
        place: of(config, &parts.headers),
        device: device.family,
    }
}

fn of(config: &Config, headers: &HeaderMap) -> Place {
    judge(&own_origin(config, headers)).1
}

/// The verifier for the request at hand: its relying party is the host of our own origin, and no other origin counts.
///
/// # Errors
/// [`Refusal::PasskeysNotHere`] where there can be no passkeys; [`AppError::Internal`] outside of a request.
pub(super) fn verifier(config: &Config) -> Result<Webauthn, AppError> {
    let parts = use_context::<Parts>().ok_or(AppError::Internal)?;
    match judge(&own_origin(config, &parts.headers)) {
        (Some(url), Place::Fits) => build(&url),
        _ => Err(AppError::Refused(Refusal::PasskeysNotHere)),
    }
}

fn build(origin: &Url) -> Result<Webauthn, AppError> {
    let broken = |error| {
        tracing::error!(%error, %origin, "no verifier of passkeys");
        AppError::Internal
    };
    let name = origin.domain().unwrap_or_default();
    let builder = WebauthnBuilder::new(name, origin).map_err(broken)?;
    builder.rp_name(PRODUCT).build().map_err(broken)
}

/// A name is needed (WebAuthn Level 3, §4: an IP address is no relying party), and a secure context, which loopback is by itself.
fn judge(origin: &str) -> (Option<Url>, Place) {
    let Ok(url) = Url::parse(origin) else {
        return (None, Place::NeedsName { example: None });
    };
    let place = match url.domain() {
        None => Place::NeedsName {
            example: is_loopback(&url).then(|| by_name(&url)),
        },
        Some(name) if url.scheme() == "https" || name == "localhost" || name.ends_with(".localhost") => Place::Fits,
        Some(_) => Place::NeedsHttps,
    };
    (Some(url), place)
}

fn is_loopback(url: &Url) -> bool {
    let host = url.host_str().unwrap_or_default();
    let address = host.trim_start_matches('[').trim_end_matches(']');
    address
        .parse()
        .is_ok_and(|address: std::net::IpAddr| address.is_loopback())
}

fn by_name(url: &Url) -> String {
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    format!("{}://localhost{port}", url.scheme())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn passkeys_need_a_name_and_https_or_this_machine() {
        let needs_name = |example: Option<&str>| Place::NeedsName {
            example: example.map(str::to_owned),
        };
        for (origin, place) in [
            ("https://speakle.example", Place::Fits),
            ("https://speakle.example:8443", Place::Fits),
            ("http://localhost:3000", Place::Fits),
            ("http://speakle.localhost", Place::Fits),
            ("http://speakle.example", Place::NeedsHttps),
            ("http://localhost.evil.example", Place::NeedsHttps),
            ("http://127.0.0.1:3000", needs_name(Some("http://localhost:3000"))),
            ("http://[::1]:80", needs_name(Some("http://localhost"))),
            ("https://10.0.0.3", needs_name(None)),
            ("https://[2001:db8::1]", needs_name(None)),
            ("nonsense", needs_name(None)),
        ] {
            let (url, found) = judge(origin);
            assert_eq!(found, place, "{origin}");
            if let Some(url) = url.filter(|_| found == Place::Fits) {
                assert!(build(&url).is_ok(), "{origin}");
            }
        }
    }
}
