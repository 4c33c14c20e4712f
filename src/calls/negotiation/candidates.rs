//! Which of the peer's candidates can be added now, which have to wait, and which are of no use any more.
//!
//! `addIceCandidate` refuses a candidate when there is no remote description, or when its user name fragment is in none (WebRTC 1.0
//! §4.4.2). So the fragment decides, not the moment of arrival.

use std::collections::VecDeque;

use super::signal::{Candidate, Description};

/// How many candidates may wait for their description; the oldest goes first.
const HELD_LIMIT: usize = 128;
/// How many fragments of descriptions without a future are remembered.
const RETIRED_LIMIT: usize = 16;

/// A candidate of the peer, or the end of them.
#[derive(Clone, Debug)]
pub(super) struct Arrived {
    /// The ICE session it belongs to, if the peer said so.
    pub(super) fragment: Option<String>,
    /// `None` is the end of candidates.
    pub(super) candidate: Option<Candidate>,
}

/// The peer's ICE session as far as its descriptions and candidates came.
#[derive(Clone, Debug, Default)]
pub(super) struct RemoteCandidates {
    /// The fragments of the remote description; `None` before there is one.
    known: Option<Vec<String>>,
    /// Fragments of ignored offers and of descriptions that another took the place of.
    retired: VecDeque<String>,
    held: VecDeque<Arrived>,
    /// `ignoreOffer` of WebRTC 1.0 §10.7: the last offer was ignored. Decides only for a candidate that does not say where it belongs.
    ignoring: bool,
}

impl RemoteCandidates {
    /// A candidate came: it is given back if it can be added now.
    pub(super) fn arrive(&mut self, arrived: Arrived) -> Option<Arrived> {
        let fits = match (&arrived.fragment, &self.known) {
            (Some(fragment), _) if self.retired.contains(fragment) => return None,
            (None, _) if self.ignoring => return None,
            (_, None) => false,
            (None, Some(_)) => true,
            (Some(fragment), Some(known)) => known.is_empty() || known.contains(fragment),
        };
        if fits {
            return Some(arrived);
        }
        if self.held.len() == HELD_LIMIT {
            self.held.pop_front();
        }
        self.held.push_back(arrived);
        None
    }

    /// The peer's offer was ignored: its candidates, before and after this moment, are dropped. An offer that keeps the ICE session
    /// names candidates that are still good.
    pub(super) fn offer_ignored(&mut self, offer: &Description) {
        self.ignoring = true;
        for fragment in offer.username_fragments() {
            if !self.known.as_ref().is_some_and(|known| known.contains(&fragment)) {
                self.retire(fragment);
            }
        }
        let retired = &self.retired;
        self.held.retain(|held| {
            held.fragment
                .as_ref()
                .is_some_and(|fragment| !retired.contains(fragment))
        });
    }

    /// A remote description with these fragments was set: gives back what waited for it. What waited for another came with none.
    pub(super) fn described(&mut self, fragments: Vec<String>) -> Vec<Arrived> {
        self.ignoring = false;
        self.retired.retain(|retired| !fragments.contains(retired));
        for superseded in self.known.take().unwrap_or_default() {
            if !fragments.contains(&superseded) {
                self.retire(superseded);
            }
        }
        self.known = Some(fragments);
        let held = std::mem::take(&mut self.held);
        let fitting = held.into_iter().filter_map(|held| self.arrive(held)).collect();
        self.held.clear();
        fitting
    }

    /// Whether candidates wait for a description.
    pub(super) fn is_waiting(&self) -> bool {
        !self.held.is_empty()
    }

    fn retire(&mut self, fragment: String) {
        if self.retired.contains(&fragment) {
            return;
        }
        if self.retired.len() == RETIRED_LIMIT {
            self.retired.pop_front();
        }
        self.retired.push_back(fragment);
    }
}
