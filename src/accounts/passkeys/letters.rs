//! Mails of what happens to a person's passkeys, in the transaction of it.

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
    Added,
    /// It does not any more.
    Removed,
}

/// Tells the person. `language` is of the page that it was done on, for people who have chosen none.
pub(super) async fn tell(
    conn: &mut Conn,
    state: &AppState,
    user: UserId,
    news: News,
    passkey: &str,
    language: Locale,
    now: Micros,
) -> Result<(), AppError> {
    let to = token_store::mailbox(conn, user).await?.ok_or(AppError::SignedOut)?;
    let chosen = to.locale.as_deref().and_then(|code| Locale::from_str(code).ok());
    let link = format!("{}/settings/account", state.config.public_url());
    let letter = letter(chosen.unwrap_or(language), news, &to.display_name, passkey, link);
    let mail = state.mail.write(&to.email, &letter, now);
    Ok(mail::enqueue(conn, &mail, now).await?)
}

fn letter(locale: Locale, news: News, name: &str, passkey: &str, link: String) -> Letter {
    let passkey = passkey.to_owned();
    let (subject, text) = match news {
        News::Added => (
            td_string!(locale, mails.passkey.added),
            td_string!(locale, mails.passkey.added_text, passkey = passkey),
        ),
        News::Removed => (
            td_string!(locale, mails.passkey.removed),
            td_string!(locale, mails.passkey.removed_text, passkey = passkey),
        ),
    };
    Letter {
        locale,
        subject: subject.to_owned(),
        name: name.to_owned(),
        paragraphs: vec![text],
        action: Action {
            words: td_string!(locale, mails.passkey.action).to_owned(),
            link,
        },
        remarks: vec![td_string!(locale, mails.passkey.warning).to_owned()],
    }
}
