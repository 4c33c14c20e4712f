//! The job that takes away what has run out: sessions, and devices that were not used for long.

use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::store;
use crate::server::db::StoreError;
use crate::server::jobs::{Handler, Job, JobError};
use crate::server::state::AppState;

/// How long a device is known without a sign-in from it.
const DEVICE_AGE: Duration = Duration::from_secs(365 * 24 * 3600);

/// Takes away what has run out.
pub struct CleanUp(pub AppState);

impl Handler for CleanUp {
    fn kind(&self) -> &'static str {
        "accounts.clean_up"
    }

    fn every(&self) -> Option<Duration> {
        Some(Duration::from_secs(3600))
    }

    fn run(&self, _: Job) -> BoxFuture<'_, Result<(), JobError>> {
        let now = self.0.clock.now();
        async move {
            let work = self.0.db.transaction(move |conn| {
                async move {
                    store::delete_expired_sessions(conn, now).await?;
                    store::delete_old_devices(conn, now.minus(DEVICE_AGE)).await?;
                    Ok::<_, StoreError>(())
                }
                .boxed()
            });
            Ok(work.await?)
        }
        .boxed()
    }
}
