//! Calls between two: who sits where, how a call ends, what is kept of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::accounts::model::PersonCard;
use crate::define_id;
use crate::kernel::time::LocalTime;

pub use crate::matching::model::RoomId;

define_id! {
    /// A call: from an accepted invitation to its end.
    CallId
}

define_id! {
    /// A tab that takes part in a call. The tab draws it at random each time it sits down: a socket that comes back keeps it (the
    /// media goes on), a reload brings a new one (the other side builds a new connection).
    SeatId
}

/// How often a tab on the call page says that it is there.
pub const HEARTBEAT: Duration = Duration::from_secs(2);
/// Silence after which the other side is told: two heartbeats and a little.
pub const TOLD_AFTER: Duration = Duration::from_millis(4_400);
/// Silence after which a call ends as [`EndReason::ConnectionLost`].
pub const LOST_AFTER: Duration = Duration::from_secs(60);
/// How long a tab that said it was going (`pagehide`) may be away before the call ends as [`EndReason::Left`].
pub const GONE_AFTER: Duration = Duration::from_secs(10);

/// How a call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum EndReason {
    /// Somebody pressed "Leave call".
    HungUp,
    /// Somebody's page was closed and did not come back.
    Left,
    /// Somebody's connection was lost and did not come back.
    ConnectionLost,
    /// The partnership ended, and its room with it.
    PartnershipEnded,
}

impl EndReason {
    /// Every reason.
    pub const ALL: [Self; 4] = [Self::HungUp, Self::Left, Self::ConnectionLost, Self::PartnershipEnded];

    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HungUp => "hung_up",
            Self::Left => "left",
            Self::ConnectionLost => "connection_lost",
            Self::PartnershipEnded => "partnership_ended",
        }
    }

    /// The reason of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }
}

/// The other person's place in a call, as this side is told.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "state", rename_all = "snake_case")]
pub enum PartnerState {
    /// Not in the room yet, or on the page with the preview.
    Absent,
    /// In the room, at this seat.
    Here {
        /// Where signals for them go.
        seat: SeatId,
    },
    /// Their page was closed; the call ends soon unless they come back.
    Gone,
    /// Nothing was heard of them for a while; they may come back.
    Silent,
}

/// What a room's page needs before anybody joins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomView {
    /// The room.
    pub room: RoomId,
    /// The other person.
    pub partner: PersonCard,
    /// The call that is going on, if any.
    pub call: Option<CallId>,
    /// Whether this side yields in a negotiation that both began (perfect negotiation's polite peer).
    pub polite: bool,
    /// STUN and TURN servers for the browser.
    pub ice_servers: Vec<IceServer>,
}

/// A server of `RTCConfiguration.iceServers`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IceServer {
    /// `stun:…`, `turn:…`.
    pub urls: Vec<String>,
    /// For TURN.
    pub username: Option<String>,
    /// For TURN.
    pub credential: Option<String>,
}

/// A call as history and summary show it to one of the two.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallView {
    /// The call.
    pub id: CallId,
    /// The other person.
    pub partner: PersonCard,
    /// When the invitation was accepted, in the viewer's zone.
    pub at: LocalTime,
    /// How long both were there, in seconds; `None` if they never were there together.
    pub seconds: Option<u32>,
    /// How it ended; `None` while it goes on.
    pub ended: Option<Ended>,
    /// The room of the two, while they are partners.
    pub room: Option<RoomId>,
}

/// A call that somebody is in, as all of their tabs are told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OngoingCall {
    /// The call.
    pub id: CallId,
    /// Where it is.
    pub room: RoomId,
    /// The other person.
    pub partner: PersonCard,
    /// Whether a tab of the reader's sits in it. If not, they have not come yet, or have left the page and may come back.
    pub is_here: bool,
}

/// How a call ended, for one of the two.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Ended {
    /// The reason.
    pub reason: EndReason,
    /// Whether this person brought it about, for reasons that somebody brings about.
    pub by_me: bool,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_read_back_by_name() {
        for reason in EndReason::ALL {
            assert_eq!(EndReason::parse(reason.name()), Some(reason));
        }
        assert_eq!(EndReason::parse("boredom"), None);
    }

    #[test]
    fn the_timetable_leaves_room_for_a_lost_heartbeat_and_tells_within_five_seconds() {
        assert!(TOLD_AFTER > HEARTBEAT * 2);
        assert!(TOLD_AFTER + Duration::from_millis(500) < Duration::from_secs(5));
    }
}
