//! Which devices an account is used on, so that a sign-in from elsewhere can be told.
//!
//! A device is known by what is coarse about it ([`Device`]). Two alike in one house count as one, and the same one in another town as another:
//! this is to notice strangers, not to recognise people. The first device of an account is no news.

use std::sync::Arc;

use futures::future::BoxFuture;
use leptos::prelude::use_context;

use super::device::Device;
use super::model::SessionId;
use super::store;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::{Conn, StoreError};

/// Writes down that an account is used on this device; whether it was only ever used on others before. Before the session is opened.
pub(super) async fn note(conn: &mut Conn, user: UserId, device: &Device, now: Micros) -> Result<bool, StoreError> {
    if store::touch_device(conn, user, device, now).await? {
        return Ok(false);
    }
    let knows_others = store::has_devices(conn, user).await?;
    store::insert_device(conn, user, device, now).await?;
    // Sessions from before devices were noted.
    let sessions = store::session_origins(conn, user).await?;
    let is_in_session = sessions.iter().any(|(user_agent, address)| {
        let address = address.parse();
        address.is_ok_and(|address| Device::of(user_agent, address) == *device)
    });
    Ok(!is_in_session && (knows_others || !sessions.is_empty()))
}

/// A sign-in from a device that the account was not used on before.
#[derive(Clone, Debug)]
pub struct NewDevice {
    /// Whose account it is.
    pub user: UserId,
    /// The session that it opens.
    pub session: SessionId,
    /// Browser and system, as "Firefox, Linux"; empty if it did not say.
    pub device: String,
    /// When.
    pub at: Micros,
}

/// What is left to do when a transaction is committed.
pub type AfterCommit = Box<dyn FnOnce() + Send>;

/// A feature that tells people of new devices. `serve.rs` provides it; accounts do not know whom they call.
pub trait NewDeviceListener: Send + Sync {
    /// In the transaction of the sign-in, as the last of it: both happen or neither.
    fn signed_in<'c>(&'c self, conn: &'c mut Conn, new: NewDevice) -> BoxFuture<'c, Result<AfterCommit, AppError>>;
}

/// Who listens to the request at hand.
///
/// # Errors
/// [`AppError::Internal`] outside of a request.
pub fn listener_here() -> Result<Arc<dyn NewDeviceListener>, AppError> {
    use_context::<Arc<dyn NewDeviceListener>>().ok_or(AppError::Internal)
}
