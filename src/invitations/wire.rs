//! Socket messages of ringing.

use serde::{Deserialize, Serialize};

use super::model::{Incoming, InvitationId, Outcome, Outgoing, Settled};
use crate::realtime::wire::{ClientWire, ServerWire};

/// What the server says about invitations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum InvitationNews {
    /// First on every socket: what rings at this moment. Replaces whatever a tab knew.
    Snapshot {
        /// For this person.
        incoming: Vec<Incoming>,
        /// From this person.
        outgoing: Vec<Outgoing>,
        /// What ended within the last minutes: a socket that was away did not hear of it.
        settled: Vec<Settled>,
    },
    /// Somebody calls.
    Ringing {
        /// The invitation.
        invitation: Incoming,
    },
    /// It is over, one way or another. Goes to every tab of both.
    Settled {
        /// The invitation.
        id: InvitationId,
        /// How.
        outcome: Outcome,
    },
}

impl ServerWire for InvitationNews {
    const FEATURE: &'static str = "invitations";
}

/// What a tab says about invitations. Answers go through server functions, which tell whether they came first.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum InvitationCommand {
    /// This tab shows it: whoever does not answer has missed it.
    Reached {
        /// The invitation.
        id: InvitationId,
    },
}

impl ClientWire for InvitationCommand {
    const FEATURE: &'static str = "invitations";
}
