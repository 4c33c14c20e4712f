//! Tells people of sign-ins from devices that they did not use before.

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::model::Notice;
use super::service::{Reading, publish, record};
use crate::accounts::new_device::{AfterCommit, NewDevice, NewDeviceListener};
use crate::kernel::error::AppError;
use crate::server::db::Conn;
use crate::server::state::AppState;

/// Records each such sign-in.
pub struct TellOfNewDevices(pub AppState);

impl NewDeviceListener for TellOfNewDevices {
    fn signed_in<'c>(&'c self, conn: &'c mut Conn, new: NewDevice) -> BoxFuture<'c, Result<AfterCommit, AppError>> {
        async move {
            let NewDevice {
                user,
                session,
                device,
                at,
            } = new;
            let (subject, notice) = (format!("session:{session}"), Notice::NewSignIn { device });
            let recorded = record(conn, at, user, &subject, None, notice, Reading::Unread).await?;
            let state = self.0.clone();
            let publish: AfterCommit = Box::new(move || publish(&state, vec![recorded]));
            Ok(publish)
        }
        .boxed()
    }
}
