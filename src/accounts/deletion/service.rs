//! Use cases of leaving: ask for it, and stay after all.

use axum::http::request::Parts;
use futures::FutureExt as _;
use leptos::prelude::use_context;
use leptos_i18n::Locale as _;
use serde_json::json;

use super::erasing::Erasers;
use super::{CurrentLeaver, GRACE, Leaver, letters};
use crate::accounts::audit::{self, Happening};
use crate::accounts::model::{SessionId, Viewer};
use crate::accounts::names::language_of;
use crate::accounts::own_data::forgetting;
use crate::accounts::service::{Caller, sessions};
use crate::accounts::{recent, store, token_store};
use crate::i18n::Locale;
use crate::kernel::error::{AppError, Problem};
use crate::kernel::id::UserId;
use crate::kernel::time::LocalTime;
use crate::server::db::Conn;
use crate::server::limits::Limit;
use crate::server::mail;
use crate::server::state::AppState;

/// The leaver of the request at hand.
///
/// # Errors
/// [`AppError::SignedOut`] where there is none.
pub fn leaver() -> Result<Leaver, AppError> {
    let parts = use_context::<Parts>().ok_or(AppError::Internal)?;
    let leaver = parts.extensions.get::<CurrentLeaver>();
    leaver.and_then(|leaver| leaver.0.clone()).ok_or(AppError::SignedOut)
}

/// When the account of `viewer` would be deleted, asked for now.
///
/// # Errors
/// A [`Refusal`](crate::kernel::error::Refusal) if it is too long ago that they showed who they are.
pub async fn terms(state: &AppState, viewer: &Viewer, session: Option<SessionId>) -> Result<LocalTime, AppError> {
    recent::require(state, session).await?;
    Ok(state.clock.local(state.clock.now().plus(GRACE), &viewer.time_zone))
}

/// Asks for the account of `viewer` to be deleted, who has typed their username. They are signed out everywhere, and
/// gone to everybody; a mail tells them until when they may change their mind.
///
/// # Errors
/// [`Problem::OtherName`] for another username; a [`Refusal`](crate::kernel::error::Refusal) as for [`terms`];
/// [`AppError::Limited`].
pub async fn ask(
    state: &AppState,
    viewer: &Viewer,
    caller: Caller,
    typed: &str,
    language: Locale,
    erasers: &Erasers,
) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    recent::require(state, caller.session).await?;
    let typed = typed.trim();
    if typed.is_empty() {
        return Err(AppError::field("username", Problem::Required));
    }
    if !typed.eq_ignore_ascii_case(&viewer.username) {
        return Err(AppError::field("username", Problem::OtherName));
    }
    let (user, now) = (viewer.id, state.clock.now());
    let (deletes_at, zone) = (now.plus(GRACE), viewer.time_zone.clone());
    let (state_here, erasers) = (state.clone(), erasers.clone());
    let (ended, after) = state
        .db
        .transaction(move |conn| {
            async move {
                store::sessions::lock(conn, user).await?;
                recent::require_in(conn, caller.session, now).await?;
                let to = token_store::mailbox(conn, user).await?.ok_or(AppError::SignedOut)?;
                if !store::deletion::hide(conn, user, language.as_str(), now, deletes_at).await? {
                    return Err(AppError::SignedOut);
                }
                store::attempts::delete_of(conn, user).await?;
                // Nobody can fetch it any more.
                forgetting::let_go(conn, user, now).await?;
                let ended = store::sessions::delete_sessions(conn, user, None).await?;
                let detail = json!({ "deletes_at": deletes_at });
                audit::note(conn, user, Happening::DeletionAsked, &caller, detail, now).await?;
                let locale = language_of(to.locale.as_deref(), language.as_str());
                let at = state_here.clock.local(deletes_at, &zone);
                let letter = letters::asked(locale, to.display_name, &state_here.config.public_url(), &at);
                mail::enqueue(conn, &state_here.mail.write(&to.email, &letter, now), now).await?;
                let after = erasers.hide(conn, user, now).await?;
                Ok::<_, AppError>((ended, after))
            }
            .boxed()
        })
        .await?;
    sessions::have_ended(state, user, ended);
    after.into_iter().for_each(|after| after());
    tracing::info!(%user, "an account is to be deleted");
    Ok(())
}

/// Keeps the account of somebody who was going: they are there again as they were, but for what they had asked others.
///
/// # Errors
/// [`AppError::SignedOut`] when it was deleted meanwhile.
pub async fn keep(
    state: &AppState,
    leaver: &Leaver,
    caller: Caller,
    language: Locale,
    erasers: &Erasers,
) -> Result<(), AppError> {
    let (user, now, erasers) = (leaver.viewer.id, state.clock.now(), erasers.clone());
    let state_here = state.clone();
    state.limits.check(Limit::Change, &user.to_string())?;
    let after = state
        .db
        .transaction(move |conn| {
            async move {
                store::sessions::lock(conn, user).await?;
                let here = caller.session.ok_or(AppError::SignedOut)?;
                if !store::session_exists(conn, here, now).await? {
                    return Err(AppError::SignedOut);
                }
                // Another tab was faster.
                if !store::deletion::bring_back(conn, user).await? {
                    return Ok(Vec::new());
                }
                audit::note(conn, user, Happening::DeletionTakenBack, &caller, json!({}), now).await?;
                let to = token_store::mailbox(conn, user).await?.ok_or(AppError::SignedOut)?;
                let locale = language_of(to.locale.as_deref(), language.as_str());
                let letter = letters::kept(locale, to.display_name, state_here.config.public_url());
                mail::enqueue(conn, &state_here.mail.write(&to.email, &letter, now), now).await?;
                erasers.bring_back(conn, user, now).await
            }
            .boxed()
        })
        .await?;
    after.into_iter().for_each(|after| after());
    tracing::info!(%user, "an account is kept after all");
    Ok(())
}

/// Whether somebody is there for others and stays so until the caller's transaction ends: what is made with them
/// meanwhile ends with them.
///
/// # Errors
/// [`AppError::NotFound`] for somebody who is going, or has gone.
pub async fn require_there(conn: &mut Conn, user: UserId) -> Result<(), AppError> {
    let is_there = store::deletion::is_there(conn, user).await?;
    is_there.then_some(()).ok_or(AppError::NotFound)
}
