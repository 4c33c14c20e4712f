//! Whether an e-mail address is the person's own: asked where `EMAIL_VERIFICATION` says so, shown by a link in a mail.

use futures::FutureExt as _;
use serde_json::json;

use super::audit::{self, Happening};
use super::links::{self, Purpose};
use super::model::Viewer;
use super::service::Caller;
use super::store::sessions::person_of;
use super::token_store;
use super::wire::AccountNews;
use crate::i18n::Locale;
use crate::kernel::error::{AppError, Refusal};
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::{Conn, StoreError};
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

/// Confirms an address by a link, whoever is signed in: the link is what counts. That the account is of who reads its mail is known by it where
/// they are signed in to it: else somebody else may be inside, who gave this address for theirs.
///
/// # Errors
/// [`Refusal::LinkBroken`], [`Refusal::LinkUsed`], [`Refusal::LinkExpired`], [`AppError::Limited`].
pub async fn confirm(state: &AppState, presented: String, caller: Caller) -> Result<(), AppError> {
    state.limits.check_address(Limit::Link, caller.address)?;
    let now = state.clock.now();
    let user = state
        .db
        .transaction(move |conn| {
            async move {
                let user = links::redeem(conn, &presented, Purpose::Verify, now).await?.user_id;
                note_confirmed(conn, user, &caller, now).await?;
                let inside = match caller.session {
                    Some(session) => person_of(conn, session, now).await?,
                    None => None,
                };
                if inside == Some(user) {
                    token_store::set_owned(conn, user, now).await?;
                }
                Ok::<_, AppError>(user)
            }
            .boxed()
        })
        .await?;
    state.hub.to_user(user, &AccountNews::EmailConfirmed);
    Ok(())
}

/// A mail to the person's address has reached them: it is confirmed, which links to confirm it are not needed for any more.
pub(super) async fn note_confirmed(
    conn: &mut Conn,
    user: UserId,
    caller: &Caller,
    now: Micros,
) -> Result<bool, StoreError> {
    token_store::delete_of(conn, user, Purpose::Verify).await?;
    let is_new = token_store::set_verified(conn, user, now).await?;
    if is_new {
        audit::note(conn, user, Happening::EmailConfirmed, caller, json!({}), now).await?;
    }
    Ok(is_new)
}
