//! What is measured and said of calls: samples come in, are rolled up after the end, are shown in the summary, and are forgotten in the end.

use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::Calls;
use super::history::view;
use crate::accounts::model::Viewer;
use crate::calls::measured::Quota;
use crate::calls::model::{CallId, QualitySample, SeatId};
use crate::calls::records::course::course;
use crate::calls::records::feedback::{Feedback, parse_note, parse_stars, parse_tags};
use crate::calls::records::sample::{KEPT, LATE, TimedSample};
use crate::calls::records::summary::{CallSummary, ConnectionView};
use crate::calls::records::totals::Totals;
use crate::calls::store::{history, records};
use crate::kernel::error::{AppError, Problems};
use crate::kernel::time::Micros;
use crate::realtime::socket::Who;
use crate::server::db::{Conn, StoreError};
use crate::server::jobs::{Handler, Job, JobError, NewJob};
use crate::server::limits::Limit;
use crate::server::state::AppState;

const ROLL_UP: &str = "calls.roll_up";
/// What is written down with the next sweep comes after the last sample: a few sweeps.
const WRITTEN_AFTER: Duration = Duration::from_secs(5);
/// Samples forgotten in one transaction: others want to write too.
const BATCH: i64 = 500;

impl Calls {
    /// Takes a sample from the seat that somebody has, or had until a moment ago. One that cannot have been measured is refused; one too
    /// many is dropped without a word.
    pub(super) async fn sample(
        &self,
        who: Who,
        call: CallId,
        seat: SeatId,
        sample: QualitySample,
    ) -> Result<bool, AppError> {
        let user = who.user;
        let timed = TimedSample {
            at: self.state.clock.now(),
            sample,
        };
        if !sample.is_plausible() {
            return Ok(false);
        }
        if self.seats().measured.take_late(call, user, seat, timed) {
            return Ok(true);
        }
        if !self.sits(call, user, seat).await? {
            return Ok(false);
        }
        let known = self.seats().measured.quota(call, user);
        let before = match known {
            Some(quota) => quota,
            // Of before this process.
            None => {
                let (count, last) = records::samples_kept(&mut self.state.db.read().await?, call, user).await?;
                Quota {
                    count: u32::try_from(count).unwrap_or(u32::MAX),
                    last,
                }
            }
        };
        self.seats().measured.take(call, user, before, timed);
        Ok(true)
    }
}

/// The job that makes totals of a call's samples, once no more of them can come.
pub(super) fn roll_up(call: CallId, now: Micros) -> NewJob {
    NewJob::new(ROLL_UP, now)
        .at(now.plus(LATE + WRITTEN_AFTER))
        .key(format!("{ROLL_UP}:{call}"))
        .payload(&call)
}

/// Makes totals of a call's samples.
pub struct RollUp(pub AppState);

impl Handler for RollUp {
    fn kind(&self) -> &'static str {
        ROLL_UP
    }

    fn run(&self, job: Job) -> BoxFuture<'_, Result<(), JobError>> {
        async move {
            let call = job.payload::<CallId>()?;
            let mut conn = self.0.db.read().await?;
            let mut found = Vec::new();
            for side in records::sides(&mut conn, call).await? {
                let samples = records::samples(&mut conn, call, side.user).await?;
                found.extend(Totals::of(&samples).map(|totals| (side.user, totals)));
            }
            drop(conn);
            let write = self.0.db.transaction(move |conn| {
                async move {
                    for (user, totals) in &found {
                        records::set_totals(conn, call, *user, totals).await?;
                    }
                    Ok::<_, StoreError>(())
                }
                .boxed()
            });
            Ok(write.await?)
        }
        .boxed()
    }
}

/// The job that forgets samples when their time is over.
pub struct ForgetSamples(pub AppState);

impl Handler for ForgetSamples {
    fn kind(&self) -> &'static str {
        "calls.forget_samples"
    }

    fn every(&self) -> Option<Duration> {
        Some(Duration::from_secs(3600))
    }

    fn run(&self, _: Job) -> BoxFuture<'_, Result<(), JobError>> {
        async move {
            let before = self.0.clock.now().minus(KEPT);
            loop {
                let forgotten = self
                    .0
                    .db
                    .transaction(move |conn| async move { records::forget_samples(conn, before, BATCH).await }.boxed())
                    .await?;
                if forgotten < BATCH as u64 {
                    return Ok(());
                }
            }
        }
        .boxed()
    }
}

/// One call, as its summary shows it.
///
/// # Errors
/// [`AppError::NotFound`] for a call that this person was no part of.
pub async fn summary(state: &AppState, viewer: &Viewer, call: CallId) -> Result<CallSummary, AppError> {
    let mut conn = state.db.read().await?;
    let past = history::past_call(&mut conn, viewer.id, call)
        .await?
        .ok_or(AppError::NotFound)?;
    let (mine, theirs): (Vec<_>, Vec<_>) = records::sides(&mut conn, call)
        .await?
        .into_iter()
        .partition(|side| side.user == viewer.id);
    let my_device = mine.first().and_then(|side| side.device);
    let connection = match (past.started_at, past.ended) {
        (Some(start), Some(_)) => {
            let kept = mine.into_iter().find_map(|side| side.totals);
            connection(&mut conn, viewer, call, start, kept).await?
        }
        _ => None,
    };
    Ok(CallSummary {
        my_device,
        their_device: theirs.first().and_then(|side| side.device),
        connection,
        feedback: records::feedback(&mut conn, call, viewer.id).await?,
        call: view(state, viewer, past),
    })
}

/// How the connection was: by the totals that are `kept`, or, just after the end, by the samples themselves.
async fn connection(
    conn: &mut Conn,
    viewer: &Viewer,
    call: CallId,
    start: Micros,
    kept: Option<Totals>,
) -> Result<Option<ConnectionView>, AppError> {
    let samples = records::samples(conn, call, viewer.id).await?;
    let totals = kept.or_else(|| Totals::of(&samples));
    Ok(totals.map(|totals| ConnectionView {
        totals,
        course: course(&samples, start),
    }))
}

/// The form of feedback, as it was sent.
#[derive(Clone, Debug, Default)]
pub struct FeedbackForm {
    /// 1 to 5; empty where none was chosen.
    pub stars: String,
    /// Names of tags.
    pub tags: Vec<String>,
    /// In words.
    pub note: String,
}

impl FeedbackForm {
    fn parse(&self) -> Result<Feedback, AppError> {
        let mut problems = Problems::new();
        let stars = problems.check("stars", parse_stars(&self.stars));
        let tags = problems.check("tags", parse_tags(&self.tags));
        let note = problems.check("note", parse_note(&self.note));
        let (Some(stars), Some(tags), Some(note)) = (stars, tags, note) else {
            return Err(problems.into_error());
        };
        Ok(Feedback { stars, tags, note })
    }
}

/// Keeps what somebody says of a call that is over, in place of what they said before.
///
/// # Errors
/// What cannot be used as it is, and [`AppError::NotFound`] for a call that goes on or that this person was no part of.
pub async fn save_feedback(
    state: &AppState,
    viewer: &Viewer,
    call: CallId,
    form: &FeedbackForm,
) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let past = history::past_call(&mut state.db.read().await?, viewer.id, call).await?;
    if past.is_none_or(|past| past.ended.is_none()) {
        return Err(AppError::NotFound);
    }
    let feedback = form.parse()?;
    let (user, now) = (viewer.id, state.clock.now());
    let write = state
        .db
        .transaction(move |conn| async move { records::save_feedback(conn, call, user, &feedback, now).await }.boxed());
    Ok(write.await?)
}
