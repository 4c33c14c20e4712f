//! What is forgotten: events that no client will ask for any more, lines that were read long ago, browsers that no push reaches.

use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::service::EVENTS_KEPT;
use super::store;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::server::jobs::{Handler, Job, JobError};
use crate::server::state::AppState;

/// How old an event becomes. A client that was away for longer starts from a snapshot.
const EVENT_AGE: Duration = Duration::from_secs(30 * 24 * 3600);
/// How old a line becomes that was read; one that was not read stays.
const LINE_AGE: Duration = Duration::from_secs(90 * 24 * 3600);
/// For how long pushes to a browser fail before it is given up.
const FAILING: Duration = Duration::from_secs(30 * 24 * 3600);
/// People, lines, and browsers, in one go: others want to write too.
const BATCH: i64 = 200;

/// The job that forgets.
pub struct Retention(pub AppState);

impl Retention {
    async fn forget(&self) -> Result<(), AppError> {
        let now = self.0.clock.now();
        let (events, lines) = (now.minus(EVENT_AGE), now.minus(LINE_AGE));
        let kept = store::sql_number(EVENTS_KEPT);
        loop {
            let people = store::with_old_events(&mut self.0.db.read().await?, events, kept, BATCH).await?;
            let is_last = people.len() < BATCH as usize;
            for user in people {
                self.forget_events(user).await?;
            }
            if is_last {
                break;
            }
        }
        loop {
            let forgotten = self
                .0
                .db
                .transaction(move |conn| async move { store::forget_lines(conn, lines, BATCH).await }.boxed())
                .await?;
            if forgotten < BATCH as u64 {
                break;
            }
        }
        let failing = now.minus(FAILING);
        loop {
            let forgotten = self
                .0
                .db
                .transaction(move |conn| async move { store::forget_failing(conn, failing, BATCH).await }.boxed())
                .await?;
            if forgotten < BATCH as u64 {
                return Ok(());
            }
        }
    }

    async fn forget_events(&self, user: UserId) -> Result<(), AppError> {
        let (before, kept) = (self.0.clock.now().minus(EVENT_AGE), store::sql_number(EVENTS_KEPT));
        self.0
            .db
            .transaction(move |conn| {
                async move {
                    store::lock_log(conn, user).await?;
                    Ok(store::forget_events(conn, user, before, kept).await?)
                }
                .boxed()
            })
            .await
    }
}

impl Handler for Retention {
    fn kind(&self) -> &'static str {
        "notifications.retention"
    }

    fn every(&self) -> Option<Duration> {
        Some(Duration::from_secs(3600))
    }

    fn run(&self, _: Job) -> BoxFuture<'_, Result<(), JobError>> {
        async move { Ok(self.forget().await?) }.boxed()
    }
}
