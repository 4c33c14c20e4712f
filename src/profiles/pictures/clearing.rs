//! The jobs that delete the files of pictures that nobody shows any more.

use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::{store, stored_name};
use crate::kernel::picture::{PictureId, PictureSize};
use crate::kernel::time::Micros;
use crate::server::db::{Conn, StoreError};
use crate::server::jobs::{Handler, Job, JobError, NewJob, enqueue};
use crate::server::state::AppState;

const FORGET: &str = "profiles.forget_picture";
/// When a picture that is not shown yet will never be.
const GIVEN_UP: Duration = Duration::from_secs(3600);

/// Asks for a picture's files to be deleted, in the caller's transaction.
pub(super) async fn ask(conn: &mut Conn, id: PictureId, now: Micros) -> Result<(), StoreError> {
    enqueue(conn, NewJob::new(FORGET, now).key(id.to_string()).payload(&id)).await
}

/// The job that deletes the files of one picture, and then its row.
pub struct Forget(pub AppState);

impl Handler for Forget {
    fn kind(&self) -> &'static str {
        FORGET
    }

    fn run(&self, job: Job) -> BoxFuture<'_, Result<(), JobError>> {
        async move {
            let id: PictureId = job.payload()?;
            match store::is_shown(&mut self.0.db.read().await?, id).await? {
                Some(false) => {}
                // Somebody shows it, or it was done before.
                Some(true) | None => return Ok(()),
            }
            for size in PictureSize::ALL {
                let deleted = self.0.media.delete(&stored_name(id, size)).await;
                deleted.map_err(|error| JobError::new(error.to_string()))?;
            }
            let forgotten: Result<(), StoreError> = self
                .0
                .db
                .transaction(move |conn| async move { store::delete(conn, id).await }.boxed())
                .await;
            Ok(forgotten?)
        }
        .boxed()
    }
}

/// The job that looks for what is nobody's: whoever stored it was killed on the way, or is gone.
pub struct ForgetLeft(pub AppState);

impl Handler for ForgetLeft {
    fn kind(&self) -> &'static str {
        "profiles.forget_left_pictures"
    }

    fn every(&self) -> Option<Duration> {
        Some(GIVEN_UP / 4)
    }

    fn run(&self, _: Job) -> BoxFuture<'_, Result<(), JobError>> {
        let now = self.0.clock.now();
        async move {
            let left = store::left(&mut self.0.db.read().await?, now.minus(GIVEN_UP)).await?;
            if left.is_empty() {
                return Ok(());
            }
            let work = self.0.db.transaction(move |conn| {
                async move {
                    for id in left {
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
