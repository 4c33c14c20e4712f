//! Tells people that the archive of their data is ready.

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::model::{Kind, Notice};
use super::service::{Reading, channels, publish, record};
use crate::accounts::own_data::DataExportId;
use crate::accounts::own_data::portable::{ReadyListener, Told};
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;
use crate::server::state::AppState;

/// Records each.
pub struct TellOfData(pub AppState);

impl ReadyListener for TellOfData {
    fn data_ready<'c>(
        &'c self,
        conn: &'c mut Conn,
        user: UserId,
        id: DataExportId,
        now: Micros,
    ) -> BoxFuture<'c, Result<Told, AppError>> {
        async move {
            let wants_mail = channels(conn, user, Kind::DataReady).await?.email;
            let subject = format!("data:{id}");
            let recorded = record(conn, now, user, &subject, None, Notice::DataReady, Reading::Unread).await?;
            let state = self.0.clone();
            Ok(Told {
                publish: Box::new(move || publish(&state, vec![recorded])),
                wants_mail,
            })
        }
        .boxed()
    }
}
