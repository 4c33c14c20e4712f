//! Showing again who one is by a link in a mail: for people without a password, whose provider does not say when they signed in there, or who
//! have no other way at hand.
//!
//! The link works once, for half an hour, in the session that asked for it: who has only the mail, or only the browser, confirms nothing by it.

use std::str::FromStr as _;

use futures::FutureExt as _;

use super::audit;
use super::confirm::{self, PLACE};
use super::links::{self, Purpose};
use super::model::Viewer;
use super::second_factor::{Asker, Presented, check_code, present};
use super::service::Caller;
use super::store::attempts::has_second_factor;
use super::store::sessions::lock;
use super::token_store::{self, AskedIn};
use super::ways_in::ways_in;
use crate::i18n::Locale;
use crate::kernel::error::{AppError, Problem, Refusal};
use crate::kernel::id::UserId;
use crate::server::db::{Conn, StoreError};
use crate::server::http::origin::is_local_path;
use crate::server::limits::Limit;
use crate::server::state::AppState;
use crate::server::tokens::Token;

/// Whether the person's address is known to be theirs: then a link can go there.
pub(super) async fn has_address(conn: &mut Conn, user: UserId) -> Result<bool, StoreError> {
    let to = token_store::mailbox(conn, user).await?;
    Ok(to.is_some_and(|to| to.email_verified_at.is_some()))
}

/// Has a link sent to the person's own address, which leads to `/confirm`, and on to `next`.
///
/// # Errors
/// [`Refusal::HasPassword`] of who has one to show; [`Refusal::EmailNotVerified`]; [`AppError::Limited`]; as
/// [`Caller::own_session`].
pub async fn send(
    state: &AppState,
    viewer: &Viewer,
    caller: Caller,
    next: Option<String>,
    language: Locale,
) -> Result<(), AppError> {
    let session = caller.own_session()?;
    let (user, now, state_here) = (viewer.id, state.clock.now(), state.clone());
    state.limits.check_address(Limit::Link, caller.address)?;
    state.limits.check(Limit::Mail, &format!("confirm {user}"))?;
    let next = next.filter(|next| is_local_path(next));
    state
        .db
        .transaction(move |conn| {
            async move {
                lock(conn, user).await?;
                if ways_in(conn, &state_here, user).await?.has_password {
                    return Err(AppError::Refused(Refusal::HasPassword));
                }
                let to = token_store::mailbox(conn, user).await?.ok_or(AppError::SignedOut)?;
                if to.email_verified_at.is_none() {
                    return Err(AppError::Refused(Refusal::EmailNotVerified));
                }
                let chosen = to.locale.as_deref().and_then(|code| Locale::from_str(code).ok());
                let asked = AskedIn { session, next };
                links::send_to_confirm(conn, &state_here, &to, &asked, chosen.unwrap_or(language), now).await
            }
            .boxed()
        })
        .await
}

/// The person shows by the link that it is they, and by a code where a second factor is on. A wrong code leaves the link as it is. Answers the
/// session cookie's token, and where they wanted to go.
///
/// # Errors
/// [`AppError::Refused`] for a link that does not work, here or at all; [`Problem::WrongCode`]; [`AppError::Limited`];
/// as [`Caller::own_session`].
pub async fn redeem(
    state: &AppState,
    viewer: &Viewer,
    caller: Caller,
    presented: String,
    code: String,
    language: Locale,
) -> Result<(Token, Option<String>), AppError> {
    let session = caller.own_session()?;
    let (user, now) = (viewer.id, state.clock.now());
    state.limits.check_address(Limit::Link, caller.address)?;
    let code = match has_second_factor(&mut state.db.read().await?, user).await? {
        true if code.trim().is_empty() => return Err(AppError::field("code", Problem::Required)),
        true => {
            state.limits.check(Limit::SignIn, &format!("person {user}"))?;
            present(state, user, &code).await?
        }
        false => Presented::Nothing,
    };
    let (state_here, caller_here) = (state.clone(), caller.clone());
    let shown = state
        .db
        .transaction(move |conn| {
            async move {
                lock(conn, user).await?;
                let found = links::check(conn, &presented, Purpose::Confirm, now).await?;
                if found.session_id != Some(session) || found.user_id != user {
                    return Err(AppError::Refused(Refusal::LinkElsewhere));
                }
                if has_second_factor(conn, user).await? {
                    let asker = Asker {
                        state: &state_here,
                        caller: &caller,
                        language,
                    };
                    // No error: that it was wrong has to be committed.
                    if !check_code(conn, user, &code, &asker, now).await? {
                        return Ok(None);
                    }
                }
                links::redeem(conn, &presented, Purpose::Confirm, now).await?;
                token_store::set_owned(conn, user, now).await?;
                let token = confirm::confirmed(conn, session, &caller, "mail", now, now).await?;
                Ok(Some((token, found.next)))
            }
            .boxed()
        })
        .await?;
    let Some(shown) = shown else {
        audit::note_failure(state, &caller_here, Some(user), PLACE);
        return Err(AppError::field("code", Problem::WrongCode));
    };
    confirm::announce(state, session);
    Ok(shown)
}
