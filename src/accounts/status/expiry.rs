//! The job that takes a status message away at its time.

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::{Availability, choose};
use crate::accounts::store;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::{Conn, StoreError};
use crate::server::jobs::{self, Handler, Job, JobError, NewJob};
use crate::server::state::AppState;

const KIND: &str = "accounts.status_ends";
/// Many end at the same midnight.
const AT_ONCE: usize = 4;

/// Asks for the end of what `user` says now. One job for each person: it may come too early for a message that took the place of another.
pub(super) async fn ask(conn: &mut Conn, user: UserId, now: Micros, end: Micros) -> Result<(), StoreError> {
    let job = NewJob::new(KIND, now)
        .at(end)
        .key(format!("{KIND}:{user}"))
        .payload(&user);
    jobs::enqueue(conn, job).await
}

/// Takes messages away whose time is over, and tells whoever saw them.
pub struct StatusEnds(pub AppState);

impl StatusEnds {
    async fn end(&self, user: UserId) -> Result<(), AppError> {
        let (state, now) = (&self.0, self.0.clock.now());
        let own = state
            .db
            .transaction(move |conn| {
                async move {
                    store::status::clear_ended(conn, user, now).await?;
                    let Some(said) = store::status::said(conn, user).await? else {
                        return Ok(None);
                    };
                    if let Some(later) = said.until {
                        ask(conn, user, now, later).await?;
                        return Ok(None);
                    }
                    Ok::<_, AppError>(Some(choose::own(conn, user, now).await?))
                }
                .boxed()
            })
            .await?;
        // Also when it was taken away before, by a run that came no further.
        if let Some(own) = own {
            choose::tell(state, user, &own);
            if own.availability != Availability::Invisible {
                choose::show_otherwise(state, user);
            }
        }
        Ok(())
    }
}

impl Handler for StatusEnds {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn at_once(&self) -> usize {
        AT_ONCE
    }

    fn run(&self, job: Job) -> BoxFuture<'_, Result<(), JobError>> {
        async move { Ok(self.end(job.payload::<UserId>()?).await?) }.boxed()
    }
}
