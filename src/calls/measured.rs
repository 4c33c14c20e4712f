//! What tabs have told of their calls and is not written down yet: that media come, which is written with the heartbeats, and samples, some at a
//! time and in a transaction of their own: they are statistics, and no call may suffer from them. What is lost with the process tabs send again: a
//! sample is acknowledged when it is written.

use std::collections::{HashMap, HashSet, VecDeque};

use super::model::{CallId, SeatId};
use super::records::sample::{CLOSEST, LATE, MOST, SPARE, TimedSample};
use super::store::records::MeasuredPlace;
use super::wire::MediaState;
use crate::kernel::id::{ConnectionId, UserId};
use crate::kernel::time::Micros;

/// How many samples are written in one transaction: others want to write too.
pub(super) const BATCH: usize = 1_000;
/// How many wait at most, some megabytes; then the oldest go. A database that is away for long shall not fill the memory.
const WAITING: usize = 5_000;

/// One person in one call.
pub(super) type Place = (CallId, UserId);

/// What a tab hands in.
#[derive(Clone, Copy, Debug)]
pub(super) struct Handed {
    pub(super) place: Place,
    pub(super) seat: SeatId,
    pub(super) connection: ConnectionId,
    /// Counts the samples of the seat; 0 is not counted.
    pub(super) number: u32,
    pub(super) timed: TimedSample,
}

/// A sample that waits to be written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Fresh {
    pub(super) place: Place,
    pub(super) timed: TimedSample,
}

/// To be told to a tab when everything that came before is written down.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Receipt {
    pub(super) connection: ConnectionId,
    pub(super) call: CallId,
    pub(super) seat: SeatId,
    pub(super) number: u32,
}

/// What a tab has handed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Waiting {
    /// To be written down; nothing if it was taken before.
    pub(super) sample: Option<Fresh>,
    /// Whom to tell then.
    pub(super) receipt: Option<Receipt>,
}

/// How much of somebody was taken, and who may hand in more.
#[derive(Debug)]
struct Quota {
    /// Since when there is anything to measure.
    since: Micros,
    count: u32,
    /// When the last one ended.
    last: Option<Micros>,
    witnesses: Vec<Witness>,
}

/// A tab that sits there, or sat there until lately.
#[derive(Debug)]
struct Witness {
    seat: SeatId,
    /// The last number that was taken; `None` where that was before this process, if at all.
    number: Option<u32>,
    /// For how long it may hand in what it has left; nothing while it sits there.
    until: Option<Micros>,
}

impl Quota {
    /// As many as the time of the call has room for.
    fn has_room(&self, now: Micros) -> bool {
        let fits = now.since(self.since).as_secs() / CLOSEST.as_secs();
        let fits = u32::try_from(fits).unwrap_or(u32::MAX).saturating_add(SPARE);
        self.count < MOST.min(fits)
    }

    /// Whether this sample was taken before. Of what an earlier process took only the time is known: two of one seat do not end in one second.
    fn has(&self, known: Option<u32>, handed: &Handed) -> bool {
        match (handed.number, known) {
            (0, _) => false,
            (number, Some(known)) => number <= known,
            (_, None) => self.last.is_some_and(|last| handed.timed.at < last.plus(SAME)),
        }
    }
}

/// How far apart the times of one sample may be that came twice: it is as old as its tab says, plus the way.
const SAME: std::time::Duration = std::time::Duration::from_secs(1);

/// What this process was told of calls that go on, or ended lately.
#[derive(Debug, Default)]
pub(super) struct Measured {
    /// As it came, the oldest first.
    waiting: VecDeque<Waiting>,
    /// When media first came, by call, where that is not written down.
    unwritten_media: Vec<(CallId, Micros)>,
    quotas: HashMap<Place, Quota>,
    /// Since when media come, as far as this process knows.
    media: HashMap<CallId, Micros>,
    /// Calls in which either has had something to send.
    sending: HashSet<CallId>,
}

impl Measured {
    /// Whether this tab may hand in samples, as far as this process knows.
    pub(super) fn knows(&self, place: Place, seat: SeatId, now: Micros) -> bool {
        let may_speak = |witness: &Witness| witness.seat == seat && witness.until.is_none_or(|until| now <= until);
        self.quotas
            .get(&place)
            .is_some_and(|quota| quota.witnesses.iter().any(may_speak))
    }

    /// This tab may hand in samples: it sits at the place, or did when the call ended. `until` then, or as long as its call goes on.
    pub(super) fn learn(&mut self, place: Place, seat: SeatId, found: &MeasuredPlace, until: Option<Micros>) {
        let quota = self.quotas.entry(place).or_insert_with(|| Quota {
            since: found.created_at,
            count: u32::try_from(found.count).unwrap_or(u32::MAX),
            last: found.last,
            witnesses: Vec::new(),
        });
        quota.witnesses.retain(|witness| witness.seat != seat);
        quota.witnesses.push(Witness {
            seat,
            number: None,
            until,
        });
    }

    /// Takes a sample of a tab that is known, unless it was taken before or is one too many.
    pub(super) fn take(&mut self, handed: Handed, now: Micros) {
        let Some(quota) = self.quotas.get_mut(&handed.place) else {
            return;
        };
        let Some(at) = quota.witnesses.iter().position(|witness| witness.seat == handed.seat) else {
            return;
        };
        let is_known = quota.has(quota.witnesses[at].number, &handed);
        let witness = &mut quota.witnesses[at];
        let receipt = (handed.number > 0).then_some(Receipt {
            connection: handed.connection,
            call: handed.place.0,
            seat: handed.seat,
            number: handed.number,
        });
        if receipt.is_some() {
            witness.number = Some(handed.number.max(witness.number.unwrap_or_default()));
        }
        if is_known || !quota.has_room(now) {
            if receipt.is_some() {
                self.wait(Waiting { sample: None, receipt });
            }
            return;
        }
        // No two at one point in time, none of before the call.
        let after = quota.last.map_or(quota.since, |last| Micros(last.0 + 1));
        let timed = TimedSample {
            at: handed.timed.at.max(after),
            ..handed.timed
        };
        quota.count += 1;
        quota.last = Some(timed.at);
        let sample = Some(Fresh {
            place: handed.place,
            timed,
        });
        self.wait(Waiting { sample, receipt });
    }

    fn wait(&mut self, waiting: Waiting) {
        if self.waiting.len() >= WAITING {
            self.waiting.pop_front();
        }
        self.waiting.push_back(waiting);
    }

    /// Somebody has left this seat for another one.
    pub(super) fn moved(&mut self, call: CallId, user: UserId, seat: SeatId, now: Micros) {
        let witnesses = self.quotas.get_mut(&(call, user)).map(|quota| &mut quota.witnesses);
        for witness in witnesses.into_iter().flatten().filter(|witness| witness.seat == seat) {
            witness.until = Some(now.plus(LATE));
        }
    }

    /// Media of one reached the other.
    pub(super) fn media_came(&mut self, call: CallId, now: Micros) {
        if self.media.contains_key(&call) {
            return;
        }
        self.media.insert(call, now);
        self.unwritten_media.push((call, now));
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

    /// The samples of one call that wait to be written down.
    pub(super) fn unwritten_of(&self, call: CallId) -> Vec<Fresh> {
        let samples = self.waiting.iter().filter_map(|waiting| waiting.sample);
        in_order(samples.filter(|fresh| fresh.place.0 == call))
    }

    /// When media first came, by call, to be written down; in one order for every process, so that two that write at once cannot deadlock.
    pub(super) fn drain_media(&mut self) -> Vec<(CallId, Micros)> {
        let mut media = std::mem::take(&mut self.unwritten_media);
        media.sort_unstable();
        media
    }

    /// Takes back what could not be written down.
    pub(super) fn restore_media(&mut self, media: Vec<(CallId, Micros)>) {
        self.unwritten_media.extend(media);
    }

    /// The oldest of what was handed in, to be written down; at most [`BATCH`]. Forgets the tabs whose time is over.
    pub(super) fn drain_samples(&mut self, now: Micros) -> Vec<Waiting> {
        self.quotas.retain(|_, quota| {
            quota
                .witnesses
                .retain(|witness| witness.until.is_none_or(|until| now <= until));
            !quota.witnesses.is_empty()
        });
        let count = self.waiting.len().min(BATCH);
        self.waiting.drain(..count).collect()
    }

    /// Takes back what could not be written down, as far as there is room: what came meanwhile is newer.
    pub(super) fn restore_samples(&mut self, waiting: Vec<Waiting>) {
        let room = WAITING.saturating_sub(self.waiting.len());
        for waiting in waiting.into_iter().rev().take(room) {
            self.waiting.push_front(waiting);
        }
    }

    /// The call is over; those who sat in it may hand in what they have measured since their last sample.
    pub(super) fn close(&mut self, call: CallId, now: Micros) {
        let of_call = self.quotas.iter_mut().filter(|((of, _), _)| *of == call);
        for witness in of_call.flat_map(|(_, quota)| &mut quota.witnesses) {
            witness.until.get_or_insert(now.plus(LATE));
        }
        self.media.remove(&call);
        self.sending.remove(&call);
    }
}

/// In one order for everybody who writes: two that write the same at once cannot deadlock.
pub(super) fn in_order(samples: impl Iterator<Item = Fresh>) -> Vec<Fresh> {
    let mut samples: Vec<Fresh> = samples.collect();
    samples.sort_unstable_by_key(|fresh| (fresh.place, fresh.timed.at));
    samples
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::model::QualitySample;
    use std::time::Duration;
    use uuid::Uuid;

    const START: Micros = Micros(1_777_885_200_000_000);

    fn place() -> Place {
        let id = Uuid::from_u128(7);
        (CallId::from_uuid(id), UserId::from_uuid(id))
    }

    fn seat(n: u128) -> SeatId {
        SeatId::from_uuid(Uuid::from_u128(n))
    }

    fn after(ms: u64) -> Micros {
        START.plus(Duration::from_millis(ms))
    }

    /// A sample whose span ended so long after the start.
    fn sample(number: u32, ms: u64) -> Handed {
        Handed {
            place: place(),
            seat: seat(1),
            connection: ConnectionId::from_uuid(Uuid::from_u128(9)),
            number,
            timed: TimedSample {
                at: after(ms),
                sample: QualitySample::default(),
            },
        }
    }

    fn found(count: i64, last: Option<Micros>) -> MeasuredPlace {
        MeasuredPlace {
            seat: Some(seat(1)),
            created_at: START,
            ended_at: None,
            count,
            last,
        }
    }

    fn seated() -> Measured {
        let mut measured = Measured::default();
        measured.learn(place(), seat(1), &found(0, None), None);
        measured
    }

    fn samples(waiting: &[Waiting]) -> Vec<Fresh> {
        waiting.iter().filter_map(|waiting| waiting.sample).collect()
    }

    fn receipts(waiting: &[Waiting]) -> Vec<u32> {
        let receipts = waiting.iter().filter_map(|waiting| waiting.receipt);
        receipts.map(|receipt| receipt.number).collect()
    }

    /// When what is written ended, in milliseconds since the start.
    fn written(measured: &mut Measured) -> Vec<u64> {
        let times = samples(&measured.drain_samples(START))
            .into_iter()
            .map(|fresh| fresh.timed.at.since(START).as_millis() as u64);
        times.collect()
    }

    #[test]
    fn there_are_as_many_samples_as_the_call_has_room_for() {
        let mut measured = seated();
        for second in 0..=20 {
            measured.take(sample(0, second * 1_000), after(second * 1_000));
        }
        assert_eq!(written(&mut measured), [0, 1_000, 5_000, 10_000, 15_000, 20_000]);
        let mut full = Measured::default();
        full.learn(place(), seat(1), &found(i64::from(MOST) - 1, None), None);
        let day = 24 * 3_600_000;
        for ms in [day, day + 60_000] {
            full.take(sample(0, ms), after(ms));
        }
        assert_eq!(written(&mut full), [day], "eight hours are full");
    }

    #[test]
    fn what_waited_for_the_socket_comes_at_once_and_stands_where_it_was_measured() {
        let mut measured = seated();
        let back = 300_000;
        for number in 1..=30 {
            measured.take(sample(number, u64::from(number) * 10_000), after(back));
        }
        let all = written(&mut measured);
        assert_eq!((all.len(), all[0], all[29]), (30, 10_000, 300_000));
    }

    #[test]
    fn a_sample_that_comes_twice_is_kept_once_and_acknowledged_again() {
        let mut measured = seated();
        for number in [1, 2, 1, 2, 3] {
            measured.take(sample(number, u64::from(number) * 10_000), after(60_000));
        }
        let drained = measured.drain_samples(START);
        assert_eq!((samples(&drained).len(), receipts(&drained)), (3, vec![1, 2, 1, 2, 3]));
        // Another process has heard nothing of it, and finds the last one in the database.
        let mut other = Measured::default();
        other.learn(place(), seat(1), &found(3, Some(after(30_000))), None);
        for (number, ms) in [(3, 30_040), (4, 40_000)] {
            other.take(sample(number, ms), after(60_000));
        }
        assert_eq!(written(&mut other), [40_000]);
    }

    #[test]
    fn no_two_are_of_one_moment_and_none_of_before_the_call() {
        let mut measured = seated();
        let early = Handed {
            timed: TimedSample {
                at: START.minus(Duration::from_secs(99)),
                ..sample(0, 0).timed
            },
            ..sample(0, 0)
        };
        measured.take(early, after(10_000));
        measured.take(early, after(10_000));
        let drained = samples(&measured.drain_samples(START));
        let times: Vec<Micros> = drained.iter().map(|fresh| fresh.timed.at).collect();
        assert_eq!(times, [START, Micros(START.0 + 1)]);
    }

    #[test]
    fn what_could_not_be_written_is_not_lost() {
        let mut measured = seated();
        measured.take(sample(1, 0), START);
        measured.media_came(place().0, START);
        let (drained, media) = (measured.drain_samples(START), measured.drain_media());
        assert_eq!(
            (samples(&drained).len(), receipts(&drained), media.len()),
            (1, vec![1], 1)
        );
        assert!(measured.drain_samples(START).is_empty());
        measured.take(sample(2, 10_000), after(10_000));
        measured.restore_samples(drained);
        measured.restore_media(media);
        measured.media_came(place().0, after(9_000));
        assert_eq!(
            measured.drain_media(),
            [(place().0, START)],
            "only the first time counts"
        );
        assert_eq!(
            receipts(&measured.drain_samples(START)),
            [1, 2],
            "what is older goes first"
        );
    }

    #[test]
    fn samples_are_written_some_at_a_time_and_the_oldest_go_when_too_many_wait() {
        let mut measured = Measured::default();
        let too_many = WAITING + 500;
        for number in 0..too_many {
            let id = Uuid::from_u128(number as u128);
            let place = (CallId::from_uuid(id), UserId::from_uuid(id));
            measured.learn(place, seat(1), &found(0, None), None);
            let handed = Handed {
                place,
                ..sample(number as u32 + 1, 10_000)
            };
            measured.take(handed, after(10_000));
        }
        let first = measured.drain_samples(START);
        assert_eq!((first.len(), receipts(&first)[0]), (BATCH, 501));
        // Of what could not be written no more comes back than there is room for.
        for number in 0..700 {
            measured.take(sample_of(number), after(20_000));
        }
        measured.restore_samples(first);
        let first = measured.drain_samples(START);
        assert_eq!((first.len(), receipts(&first)[0]), (BATCH, 501 + 700));
        let mut rest = 0;
        while !measured.drain_samples(START).is_empty() {
            rest += 1;
        }
        assert_eq!(rest, WAITING / BATCH - 1);
    }

    /// The second sample at one of many places.
    fn sample_of(number: u128) -> Handed {
        let id = Uuid::from_u128(number);
        Handed {
            place: (CallId::from_uuid(id), UserId::from_uuid(id)),
            ..sample(1_000_000, 20_000)
        }
    }

    #[test]
    fn a_tab_may_hand_in_what_is_left_for_a_while_after_the_end() {
        let mut measured = seated();
        let (call, _) = place();
        assert!(!measured.knows(place(), seat(2), START), "somebody else's seat");
        measured.close(call, START);
        let last = START.plus(LATE);
        assert!(measured.knows(place(), seat(1), last));
        measured.take(sample(0, 5_000), after(5_000));
        assert_eq!(measured.unwritten_of(call).len(), 1);
        assert_eq!(measured.drain_samples(last).len(), 1);
        let over = Micros(last.0 + 1);
        assert!(!measured.knows(place(), seat(1), over), "too late");
        measured.drain_samples(over);
        assert!(measured.quotas.is_empty(), "what is over is forgotten");
    }

    #[test]
    fn a_tab_that_the_call_was_moved_from_may_do_so_too() {
        let mut measured = seated();
        let (call, user) = place();
        measured.moved(call, user, seat(1), START);
        measured.learn(place(), seat(2), &found(0, None), None);
        assert!(measured.knows(place(), seat(1), START) && measured.knows(place(), seat(2), START));
        let over = START.plus(LATE + Duration::from_millis(1));
        assert!(!measured.knows(place(), seat(1), over) && measured.knows(place(), seat(2), over));
    }

    #[test]
    fn only_what_can_be_seen_or_heard_is_something_to_send() {
        let (call, _) = place();
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
                    ..MediaState::default()
                },
            );
            assert!(measured.had_something_to_send(call));
            measured.close(call, START);
            assert!(!measured.had_something_to_send(call));
        }
    }
}
