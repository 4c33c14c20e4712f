//! Links in mails: single use, for a time, to the address that the person has, or to the one that they want.

use std::time::Duration;

use super::store;
use super::token_store::{self, AskedIn, Found, Mailbox};
use crate::i18n::{Locale, td_string};
use crate::kernel::error::{AppError, Refusal};
use crate::kernel::query::address;
use crate::kernel::time::Micros;
use crate::server::db::Conn;
use crate::server::mail::{self, Action, Letter};
use crate::server::state::AppState;
use crate::server::tokens::Token;

/// How long one that has run out is kept, to say that it has.
pub(super) const KEPT: Duration = Duration::from_secs(7 * 24 * 3600);

/// What a link is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Purpose {
    /// Show that an address is one's own.
    Verify,
    /// Set a new password.
    Reset,
    /// Have another address: the mail goes there.
    ChangeEmail,
    /// Show again who one is, in the session that asked.
    Confirm,
}

impl Purpose {
    /// The name in the database.
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Verify => "verify",
            Self::Reset => "reset",
            Self::ChangeEmail => "change_email",
            Self::Confirm => "confirm",
        }
    }

    /// For how long a link works.
    pub(super) const fn age(self) -> Duration {
        match self {
            Self::Verify | Self::ChangeEmail => Duration::from_secs(24 * 3600),
            Self::Reset | Self::Confirm => Duration::from_secs(30 * 60),
        }
    }

    const fn page(self) -> &'static str {
        match self {
            Self::Verify => "/verify-email",
            Self::Reset => "/reset-password",
            Self::ChangeEmail => "/change-email",
            Self::Confirm => "/confirm",
        }
    }

    /// Whether a link says nothing once the person has another address than the one that it went to.
    const fn is_for_own_address(self) -> bool {
        match self {
            Self::Verify | Self::Reset | Self::Confirm => true,
            Self::ChangeEmail => false,
        }
    }
}

/// Makes a link and has it sent, in the caller's transaction. It leads to `PUBLIC_URL`, whatever the request said of the host.
pub(super) async fn send(
    conn: &mut Conn,
    state: &AppState,
    to: &Mailbox,
    purpose: Purpose,
    locale: Locale,
    now: Micros,
) -> Result<(), AppError> {
    let token = Token::random();
    token_store::insert(conn, token.hash(), to, purpose, None, now).await?;
    let (home, page) = (state.config.public_url(), purpose.page());
    let link = format!("{home}{page}?token={}", token.secret());
    let mail = state.mail.write(&to.email, &letter(purpose, locale, to, link), now);
    Ok(mail::enqueue(conn, &mail, now).await?)
}

/// Makes a link of [`Purpose::Confirm`] in the place of those before, and has it sent, in the caller's transaction.
pub(super) async fn send_to_confirm(
    conn: &mut Conn,
    state: &AppState,
    to: &Mailbox,
    asked: &AskedIn,
    locale: Locale,
    now: Micros,
) -> Result<(), AppError> {
    let (token, purpose) = (Token::random(), Purpose::Confirm);
    token_store::delete_of(conn, to.id, purpose).await?;
    token_store::insert(conn, token.hash(), to, purpose, Some(asked), now).await?;
    // Whoever shows themselves there in another way goes on to the same place.
    let query = [
        ("token", token.secret()),
        ("next", asked.next.as_deref().unwrap_or_default()),
    ];
    let link = format!("{}{}", state.config.public_url(), address(purpose.page(), &query));
    let mail = state.mail.write(&to.email, &letter(purpose, locale, to, link), now);
    Ok(mail::enqueue(conn, &mail, now).await?)
}

/// The link that somebody came with, if it works; it is not used up by this.
pub(super) async fn check(conn: &mut Conn, presented: &str, purpose: Purpose, now: Micros) -> Result<Found, AppError> {
    let refused = |refusal| Err(AppError::Refused(refusal));
    let Some(token) = Token::parse(presented.trim()) else {
        return refused(Refusal::LinkBroken);
    };
    match token_store::find(conn, &token.hash(), purpose).await? {
        Some(found) if purpose.is_for_own_address() && found.email != found.current_email => refused(Refusal::LinkUsed),
        Some(found) if found.expires_at <= now => refused(Refusal::LinkExpired),
        Some(found) => Ok(found),
        None => refused(Refusal::LinkUsed),
    }
}

/// Uses a link up, and with it all others of its kind: of several that are used at once, one works.
pub(super) async fn redeem(conn: &mut Conn, presented: &str, purpose: Purpose, now: Micros) -> Result<Found, AppError> {
    let found = check(conn, presented, purpose, now).await?;
    store::sessions::lock(conn, found.user_id).await?;
    // Whoever was faster has used it up, or changed the address that it is for.
    let found = check(conn, presented, purpose, now).await?;
    token_store::delete_of(conn, found.user_id, purpose).await?;
    Ok(found)
}

fn letter(purpose: Purpose, locale: Locale, to: &Mailbox, link: String) -> Letter {
    // Whose the new address is, is not known yet: a stranger is told no more words of the person's own than a username can hold.
    let name = match purpose {
        Purpose::Verify | Purpose::Reset | Purpose::Confirm => &to.display_name,
        Purpose::ChangeEmail => &to.username,
    };
    let (subject, text, words, until, ignore) = match purpose {
        Purpose::Verify => (
            td_string!(locale, mails.verify.subject),
            td_string!(locale, mails.verify.text).to_owned(),
            td_string!(locale, mails.verify.action),
            td_string!(locale, mails.verify.until),
            td_string!(locale, mails.ignore),
        ),
        Purpose::Reset => (
            td_string!(locale, mails.reset.subject),
            td_string!(locale, mails.reset.text).to_owned(),
            td_string!(locale, mails.reset.action),
            td_string!(locale, mails.reset.until),
            td_string!(locale, mails.reset.ignore),
        ),
        Purpose::ChangeEmail => (
            td_string!(locale, mails.change.subject),
            td_string!(locale, mails.change.text, username = to.username.clone()),
            td_string!(locale, mails.change.action),
            td_string!(locale, mails.change.until),
            td_string!(locale, mails.change.ignore),
        ),
        Purpose::Confirm => (
            td_string!(locale, mails.confirm.subject),
            td_string!(locale, mails.confirm.text).to_owned(),
            td_string!(locale, mails.confirm.action),
            td_string!(locale, mails.confirm.until),
            td_string!(locale, mails.confirm.ignore),
        ),
    };
    Letter {
        locale,
        subject: subject.to_owned(),
        name: name.clone(),
        paragraphs: vec![text],
        action: Action {
            words: words.to_owned(),
            link,
        },
        remarks: vec![until.to_owned(), ignore.to_owned()],
    }
}
