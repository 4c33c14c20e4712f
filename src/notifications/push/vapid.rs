//! How push services know that a push comes from this installation (RFC 8292): a key pair of its own, and a signed word with each push.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng as _;
use reqwest::Url;
use web_push::{PartialVapidSignatureBuilder, SubscriptionInfo, VapidSignature, VapidSignatureBuilder, WebPushError};

use crate::kernel::error::AppError;
use crate::kernel::time::Micros;
use crate::server::config::Config;
use crate::server::keys::installation_key;
use crate::server::state::AppState;

/// The name of the private key among those of the installation.
const NAME: &str = "vapid";
/// How long a signed word holds; a day at most.
const VALID: Duration = Duration::from_secs(12 * 3600);

/// The key pair of the installation.
pub(super) struct Vapid(PartialVapidSignatureBuilder);

impl Vapid {
    /// Made when it is first asked for.
    pub(super) async fn of(state: &AppState) -> Result<Self, AppError> {
        let private = installation_key(&state.db, NAME, state.clock.now(), draw).await?;
        let pair = pair(&private).inspect_err(|error| tracing::error!(%error, "the VAPID key cannot be read"));
        Ok(Self(pair.map_err(|_| AppError::Internal)?))
    }

    /// The public key as browsers take it: the uncompressed point, in base64url without padding.
    pub(super) fn public_key(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0.get_public_key())
    }

    /// The word that goes with a push to the push service of `endpoint`.
    pub(super) fn sign(
        &self,
        info: &SubscriptionInfo,
        endpoint: &Url,
        config: &Config,
        now: Micros,
    ) -> Result<VapidSignature, WebPushError> {
        let mut word = self.0.clone().add_sub_info(info);
        word.add_claim("aud", endpoint.origin().ascii_serialization());
        word.add_claim("exp", now.plus(VALID).seconds_and_nanos().0);
        word.add_claim("sub", contact(config));
        word.build()
    }
}

fn pair(private: &[u8]) -> Result<PartialVapidSignatureBuilder, WebPushError> {
    VapidSignatureBuilder::from_base64_no_sub(&URL_SAFE_NO_PAD.encode(private))
}

/// A private key: 32 random bytes that are a scalar of P-256, which all but one in 2³² are (FIPS 186-5, A.2.2).
fn draw() -> Vec<u8> {
    loop {
        let mut bytes = [0_u8; 32];
        rand::rng().fill_bytes(&mut bytes);
        if pair(&bytes).is_ok() {
            return bytes.to_vec();
        }
    }
}

/// Whom a push service turns to when something is wrong: the site itself, or, where that is no https address, the mailbox that RFC 2142
/// has for whoever runs it.
fn contact(config: &Config) -> String {
    let public = config.public_url();
    if config.is_https() {
        return public;
    }
    let host = Url::parse(&public)
        .ok()
        .and_then(|url| Some(url.host_str()?.to_owned()))
        .unwrap_or_else(|| "localhost".to_owned());
    format!("mailto:webmaster@{host}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn drawn_keys_differ_and_are_points_of_65_bytes() {
        let keys = [draw(), draw()].map(|private| pair(&private).unwrap().get_public_key());
        assert_ne!(keys[0], keys[1]);
        assert!(keys.iter().all(|key| key.len() == 65 && key[0] == 4));
    }

    #[test]
    fn the_contact_is_the_site_or_its_webmaster() {
        for (url, contact_is) in [
            ("https://speakle.example", "https://speakle.example"),
            ("http://speakle.example:8080", "mailto:webmaster@speakle.example"),
            ("http://127.0.0.1:3000", "mailto:webmaster@127.0.0.1"),
        ] {
            let config = Config::of_options(["--public-url", url]).unwrap();
            assert_eq!(contact(&config), contact_is);
        }
    }
}
