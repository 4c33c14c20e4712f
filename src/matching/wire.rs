//! Socket messages of matching: hints to look again, with enough to say what happened.

use serde::{Deserialize, Serialize};

use crate::accounts::model::PersonCard;
use crate::realtime::wire::ServerWire;

/// What the server says about requests and partnerships. Pages that show them fetch anew.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MatchingNews {
    /// First on every socket, and after each change of incoming requests elsewhere.
    Waiting {
        /// Requests that wait for this person's answer.
        requests: u32,
    },
    /// Somebody asks.
    RequestReceived {
        /// Who.
        from: PersonCard,
        /// Requests that wait now.
        waiting: u32,
    },
    /// A request of this person was accepted; the two are partners.
    RequestAccepted {
        /// By whom.
        by: PersonCard,
        /// Requests that wait now (a crossed one is settled with it).
        waiting: u32,
    },
    /// Something else changed: a request was declined or taken back, a partnership ended.
    Changed {
        /// Requests that wait now.
        waiting: u32,
    },
}

impl MatchingNews {
    /// Requests that wait for this person's answer, as of this news.
    pub const fn waiting(&self) -> u32 {
        match self {
            Self::Waiting { requests } => *requests,
            Self::RequestReceived { waiting, .. }
            | Self::RequestAccepted { waiting, .. }
            | Self::Changed { waiting } => *waiting,
        }
    }
}

impl ServerWire for MatchingNews {
    const FEATURE: &'static str = "matching";
}
