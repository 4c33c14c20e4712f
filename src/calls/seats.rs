//! Who sits where in the calls of this process: what a relayed signal is checked against, without a question to the database.
//!
//! Filled by joining, which the database allows; a process that starts knows nobody until they have joined again.

use std::collections::{HashMap, HashSet};

use super::measured::Measured;
use super::model::{CallId, SeatId, SwitchedOff};
use super::wire::MediaState;
use crate::kernel::id::{ConnectionId, UserId};
use crate::kernel::time::Micros;

/// One person in a call.
#[derive(Clone, Copy, Debug)]
pub(super) struct Seated {
    pub(super) user: UserId,
    pub(super) seat: SeatId,
    pub(super) connection: ConnectionId,
    pub(super) media: MediaState,
    /// What they had switched off at the seat that they left for this one.
    pub(super) before: SwitchedOff,
}

/// The seats, and the heartbeats that are not written down yet.
#[derive(Debug, Default)]
pub(super) struct Seats {
    calls: HashMap<CallId, Vec<Seated>>,
    heartbeats: HashMap<(CallId, UserId), Micros>,
    /// Calls whose media go by way of a relay, so that neither learns the other's address.
    hidden: HashSet<CallId>,
    /// What tabs have told of the calls.
    pub(super) measured: Measured,
}

impl Seats {
    /// Seats a person; answers who sat there for the same person before.
    pub(super) fn take(&mut self, call: CallId, seated: Seated, now: Micros) -> Option<Seated> {
        self.measured.sends(call, seated.media);
        let seats = self.calls.entry(call).or_default();
        let before = match seats.iter_mut().find(|other| other.user == seated.user) {
            Some(place) => {
                let before = std::mem::replace(place, seated);
                // Whoever asks for the same seat again may not have had the answer.
                place.before = if before.seat == seated.seat {
                    before.before
                } else {
                    before.media.switched_off
                };
                Some(before)
            }
            None => {
                seats.push(seated);
                None
            }
        };
        if let Some(left) = before.filter(|before| before.seat != seated.seat) {
            self.measured.moved(call, left.user, left.seat, now);
        }
        before
    }

    /// Where `user` sits.
    pub(super) fn of(&self, call: CallId, user: UserId) -> Option<Seated> {
        self.calls
            .get(&call)?
            .iter()
            .find(|seated| seated.user == user)
            .copied()
    }

    /// Where the other one sits.
    pub(super) fn opposite(&self, call: CallId, user: UserId) -> Option<Seated> {
        self.calls
            .get(&call)?
            .iter()
            .find(|seated| seated.user != user)
            .copied()
    }

    /// Where a signal from one tab to another goes; `None` unless both really sit there.
    pub(super) fn route(
        &self,
        call: CallId,
        user: UserId,
        connection: ConnectionId,
        from: SeatId,
        to: SeatId,
    ) -> Option<ConnectionId> {
        let sender = self
            .of(call, user)
            .filter(|sender| sender.seat == from && sender.connection == connection)?;
        self.opposite(call, sender.user)
            .filter(|receiver| receiver.seat == to)
            .map(|receiver| receiver.connection)
    }

    /// Changes what the tab of `user` sends; `false` unless it sits there.
    pub(super) fn set_media(&mut self, call: CallId, user: UserId, seat: SeatId, media: MediaState) -> bool {
        let place = self.calls.get_mut(&call).and_then(|seats| {
            seats
                .iter_mut()
                .find(|seated| seated.user == user && seated.seat == seat)
        });
        let is_seated = place.map(|place| place.media = media).is_some();
        if is_seated {
            self.measured.sends(call, media);
        }
        is_seated
    }

    /// Notes that a person is there.
    pub(super) fn beat(&mut self, call: CallId, user: UserId, at: Micros) {
        self.heartbeats.insert((call, user), at);
    }

    /// The heartbeats since the last time, to write down, in one order for every process: two that write at once cannot deadlock.
    pub(super) fn drain_heartbeats(&mut self) -> Vec<(CallId, UserId, Micros)> {
        let mut beats: Vec<_> = self
            .heartbeats
            .drain()
            .map(|((call, user), at)| (call, user, at))
            .collect();
        beats.sort_unstable();
        beats
    }

    /// Takes back what could not be written down; what came meanwhile is newer.
    pub(super) fn restore_heartbeats(&mut self, beats: Vec<(CallId, UserId, Micros)>) {
        for (call, user, at) in beats {
            self.heartbeats.entry((call, user)).or_insert(at);
        }
    }

    /// Whether the two of a call hide their addresses from each other from now on.
    pub(super) fn set_hidden(&mut self, call: CallId, is_hidden: bool) {
        if is_hidden {
            self.hidden.insert(call);
        } else {
            self.hidden.remove(&call);
        }
    }

    /// Whether they do.
    pub(super) fn is_hidden(&self, call: CallId) -> bool {
        self.hidden.contains(&call)
    }

    /// Whether a person sits in any call.
    pub(super) fn is_seated(&self, user: UserId) -> bool {
        self.calls.values().flatten().any(|seated| seated.user == user)
    }

    /// The call is over.
    pub(super) fn close(&mut self, call: CallId, now: Micros) {
        self.calls.remove(&call);
        self.heartbeats.retain(|(of, _), _| *of != call);
        self.hidden.remove(&call);
        self.measured.close(call, now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn seated(n: u128) -> Seated {
        let id = Uuid::from_u128(n);
        Seated {
            user: UserId::from_uuid(id),
            seat: SeatId::from_uuid(id),
            connection: ConnectionId::from_uuid(id),
            media: MediaState::default(),
            before: SwitchedOff::NOTHING,
        }
    }

    #[test]
    fn what_was_switched_off_at_one_seat_is_told_at_the_next_and_as_often_as_that_is_asked_for() {
        let (call, laptop) = (CallId::from_uuid(Uuid::nil()), seated(1));
        let phone = Seated {
            seat: seated(2).seat,
            ..laptop
        };
        let muted = SwitchedOff {
            microphone: true,
            camera: false,
        };
        let media = MediaState {
            switched_off: muted,
            ..MediaState::default()
        };
        let mut seats = Seats::default();
        seats.take(call, laptop, Micros(0));
        assert_eq!(seats.of(call, laptop.user).unwrap().before, SwitchedOff::NOTHING);
        assert!(seats.set_media(call, laptop.user, laptop.seat, media));
        for _ in 0..2 {
            seats.take(call, phone, Micros(1));
            assert_eq!(seats.of(call, laptop.user).unwrap().before, muted);
        }
        seats.take(call, laptop, Micros(2));
        assert_eq!(
            seats.of(call, laptop.user).unwrap().before,
            SwitchedOff::NOTHING,
            "they switched it on at the phone"
        );
    }

    #[test]
    fn a_signal_passes_only_between_the_two_who_sit_there() {
        let (call, ana, ben, eve) = (CallId::from_uuid(Uuid::nil()), seated(1), seated(2), seated(3));
        let mut seats = Seats::default();
        assert!(seats.take(call, ana, Micros(0)).is_none());
        assert!(
            seats
                .route(call, ana.user, ana.connection, ana.seat, ben.seat)
                .is_none(),
            "nobody opposite yet"
        );
        seats.take(call, ben, Micros(0));
        assert_eq!(
            seats.route(call, ana.user, ana.connection, ana.seat, ben.seat),
            Some(ben.connection)
        );
        assert!(
            seats
                .route(call, eve.user, eve.connection, eve.seat, ben.seat)
                .is_none(),
            "an outsider"
        );
        assert!(
            seats
                .route(call, eve.user, eve.connection, ana.seat, ben.seat)
                .is_none(),
            "an outsider with a stolen seat"
        );
        assert!(
            seats
                .route(call, ana.user, eve.connection, ana.seat, ben.seat)
                .is_none(),
            "another socket"
        );
        assert!(
            seats
                .route(call, ana.user, ana.connection, ana.seat, eve.seat)
                .is_none(),
            "a seat that is not there"
        );
        let moved = Seated { seat: eve.seat, ..ben };
        assert_eq!(seats.take(call, moved, Micros(0)).unwrap().seat, ben.seat);
        assert!(
            seats
                .route(call, ana.user, ana.connection, ana.seat, ben.seat)
                .is_none(),
            "a seat that was left"
        );
        seats.beat(call, ana.user, Micros(1));
        seats.close(call, Micros(2));
        assert!(
            seats
                .route(call, ana.user, ana.connection, ana.seat, moved.seat)
                .is_none()
        );
        assert!(seats.drain_heartbeats().is_empty());
    }
}
