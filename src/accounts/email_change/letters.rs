//! Mails to those who have an address, or had it until now.

use std::str::FromStr as _;

use crate::accounts::token_store::Mailbox;
use crate::i18n::{Locale, td_string};
use crate::kernel::time::Micros;
use crate::server::mail::{Action, Letter};
use crate::server::state::AppState;
use crate::ui::when_text;

/// In the person's language, or in `language` if they have chosen none.
fn locale_of(to: &Mailbox, language: Locale) -> Locale {
    let chosen = to.locale.as_deref().and_then(|code| Locale::from_str(code).ok());
    chosen.unwrap_or(language)
}

/// To whoever has the address that somebody else wanted. It does not say who that is.
pub(super) fn taken(state: &AppState, to: &Mailbox, language: Locale) -> Letter {
    let locale = locale_of(to, language);
    Letter {
        locale,
        subject: td_string!(locale, mails.taken.subject).to_owned(),
        name: to.display_name.clone(),
        paragraphs: vec![td_string!(locale, mails.taken.text).to_owned()],
        action: Action {
            words: td_string!(locale, mails.taken.action).to_owned(),
            link: format!("{}/login", state.config.public_url()),
        },
        remarks: vec![td_string!(locale, mails.taken.ignore).to_owned()],
    }
}

/// To the address that the person has, when another one is asked for. It does not name that one: who reads this may not be them.
pub(super) fn moving(state: &AppState, own: &Mailbox, language: Locale) -> Letter {
    let locale = locale_of(own, language);
    Letter {
        locale,
        subject: td_string!(locale, mails.moving.subject).to_owned(),
        name: own.display_name.clone(),
        paragraphs: vec![td_string!(locale, mails.moving.text, username = own.username.clone())],
        action: Action {
            words: td_string!(locale, mails.moving.action).to_owned(),
            link: format!("{}/settings/account", state.config.public_url()),
        },
        remarks: vec![td_string!(locale, mails.moving.warning).to_owned()],
    }
}

/// To the address that was the person's until now. It does not name the new one: who reads this may not be them.
pub(super) fn moved(state: &AppState, before: &Mailbox, language: Locale, now: Micros) -> Letter {
    let locale = locale_of(before, language);
    let zone = before.time_zone.as_deref().unwrap_or("UTC");
    // Read tomorrow, "today" would be another day.
    let mut at = state.clock.local(now, zone);
    (at.days_ago, at.this_year) = (i32::MAX, false);
    let mut when = when_text(locale, &at);
    if before.time_zone.is_none() {
        when.push_str(" (UTC)");
    }
    let username = before.username.clone();
    let site = state.config.public_host();
    Letter {
        locale,
        subject: td_string!(locale, mails.moved.subject).to_owned(),
        name: before.display_name.clone(),
        paragraphs: vec![td_string!(locale, mails.moved.text, when = when, username = username)],
        action: Action {
            words: td_string!(locale, mails.moved.action).to_owned(),
            link: format!("{}/settings/account", state.config.public_url()),
        },
        remarks: vec![td_string!(locale, mails.moved.warning, site = site)],
    }
}
