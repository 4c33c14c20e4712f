//! The mails that tell a person what became of their second factor: if it was not them, they have to know.

use std::str::FromStr as _;

use crate::accounts::token_store;
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
    /// It is on.
    On,
    /// It is off.
    Off,
    /// There are other recovery codes.
    CodesMade,
    /// One of them was used.
    CodeUsed {
        /// How many are left.
        left: u32,
    },
}

/// Has it sent, in the caller's transaction; in the person's language, or in `language` if they have chosen none.
pub(super) async fn send(
    conn: &mut Conn,
    state: &AppState,
    user: UserId,
    news: News,
    language: Locale,
    now: Micros,
) -> Result<(), AppError> {
    let to = token_store::mailbox(conn, user).await?.ok_or(AppError::SignedOut)?;
    let chosen = to.locale.as_deref().and_then(|code| Locale::from_str(code).ok());
    let letter = letter(
        news,
        chosen.unwrap_or(language),
        to.display_name,
        &state.config.public_url(),
    );
    let mail = state.mail.write(&to.email, &letter, now);
    Ok(mail::enqueue(conn, &mail, now).await?)
}

fn letter(news: News, locale: Locale, name: String, home: &str) -> Letter {
    let (subject, text) = match news {
        News::On => (
            td_string!(locale, mails.second_factor.on_subject),
            td_string!(locale, mails.second_factor.on_text).to_owned(),
        ),
        News::Off => (
            td_string!(locale, mails.second_factor.off_subject),
            td_string!(locale, mails.second_factor.off_text).to_owned(),
        ),
        News::CodesMade => (
            td_string!(locale, mails.second_factor.codes_subject),
            td_string!(locale, mails.second_factor.codes_text).to_owned(),
        ),
        News::CodeUsed { left } => (
            td_string!(locale, mails.second_factor.used_subject),
            td_string!(locale, mails.second_factor.used_text, count = left),
        ),
    };
    Letter {
        locale,
        subject: subject.to_owned(),
        name,
        paragraphs: vec![text],
        action: Action {
            words: td_string!(locale, mails.second_factor.action).to_owned(),
            link: format!("{home}/settings/account"),
        },
        remarks: vec![td_string!(locale, mails.second_factor.not_you).to_owned()],
    }
}
