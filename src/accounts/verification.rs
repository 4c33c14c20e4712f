//! Whether an e-mail address is the person's own: asked where `EMAIL_VERIFICATION` says so, shown by a link in a mail.

use std::net::IpAddr;

use futures::FutureExt as _;

use super::links::{self, Purpose};
use super::model::Viewer;
use super::token_store;
use crate::i18n::Locale;
use crate::kernel::error::{AppError, Refusal};
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;
use crate::server::limits::Limit;
use crate::server::state::AppState;

/// Whether a person may ask, call and write to others.
///
/// # Errors
/// [`Refusal::EmailNotVerified`] where addresses have to be confirmed and theirs is not.
pub async fn may_reach_others(state: &AppState, user: UserId) -> Result<(), AppError> {
    if !state.config.requires_verification() {
        return Ok(());
    }
    let person = token_store::mailbox(&mut state.db.read().await?, user).await?;
    match person {
        Some(person) if person.email_verified_at.is_some() => Ok(()),
        _ => Err(AppError::Refused(Refusal::EmailNotVerified)),
    }
}

/// Has the first link sent, in the transaction that makes the account; only where addresses have to be confirmed.
pub(super) async fn welcome(
    conn: &mut Conn,
    state: &AppState,
    user: UserId,
    language: Locale,
    now: Micros,
) -> Result<(), AppError> {
    if !state.config.requires_verification() {
        return Ok(());
    }
    let to = token_store::mailbox(conn, user).await?.ok_or(AppError::NotFound)?;
    links::send(conn, state, &to, Purpose::Verify, language, now).await
}

/// Has another link sent. Links that were sent before go on working.
///
/// # Errors
/// [`AppError::Limited`].
pub async fn send_again(state: &AppState, viewer: &Viewer, language: Locale) -> Result<(), AppError> {
    if !viewer.must_confirm_email {
        return Ok(());
    }
    state.limits.check(Limit::Mail, &format!("verify {}", viewer.id))?;
    let (user, now, state_here) = (viewer.id, state.clock.now(), state.clone());
    state
        .db
        .transaction(move |conn| {
            async move {
                let to = token_store::mailbox(conn, user).await?.ok_or(AppError::NotFound)?;
                if to.email_verified_at.is_some() {
                    return Ok(());
                }
                links::send(conn, &state_here, &to, Purpose::Verify, language, now).await
            }
            .boxed()
        })
        .await
}

/// Confirms an address by a link, whoever is signed in: the link is what counts.
///
/// # Errors
/// [`Refusal::LinkBroken`], [`Refusal::LinkUsed`], [`Refusal::LinkExpired`], [`AppError::Limited`].
pub async fn confirm(state: &AppState, presented: String, from: IpAddr) -> Result<(), AppError> {
    state.limits.check_address(Limit::Link, from)?;
    let now = state.clock.now();
    state
        .db
        .transaction(move |conn| {
            async move {
                let (token, found) = links::check(conn, &presented, Purpose::Verify, now).await?;
                if !token_store::take(conn, &token.hash()).await? {
                    return Err(AppError::Refused(Refusal::LinkUsed));
                }
                token_store::delete_of(conn, found.user_id, Purpose::Verify).await?;
                Ok(token_store::set_verified(conn, found.user_id, now).await?)
            }
            .boxed()
        })
        .await
}
