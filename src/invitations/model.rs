//! The states of an invitation to a call.

use serde::{Deserialize, Serialize};

use crate::accounts::model::PersonCard;
use crate::define_id;
use crate::matching::model::RoomId;
use crate::notifications::model::Channels;
use crate::profiles::model::PersonLanguage;

define_id! {
    /// An invitation to a call.
    InvitationId
}

/// The longest message that goes with it, in characters.
pub const MESSAGE_MAX: usize = 200;

/// How an invitation ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "status", rename_all = "snake_case")]
pub enum Outcome {
    /// The callee answered; both go to the room.
    Accepted {
        /// The pair's room.
        room: RoomId,
    },
    /// The callee said no.
    Declined,
    /// The caller gave up.
    Cancelled,
    /// It rang on some device and nobody answered.
    Missed,
    /// It reached no device.
    Expired,
}

impl Outcome {
    /// The outcome of that name; `room` is the pair's, without which nothing was accepted.
    pub fn parse(name: &str, room: Option<RoomId>) -> Option<Self> {
        match name {
            "accepted" => room.map(|room| Self::Accepted { room }),
            "declined" => Some(Self::Declined),
            "cancelled" => Some(Self::Cancelled),
            "missed" => Some(Self::Missed),
            "expired" => Some(Self::Expired),
            _ => None,
        }
    }

    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Accepted { .. } => "accepted",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
            Self::Missed => "missed",
            Self::Expired => "expired",
        }
    }
}

/// An invitation that rings for the reader.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Incoming {
    /// The invitation.
    pub id: InvitationId,
    /// Who calls.
    pub from: PersonCard,
    /// Their languages.
    pub languages: Vec<PersonLanguage>,
    /// The pair's room; `None` if they have parted while it rang.
    #[serde(default)]
    pub room: Option<RoomId>,
    /// What was written along; may be empty.
    pub message: String,
    /// How the reader wants to be told of calls.
    pub told: Channels,
    /// For how many milliseconds it rings on when this is sent: a span, since clocks differ. Then it is over, heard or not.
    #[serde(default)]
    pub left: Option<u32>,
}

/// An invitation of the reader's that rings for somebody else.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Outgoing {
    /// The invitation.
    pub id: InvitationId,
    /// Who is called.
    pub to: PersonCard,
    /// As [`Incoming::room`].
    #[serde(default)]
    pub room: Option<RoomId>,
    /// As [`Incoming::left`].
    #[serde(default)]
    pub left: Option<u32>,
}

/// An invitation that ended a moment ago, for a tab that did not hear of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Settled {
    /// The invitation.
    pub id: InvitationId,
    /// The other person.
    pub with: PersonCard,
    /// How it ended.
    pub outcome: Outcome,
}

/// What starting a call led to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Started {
    /// It rings.
    Ringing(Outgoing),
    /// The other one was calling at the same moment, or is in the pair's call already: the two are connected.
    Connected {
        /// The pair's room.
        room: RoomId,
        /// Their call, where this one has answered it.
        #[serde(default, skip_serializing_if = "Option::is_none")]
        answered: Option<InvitationId>,
    },
    /// Nobody is there.
    Offline {
        /// Who was called.
        to: PersonCard,
    },
}
