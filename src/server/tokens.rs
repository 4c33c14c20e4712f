//! Secrets that a browser holds and the database only recognises: session cookies, one-use rows.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use rand::Rng as _;
use sha2::{Digest as _, Sha256};

/// A secret of 256 random bits. Its text goes to the browser, its hash to the database.
#[derive(Clone)]
pub struct Token(String);

impl Token {
    /// A fresh one.
    pub fn random() -> Self {
        let mut bytes = [0_u8; 32];
        rand::rng().fill_bytes(&mut bytes);
        Self(URL_SAFE_NO_PAD.encode(bytes))
    }

    /// One that came from outside, or `None` if it has not a token's shape.
    pub fn parse(text: &str) -> Option<Self> {
        (text.len() == 43 && URL_SAFE_NO_PAD.decode(text).is_ok()).then(|| Self(text.to_owned()))
    }

    /// What the browser keeps.
    pub fn secret(&self) -> &str {
        &self.0
    }

    /// What the database keeps. Without salt: the token itself is random enough.
    pub fn hash(&self) -> Vec<u8> {
        Sha256::digest(self.0.as_bytes()).to_vec()
    }
}

impl std::fmt::Debug for Token {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Token(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::Token;

    #[test]
    fn tokens_differ_and_only_their_shape_is_taken() {
        let (one, other) = (Token::random(), Token::random());
        assert_ne!(one.secret(), other.secret());
        assert_eq!(Token::parse(one.secret()).unwrap().hash(), one.hash());
        assert!(Token::parse("short").is_none());
        assert!(Token::parse(&"é".repeat(22)).is_none());
        assert!(!format!("{one:?}").contains(one.secret()));
    }
}
