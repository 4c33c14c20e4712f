//! What is measured and said of calls: samples come in, are rolled up after the end, are shown in the summary, and are forgotten in the end.

use std::collections::BTreeSet;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::Calls;
use super::history::view;
use crate::accounts::model::Viewer;
use crate::calls::measured::{Handed, Waiting, in_order};
use crate::calls::model::{CallId, QualitySample, SeatId};
use crate::calls::records::course::course;
use crate::calls::records::feedback::{Feedback, parse_note, parse_stars, parse_tags};
use crate::calls::records::sample::{KEPT, LATE, TimedSample};
use crate::calls::records::summary::{CallSummary, ConnectionView};
use crate::calls::records::totals::Totals;
use crate::calls::store::records::Kept;
use crate::calls::store::{history, records};
use crate::calls::wire::CallNews;
use crate::kernel::error::{AppError, Problems};
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::realtime::socket::Who;
use crate::server::db::{Conn, StoreError};
use crate::server::jobs::{self, Handler, Job, JobError, NewJob};
use crate::server::limits::Limit;
use crate::server::state::AppState;

const ROLL_UP: &str = "calls.roll_up";
/// Tabs hear of the end and hand in what is left, which is written down with the next sweep.
const WRITTEN_AFTER: Duration = Duration::from_secs(5);
/// Samples forgotten in one transaction: others want to write too.
const BATCH: i64 = 500;

impl Calls {
    /// Takes a sample from the seat that somebody has, or had until some minutes ago. One that cannot have been measured is refused; one too
    /// many is dropped without a word.
    pub(super) async fn sample(
        &self,
        who: Who,
        (call, seat): (CallId, SeatId),
        (number, ago_ms): (u32, u32),
        sample: QualitySample,
    ) -> Result<bool, AppError> {
        let (place, now) = ((call, who.user), self.state.clock.now());
        if !sample.is_plausible() {
            return Ok(false);
        }
        if !self.seats().measured.knows(place, seat, now) && !self.learn_place(place, seat, now).await? {
            return Ok(false);
        }
        let handed = Handed {
            place,
            seat,
            connection: who.connection,
            number,
            timed: TimedSample {
                at: now.minus(Duration::from_millis(ago_ms.into())),
                sample,
            },
        };
        self.seats().measured.take(handed, now);
        Ok(true)
    }

    /// Looks up what was measured at a seat of which this process has heard nothing; `false` unless it may hand in samples.
    async fn learn_place(&self, place: (CallId, UserId), seat: SeatId, now: Micros) -> Result<bool, AppError> {
        let (call, user) = place;
        let found = records::place(&mut self.state.db.read().await?, call, user).await?;
        let Some(found) = found.filter(|found| found.seat == Some(seat)) else {
            return Ok(false);
        };
        let mut seats = self.seats();
        // Where nobody sits here, nobody says here that the call has ended: it is looked up again.
        let sits = seats.of(call, user).is_some_and(|seated| seated.seat == seat);
        let until = match found.ended_at {
            Some(end) => Some(end.plus(LATE)),
            None => (!sits).then(|| now.plus(LATE)),
        };
        if until.is_some_and(|until| until < now) {
            return Ok(false);
        }
        seats.measured.learn(place, seat, &found, until);
        Ok(true)
    }

    /// Writes samples down, and tells their tabs.
    pub(super) async fn write_samples(&self, waiting: &[Waiting], now: Micros) -> Result<(), AppError> {
        let samples = in_order(waiting.iter().filter_map(|waiting| waiting.sample));
        if !samples.is_empty() {
            self.write(move |conn| {
                async move {
                    // Of these the totals may have been made.
                    let mut over = BTreeSet::new();
                    for fresh in samples {
                        let (call, user) = fresh.place;
                        if records::insert_sample(conn, call, user, fresh.timed).await? == Kept::AfterTheEnd {
                            over.insert(call);
                        }
                    }
                    for call in over {
                        jobs::enqueue(conn, roll_up(call, now)).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await?;
        }
        for receipt in waiting.iter().filter_map(|waiting| waiting.receipt) {
            let news = CallNews::Sampled {
                call: receipt.call,
                seat: receipt.seat,
                number: receipt.number,
            };
            self.state.hub.to_connection(receipt.connection, &news);
        }
        Ok(())
    }
}

/// The job that makes totals of a call's samples. Asked for again when one comes late.
pub(super) fn roll_up(call: CallId, now: Micros) -> NewJob {
    NewJob::new(ROLL_UP, now)
        .at(now.plus(WRITTEN_AFTER))
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
            let now = self.0.clock.now();
            let before = now.minus(KEPT);
            // Where the totals could not be made, they are made now, and the samples are forgotten the next time.
            let untold = records::without_totals(&mut self.0.db.read().await?, before, BATCH).await?;
            if !untold.is_empty() {
                let ask_again = self.0.db.transaction(move |conn| {
                    async move {
                        for call in untold {
                            jobs::enqueue(conn, roll_up(call, now)).await?;
                        }
                        Ok::<_, StoreError>(())
                    }
                    .boxed()
                });
                ask_again.await?;
            }
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
    let local = |at: Micros| state.clock.local(at, &viewer.time_zone);
    let until_media = past
        .started_at
        .zip(past.first_media_at)
        .map(|(start, media)| media.since(start));
    Ok(CallSummary {
        ended_at: past.ended.map(|(at, ..)| local(at)),
        first_media_ms: until_media.map(|wait| u32::try_from(wait.as_millis()).unwrap_or(u32::MAX)),
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
