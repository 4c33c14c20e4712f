//! Calls between two: who sits where, how a call ends, what is kept of it.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::accounts::model::PersonCard;
use crate::define_id;
use crate::kernel::time::LocalTime;
use crate::messages::model::ConversationId;

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

define_id! {
    /// A key with which a browser of a person signs what it sees of connections.
    DeviceKeyId
}

/// How often a tab on the call page says that it is there.
pub const HEARTBEAT: Duration = Duration::from_secs(2);
/// Silence after which the other side is told: two heartbeats and a little.
pub const TOLD_AFTER: Duration = Duration::from_millis(4_400);
/// Silence after which a call ends as [`EndReason::ConnectionLost`].
pub const LOST_AFTER: Duration = Duration::from_secs(60);
/// How long a tab that said it was going (`pagehide`) may be away before the call ends as [`EndReason::Left`].
pub const GONE_AFTER: Duration = Duration::from_secs(10);

/// How long a connection may take: on a bad network browsers look for a path for some fifteen seconds before they call it failed. Who hangs up
/// before that has changed their mind; afterwards it was the connection.
pub const MEDIA_WITHIN: Duration = Duration::from_secs(15);

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
    /// It was answered, and then the two were never there together.
    Timeout,
    /// Both were there, and neither ever saw or heard the other.
    Technical,
    /// The partnership ended, and its room with it.
    PartnershipEnded,
}

impl EndReason {
    /// Every reason.
    pub const ALL: [Self; 6] = [
        Self::HungUp,
        Self::Left,
        Self::ConnectionLost,
        Self::Timeout,
        Self::Technical,
        Self::PartnershipEnded,
    ];

    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::HungUp => "hung_up",
            Self::Left => "left",
            Self::ConnectionLost => "connection_lost",
            Self::Timeout => "timeout",
            Self::Technical => "technical",
            Self::PartnershipEnded => "partnership_ended",
        }
    }

    /// The reason of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|reason| reason.name() == name)
    }

    /// What is kept as the reason of a call that ended in this way of the timetable. What people did next says little where the two never came
    /// together, or never saw and heard each other.
    pub fn kept(self, course: Course) -> Self {
        let Course {
            together,
            had_media,
            had_something_to_send,
        } = course;
        match (self, together) {
            (Self::ConnectionLost, None) => Self::Timeout,
            (Self::HungUp | Self::Left | Self::ConnectionLost, Some(together))
                if !had_media && had_something_to_send && together >= MEDIA_WITHIN =>
            {
                Self::Technical
            }
            _ => self,
        }
    }
}

/// What a call was like, as far as its reason follows from it.
#[derive(Clone, Copy, Debug)]
pub struct Course {
    /// For how long both were there; `None` if they never were.
    pub together: Option<Duration>,
    /// Whether media of one ever reached the other.
    pub had_media: bool,
    /// Whether either had a microphone, a camera or a screen to send: two without wait for nothing.
    pub had_something_to_send: bool,
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

/// What a person has switched off in a call. Nothing but another press of theirs switches it on again, on whatever device they go on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct SwitchedOff {
    /// The microphone, also while a key that is held lets it through.
    #[serde(default)]
    pub microphone: bool,
    /// The camera.
    #[serde(default)]
    pub camera: bool,
}

impl SwitchedOff {
    /// Nothing of it.
    pub const NOTHING: Self = Self {
        microphone: false,
        camera: false,
    };

    /// Whether that is nothing.
    pub fn is_nothing(&self) -> bool {
        *self == Self::NOTHING
    }
}

/// What a room's page needs before anybody joins.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RoomView {
    /// The room.
    pub room: RoomId,
    /// The other person.
    pub partner: PersonCard,
    /// What the two write to each other.
    pub conversation: ConversationId,
    /// The call that is going on, if any.
    pub call: Option<CallId>,
    /// Where none is: the last one that was, if any.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_call: Option<CallId>,
    /// What the reader had switched off in that call where they sit in it, or sat last.
    #[serde(default, skip_serializing_if = "SwitchedOff::is_nothing")]
    pub switched_off: SwitchedOff,
    /// Whether this side yields in a negotiation that both began (perfect negotiation's polite peer).
    pub polite: bool,
    /// How the browser looks for a path to the partner.
    pub ice: IceConfiguration,
}

/// How a browser looks for a path to the partner: what becomes its `RTCConfiguration`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct IceConfiguration {
    /// STUN and TURN servers.
    pub servers: Vec<IceServer>,
    /// Only by way of a TURN server: neither side learns the other's address.
    pub is_relay_only: bool,
    /// For how long the credentials among them are good; `None` where there are none.
    pub valid_seconds: Option<u32>,
}

/// What kind of device somebody takes part with.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum DeviceClass {
    /// Held in a hand.
    Phone,
    /// Larger, and touched.
    Tablet,
    /// Anything with a keyboard; also what does not say.
    #[default]
    Computer,
}

impl DeviceClass {
    /// Every class.
    pub const ALL: [Self; 3] = [Self::Phone, Self::Tablet, Self::Computer];

    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Phone => "phone",
            Self::Tablet => "tablet",
            Self::Computer => "computer",
        }
    }

    /// The class of that name.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|class| class.name() == name)
    }
}

/// What keeps a sender below what it could do (`qualityLimitationReason`, webrtc-stats).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// The machine.
    Cpu,
    /// The line.
    Bandwidth,
    /// Something else; also what only another version of the program has a name for.
    #[serde(other)]
    Other,
}

/// What went in one direction, over the span of a [`QualitySample`].
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DirectionSample {
    /// Bytes of media, without headers.
    pub bytes: u64,
    /// Packets that arrived; of the own ones, as the partner's browser reports.
    pub packets: u32,
    /// Packets that did not.
    pub lost: u32,
    /// Jitter of the voice in milliseconds (RFC 3550 §6.4.1).
    pub jitter_ms: Option<u16>,
    /// Of a thousand samples of sound that were played, how many were made up (`concealedSamples`). Only of what arrives.
    pub concealed_permille: Option<u16>,
    /// Of the face.
    pub frames_per_second: Option<u16>,
    /// Of the face, in pixels.
    pub width: Option<u16>,
    /// Of the face, in pixels.
    pub height: Option<u16>,
    /// What limits the face. Only of what is sent.
    pub limited_by: Option<Limit>,
}

/// How a connection was over the last seconds, as one side's browser measured it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct QualitySample {
    /// The length of the span in milliseconds.
    pub span_ms: u32,
    /// What this side sent.
    pub up: DirectionSample,
    /// What this side received.
    pub down: DirectionSample,
    /// Median round trip in milliseconds.
    pub round_trip_ms: Option<u16>,
    /// How often the connection was lost and found again, or built anew.
    pub reconnects: u16,
    /// Whether it goes by way of a TURN server.
    pub is_relayed: Option<bool>,
}

/// A server of `RTCConfiguration.iceServers`.
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct IceServer {
    /// `stun:…`, `turn:…`.
    pub urls: Vec<String>,
    /// For TURN.
    pub username: Option<String>,
    /// For TURN.
    pub credential: Option<String>,
}

impl std::fmt::Debug for IceServer {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("IceServer")
            .field("urls", &self.urls)
            .field("username", &self.username)
            .finish_non_exhaustive()
    }
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
        for class in DeviceClass::ALL {
            assert_eq!(DeviceClass::parse(class.name()), Some(class));
        }
    }

    #[test]
    fn a_call_in_which_nothing_came_through_ended_for_technical_reasons_however_it_ended() {
        let course = |seconds: Option<u64>, had_media, had_something_to_send| Course {
            together: seconds.map(Duration::from_secs),
            had_media,
            had_something_to_send,
        };
        let ways = [EndReason::HungUp, EndReason::Left, EndReason::ConnectionLost];
        for way in ways {
            assert_eq!(way.kept(course(Some(15), false, true)), EndReason::Technical);
            assert_eq!(way.kept(course(Some(14), false, true)), way, "too early to tell");
            assert_eq!(way.kept(course(Some(15), true, true)), way);
            assert_eq!(
                way.kept(course(Some(15), false, false)),
                way,
                "nobody had anything to send"
            );
        }
        for (way, kept) in [
            (EndReason::HungUp, EndReason::HungUp),
            (EndReason::Left, EndReason::Left),
            (EndReason::ConnectionLost, EndReason::Timeout),
        ] {
            assert_eq!(
                way.kept(course(None, false, true)),
                kept,
                "they never were there together"
            );
        }
        for seconds in [None, Some(600)] {
            let parted = EndReason::PartnershipEnded;
            assert_eq!(parted.kept(course(seconds, false, true)), parted);
        }
    }

    #[test]
    fn the_timetable_leaves_room_for_a_lost_heartbeat_and_tells_within_five_seconds() {
        assert!(TOLD_AFTER > HEARTBEAT * 2);
        assert!(TOLD_AFTER + Duration::from_millis(500) < Duration::from_secs(5));
    }
}
