//! Where a person is signed in, and ending it there: every session that ends before its time is told of by [`have_ended`].

use std::net::IpAddr;

use futures::FutureExt as _;
use serde_json::json;

use super::Caller;
use crate::accounts::audit::{self, Happening};
use crate::accounts::device::Device;
use crate::accounts::model::{Account, SessionId, SessionView, Viewer};
use crate::accounts::store::{self, sessions::KeptSession};
use crate::accounts::wire::AccountNews;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::server::db::StoreError;
use crate::server::limits::Limit;
use crate::server::state::AppState;

/// What the person at `here` comes in with, and where they are signed in: here first, then the session that was used last.
///
/// # Errors
/// [`AppError::SignedOut`] when the person is gone.
pub async fn own_account(state: &AppState, viewer: &Viewer, here: Option<SessionId>) -> Result<Account, AppError> {
    let now = state.clock.now();
    let mut conn = state.db.read().await?;
    let account = store::sessions::own_account(&mut conn, viewer.id).await?;
    let account = account.ok_or(AppError::SignedOut)?;
    let kept = store::sessions::sessions_of(&mut conn, viewer.id, now).await?;
    let open = state.hub.sessions_of(viewer.id);
    let view = |session: KeptSession| {
        let address = session.address.parse::<IpAddr>().ok();
        let is_here = here == Some(session.id);
        SessionView {
            id: session.id,
            device: address.map_or_else(String::new, |address| Device::of(&session.user_agent, address).family),
            address: address.map_or(session.address, |address| address.to_canonical().to_string()),
            is_here,
            is_active: is_here || open.contains(&session.id.uuid()),
            since: state.clock.local(session.created_at, &viewer.time_zone),
            last_used: state.clock.local(session.last_used_at, &viewer.time_zone),
        }
    };
    let mut sessions: Vec<SessionView> = kept.into_iter().map(view).collect();
    sessions.sort_by_key(|session| !session.is_here);
    Ok(Account {
        email: account.email,
        username: account.username,
        sessions,
    })
}

/// Sessions of `user` have ended, and are so in the database: what is open by them closes.
pub(in crate::accounts) fn have_ended(state: &AppState, user: UserId, sessions: impl IntoIterator<Item = SessionId>) {
    for session in sessions {
        state.hub.close_session(session.uuid());
    }
    have_changed(state, user);
}

/// Whoever shows where `user` is signed in looks again.
pub(in crate::accounts) fn have_changed(state: &AppState, user: UserId) {
    state.hub.to_user(user, &AccountNews::SessionsChanged);
}

/// Ends the caller's session, if there is one.
///
/// # Errors
/// When the database does not answer.
pub async fn log_out(state: &AppState, caller: Caller) -> Result<(), AppError> {
    let Some(session) = caller.any_session() else {
        return Ok(());
    };
    let now = state.clock.now();
    let owner = state
        .db
        .transaction(move |conn| {
            async move {
                let owner = store::sessions::delete_session(conn, session, None).await?;
                if let Some(user) = owner {
                    let detail = json!({ "session": session });
                    audit::note(conn, user, Happening::SignedOut, &caller, detail, now).await?;
                }
                Ok::<_, StoreError>(owner)
            }
            .boxed()
        })
        .await?;
    if let Some(user) = owner {
        have_ended(state, user, [session]);
    }
    Ok(())
}

/// Ends one of the person's own sessions and closes its sockets.
///
/// # Errors
/// [`AppError::NotFound`] for one that has ended, and for anybody else's; [`AppError::Limited`].
pub async fn end(state: &AppState, viewer: &Viewer, caller: Caller, session: SessionId) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let (user, now) = (viewer.id, state.clock.now());
    state
        .db
        .transaction(move |conn| {
            async move {
                if store::sessions::delete_session(conn, session, Some(user))
                    .await?
                    .is_none()
                {
                    return Err(AppError::NotFound);
                }
                let detail = json!({ "session": session, "by": caller.session });
                audit::note(conn, user, Happening::SessionEnded, &caller, detail, now).await?;
                Ok(())
            }
            .boxed()
        })
        .await?;
    have_ended(state, user, [session]);
    Ok(())
}

/// Ends all of the person's sessions but the caller's, and closes their sockets.
///
/// # Errors
/// [`AppError::SignedOut`] when the caller's has been ended meanwhile; [`AppError::Limited`].
pub async fn end_others(state: &AppState, viewer: &Viewer, caller: Caller) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let (user, now) = (viewer.id, state.clock.now());
    let here = caller.any_session().ok_or(AppError::SignedOut)?;
    let ended = state
        .db
        .transaction(move |conn| {
            async move {
                store::sessions::lock(conn, user).await?;
                // Of two that end each other, the first has.
                if !store::session_exists(conn, here, now).await? {
                    return Err(AppError::SignedOut);
                }
                let ended = store::sessions::delete_sessions(conn, user, Some(here)).await?;
                for session in &ended {
                    let detail = json!({ "session": session, "by": here });
                    audit::note(conn, user, Happening::SessionEnded, &caller, detail, now).await?;
                }
                Ok(ended)
            }
            .boxed()
        })
        .await?;
    have_ended(state, user, ended);
    Ok(())
}
