//! How one's own status reads, in the menu and on the pages.

use super::{Availability, OwnMessage};
use crate::i18n::{Locale, td_string};
use crate::kernel::text::within_sentence;
use crate::ui::{Dot, when_text};

/// The address of the page about it.
pub const STATUS_PAGE: &str = "/settings/status";

/// The sign of a choice, beside its word.
pub const fn sign(choice: Availability) -> Dot {
    match choice {
        Availability::Available => Dot::Online,
        Availability::Busy => Dot::Busy,
        Availability::Invisible => Dot::Invisible,
    }
}

/// The word of a choice.
pub fn availability_name(locale: Locale, choice: Availability) -> &'static str {
    match choice {
        Availability::Available => td_string!(locale, accounts.status.available),
        Availability::Busy => td_string!(locale, accounts.status.busy),
        Availability::Invisible => td_string!(locale, accounts.status.invisible),
    }
}

/// "Until today, 14:05": when one's own message goes.
pub fn until_text(locale: Locale, message: &OwnMessage) -> Option<String> {
    let at = message.until.as_ref()?;
    let when = within_sentence(when_text(locale, at));
    Some(td_string!(locale, accounts.status.until, when = when))
}
