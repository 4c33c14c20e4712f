//! The workers: they take due jobs one by one, each for a time, and look again when something came or is due.

use std::panic::AssertUnwindSafe;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::join_all;
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::task::JoinSet;

use super::store::{self, Taken};
use super::{Handler, Job, JobError};
use crate::kernel::clock::Clock;
use crate::kernel::time::Micros;
use crate::server::db::{Db, StoreError};

/// How long a job belongs to the worker that took it: what another has to wait for when a process is killed.
pub const LEASE: Duration = Duration::from_secs(30);
/// How long it may take unless its kind says otherwise, so that it has ended when its lease does.
pub const CUT_OFF: Duration = Duration::from_secs(20);
/// What is left of a lease when it is renewed, where the kind takes longer.
const RENEWED_AT: Duration = Duration::from_secs(15);
/// How often it is begun before it is given up.
pub const TRIES: i32 = 12;
/// How often a worker looks for what other processes have asked for or left behind.
const POLL: Duration = Duration::from_millis(500);
/// Before a worker looks again for a job that another was just taking.
const NEXT_LOOK: Duration = Duration::from_millis(20);
/// The wait after the first failure; each further one doubles it …
const FIRST_WAIT: Duration = Duration::from_secs(5);
/// … up to this.
const LONGEST_WAIT: Duration = Duration::from_secs(3600);

/// The workers of this process. Cheap to clone.
#[derive(Clone)]
pub struct Jobs(Arc<Inner>);

struct Inner {
    db: Db,
    clock: Clock,
    lanes: Vec<Lane>,
}

/// One kind: slow work of one does not hold up another.
struct Lane {
    handler: Arc<dyn Handler>,
    free: Arc<Semaphore>,
}

impl Lane {
    /// Takes all places as they become free, and gives none back.
    async fn close(&self) {
        let all = u32::try_from(self.handler.at_once()).unwrap_or(u32::MAX);
        if let Ok(places) = self.free.acquire_many(all).await {
            places.forget();
        }
    }
}

/// A job with its place among those of its kind.
struct Begun {
    job: Taken,
    handler: Arc<dyn Handler>,
    _place: OwnedSemaphorePermit,
}

impl Jobs {
    /// Workers that can do what `handlers` do; other kinds of jobs are left to other processes.
    pub fn new(db: Db, clock: Clock, handlers: Vec<Arc<dyn Handler>>) -> Self {
        let lane = |handler: Arc<dyn Handler>| Lane {
            free: Arc::new(Semaphore::new(handler.at_once())),
            handler,
        };
        Self(Arc::new(Inner {
            db,
            clock,
            lanes: handlers.into_iter().map(lane).collect(),
        }))
    }

    /// Works for as long as the process lives.
    pub async fn run(self) {
        let mut running = JoinSet::new();
        let mut is_seeded = false;
        loop {
            let looked = async {
                if !is_seeded {
                    self.seed().await?;
                    is_seeded = true;
                }
                self.begin_due(&mut running).await
            };
            let wait = looked.await.unwrap_or_else(|error| {
                tracing::warn!(%error, "jobs not looked for");
                POLL
            });
            tokio::select! {
                () = self.0.db.work_came() => {}
                // One that ends may have held up others of its kind.
                Some(_) = running.join_next() => {}
                () = tokio::time::sleep(wait) => {}
            }
        }
    }

    /// Asks for the work that comes back by itself, where it is not there.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn seed(&self) -> Result<(), StoreError> {
        let lanes = self.0.lanes.iter().filter(|lane| lane.handler.every().is_some());
        let kinds: Vec<&'static str> = lanes.map(|lane| lane.handler.kind()).collect();
        let now = self.0.clock.now();
        self.0
            .db
            .transaction(move |conn| {
                async move {
                    for kind in kinds {
                        store::seed(conn, kind, now).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    /// Does what is due at this moment, one after the other, and answers how much that was. For tests whose clock stands.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn run_due(&self) -> Result<usize, StoreError> {
        let mut count = 0;
        while let Some(begun) = self.begin().await? {
            self.work(begun).await;
            count += 1;
        }
        Ok(count)
    }

    /// Begins nothing more, and waits for what runs, so that nobody has to wait for leases of a process that ends in order.
    pub async fn finish(&self) {
        // Who has not ended by then leaves its lease to run out.
        let _ = tokio::time::timeout(CUT_OFF / 4, join_all(self.0.lanes.iter().map(Lane::close))).await;
    }

    /// Begins everything that is due and has a place; answers when to look again.
    async fn begin_due(&self, running: &mut JoinSet<()>) -> Result<Duration, StoreError> {
        loop {
            let kinds = self.kinds_with_a_place();
            if kinds.is_empty() {
                return Ok(POLL);
            }
            let now = self.0.clock.now();
            // Read first: whoever looks twice a second must not take the one writer of SQLite each time.
            let next = store::next(&mut self.0.db.read().await?, &kinds, now).await?;
            match next {
                None => return Ok(POLL),
                Some(at) if at > now => return Ok(POLL.min(at.since(now))),
                Some(_) => {}
            }
            let Some(begun) = self.begin().await? else {
                return Ok(NEXT_LOOK);
            };
            let jobs = self.clone();
            running.spawn(async move { jobs.work(begun).await });
        }
    }

    fn kinds_with_a_place(&self) -> Vec<&'static str> {
        let lanes = self.0.lanes.iter();
        lanes
            .filter(|lane| lane.free.available_permits() > 0)
            .map(|lane| lane.handler.kind())
            .collect()
    }

    /// Takes one that is due, if there is a place for it.
    async fn begin(&self) -> Result<Option<Begun>, StoreError> {
        let kinds = self.kinds_with_a_place();
        if kinds.is_empty() {
            return Ok(None);
        }
        let now = self.0.clock.now();
        let job = self
            .0
            .db
            .transaction(move |conn| async move { store::take(conn, &kinds, now, now.plus(LEASE)).await }.boxed())
            .await?;
        let Some(job) = job else { return Ok(None) };
        let lane = self.0.lanes.iter().find(|lane| lane.handler.kind() == job.kind);
        let Some((lane, place)) = lane.and_then(|lane| Some((lane, lane.free.clone().try_acquire_owned().ok()?)))
        else {
            // Only one task of a process takes jobs, so the place is there.
            return Ok(None);
        };
        Ok(Some(Begun {
            job,
            handler: lane.handler.clone(),
            _place: place,
        }))
    }

    /// Does a job, and writes down how it ended. If that cannot be written down, its lease runs out, and it is done again.
    async fn work(&self, begun: Begun) {
        let Begun {
            mut job,
            handler,
            _place,
        } = begun;
        let kind = handler.kind();
        let result = self.attempt(&*handler, &mut job).await;
        let (now, every) = (self.0.clock.now(), handler.every());
        let written = self
            .0
            .db
            .transaction(move |conn| async move { conclude(conn, &job, every, result, now).await }.boxed())
            .await;
        if let Err(error) = written {
            tracing::warn!(kind, %error, "the end of a job is not written down");
        }
    }

    /// One try. What may take longer than a lease has one for as long as this process lives.
    async fn attempt(&self, handler: &dyn Handler, job: &mut Taken) -> Result<(), JobError> {
        let begun = job.clone();
        let mut trying = pin!(attempt(handler, &begun));
        if handler.cut_off() <= CUT_OFF {
            return trying.await;
        }
        let mut is_ours = true;
        loop {
            // One after the other: the end of a job is written down under the lease that it has then.
            if let Ok(result) = tokio::time::timeout(POLL, &mut trying).await {
                return result;
            }
            if is_ours {
                is_ours = self.renew(job).await;
            }
        }
    }

    /// Renews a lease that is soon over; `false` where another has taken the job meanwhile.
    async fn renew(&self, job: &mut Taken) -> bool {
        let now = self.0.clock.now();
        if job.leased_until > now.plus(RENEWED_AT) {
            return true;
        }
        let (taken, until) = (job.clone(), now.plus(LEASE));
        let renewed = self
            .0
            .db
            .transaction(move |conn| async move { store::renew(conn, &taken, until).await }.boxed())
            .await;
        match renewed {
            Ok(true) => job.leased_until = until,
            Ok(false) => return false,
            Err(error) => tracing::warn!(kind = job.kind, %error, "the lease of a job is not renewed"),
        }
        true
    }
}

/// One try, whatever comes of it: a panic and a try without end are failures like others.
async fn attempt(handler: &dyn Handler, job: &Taken) -> Result<(), JobError> {
    if job.attempts > TRIES && handler.every().is_none() {
        return Err(JobError::new("its process ended each time before it did"));
    }
    let work = handler.run(Job {
        id: job.id,
        attempt: job.attempts,
        payload: job.payload.0.clone(),
    });
    let cut_off = handler.cut_off();
    match tokio::time::timeout(cut_off, AssertUnwindSafe(work).catch_unwind()).await {
        Ok(Ok(result)) => result,
        Ok(Err(_)) => Err(JobError::new("it panicked")),
        Err(_) => Err(JobError::new(format!("it took longer than {} s", cut_off.as_secs()))),
    }
}

async fn conclude(
    conn: &mut crate::server::db::Conn,
    job: &Taken,
    every: Option<Duration>,
    result: Result<(), JobError>,
    now: Micros,
) -> Result<(), StoreError> {
    let Err(error) = result else {
        return match every {
            Some(span) => store::done_until(conn, job, now.plus(span)).await,
            None => store::done(conn, job).await,
        };
    };
    let (kind, tries, error) = (&job.kind, job.attempts, error.to_string());
    let is_dead = job.attempts >= TRIES && every.is_none();
    if is_dead {
        tracing::error!(kind, tries, %error, "a job is given up");
    } else {
        tracing::warn!(kind, tries, %error, "a job failed");
    }
    let next = now.plus(wait_after(job.attempts));
    store::failed(conn, job, next, &error, is_dead.then_some(now)).await
}

/// How long to wait after so many tries: 5 s · 2ⁿ, an hour at most.
fn wait_after(tries: i32) -> Duration {
    let doublings = u32::try_from(tries - 1).unwrap_or(0).min(16);
    FIRST_WAIT.saturating_mul(1 << doublings).min(LONGEST_WAIT)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_become_rarer_up_to_an_hour() {
        let waits: Vec<u64> = (1..=TRIES).map(|tries| wait_after(tries).as_secs()).collect();
        assert_eq!(waits, [5, 10, 20, 40, 80, 160, 320, 640, 1_280, 2_560, 3_600, 3_600]);
        assert_eq!(wait_after(i32::MAX), LONGEST_WAIT);
        assert_eq!(wait_after(0), FIRST_WAIT);
    }
}
