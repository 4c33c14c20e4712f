//! The mail that tells a person of another password: if it was not them, they have to know.

use std::str::FromStr as _;

use crate::accounts::model::SessionId;
use crate::accounts::token_store;
use crate::accounts::ways_in::{Beside, OtherWay};
use crate::i18n::{Locale, td_string};
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;
use crate::server::mail::{self, Action, Letter};
use crate::server::state::AppState;

/// What there is to tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// Another password, by who knew the one before.
    Changed,
    /// Another one, by a link that went to the account's address.
    Reset,
    /// A first one.
    First,
}

impl News {
    /// By the hash that was there, where it was asked for, and by the session that goes on.
    pub(super) const fn of(before: Option<&str>, stays: Option<SessionId>) -> Self {
        match (before, stays) {
            (_, None) => Self::Reset,
            (Some(hash), _) if hash.is_empty() => Self::First,
            _ => Self::Changed,
        }
    }
}

/// Has it sent, in the caller's transaction; in the person's language, or in `language` if they have chosen none.
pub(super) async fn send(
    conn: &mut Conn,
    state: &AppState,
    user: UserId,
    news: News,
    beside: Option<&Beside>,
    language: Locale,
    now: Micros,
) -> Result<(), AppError> {
    let to = token_store::mailbox(conn, user).await?.ok_or(AppError::SignedOut)?;
    let chosen = to.locale.as_deref().and_then(|code| Locale::from_str(code).ok());
    let locale = chosen.unwrap_or(language);
    let mut letter = letter(news, locale, to.display_name, &state.config.public_url());
    letter
        .paragraphs
        .extend(beside.into_iter().flat_map(|beside| of_ways(locale, beside)));
    Ok(mail::enqueue(conn, &state.mail.write(&to.email, &letter, now), now).await?)
}

fn letter(news: News, locale: Locale, name: String, home: &str) -> Letter {
    let (subject, text) = match news {
        News::Changed => (
            td_string!(locale, mails.password.changed),
            td_string!(locale, mails.password.changed_text),
        ),
        News::Reset => (
            td_string!(locale, mails.password.changed),
            td_string!(locale, mails.password.reset_text),
        ),
        News::First => (
            td_string!(locale, mails.password.first),
            td_string!(locale, mails.password.first_text),
        ),
    };
    Letter {
        locale,
        subject: subject.to_owned(),
        name,
        paragraphs: vec![text.to_owned()],
        // Who does not know the password any more gets another one there.
        action: Action {
            words: td_string!(locale, mails.password.action).to_owned(),
            link: format!("{home}/forgot-password"),
        },
        remarks: vec![td_string!(locale, mails.password.not_you).to_owned()],
    }
}

/// What became of the ways in besides the password.
fn of_ways(locale: Locale, Beside { gone, left }: &Beside) -> Vec<String> {
    let mut paragraphs = Vec::new();
    if !gone.is_empty() {
        // Whoever named these may be a stranger, whose words are not for a letter of ours.
        let ways = kinds(locale, gone);
        paragraphs.push(td_string!(locale, mails.password.ways_gone, ways = ways));
    }
    if !left.is_empty() {
        let ways = named(locale, left);
        paragraphs.push(td_string!(locale, mails.password.ways_left, ways = ways));
    }
    paragraphs
}

fn kinds(locale: Locale, ways: &[OtherWay]) -> String {
    let mut kinds: Vec<&str> = ways
        .iter()
        .map(|way| match way {
            OtherWay::Identity(_) => td_string!(locale, mails.password.kind_identity),
            OtherWay::Passkey(_) => td_string!(locale, mails.password.kind_passkey),
            OtherWay::SecondFactor => td_string!(locale, mails.password.way_code),
        })
        .collect();
    kinds.dedup();
    kinds.join(", ")
}

fn named(locale: Locale, ways: &[OtherWay]) -> String {
    let names: Vec<String> = ways
        .iter()
        .map(|way| match way {
            OtherWay::Identity(email) => td_string!(locale, mails.password.way_identity, email = email.clone()),
            OtherWay::Passkey(name) => td_string!(locale, mails.password.way_passkey, name = name.clone()),
            OtherWay::SecondFactor => td_string!(locale, mails.password.way_code).to_owned(),
        })
        .collect();
    names.join(", ")
}
