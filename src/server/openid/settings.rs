//! The settings of the provider, as they are written.

use crate::server::http::origin::is_loopback;

/// What Speakle and the provider that people come from share. Never shown.
#[derive(Clone, PartialEq, Eq)]
pub struct OidcSecret(String);

impl OidcSecret {
    /// The secret itself, to exchange codes with.
    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl std::fmt::Debug for OidcSecret {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("OidcSecret(…)")
    }
}

pub(in crate::server) fn parse_client_id(text: &str) -> Result<String, String> {
    if text.is_empty() || text.chars().any(|sign| sign.is_whitespace() || sign.is_control()) {
        Err("the client id as Google shows it, such as 1234-abc.apps.googleusercontent.com".to_owned())
    } else {
        Ok(text.to_owned())
    }
}

pub(in crate::server) fn parse_secret(text: &str) -> Result<OidcSecret, String> {
    if text.trim().is_empty() {
        Err("the secret that Google shows beside the client id".to_owned())
    } else {
        Ok(OidcSecret(text.to_owned()))
    }
}

/// OpenID Connect Discovery 1.0 §3: https, without a query or a fragment; on loopback, where nobody is in between, also http.
pub(in crate::server) fn parse_issuer(text: &str) -> Result<String, String> {
    let place = text.strip_prefix("https://");
    let place = place.or_else(|| text.strip_prefix("http://").filter(|_| is_loopback(text)));
    match place {
        Some(place) if !place.is_empty() && !place.starts_with('/') && !place.contains(['?', '#', '@', ' ']) => {
            Ok(text.to_owned())
        }
        _ => Err("an address such as https://accounts.google.com; http on loopback only".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_issuer_is_asked_by_https_or_on_this_machine() {
        for issuer in [
            "https://id.example",
            "https://id.example/realm",
            "http://127.0.0.1:9000",
            "http://localhost:9000/x",
        ] {
            assert_eq!(parse_issuer(issuer).as_deref(), Ok(issuer));
        }
        for issuer in [
            "",
            "id.example",
            "http://id.example",
            "http://127.0.0.1.id.example",
            "https://",
            "https:///x",
            "https://id.example?x",
            "https://id.example#x",
            "https://a@id.example",
        ] {
            assert!(parse_issuer(issuer).is_err(), "{issuer}");
        }
    }
}
