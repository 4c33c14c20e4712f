//! Jobs that end what rings: at its time, and when the partnership ends.

use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::model::InvitationId;
use super::service::Invitations;
use crate::kernel::time::Micros;
use crate::matching::model::PartnershipId;
use crate::matching::service::PARTNERSHIP_ENDED;
use crate::server::jobs::{Handler, Job, JobError, NewJob};

const KIND: &str = "invitations.ring_out";
/// Each takes a moment, and none must wait for another.
const AT_ONCE: usize = 8;

/// The job that ends an invitation when it has rung long enough. Where it was answered meanwhile, it finds nothing to do.
pub(super) fn ring_out(id: InvitationId, now: Micros, expires_at: Micros) -> NewJob {
    NewJob::new(KIND, now)
        .at(expires_at)
        .key(format!("{KIND}:{id}"))
        .payload(&id)
}

/// Ends what has rung long enough.
pub struct RingOut(pub Invitations);

impl Handler for RingOut {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn at_once(&self) -> usize {
        AT_ONCE
    }

    fn run(&self, job: Job) -> BoxFuture<'_, Result<(), JobError>> {
        async move {
            let id = job.payload::<InvitationId>()?;
            self.0.ring_out(id).await?;
            // The clock went back. As a job that is done it would be forgotten, and the pair could never ring again.
            match self.0.rings(id).await? {
                true => Err(JobError::new("its time is not over yet")),
                false => Ok(()),
            }
        }
        .boxed()
    }
}

/// Ends what its own job did not end.
pub struct Overdue(pub Invitations);

impl Handler for Overdue {
    fn kind(&self) -> &'static str {
        "invitations.overdue"
    }

    fn every(&self) -> Option<Duration> {
        Some(Duration::from_secs(60))
    }

    fn run(&self, _: Job) -> BoxFuture<'_, Result<(), JobError>> {
        async move { Ok(self.0.ring_out_overdue().await?) }.boxed()
    }
}

/// Ends what rings between two who have parted.
pub struct StopRinging(pub Invitations);

impl Handler for StopRinging {
    fn kind(&self) -> &'static str {
        PARTNERSHIP_ENDED
    }

    fn run(&self, job: Job) -> BoxFuture<'_, Result<(), JobError>> {
        async move { Ok(self.0.stop_ringing(job.payload::<PartnershipId>()?).await?) }.boxed()
    }
}
