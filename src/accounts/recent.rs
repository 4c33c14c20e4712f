//! A sign-in that is not long ago: asked for before anything is changed by which somebody else could come in for good.
//!
//! Pages ask when they are opened ([`require`]) and lead to `/confirm?next=…`, which comes back; use cases ask again.

use std::time::Duration;

use super::model::SessionId;
use super::store;
use crate::kernel::error::{AppError, Refusal};
use crate::kernel::time::Micros;
use crate::server::db::Conn;
use crate::server::state::AppState;

/// For how long one is recent.
pub const RECENT: Duration = Duration::from_secs(15 * 60);

/// When somebody has shown who they are of whom that is not known: as long ago as it takes to be asked again.
pub(super) fn long_ago(now: Micros) -> Micros {
    now.minus(RECENT + Duration::from_secs(1))
}

/// Whether the session's person has shown not long ago who they are. Answers the session. Whoever asks has made sure that somebody is signed
/// in.
///
/// # Errors
/// [`Refusal::ConfirmFirst`] if it is too long ago, and without a session ([`super::service::Caller::session`]); [`AppError::SignedOut`] for
/// one that has ended.
pub async fn require(state: &AppState, session: Option<SessionId>) -> Result<SessionId, AppError> {
    require_in(&mut state.db.read().await?, session, state.clock.now()).await
}

/// The same on the caller's connection.
///
/// # Errors
/// As for [`require`].
pub(super) async fn require_in(
    conn: &mut Conn,
    session: Option<SessionId>,
    now: Micros,
) -> Result<SessionId, AppError> {
    // Somebody is known, but not by what is recent: they came with the token before.
    let session = session.ok_or(AppError::Refused(Refusal::ConfirmFirst))?;
    let confirmed_at = store::sessions::confirmed_at(conn, session, now).await?;
    let confirmed_at = confirmed_at.ok_or(AppError::SignedOut)?;
    if now.since(confirmed_at) > RECENT {
        return Err(AppError::Refused(Refusal::ConfirmFirst));
    }
    Ok(session)
}
