//! Tells people that the archive of their data is ready.

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::model::{Kind, Notice};
use super::service::{Reading, channels, publish, record};
use crate::accounts::new_device::AfterCommit;
use crate::accounts::own_data::DataExportId;
use crate::accounts::own_data::portable::ReadyListener;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;
use crate::server::state::AppState;

/// Records each.
pub struct TellOfData(pub AppState);

impl ReadyListener for TellOfData {
    fn wants_mail<'c>(&'c self, conn: &'c mut Conn, user: UserId) -> BoxFuture<'c, Result<bool, AppError>> {
        async move { Ok(channels(conn, user, Kind::DataReady).await?.email) }.boxed()
    }

    fn data_ready<'c>(
        &'c self,
        conn: &'c mut Conn,
        user: UserId,
        id: DataExportId,
        now: Micros,
    ) -> BoxFuture<'c, Result<AfterCommit, AppError>> {
        async move {
            let subject = format!("data:{id}");
            let recorded = record(conn, now, user, &subject, None, Notice::DataReady, Reading::Unread).await?;
            let state = self.0.clone();
            let after: AfterCommit = Box::new(move || publish(&state, vec![recorded]));
            Ok(after)
        }
        .boxed()
    }
}
