//! Whether nobody stands between the two ends of a connection: the rules, without a browser and without a clock.
//!
//! A browser encrypts for whoever owns the certificate that the descriptions name by its fingerprint (DTLS-SRTP, RFC 5763), and descriptions go by
//! way of the server. Two things find out a server that puts fingerprints of its own in their place:
//!
//! - [`exchange`]: both sides derive a few [`words`] from the fingerprints that each of them sees and read them to each other. Each commits itself to
//!   a random number before either shows its own (as ZRTP does, RFC 6189 §4.4), so that nobody can search for numbers that give the same words.
//! - [`statement`]: each browser signs the fingerprints with a key of the device, which the other one knows from earlier calls ([`devices`]).
//!
//! A server that leaves either out is found out by its [`silence`].
//!
//! Everything that is hashed or signed is the text of a [`session::Session`]. Digests are asked for, not computed: browsers have them, and answer later.

pub mod devices;
pub mod exchange;
pub mod fingerprints;
pub mod hex;
pub mod session;
pub mod silence;
pub mod statement;
pub mod words;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

use self::hex::Bytes32;

/// What the two pages say to each other about it, on the data channel.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum VerificationMessage {
    /// "I have drawn my number": its digest, before either number is shown.
    Commit {
        /// SHA-256 of [`session::Session::commitment`].
        commitment: Bytes32,
    },
    /// "This is my number", once both have committed themselves.
    Reveal {
        /// The number.
        nonce: Bytes32,
    },
    /// "This is how I see the connection", signed by the device.
    Statement {
        /// The device's public key: an uncompressed point on P-256, 65 bytes in base64url without padding.
        key: String,
        /// ECDSA with SHA-256 over [`session::Session::statement`] as the signer sees it: `r` and `s`, 64 bytes in base64url without padding.
        signature: String,
    },
}
