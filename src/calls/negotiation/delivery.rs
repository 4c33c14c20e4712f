//! Each signal of a generation once and in order, over a socket that loses what is sent while it is down.
//!
//! Signals are numbered from 1. The sender keeps each until the peer's `received` covers it; the receiver holds those that came too
//! early and drops those that it has. A [`SignalPayload::Sync`] says where its sender stands, and is answered by sending again whatever
//! it does not cover. There is no timer: losses come with a socket that went down, and both ends of it speak up afterwards.

use std::collections::{BTreeMap, VecDeque};

use super::signal::{Signal, SignalPayload};

/// How many signals may wait for one that is missing. Far beyond what a negotiation sends; a peer that sends more has to send it again.
const EARLY_LIMIT: usize = 256;

/// Both directions of one generation.
#[derive(Clone, Debug, Default)]
pub(super) struct Delivery {
    sent: u32,
    unacknowledged: VecDeque<(u32, SignalPayload)>,
    received: u32,
    early: BTreeMap<u32, SignalPayload>,
    /// The gap that a sync was sent for, by the number of its first signal: one sync per gap is enough.
    asked_for: Option<u32>,
}

impl Delivery {
    /// Numbers a payload and keeps it until it is acknowledged.
    pub(super) fn number(&mut self, generation: u32, payload: SignalPayload) -> Signal {
        self.sent = self.sent.saturating_add(1);
        self.unacknowledged.push_back((self.sent, payload.clone()));
        Signal {
            generation,
            sequence: self.sent,
            received: self.received,
            payload,
        }
    }

    /// Where this side stands.
    pub(super) fn sync(&mut self, generation: u32) -> Signal {
        self.asked_for = Some(self.received.saturating_add(1));
        Signal {
            generation,
            sequence: self.sent,
            received: self.received,
            payload: SignalPayload::Sync,
        }
    }

    /// Everything that the peer has not said it has.
    pub(super) fn unacknowledged(&self, generation: u32) -> impl Iterator<Item = Signal> {
        let received = self.received;
        self.unacknowledged.iter().map(move |(sequence, payload)| Signal {
            generation,
            sequence: *sequence,
            received,
            payload: payload.clone(),
        })
    }

    /// The peer has everything up to `received`.
    pub(super) fn acknowledge(&mut self, received: u32) {
        while self
            .unacknowledged
            .front()
            .is_some_and(|(sequence, _)| *sequence <= received)
        {
            self.unacknowledged.pop_front();
        }
    }

    /// Takes a numbered signal in, and moves to `inbox` what is in order by it.
    pub(super) fn accept(&mut self, sequence: u32, payload: SignalPayload, inbox: &mut VecDeque<SignalPayload>) {
        if sequence > self.received && (self.early.len() < EARLY_LIMIT || sequence == self.received + 1) {
            self.early.entry(sequence).or_insert(payload);
        }
        while let Some(payload) = self.received.checked_add(1).and_then(|next| self.early.remove(&next)) {
            self.received += 1;
            inbox.push_back(payload);
        }
    }

    /// Whether something before `sequence` (given out by the peer, so it exists) is missing and was not asked for yet.
    pub(super) fn should_ask(&self, sequence: u32) -> bool {
        sequence > self.received && self.asked_for.is_none_or(|asked| asked <= self.received)
    }

    /// Whether signals wait for a missing one.
    pub(super) fn is_waiting(&self) -> bool {
        !self.early.is_empty()
    }
}
