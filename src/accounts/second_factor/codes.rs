//! Codes by time (RFC 6238), and recovery codes: how they are read, made and recognised.

use hmac::{Hmac, KeyInit as _, Mac as _};
use rand::Rng as _;
use sha2::Sha256;
use totp_rs::{Algorithm, Builder, Secret, Totp};

use super::model::{Offer, RECOVERY_CODES};
use super::qr;
use crate::kernel::time::Micros;
use crate::server::passwords::stretched;
use crate::server::tokens::Token;

/// Bytes of a key (RFC 4226 §4: 160 bits).
const KEY: usize = 20;
/// Digits of a code by time.
const DIGITS: u8 = 6;
/// Seconds of a step.
const STEP: u64 = 30;
/// How many steps before and after this one fit as well: clocks differ, and typing takes time.
const SKEW: u16 = 1;
/// Characters of a recovery code, of 5 bits each.
const RECOVERY: usize = 10;
/// Crockford's: what looks like another character is read as that.
const ALPHABET: &[u8; 32] = b"0123456789abcdefghjkmnpqrstvwxyz";
/// The name that authenticators show.
const ISSUER: &str = "Speakle";

/// What somebody typed as a code, tidied.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Typed {
    /// Six digits.
    ByTime(String),
    /// Ten characters of [`ALPHABET`].
    Recovery(String),
}

impl Typed {
    /// Spaces and hyphens mean nothing, nor do capitals. `None` for what can be neither.
    pub(super) fn parse(raw: &str) -> Option<Self> {
        let typed: String = raw
            .chars()
            .filter(|c| c.is_alphanumeric())
            .take(RECOVERY + 1)
            .map(|c| c.to_ascii_lowercase())
            .collect();
        if typed.len() == usize::from(DIGITS) && typed.bytes().all(|byte| byte.is_ascii_digit()) {
            return Some(Self::ByTime(typed));
        }
        let read = |c| match c {
            'o' => '0',
            'i' | 'l' => '1',
            other => other,
        };
        let typed: String = typed.chars().map(read).collect();
        let is_whole = typed.len() == RECOVERY && typed.bytes().all(|byte| ALPHABET.contains(&byte));
        is_whole.then_some(Self::Recovery(typed))
    }
}

/// A new key.
pub(super) fn new_key() -> Vec<u8> {
    let mut key = [0_u8; KEY];
    rand::rng().fill_bytes(&mut key);
    key.to_vec()
}

fn totp(key: &[u8]) -> Option<Totp> {
    let builder = Builder::new()
        .with_algorithm(Algorithm::SHA1)
        .with_digits(DIGITS)
        .with_skew(SKEW)
        .with_step_duration(STEP)
        .with_secret(key.to_vec());
    builder.build().ok()
}

/// The step that a code by time belongs to, if it fits now.
pub(super) fn step_of(key: &[u8], code: &str, now: Micros) -> Option<i64> {
    let (seconds, _) = now.seconds_and_nanos();
    totp(key)?
        .check(code, seconds)
        .and_then(|step| i64::try_from(step).ok())
}

/// The key as an authenticator takes it (<https://github.com/google/google-authenticator/wiki/Key-Uri-Format>); a username needs no escapes.
pub(super) fn offer(key: &[u8], username: &str) -> Option<Offer> {
    let text = Secret::from(key.to_vec()).to_base32();
    let link = format!(
        "otpauth://totp/{ISSUER}:{username}?secret={text}&issuer={ISSUER}&algorithm=SHA1&digits={DIGITS}&period={STEP}"
    );
    let qr = qr::draw(&link)?;
    let mut key = String::new();
    for (index, character) in text.chars().enumerate() {
        if index > 0 && index % 4 == 0 {
            key.push(' ');
        }
        key.push(character);
    }
    Some(Offer { key, link, qr })
}

/// Recovery codes that are made of a token, which the browser keeps while it shows them: so nobody else has to.
pub(super) fn recovery_codes(token: &Token) -> Vec<String> {
    let code = |number: usize| {
        let mac = Hmac::<Sha256>::new_from_slice(token.secret().as_bytes()).ok()?;
        let mac = mac
            .chain_update(format!("recovery code {number}"))
            .finalize()
            .into_bytes();
        let mut code = String::new();
        for (index, byte) in mac.iter().take(RECOVERY).enumerate() {
            if index == RECOVERY / 2 {
                code.push('-');
            }
            code.push(char::from(ALPHABET[usize::from(byte % 32)]));
        }
        Some(code)
    };
    (0..RECOVERY_CODES).filter_map(code).collect()
}

/// Recovery codes to be kept: their hashes, with a salt of the whole set, so that one computation tells which of them a code is.
pub(super) struct Fresh {
    pub(super) token: Token,
    pub(super) salt: Vec<u8>,
    pub(super) hashes: Vec<Vec<u8>>,
}

impl Fresh {
    /// Slow: not for the threads that answer.
    pub(super) fn make() -> Result<Self, String> {
        let token = Token::random();
        let mut salt = [0_u8; 16];
        rand::rng().fill_bytes(&mut salt);
        let hash = |code: &String| match Typed::parse(code) {
            Some(Typed::Recovery(code)) => stretched(&code, &salt),
            _ => Err("not a recovery code".to_owned()),
        };
        let hashes = recovery_codes(&token).iter().map(hash).collect::<Result<_, _>>()?;
        Ok(Self {
            token,
            salt: salt.to_vec(),
            hashes,
        })
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    /// RFC 6238, appendix B, SHA-1; of its eight digits the last six.
    #[test]
    fn codes_by_time_are_those_of_the_standard() {
        let key = b"12345678901234567890";
        for (seconds, code) in [
            (59_i64, "94287082"),
            (1_111_111_109, "07081804"),
            (1_111_111_111, "14050471"),
            (1_234_567_890, "89005924"),
            (2_000_000_000, "69279037"),
            (20_000_000_000, "65353130"),
        ] {
            let now = Micros::from_millis(seconds * 1_000);
            let step = seconds / 30;
            assert_eq!(step_of(key, &code[2..], now), Some(step), "{seconds}");
            for (apart, fits) in [(-60, false), (-30, true), (30, true), (60, false)] {
                if seconds + apart < 0 {
                    continue;
                }
                let shifted = Micros::from_millis((seconds + apart) * 1_000);
                let found = step_of(key, &code[2..], shifted);
                assert_eq!(found, fits.then_some(step), "{seconds} {apart}");
            }
            assert_eq!(step_of(b"12345678901234567891", &code[2..], now), None);
        }
    }

    #[test]
    fn a_code_lives_for_its_step_and_one_on_either_side() {
        let key = b"12345678901234567890";
        // Step 1 is from 30 to 59.
        for (millis, fits) in [
            (0, true),
            (29_999, true),
            (30_000, true),
            (89_999, true),
            (90_000, false),
        ] {
            assert_eq!(
                step_of(key, "287082", Micros::from_millis(millis)).is_some(),
                fits,
                "{millis}"
            );
        }
        for code in ["", "28708", "2870820", "+87082", "28708a", "２８７０８２"] {
            assert_eq!(step_of(key, code, Micros::from_millis(59_000)), None, "{code}");
        }
    }

    #[test]
    fn what_is_typed_is_read_as_it_was_meant() {
        let by_time = |code: &str| Some(Typed::ByTime(code.to_owned()));
        let recovery = |code: &str| Some(Typed::Recovery(code.to_owned()));
        for (typed, expected) in [
            ("287082", by_time("287082")),
            (" 287 082\n", by_time("287082")),
            ("287-082", by_time("287082")),
            ("28708", None),
            ("2870822", None),
            ("٢٨٧٠٨٢", None),
            ("abcde-fgh23", recovery("abcdefgh23")),
            (" ABCDE FGH23 ", recovery("abcdefgh23")),
            ("oOiIl-LLL0o", recovery("0011111100")),
            ("1234567890", recovery("1234567890")),
            ("abcde-fgh2u", None),
            ("abcde-fgh2", None),
            ("abcde-fgh234", None),
            ("", None),
            ("'; DROP TABLE users; --", None),
        ] {
            assert_eq!(Typed::parse(typed), expected, "{typed}");
        }
        assert_eq!(Typed::parse(&"7".repeat(1_000_000)), None);
    }

    #[test]
    fn recovery_codes_are_ten_readable_ones_of_their_token() {
        let (token, other) = (Token::random(), Token::random());
        let codes = recovery_codes(&token);
        assert_eq!(codes.iter().collect::<HashSet<_>>().len(), RECOVERY_CODES);
        for code in &codes {
            assert_eq!(code.len(), RECOVERY + 1, "{code}");
            assert_eq!(code.as_bytes()[5], b'-', "{code}");
            assert_eq!(Typed::parse(code), Some(Typed::Recovery(code.replace('-', ""))));
        }
        assert_eq!(codes, recovery_codes(&token));
        assert!(recovery_codes(&other).iter().all(|code| !codes.contains(code)));
        assert_eq!(ALPHABET.iter().collect::<HashSet<_>>().len(), 32, "5 bits for each");
    }

    #[test]
    fn a_set_recognises_its_own_codes_and_holds_none_of_them() {
        let fresh = Fresh::make().unwrap();
        let codes = recovery_codes(&fresh.token);
        for (code, hash) in codes.iter().zip(&fresh.hashes) {
            let code = code.replace('-', "");
            assert_eq!(stretched(&code, &fresh.salt).as_ref(), Ok(hash));
            assert_ne!(stretched(&code, &[0; 16]).as_ref(), Ok(hash), "the salt counts");
        }
        assert_eq!(fresh.hashes.len(), RECOVERY_CODES);
    }

    #[test]
    fn keys_are_long_random_and_named_for_authenticators() {
        assert_ne!(new_key(), new_key());
        assert_eq!(new_key().len(), KEY);
        let Offer { key, link, .. } = offer(b"12345678901234567890", "ana.b_1").unwrap();
        assert_eq!(key, "GEZD GNBV GY3T QOJQ GEZD GNBV GY3T QOJQ");
        assert_eq!(
            link,
            "otpauth://totp/Speakle:ana.b_1?secret=GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ&issuer=Speakle&algorithm=SHA1&digits=6&period=30"
        );
    }
}
