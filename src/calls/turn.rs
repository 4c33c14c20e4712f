//! Credentials of the TURN servers: made from the secret that we share with them and good for some minutes, so that neither side keeps a list
//! of people and what a browser is told is soon worth nothing ("A REST API For Access To TURN Services", draft-uberti-behave-turn-rest-00,
//! which coturn calls `use-auth-secret`).

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, KeyInit as _, Mac as _};
use sha1::Sha1;

use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::config::TurnSecret;

/// For how long credentials open new ways. One that is open lasts on: what it was opened with is checked no more when it is extended.
pub const GOOD_FOR: Duration = Duration::from_secs(10 * 60);

/// What a browser shows a TURN server.
#[derive(Clone, PartialEq, Eq)]
pub struct Credentials {
    /// The second of the Unix clock in which they end, a colon, and whom they are for.
    pub username: String,
    /// HMAC-SHA1 of the username in base64, of standard alphabet with padding.
    pub password: String,
}

impl Credentials {
    /// Fresh ones for a person.
    pub fn new(secret: &TurnSecret, user: UserId, now: Micros) -> Self {
        Self::named(secret, &user.to_string(), now)
    }

    /// Fresh ones under any name.
    pub fn named(secret: &TurnSecret, name: &str, now: Micros) -> Self {
        let end = now.plus(GOOD_FOR).0.div_euclid(1_000_000);
        let username = format!("{end}:{name}");
        // A key of HMAC may have any length.
        let password = Hmac::<Sha1>::new_from_slice(secret.reveal().as_bytes())
            .map(|mac| STANDARD.encode(mac.chain_update(username.as_bytes()).finalize().into_bytes()))
            .unwrap_or_default();
        Self { username, password }
    }
}

impl std::fmt::Debug for Credentials {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Credentials")
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::config::Config;

    fn secret(text: &str) -> TurnSecret {
        let config = Config::of_options(["--turn-urls", "turn:host", "--turn-secret", text]).unwrap();
        config.turn_secret.unwrap()
    }

    /// HMAC by RFC 2104 as it is written there, over another implementation of SHA-1.
    fn hmac_sha1(key: &[u8], text: &[u8]) -> Vec<u8> {
        let sha1 = |parts: [&[u8]; 2]| openssl::sha::sha1(&parts.concat()).to_vec();
        let mut block = [0_u8; 64];
        if key.len() > 64 {
            block[..20].copy_from_slice(&sha1([key, &[]]));
        } else {
            block[..key.len()].copy_from_slice(key);
        }
        let inner = sha1([&block.map(|byte| byte ^ 0x36), text]);
        sha1([&block.map(|byte| byte ^ 0x5c), &inner])
    }

    #[test]
    fn the_password_is_the_hmac_of_the_username() {
        let now = Micros::from_millis(1_777_885_200_999);
        for key in [
            "north",
            "a secret that is longer than a block of SHA-1: 0123456789012345678901234567890123456789",
        ] {
            let user = UserId::random();
            let made = Credentials::new(&secret(key), user, now);
            assert_eq!(made.username, format!("{}:{user}", 1_777_885_200 + 600));
            assert_eq!(
                made.password,
                STANDARD.encode(hmac_sha1(key.as_bytes(), made.username.as_bytes()))
            );
            assert!(!format!("{made:?}").contains(&made.password));
        }
        // RFC 2202, test case 2: what the test itself computes is HMAC-SHA1.
        let known = [
            0xef, 0xfc, 0xdf, 0x6a, 0xe5, 0xeb, 0x2f, 0xa2, 0xd2, 0x74, 0x16, 0xd5, 0xf1, 0x84, 0xdf, 0x9c, 0x25, 0x9a,
            0x7c, 0x79,
        ];
        assert_eq!(hmac_sha1(b"Jefe", b"what do ya want for nothing?"), known);
    }

    #[test]
    fn other_people_times_and_secrets_make_other_passwords() {
        let (now, user) = (Micros::from_millis(0), UserId::random());
        let one = Credentials::new(&secret("north"), user, now);
        for other in [
            Credentials::new(&secret("north"), UserId::random(), now),
            Credentials::new(&secret("north"), user, now.plus(Duration::from_secs(1))),
            Credentials::new(&secret("south"), user, now),
        ] {
            assert_ne!(one.password, other.password);
        }
    }
}
