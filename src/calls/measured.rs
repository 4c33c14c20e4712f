//! What tabs have told of their calls and is not written down yet: samples, and that media come. Written with the heartbeats, in the same
//! transaction; what is lost with the process is half a second.

use std::collections::{HashMap, HashSet};

use super::model::{CallId, SeatId};
use super::records::sample::{CLOSEST, LATE, MOST, TimedSample};
use super::wire::MediaState;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;

/// One person in one call.
type Place = (CallId, UserId);

/// How much of somebody was taken.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Quota {
    /// How many samples.
    pub(super) count: u32,
    /// When the last of them came.
    pub(super) last: Option<Micros>,
}

impl Quota {
    fn has_room(self, now: Micros) -> bool {
        self.count < MOST && self.last.is_none_or(|last| now.since(last) >= CLOSEST)
    }
}

/// What waits to be written down.
#[derive(Clone, Debug, Default)]
pub(super) struct Unwritten {
    /// Samples, as they came.
    pub(super) samples: Vec<(Place, TimedSample)>,
    /// When media first came, by call.
    pub(super) media: Vec<(CallId, Micros)>,
}

/// What this process was told of calls that go on.
#[derive(Debug, Default)]
pub(super) struct Measured {
    unwritten: Unwritten,
    quotas: HashMap<Place, Quota>,
    /// Since when media come, as far as this process knows.
    media: HashMap<CallId, Micros>,
    /// Calls in which either has had something to send.
    sending: HashSet<CallId>,
    /// Who sat in calls that are over, and until when their last sample is awaited.
    late: HashMap<Place, (SeatId, Micros)>,
}

impl Measured {
    /// How much of somebody was taken; `None` if this process does not know yet.
    pub(super) fn quota(&self, call: CallId, user: UserId) -> Option<Quota> {
        self.quotas.get(&(call, user)).copied()
    }

    /// Takes a sample if there is room for it. `before` is what was taken before this process knew of it.
    pub(super) fn take(&mut self, call: CallId, user: UserId, before: Quota, timed: TimedSample) {
        let place = (call, user);
        let quota = self.quotas.entry(place).or_insert(before);
        if quota.has_room(timed.at) {
            quota.count += 1;
            quota.last = Some(timed.at);
            self.unwritten.samples.push((place, timed));
        }
    }

    /// Takes the last sample of somebody whose call has just ended; `false` unless it is awaited from this seat.
    pub(super) fn take_late(&mut self, call: CallId, user: UserId, seat: SeatId, timed: TimedSample) -> bool {
        let place = (call, user);
        let is_awaited = self
            .late
            .get(&place)
            .is_some_and(|(of, until)| *of == seat && timed.at <= *until);
        if is_awaited {
            self.late.remove(&place);
            self.unwritten.samples.push((place, timed));
        }
        is_awaited
    }

    /// Media of one reached the other.
    pub(super) fn media_came(&mut self, call: CallId, now: Micros) {
        if self.media.contains_key(&call) {
            return;
        }
        self.media.insert(call, now);
        self.unwritten.media.push((call, now));
    }

    /// Since when media come.
    pub(super) fn first_media(&self, call: CallId) -> Option<Micros> {
        self.media.get(&call).copied()
    }

    /// Somebody sends this, or would.
    pub(super) fn sends(&mut self, call: CallId, media: MediaState) {
        if media.microphone || media.camera || media.screen {
            self.sending.insert(call);
        }
    }

    /// Whether either has had something to send.
    pub(super) fn had_something_to_send(&self, call: CallId) -> bool {
        self.sending.contains(&call)
    }

    /// What waits to be written down of one call.
    pub(super) fn unwritten_of(&self, call: CallId) -> Vec<(Place, TimedSample)> {
        let of_call = |((of, _), _): &&(Place, TimedSample)| *of == call;
        self.unwritten.samples.iter().filter(of_call).copied().collect()
    }

    /// What waits to be written down.
    pub(super) fn drain(&mut self, now: Micros) -> Unwritten {
        self.late.retain(|_, (_, until)| now <= *until);
        let mut unwritten = std::mem::take(&mut self.unwritten);
        // In one order for every process: two that write at once cannot deadlock.
        unwritten.media.sort_unstable();
        unwritten
    }

    /// Takes back what could not be written down.
    pub(super) fn restore(&mut self, unwritten: Unwritten) {
        self.unwritten.samples.extend(unwritten.samples);
        self.unwritten.media.extend(unwritten.media);
    }

    /// The call is over; those who `sat` in it may hand in what they have measured since their last sample.
    pub(super) fn close(&mut self, call: CallId, sat: impl Iterator<Item = (UserId, SeatId)>, now: Micros) {
        self.late
            .extend(sat.map(|(user, seat)| ((call, user), (seat, now.plus(LATE)))));
        self.quotas.retain(|(of, _), _| *of != call);
        self.media.remove(&call);
        self.sending.remove(&call);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::model::QualitySample;
    use std::time::Duration;
    use uuid::Uuid;

    const START: Micros = Micros(1_777_885_200_000_000);

    fn timed(ms: u64) -> TimedSample {
        TimedSample {
            at: START.plus(Duration::from_millis(ms)),
            sample: QualitySample::default(),
        }
    }

    fn place() -> (CallId, UserId, SeatId) {
        let id = Uuid::from_u128(7);
        (CallId::from_uuid(id), UserId::from_uuid(id), SeatId::from_uuid(id))
    }

    #[test]
    fn samples_keep_their_distance_and_have_an_end() {
        let (call, user, _) = place();
        let mut measured = Measured::default();
        for ms in [0, 4_999, 5_000, 9_000, 10_000] {
            measured.take(call, user, Quota::default(), timed(ms));
        }
        let taken: Vec<TimedSample> = measured
            .drain(START)
            .samples
            .into_iter()
            .map(|(_, timed)| timed)
            .collect();
        assert_eq!(taken, [timed(0), timed(5_000), timed(10_000)]);
        let full = Quota {
            count: MOST - 1,
            last: None,
        };
        let other = UserId::from_uuid(Uuid::from_u128(8));
        for ms in [0, 10_000, 20_000] {
            measured.take(call, other, full, timed(ms));
        }
        assert_eq!(measured.drain(START).samples.len(), 1, "eight hours are full");
    }

    #[test]
    fn what_could_not_be_written_is_not_lost() {
        let (call, user, _) = place();
        let mut measured = Measured::default();
        measured.take(call, user, Quota::default(), timed(0));
        measured.media_came(call, START);
        let unwritten = measured.drain(START);
        assert_eq!((unwritten.samples.len(), unwritten.media.len()), (1, 1));
        assert!(measured.drain(START).samples.is_empty());
        measured.restore(unwritten);
        measured.media_came(call, START.plus(Duration::from_secs(9)));
        let again = measured.drain(START);
        assert_eq!(again.media, [(call, START)], "only the first time counts");
        assert_eq!(again.samples.len(), 1);
    }

    #[test]
    fn the_last_sample_may_come_a_moment_after_the_end_once_and_from_the_seat_only() {
        let (call, user, seat) = place();
        let stranger = SeatId::from_uuid(Uuid::from_u128(9));
        let mut measured = Measured::default();
        assert!(!measured.take_late(call, user, seat, timed(0)), "nothing has ended");
        measured.close(call, [(user, seat)].into_iter(), START);
        assert!(!measured.take_late(call, user, stranger, timed(1_000)));
        assert!(measured.take_late(call, user, seat, timed(10_000)));
        assert!(!measured.take_late(call, user, seat, timed(10_000)), "twice");
        measured.close(call, [(user, seat)].into_iter(), START);
        assert!(!measured.take_late(call, user, seat, timed(10_001)), "too late");
        measured.drain(START.plus(LATE + Duration::from_millis(1)));
        assert!(measured.late.is_empty(), "what is over is forgotten");
    }

    #[test]
    fn only_what_can_be_seen_or_heard_is_something_to_send() {
        let (call, ..) = place();
        let mut measured = Measured::default();
        measured.sends(call, MediaState::default());
        assert!(!measured.had_something_to_send(call));
        for on in 0..3 {
            let mut measured = Measured::default();
            measured.sends(
                call,
                MediaState {
                    microphone: on == 0,
                    camera: on == 1,
                    screen: on == 2,
                },
            );
            assert!(measured.had_something_to_send(call));
            measured.close(call, std::iter::empty(), START);
            assert!(!measured.had_something_to_send(call));
        }
    }
}
