//! "Leave call", which is said until it is heard: what is lost on the way would leave the partner alone in the call for a minute.
//!
//! It belongs to the tab and not to the page of the call, which the person has left by then.

use leptos::prelude::*;

use super::model::{CallId, SeatId};
use super::wire::{CallCommand, CallNews};
use crate::realtime::client::{Socket, use_socket};
use crate::realtime::wire::{RefusedFrame, SocketNews};

/// What this tab has left and was not heard to have left.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Unheard(Vec<(CallId, SeatId)>);

impl Unheard {
    /// Says it from now on.
    pub fn leave(&mut self, call: CallId, seat: SeatId) {
        self.stay(call);
        self.0.push((call, seat));
    }

    /// The call is over, or this tab is in it again.
    pub fn stay(&mut self, call: CallId) {
        self.0.retain(|(left, _)| *left != call);
    }

    /// Whether that is one of them.
    pub fn has(&self, call: CallId) -> bool {
        self.0.iter().any(|(left, _)| *left == call)
    }

    /// The server refused something. What it would refuse again is not said again.
    pub fn refused(&mut self) {
        self.0.clear();
    }

    /// What is to be said to a server that has heard nothing of this tab yet.
    pub fn due(&self) -> Vec<CallCommand> {
        let say = |(call, seat): &(CallId, SeatId)| CallCommand::Leave {
            call: *call,
            seat: *seat,
        };
        self.0.iter().map(say).collect()
    }
}

/// The partings of this tab. Copied freely.
#[derive(Clone, Copy)]
pub struct Partings {
    socket: Socket,
    unheard: RwSignal<Unheard>,
}

impl Partings {
    /// Leaves a call.
    pub fn leave(self, call: CallId, seat: SeatId) {
        self.unheard.try_update(|unheard| unheard.leave(call, seat));
        // A socket that is away says it when it is back.
        self.socket.send_now(&CallCommand::Leave { call, seat });
    }

    /// Whether this tab has left the call and nobody is known to have heard it. Tracks.
    pub fn is_unheard(self, call: CallId) -> bool {
        self.unheard.try_with(|unheard| unheard.has(call)) == Some(true)
    }

    /// This tab is in the call again.
    pub fn stay(self, call: CallId) {
        self.unheard.try_update(|unheard| unheard.stay(call));
    }
}

/// Puts the tab's partings in context. Call once, at the root, after the socket.
pub fn provide_partings() -> Partings {
    let socket = use_socket();
    let unheard = RwSignal::new(Unheard::default());
    socket.subscribe(move |news: CallNews| {
        if let CallNews::Ended { call, .. } = news {
            unheard.try_update(|unheard| unheard.stay(call));
        }
    });
    socket.subscribe(move |news: SocketNews| {
        if let SocketNews::Refused {
            reason: RefusedFrame::NotAllowed,
        } = news
        {
            unheard.try_update(Unheard::refused);
        }
    });
    let connection = socket.connection();
    Effect::new(move |_| {
        if connection.get().is_some() {
            for command in unheard.try_with_untracked(Unheard::due).unwrap_or_default() {
                socket.send_now(&command);
            }
        }
    });
    let partings = Partings { socket, unheard };
    provide_context(partings);
    partings
}

/// The tab's partings.
pub fn use_partings() -> Partings {
    use_context::<Partings>().unwrap_or_else(provide_partings)
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const CALL: CallId = CallId::from_uuid(Uuid::from_u128(1));
    const OTHER: CallId = CallId::from_uuid(Uuid::from_u128(2));
    const SEAT: SeatId = SeatId::from_uuid(Uuid::from_u128(3));

    #[test]
    fn it_is_said_again_until_the_call_has_ended() {
        let mut unheard = Unheard::default();
        unheard.leave(CALL, SEAT);
        unheard.leave(CALL, SEAT);
        let leave = CallCommand::Leave { call: CALL, seat: SEAT };
        assert_eq!(unheard.due(), std::slice::from_ref(&leave));
        unheard.stay(OTHER);
        assert_eq!(unheard.due(), [leave], "another call has ended");
        assert!(unheard.has(CALL) && !unheard.has(OTHER));
        unheard.stay(CALL);
        assert_eq!(unheard.due(), []);
        assert!(!unheard.has(CALL));
    }

    #[test]
    fn what_is_refused_is_not_said_again() {
        let mut unheard = Unheard::default();
        unheard.leave(CALL, SEAT);
        unheard.refused();
        assert_eq!(unheard.due(), []);
    }
}
