//! The words for why a device did not answer, and for why the server did not take its answer.

use crate::accounts::passkeys::model::{Failure, Place};
use crate::i18n::{Locale, td_string};
use crate::kernel::error::AppError;
use crate::ui::error_text;

/// What came in the way of a passkey.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Trouble {
    /// At the device.
    Device(Failure),
    /// At the server.
    Server(AppError),
}

impl From<Failure> for Trouble {
    fn from(failure: Failure) -> Self {
        Self::Device(failure)
    }
}

impl From<AppError> for Trouble {
    fn from(error: AppError) -> Self {
        Self::Server(error)
    }
}

impl Trouble {
    /// `None` where the page has given up by itself.
    pub(super) fn words(&self, locale: Locale) -> Option<String> {
        let words = match self {
            Self::Server(error) => return Some(error_text(locale, error)),
            Self::Device(Failure::Aborted) => return None,
            Self::Device(Failure::Cancelled) => td_string!(locale, accounts.passkeys.trouble.cancelled),
            Self::Device(Failure::Known) => td_string!(locale, accounts.passkeys.trouble.known),
            Self::Device(Failure::Unable) => td_string!(locale, accounts.passkeys.trouble.unable),
            Self::Device(Failure::NotHere) => td_string!(locale, accounts.passkeys.trouble.not_here),
            Self::Device(Failure::Failed) => td_string!(locale, accounts.passkeys.trouble.failed),
        };
        Some(words.to_owned())
    }
}

/// Why there can be no passkeys at this address; `None` where there can.
pub(super) fn place_words(locale: Locale, place: &Place) -> Option<String> {
    match place {
        Place::Fits => None,
        Place::NeedsName { example: Some(example) } => {
            let example = example.clone();
            Some(td_string!(locale, accounts.passkeys.needs_name_as, example = example))
        }
        Place::NeedsName { example: None } => Some(td_string!(locale, accounts.passkeys.needs_name).to_owned()),
        Place::NeedsHttps => Some(td_string!(locale, accounts.passkeys.needs_https).to_owned()),
    }
}
