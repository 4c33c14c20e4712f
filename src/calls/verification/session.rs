//! One connection of two seats as one side sees it, and the texts that are hashed and signed of it.
//!
//! Each text begins with a name of its own, so that none can be taken for another, and has a line per value, none of which holds a line break.

use super::fingerprints::Fingerprints;
use super::hex::Bytes32;
use crate::calls::model::{CallId, SeatId};

/// One end of the connection.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Side {
    /// Where somebody sits.
    pub seat: SeatId,
    /// What their description names.
    pub fingerprints: Fingerprints,
}

/// A connection as one side sees it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Session {
    /// The call.
    pub call: CallId,
    /// This side: from its local description.
    pub mine: Side,
    /// The other side: from its remote description.
    pub theirs: Side,
}

impl Session {
    /// The same connection as the other side ought to see it.
    pub fn seen_by_partner(&self) -> Self {
        Self {
            call: self.call,
            mine: self.theirs.clone(),
            theirs: self.mine.clone(),
        }
    }

    /// Whether there are two ends. Of a connection to oneself an echo would be an answer.
    pub fn has_two_ends(&self) -> bool {
        self.mine.seat != self.theirs.seat && self.mine.fingerprints != self.theirs.fingerprints
    }

    /// What this side commits itself to with its number.
    pub fn commitment(&self, nonce: Bytes32) -> String {
        format!("speakle commitment 1\n{}\n{nonce}", self.text())
    }

    /// What this side signs.
    pub fn statement(&self) -> String {
        format!("speakle connection 1\n{}", self.text())
    }

    /// What the words come from: the same text on both sides, if both see the same.
    pub fn agreement(&self, my_nonce: Bytes32, their_nonce: Bytes32) -> String {
        let mine = format!("{} {} {my_nonce}", self.mine.seat, self.mine.fingerprints);
        let theirs = format!("{} {} {their_nonce}", self.theirs.seat, self.theirs.fingerprints);
        let (first, second) = if self.mine.seat.uuid() < self.theirs.seat.uuid() {
            (mine, theirs)
        } else {
            (theirs, mine)
        };
        format!("speakle words 1\n{}\n{first}\n{second}", self.call)
    }

    fn text(&self) -> String {
        format!(
            "{}\n{} {}\n{} {}",
            self.call, self.mine.seat, self.mine.fingerprints, self.theirs.seat, self.theirs.fingerprints
        )
    }
}
