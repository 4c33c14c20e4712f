//! Asking for another address, confirming it, and taking the wish back.

use futures::FutureExt as _;
use serde_json::json;

use super::letters;
use super::model::{EmailChange, EmailStanding};
use super::store;
use crate::accounts::audit::{self, Happening};
use crate::accounts::links::{self, Purpose};
use crate::accounts::model::{Email, Viewer};
use crate::accounts::recent;
use crate::accounts::service::Caller;
use crate::accounts::store::sessions::{lock, person_of};
use crate::accounts::token_store::{self, Mailbox};
use crate::accounts::wire::AccountNews;
use crate::i18n::Locale;
use crate::kernel::error::{AppError, Problem, Refusal};
use crate::kernel::id::UserId;
use crate::server::db::StoreError;
use crate::server::limits::Limit;
use crate::server::mail;
use crate::server::state::AppState;
use crate::server::tokens::Token;

/// The person's address, and what waits to take its place.
///
/// # Errors
/// [`AppError::SignedOut`] when the person is gone.
pub async fn own(state: &AppState, viewer: &Viewer) -> Result<EmailStanding, AppError> {
    let mut conn = state.db.read().await?;
    let own = token_store::mailbox(&mut conn, viewer.id).await?;
    let own = own.ok_or(AppError::SignedOut)?;
    let waiting = store::waiting(&mut conn, viewer.id, state.clock.now()).await?;
    Ok(EmailStanding {
        email: own.email,
        is_confirmed: own.email_verified_at.is_some(),
        change: waiting.map(|waiting| EmailChange {
            email: waiting.email,
            until: state.clock.local(waiting.expires_at, &viewer.time_zone),
        }),
    })
}

/// Has a link sent to the address that the person wants, in place of one that was asked for before, and tells the one that they have. Of an address that somebody has it answers and
/// does the same, but the mail is another one and its link nobody's.
///
/// # Errors
/// What is no address, and the one that they have already; [`Refusal::ConfirmFirst`]; [`AppError::Limited`] by the caller's address, by the person
/// and by the mailbox, whether it is anybody's or not.
pub async fn ask(
    state: &AppState,
    viewer: &Viewer,
    caller: Caller,
    email: &str,
    language: Locale,
) -> Result<(), AppError> {
    recent::require(state, caller.session).await?;
    let wanted = Email::parse(email).map_err(|problem| AppError::field("email", problem))?;
    let (user, now) = (viewer.id, state.clock.now());
    let own = token_store::mailbox(&mut state.db.read().await?, user).await?;
    if own.is_some_and(|own| own.email == wanted.as_str()) {
        return Err(AppError::field("email", Problem::Unchanged));
    }
    state.limits.check_address(Limit::Link, caller.address)?;
    state.limits.check(Limit::Mail, &format!("address of {user}"))?;
    state.limits.check(Limit::Mail, &format!("change {}", wanted.key()))?;
    let state_here = state.clone();
    state
        .db
        .transaction(move |conn| {
            async move {
                lock(conn, user).await?;
                recent::require_in(conn, caller.session, now).await?;
                let own = token_store::mailbox(conn, user).await?.ok_or(AppError::SignedOut)?;
                if own.email == wanted.as_str() {
                    return Err(AppError::field("email", Problem::Unchanged));
                }
                token_store::delete_of(conn, user, Purpose::ChangeEmail).await?;
                // An address that was mistyped is somebody else's.
                if own.email_verified_at.is_some() {
                    let letter = letters::moving(&state_here, &own, language);
                    mail::enqueue(conn, &state_here.mail.write(&own.email, &letter, now), now).await?;
                }
                let holder = token_store::mailbox_by_email(conn, &wanted.key()).await?;
                let to = Mailbox {
                    email: wanted.as_str().to_owned(),
                    ..own
                };
                let Some(holder) = holder.filter(|holder| holder.id != user) else {
                    return links::send(conn, &state_here, &to, Purpose::ChangeEmail, language, now).await;
                };
                // A wish like any other to who looks at their account; nobody is ever told this token.
                token_store::insert(conn, Token::random().hash(), &to, Purpose::ChangeEmail, None, now).await?;
                let letter = letters::taken(&state_here, &holder, language);
                let mail = state_here.mail.write(&holder.email, &letter, now);
                Ok(mail::enqueue(conn, &mail, now).await?)
            }
            .boxed()
        })
        .await?;
    tell(state, user);
    Ok(())
}

/// Takes the wish back: the link works no more.
///
/// # Errors
/// [`AppError::Limited`].
pub async fn cancel(state: &AppState, viewer: &Viewer) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let user = viewer.id;
    state
        .db
        .transaction(move |conn| {
            async move {
                lock(conn, user).await?;
                token_store::delete_of(conn, user, Purpose::ChangeEmail).await
            }
            .boxed()
        })
        .await?;
    tell(state, user);
    Ok(())
}

/// Puts the address of a link in place, by who is signed in to the account: who has only the mailbox would take somebody else's account for theirs,
/// with everything that the other one comes in by. Every other link of the account dies, and the address before is told.
///
/// # Errors
/// [`Refusal::LinkBroken`], [`Refusal::LinkUsed`], [`Refusal::LinkExpired`]; [`Refusal::LinkOfAnother`], and as [`Caller::own_session`], none of
/// which uses it up; [`Refusal::AddressTaken`] by somebody meanwhile; [`AppError::Limited`].
pub async fn confirm(state: &AppState, presented: String, caller: Caller, language: Locale) -> Result<(), AppError> {
    let session = caller.own_session()?;
    state.limits.check_address(Limit::Link, caller.address)?;
    let (now, state_here) = (state.clock.now(), state.clone());
    let user = state
        .db
        .transaction(move |conn| {
            async move {
                let found = links::redeem(conn, &presented, Purpose::ChangeEmail, now).await?;
                let user = found.user_id;
                // Who was signed out while this waited is not the person any more.
                match person_of(conn, session, now).await? {
                    None => return Err(AppError::SignedOut),
                    Some(inside) if inside != user => return Err(AppError::Refused(Refusal::LinkOfAnother)),
                    Some(_) => {}
                }
                let before = token_store::mailbox(conn, user).await?.ok_or(AppError::NotFound)?;
                let email = Email::parse(&found.email).map_err(|_| AppError::Internal)?;
                store::set_email(conn, user, &email, now)
                    .await
                    .map_err(taken_or_internal)?;
                for purpose in [Purpose::Verify, Purpose::Reset, Purpose::Confirm] {
                    token_store::delete_of(conn, user, purpose).await?;
                }
                let detail = json!({ "was_confirmed": before.email_verified_at.is_some() });
                audit::note(conn, user, Happening::EmailChanged, &caller, detail, now).await?;
                let letter = letters::moved(&state_here, &before, language, now);
                let mail = state_here.mail.write(&before.email, &letter, now);
                mail::enqueue(conn, &mail, now).await?;
                Ok::<_, AppError>(user)
            }
            .boxed()
        })
        .await?;
    tell(state, user);
    state.hub.to_user(user, &AccountNews::EmailConfirmed);
    tracing::info!(%user, "e-mail address changed");
    Ok(())
}

fn taken_or_internal(error: StoreError) -> AppError {
    if error.violates("users_email_key") {
        AppError::Refused(Refusal::AddressTaken)
    } else {
        error.into()
    }
}

fn tell(state: &AppState, user: UserId) {
    state.hub.to_user(user, &AccountNews::EmailChanged);
}
