//! What others may see of a person: their being here, and from where.

use futures::FutureExt as _;

use super::model::{HideAddress, Viewer, Visibility};
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

/// In which calls `user`'s address is to be hidden.
///
/// # Errors
/// [`AppError::NotFound`] for somebody who does not exist.
pub async fn hide_address(conn: &mut Conn, user: UserId) -> Result<HideAddress, AppError> {
    store::hide_address(conn, user).await?.ok_or(AppError::NotFound)
}

/// Sets what others may see of one's being here, and of one's address, where that is said. Whoever becomes invisible was here last at this
/// moment, to others.
///
/// # Errors
/// [`AppError::Limited`].
pub async fn set(
    state: &AppState,
    viewer: &Viewer,
    visibility: Visibility,
    address: Option<HideAddress>,
) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let (user, now) = (viewer.id, state.clock.now());
    let is_switched = state
        .db
        .transaction(move |conn| {
            async move {
                if let Some(choice) = address {
                    store::set_hide_address(conn, user, choice).await?;
                }
                store::set_visibility(conn, user, visibility, now).await
            }
            .boxed()
        })
        .await?;
    // Whoever saves what holds already, or is not here, must not be heard: that would tell that somebody sits there.
    if is_switched && state.presence.of(user) != Presence::Offline {
        state.presence.show_otherwise(user);
    }
    Ok(())
}
