//! Mails of what happens to a person's accounts elsewhere, in the transaction of it.

use std::str::FromStr as _;

use crate::accounts::token_store;
use crate::i18n::{Locale, td_string};
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;
use crate::server::mail::{self, Action, Letter};
use crate::server::state::AppState;

/// What has happened to one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum News {
    /// It signs in from now on.
    Linked,
    /// It does not any more.
    Removed,
}

/// Tells the person of the account `email`. `language` is of the page that it was done on, for people who have chosen none.
pub(super) async fn tell(
    conn: &mut Conn,
    state: &AppState,
    user: UserId,
    news: News,
    email: &str,
    language: Locale,
    now: Micros,
) -> Result<(), AppError> {
    let to = token_store::mailbox(conn, user).await?.ok_or(AppError::SignedOut)?;
    let chosen = to.locale.as_deref().and_then(|code| Locale::from_str(code).ok());
    let link = format!("{}/settings/account", state.config.public_url());
    let letter = letter(chosen.unwrap_or(language), news, &to.display_name, email, link);
    let mail = state.mail.write(&to.email, &letter, now);
    Ok(mail::enqueue(conn, &mail, now).await?)
}

fn letter(locale: Locale, news: News, name: &str, email: &str, link: String) -> Letter {
    let email = email.to_owned();
    let (subject, text) = match news {
        News::Linked => (
            td_string!(locale, mails.identity.linked),
            td_string!(locale, mails.identity.linked_text, email = email),
        ),
        News::Removed => (
            td_string!(locale, mails.identity.removed),
            td_string!(locale, mails.identity.removed_text, email = email),
        ),
    };
    Letter {
        locale,
        subject: subject.to_owned(),
        name: name.to_owned(),
        paragraphs: vec![text],
        action: Action {
            words: td_string!(locale, mails.identity.action).to_owned(),
            link,
        },
        remarks: vec![td_string!(locale, mails.identity.warning).to_owned()],
    }
}
