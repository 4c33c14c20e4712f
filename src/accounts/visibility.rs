//! What others may see of a person's being here.

use futures::FutureExt as _;

use super::model::{Viewer, Visibility};
use super::store;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::realtime::model::Presence;
use crate::server::db::Conn;
use crate::server::limits::Limit;
use crate::server::state::AppState;

/// What others may see of `user`'s being here.
///
/// # Errors
/// [`AppError::NotFound`] for somebody who does not exist.
pub async fn of(conn: &mut Conn, user: UserId) -> Result<Visibility, AppError> {
    store::visibility(conn, user).await?.ok_or(AppError::NotFound)
}

/// Sets what others may see of one's being here. Whoever becomes invisible was here last at this moment, to others.
///
/// # Errors
/// [`AppError::Limited`].
pub async fn set(state: &AppState, viewer: &Viewer, visibility: Visibility) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let (user, now) = (viewer.id, state.clock.now());
    let is_switched = state
        .db
        .transaction(move |conn| async move { store::set_visibility(conn, user, visibility, now).await }.boxed())
        .await?;
    // Whoever saves what holds already, or is not here, must not be heard: that would tell that somebody sits there.
    if is_switched && state.presence.of(user) != Presence::Offline {
        state.presence.show_otherwise(user);
    }
    Ok(())
}
