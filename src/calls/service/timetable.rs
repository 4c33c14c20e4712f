//! The timetable of calls: heartbeats are written down, silences told and judged, calls ended.

use std::time::Duration;

use futures::FutureExt as _;

use super::records::roll_up;
use super::{Calls, lock_name};
use crate::calls::model::{CallId, Course, EndReason, GONE_AFTER, LOST_AFTER, PartnerState, TOLD_AFTER};
use crate::calls::store::{self, Participant, records};
use crate::calls::wire::CallNews;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::jobs;

/// How often heartbeats are written down and silences looked for.
const SWEEP: Duration = Duration::from_millis(500);
/// A partner's browser may report the last media of somebody who has gone for this long.
const ECHO: Duration = Duration::from_secs(3);

impl Calls {
    /// Writes heartbeats down and acts on silences, for as long as the process lives.
    pub async fn keep_sweeping(self) {
        // Nobody is judged by a clock of before the start.
        loop {
            let now = self.state.clock.now();
            match self.write(move |conn| store::reset_clocks(conn, now).boxed()).await {
                Ok(()) => break,
                Err(error) => tracing::error!(%error, "clocks of open calls not reset; trying again"),
            }
            tokio::time::sleep(SWEEP).await;
        }
        let mut ticks = tokio::time::interval(SWEEP);
        ticks.set_missed_tick_behavior(tokio::time::MissedTickBehavior::Delay);
        loop {
            ticks.tick().await;
            if let Err(error) = self.sweep().await {
                tracing::warn!(%error, "calls not swept");
            }
        }
    }

    /// Writes heartbeats down and acts on silences at this moment.
    ///
    /// # Errors
    /// When the database does not answer. The heartbeats then count at the next try: nobody is silent because our database was.
    pub async fn sweep(&self) -> Result<(), AppError> {
        let now = self.state.clock.now();
        let (beats, media, samples) = {
            let mut seats = self.seats();
            let beats = seats.drain_heartbeats();
            (beats, seats.measured.drain_media(), seats.measured.drain_samples(now))
        };
        let swept = self.sweep_with(&beats, &media, now).await;
        if swept.is_err() {
            let mut seats = self.seats();
            seats.restore_heartbeats(beats);
            seats.measured.restore_media(media);
        }
        let written = self.write_samples(&samples, now).await;
        if written.is_err() {
            self.seats().measured.restore_samples(samples);
        }
        swept.and(written)
    }

    async fn sweep_with(
        &self,
        beats: &[(CallId, UserId, Micros)],
        media: &[(CallId, Micros)],
        now: Micros,
    ) -> Result<(), AppError> {
        let told = store::noteworthy(&mut self.state.db.read().await?, now.minus(TOLD_AFTER)).await?;
        if !(beats.is_empty() && media.is_empty()) {
            let (beats, media) = (beats.to_vec(), media.to_vec());
            self.write(move |conn| {
                async move {
                    for (call, user, at) in beats {
                        store::heartbeat(conn, call, user, at).await?;
                    }
                    for (call, at) in media {
                        records::set_first_media(conn, call, at).await?;
                    }
                    Ok(())
                }
                .boxed()
            })
            .await?;
        }
        for participant in told {
            let (call, user) = (participant.call_id, participant.user_id);
            let beat = beats
                .iter()
                .find(|(of, by, _)| *of == call && *by == user)
                .map(|(.., at)| *at);
            if let Err(error) = self.judge(&participant, beat, now).await {
                tracing::warn!(%call, %error, "a participant was not judged");
            }
        }
        Ok(())
    }

    /// What follows from one participant's silence or departure. `beat` is a heartbeat that came just now.
    async fn judge(&self, participant: &Participant, beat: Option<Micros>, now: Micros) -> Result<(), AppError> {
        let (call, user) = (participant.call_id, participant.user_id);
        let heard = beat.map_or(participant.last_heartbeat_at, |beat| {
            beat.max(participant.last_heartbeat_at)
        });
        let silence = now.since(heard);
        if participant.is_closed {
            return self
                .end(call, EndReason::PartnershipEnded, participant.closed_by, now, None)
                .await;
        }
        if let Some(gone_at) = participant.gone_at {
            if heard > gone_at.plus(ECHO) {
                self.write(move |conn| store::set_gone(conn, call, user, None).boxed())
                    .await?;
                self.tell_here(call, user);
            } else if now.since(gone_at) >= GONE_AFTER {
                let absence = Absence::Gone(user);
                return self
                    .end(call, EndReason::Left, Some(user), gone_at, Some(absence))
                    .await;
            }
        }
        if silence >= LOST_AFTER {
            let absence = Absence::Silent(user, heard);
            return self
                .end(call, EndReason::ConnectionLost, Some(user), heard, Some(absence))
                .await;
        }
        if silence >= TOLD_AFTER {
            if participant.told_lost {
                return Ok(());
            }
            let is_first = self
                .write(move |conn| store::set_told(conn, call, user).boxed())
                .await?;
            if is_first && participant.gone_at.is_none() && participant.seat_id.is_some() {
                self.tell_partner(call, user, PartnerState::Silent);
            }
        } else if participant.told_lost && participant.gone_at.is_none() {
            self.tell_here(call, user);
        }
        Ok(())
    }

    /// Ends a call. With an `absence`, only if that person is still absent when it comes to it.
    pub(super) async fn end(
        &self,
        call: CallId,
        reason: EndReason,
        by: Option<UserId>,
        at: Micros,
        absence: Option<Absence>,
    ) -> Result<(), AppError> {
        // Of this call nothing may wait for the next sweep: what it ended by depends on it, and it is rolled up soon. What the sweep then writes
        // again is there already.
        let (samples, media, had_something_to_send) = {
            let seats = self.seats();
            let measured = &seats.measured;
            let sending = measured.had_something_to_send(call);
            (measured.unwritten_of(call), measured.first_media(call), sending)
        };
        let now = self.state.clock.now();
        let ended = self
            .write(move |conn| {
                async move {
                    conn.lock(&lock_name(call)).await?;
                    let both = store::participants(conn, call).await?;
                    let is_due = absence.is_none_or(|absence| both.iter().any(|one| absence.holds(one)));
                    let Some(first) = both.first().filter(|_| is_due) else {
                        return Ok(None);
                    };
                    let reason = reason.kept(Course {
                        together: first.started_at.map(|start| at.since(start)),
                        had_media: media.is_some() || first.first_media_at.is_some(),
                        had_something_to_send,
                    });
                    // Of two who never met, neither ended anything.
                    let by = by.filter(|_| reason != EndReason::Timeout);
                    // Participants, samples, the call: the order of the sweep, which may write at this moment.
                    let end = first.started_at.map_or(at, |start| at.max(start));
                    for one in both.iter().filter(|one| one.seat_id.is_some()) {
                        store::set_left(conn, call, one.user_id, left_at(one, end)).await?;
                    }
                    for fresh in samples {
                        let (_, user) = fresh.place;
                        records::insert_sample(conn, call, user, fresh.timed).await?;
                    }
                    if !store::end(conn, call, reason, by, at, media).await? {
                        return Ok(None);
                    }
                    jobs::enqueue(conn, roll_up(call, now)).await?;
                    let people: Vec<UserId> = both.iter().map(|one| one.user_id).collect();
                    Ok(Some((people, reason, by)))
                }
                .boxed()
            })
            .await?;
        let Some((people, reason, by)) = ended else {
            return Ok(());
        };
        tracing::info!(%call, reason = reason.name(), "call ended");
        self.rise(call, &people);
        for user in people {
            let by_me = by == Some(user);
            self.state.hub.to_user(user, &CallNews::Ended { call, reason, by_me });
        }
        Ok(())
    }

    fn tell_here(&self, call: CallId, user: UserId) {
        let state = self
            .seats()
            .of(call, user)
            // Their media arrive, and they have not been back since this process began.
            .map_or(PartnerState::Silent, |seated| PartnerState::Here { seat: seated.seat });
        self.tell_partner(call, user, state);
    }
}

/// When somebody who sat in a call was there for the last time, of one that ends at `end`.
fn left_at(one: &Participant, end: Micros) -> Micros {
    let gone = one.gone_at.unwrap_or(end);
    let silent = if one.told_lost { one.last_heartbeat_at } else { end };
    gone.min(silent).min(end)
}

/// Why somebody's absence ends a call.
#[derive(Clone, Copy)]
pub(super) enum Absence {
    /// Their page said that it went.
    Gone(UserId),
    /// Nothing was heard of them since.
    Silent(UserId, Micros),
}

impl Absence {
    /// Whether it still holds for a participant as just read.
    fn holds(self, one: &Participant) -> bool {
        match self {
            Self::Gone(user) => one.user_id == user && one.gone_at.is_some(),
            Self::Silent(user, heard) => one.user_id == user && one.last_heartbeat_at <= heard,
        }
    }
}
