//! Passkeys as their person knows them, and what goes between server and device.

use serde::{Deserialize, Serialize};

use crate::define_id;
use crate::kernel::error::Problem;
use crate::kernel::text::single_line;
use crate::kernel::time::LocalTime;

define_id! {
    /// A passkey, by the name that it has here.
    PasskeyId
}

define_id! {
    /// One asking of a device, from the challenge to the answer.
    CeremonyId
}

/// How many of them one person may have.
pub const PASSKEYS_MAX: usize = 20;
/// The longest name of one, in characters.
pub const NAME_MAX: usize = 60;

/// Whether there can be passkeys at the address that a page was opened by.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Place {
    /// Yes.
    Fits,
    /// The address is one of numbers.
    NeedsName {
        /// The same place by a name, where that is known.
        example: Option<String>,
    },
    /// Browsers keep them from what comes without https.
    #[default]
    NeedsHttps,
}

/// What the request says that forms for passkeys have to know.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeysHere {
    /// Whether there can be any.
    pub place: Place,
    /// What the device calls itself, as "Firefox, Linux": what a new one may be named. Empty if it did not say.
    pub device: String,
}

/// A passkey as its person reads of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PasskeyView {
    /// Which.
    pub id: PasskeyId,
    /// As the person has named it.
    pub name: String,
    /// When it was added.
    pub since: LocalTime,
    /// When it signed in last, if ever.
    pub last_used: Option<LocalTime>,
}

/// What a device is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// To keep a new passkey.
    Register,
    /// To say who somebody is.
    SignIn,
    /// To show that whoever is signed in is still there.
    Confirm,
}

impl Kind {
    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Register => "register",
            Self::SignIn => "sign_in",
            Self::Confirm => "confirm",
        }
    }
}

/// What a device is asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Challenge {
    /// The asking, which the answer names.
    pub ceremony: CeremonyId,
    /// `PublicKeyCredentialCreationOptionsJSON` or `PublicKeyCredentialRequestOptionsJSON` (WebAuthn Level 3, §5.1.9 and §5.1.10), as text.
    pub options: String,
}

/// Why a device did not answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The person did not want to, or took too long; browsers do not tell the two apart.
    Cancelled,
    /// The device has one for this account already.
    Known,
    /// The browser knows nothing of passkeys, or the device cannot keep one.
    Unable,
    /// The browser does not let this page ask.
    NotHere,
    /// The page itself has given up: something else is asked.
    Aborted,
    /// Anything else.
    Failed,
}

/// The name of a passkey.
///
/// # Errors
/// [`Problem::Required`], [`Problem::TooLong`].
pub fn parse_name(raw: &str) -> Result<String, Problem> {
    single_line(raw, 1, NAME_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_line_of_sixty_characters() {
        assert_eq!(parse_name("  My \n phone\u{202e} "), Ok("My phone".to_owned()));
        assert_eq!(parse_name(" \u{200b} "), Err(Problem::Required));
        assert_eq!(parse_name(&"ü".repeat(NAME_MAX)), Ok("ü".repeat(NAME_MAX)));
        assert_eq!(
            parse_name(&"x".repeat(NAME_MAX + 1)),
            Err(Problem::TooLong { max: NAME_MAX })
        );
    }
}
