//! What others may see of a person: their being here, and from where.

use futures::FutureExt as _;

use super::model::{HideAddress, Viewer, Visibility};
use super::status::{Wanted, choose};
use super::store;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
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

/// The same, with the status message that is shown now, empty for none.
///
/// # Errors
/// [`AppError::NotFound`] for somebody who does not exist.
pub async fn with_message(conn: &mut Conn, user: UserId, now: Micros) -> Result<(Visibility, String), AppError> {
    store::status::shown(conn, user, now).await?.ok_or(AppError::NotFound)
}

/// In which calls `user`'s address is to be hidden.
///
/// # Errors
/// [`AppError::NotFound`] for somebody who does not exist.
pub async fn hide_address(conn: &mut Conn, user: UserId) -> Result<HideAddress, AppError> {
    store::hide_address(conn, user).await?.ok_or(AppError::NotFound)
}

/// Sets what others may see of one's being here, and of one's address, where that is said.
///
/// # Errors
/// [`AppError::Limited`].
pub async fn save(
    state: &AppState,
    viewer: &Viewer,
    show_online: bool,
    is_invisible: bool,
    address: Option<HideAddress>,
) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let (user, now) = (viewer.id, state.clock.now());
    let chosen = state
        .db
        .transaction(move |conn| {
            async move {
                if let Some(choice) = address {
                    store::set_hide_address(conn, user, choice).await?;
                }
                store::set_show_online(conn, user, show_online).await?;
                choose::choose(conn, user, Wanted::invisible(is_invisible), now).await
            }
            .boxed()
        })
        .await?;
    choose::announce(state, user, chosen);
    Ok(())
}
