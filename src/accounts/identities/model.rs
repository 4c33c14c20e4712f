//! What pages know of accounts elsewhere.

use serde::{Deserialize, Serialize};

use crate::define_id;
use crate::kernel::error::AppError;
use crate::kernel::time::LocalTime;

define_id! {
    /// An account elsewhere, as somebody's here.
    IdentityId
}

/// How many one person can have.
pub const IDENTITIES_MAX: usize = 10;

/// Whether people can come in with Google, in context on both sides.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct GoogleHere(pub bool);

/// What somebody goes to the provider for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Purpose {
    /// To sign in, or to make an account.
    SignIn,
    /// To come in with it as well from now on.
    Link,
    /// To show again who they are.
    Confirm,
}

impl Purpose {
    const ALL: [Self; 3] = [Self::SignIn, Self::Link, Self::Confirm];

    /// The name in forms and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign_in",
            Self::Link => "link",
            Self::Confirm => "confirm",
        }
    }

    /// # Errors
    /// [`AppError::Malformed`] for anything but the names: no form of ours sends it.
    pub fn parse(raw: &str) -> Result<Self, AppError> {
        let found = Self::ALL.into_iter().find(|purpose| purpose.name() == raw);
        found.ok_or(AppError::Malformed)
    }
}

/// One of a person's own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IdentityView {
    /// Which.
    pub id: IdentityId,
    /// Its address there, as of the last sign-in.
    pub email: String,
    /// When it was linked.
    pub since: LocalTime,
}

/// Somebody who has come and is not known yet.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Offered {
    /// Their address.
    pub email: String,
    /// What can become of it.
    pub becomes: Becoming,
}

/// What an account elsewhere can become.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Becoming {
    /// The way into a new account.
    NewAccount {
        /// A username that is free.
        username: String,
    },
    /// Another way into the account that has its address.
    Linked {
        /// Whether a code is asked for beside the password.
        asks_code: bool,
    },
}

/// Usernames that somebody of this name may like, the likeliest first; none of them may be free. Never of the address: everybody sees a username.
pub fn usernames(name: &str) -> Vec<String> {
    let kept: String = name
        .replace(' ', ".")
        .chars()
        .filter(|sign| sign.is_ascii_alphanumeric() || matches!(sign, '_' | '.'))
        .take(24)
        .collect();
    let kept = kept.trim_matches(['.', '_']).to_ascii_lowercase();
    let mut candidates: Vec<String> = Some(kept).filter(|kept| kept.len() >= 3).into_iter().collect();
    let base = candidates.first().cloned().unwrap_or_else(|| "speaker".to_owned());
    candidates.extend((2..10).map(|number| format!("{base}{number}")));
    candidates
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::model::Username;

    #[test]
    fn names_are_suggested_that_can_be_names() {
        for (name, first) in [
            ("Ben Carter", "ben.carter"),
            (" _Ana_ ", "ana"),
            ("<b>\"Mo\"", "bmo"),
            ("Al", "speaker2"),
            ("日本", "speaker2"),
            ("", "speaker2"),
        ] {
            let names = usernames(name);
            assert_eq!(names.first().map(String::as_str), Some(first), "{name}");
            for name in names {
                assert!(Username::parse(&name).is_ok(), "{name}");
            }
        }
        let long = usernames(&"x".repeat(60));
        assert!(long.iter().all(|name| Username::parse(name).is_ok()), "{long:?}");
    }

    #[test]
    fn purposes_are_read_back() {
        for purpose in Purpose::ALL {
            assert_eq!(Purpose::parse(purpose.name()), Ok(purpose));
        }
        assert_eq!(Purpose::parse("admin"), Err(AppError::Malformed));
    }
}
