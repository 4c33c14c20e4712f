//! The jobs that delete the files of archives whose time is over, or whose person has gone or has another.

use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::service::{GIVEN_UP, stored_name};
use super::{DataExportId, KEPT};
use crate::accounts::store::own_data as store;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::{Conn, StoreError};
use crate::server::jobs::{Handler, Job, JobError, NewJob, enqueue};
use crate::server::state::AppState;

const FORGET: &str = "accounts.forget_data";

/// Asks for an archive's file to be deleted, in the caller's transaction. It is nobody's by then.
pub(super) async fn ask(conn: &mut Conn, id: DataExportId, now: Micros) -> Result<(), StoreError> {
    enqueue(
        conn,
        NewJob::new(FORGET, now).key(format!("{FORGET}:{id}")).payload(&id),
    )
    .await
}

/// All of a person's are nobody's from now on.
pub(in crate::accounts) async fn let_go(conn: &mut Conn, user: UserId, now: Micros) -> Result<(), StoreError> {
    for id in store::let_go_all(conn, user).await? {
        ask(conn, id, now).await?;
    }
    Ok(())
}

/// The job that deletes the file of one archive, and then its row. Also where the row has gone already: somebody may
/// have been making it still.
pub struct ForgetData(pub AppState);

impl Handler for ForgetData {
    fn kind(&self) -> &'static str {
        FORGET
    }

    fn run(&self, job: Job) -> BoxFuture<'_, Result<(), JobError>> {
        async move {
            let id: DataExportId = job.payload()?;
            if store::is_somebodys(&mut self.0.db.read().await?, id).await? {
                return Ok(());
            }
            let deleted = self.0.media.delete(&stored_name(id)).await;
            deleted.map_err(|error| JobError::new(error.to_string()))?;
            let forgotten = self
                .0
                .db
                .transaction(move |conn| async move { store::delete(conn, id).await }.boxed());
            Ok(forgotten.await?)
        }
        .boxed()
    }
}

/// The job that looks for archives whose time is over, and for what nobody will make or fetch any more.
pub struct TidyData(pub AppState);

impl Handler for TidyData {
    fn kind(&self) -> &'static str {
        "accounts.tidy_data"
    }

    fn every(&self) -> Option<Duration> {
        Some(Duration::from_secs(900))
    }

    fn run(&self, _: Job) -> BoxFuture<'_, Result<(), JobError>> {
        let now = self.0.clock.now();
        async move {
            let work = self.0.db.transaction(move |conn| {
                async move {
                    store::give_up(conn, None, now.minus(GIVEN_UP), now).await?;
                    store::let_go_old(conn, now.minus(KEPT)).await?;
                    for id in store::nobodys(conn).await? {
                        ask(conn, id, now).await?;
                    }
                    Ok::<_, StoreError>(())
                }
                .boxed()
            });
            Ok(work.await?)
        }
        .boxed()
    }
}
