//! An `RTCPeerConnection` as far as negotiation goes: the operations chain, when negotiation is needed, candidates by ICE session
//! (WebRTC 1.0 §4.4, §4.7.3). What a browser would refuse is written down as a fault: the machine must never bring it about.

use std::collections::{BTreeMap, BTreeSet, VecDeque};

use super::super::{Candidate, Description, Input, OperationId, SignalingState};
use super::session::Session;

/// How many candidates an ICE session gathers.
const GATHERED: usize = 3;

/// A track by kind (`a` or `v`) and number.
pub(super) type Track = (char, u32);

/// A method call in the operations chain.
#[derive(Debug)]
pub(super) enum Call {
    SetLocal(OperationId),
    SetRemote(OperationId, Description),
    AddCandidate(Option<Candidate>),
}

/// Something queued for the page.
#[derive(Debug)]
enum Task {
    Tell(Input),
    NegotiationNeeded,
    Gathered(String, Option<usize>),
}

pub(super) struct Browser {
    generation: u32,
    pub(super) session: Session,
    /// `[[NegotiationNeeded]]`.
    pub(super) needed: bool,
    /// `[[UpdateNegotiationNeededFlagOnEmptyChain]]`.
    update_when_idle: bool,
    chain: VecDeque<Call>,
    tasks: VecDeque<Task>,
    added: BTreeMap<String, BTreeSet<String>>,
    ended: BTreeSet<String>,
    told_connected: bool,
    /// Candidates may be told before the description that they belong to.
    pub(super) hasty: bool,
    /// How many of the next description operations are rejected for no reason of the machine's.
    pub(super) failing: u32,
    pub(super) faults: Vec<String>,
}

impl Browser {
    pub(super) fn new(name: String, generation: u32, tracks: &[Track]) -> Self {
        let mut browser = Self {
            generation,
            session: Session::new(name),
            needed: false,
            update_when_idle: false,
            chain: VecDeque::new(),
            tasks: VecDeque::new(),
            added: BTreeMap::new(),
            ended: BTreeSet::new(),
            told_connected: false,
            hasty: false,
            failing: 0,
            faults: Vec::new(),
        };
        for track in tracks {
            browser.add_track(*track);
        }
        browser
    }

    pub(super) fn add_track(&mut self, track: Track) {
        self.session.add_track(track);
        self.update_needed();
    }

    pub(super) fn remove_track(&mut self, track: Track) {
        self.session.remove_track(track);
        self.update_needed();
    }

    pub(super) fn restart_ice(&mut self) {
        self.session.restart_ice();
        self.update_needed();
    }

    pub(super) fn call(&mut self, call: Call) {
        self.chain.push_back(call);
    }

    pub(super) fn tell(&mut self, input: Input) {
        self.tasks.push_back(Task::Tell(input));
    }

    pub(super) fn has_calls(&self) -> bool {
        !self.chain.is_empty()
    }

    pub(super) fn has_tasks(&self) -> bool {
        !self.tasks.is_empty()
    }

    /// Runs the next call of the chain.
    pub(super) fn run_call(&mut self) {
        let Some(call) = self.chain.pop_front() else { return };
        match call {
            Call::SetLocal(operation) | Call::SetRemote(operation, _) if self.failing > 0 => {
                self.failing -= 1;
                self.tell(Input::OperationFailed { operation });
            }
            Call::SetLocal(operation) => self.set_local(operation),
            Call::SetRemote(operation, description) => match self.session.set_remote(&description) {
                Ok(()) => {
                    self.tell(Input::RemoteDescriptionSet { operation });
                    self.look_again();
                }
                Err(fault) => {
                    self.faults.push(fault);
                    self.tell(Input::OperationFailed { operation });
                }
            },
            Call::AddCandidate(candidate) => {
                if let Err(fault) = self.add_candidate(candidate) {
                    self.faults.push(fault);
                }
            }
        }
        if self.chain.is_empty() && std::mem::take(&mut self.update_when_idle) {
            self.update_needed();
        }
    }

    fn set_local(&mut self, operation: OperationId) {
        let (description, gathers) = self.session.set_local();
        let mut tasks = VecDeque::new();
        if let Some(fragment) = gathers {
            let gathered = (0..GATHERED).map(Some).chain([None]);
            tasks.extend(gathered.map(|index| Task::Gathered(fragment.clone(), index)));
        }
        let done = Task::Tell(Input::LocalDescriptionSet { operation, description });
        tasks.insert(if self.hasty { tasks.len() / 2 } else { 0 }, done);
        self.tasks.append(&mut tasks);
        self.look_again();
    }

    /// Runs the next task: what the page is told by it, if anything.
    pub(super) fn run_task(&mut self) -> Option<Input> {
        let generation = self.generation;
        match self.tasks.pop_front()? {
            Task::Tell(input) => Some(input),
            Task::NegotiationNeeded => self.needed.then_some(Input::NegotiationNeeded { generation }),
            Task::Gathered(fragment, Some(index)) => {
                // Half the candidates carry their fragment in the line only, as browsers differ in it.
                let candidate = Candidate {
                    candidate: format!("candidate:{index} 1 udp 1 192.0.2.1 9 typ host ufrag {fragment}"),
                    sdp_mid: Some("0".to_owned()),
                    sdp_m_line_index: Some(0),
                    username_fragment: (index % 2 == 0).then_some(fragment),
                };
                Some(Input::LocalCandidate {
                    generation,
                    candidate: Some(candidate),
                })
            }
            Task::Gathered(fragment, None) => self.session.gathers_for(&fragment).then_some(Input::LocalCandidate {
                generation,
                candidate: None,
            }),
        }
    }

    /// What a closed connection's page may still be told.
    pub(super) fn close(mut self) -> Vec<Input> {
        while self.has_calls() {
            self.run_call();
        }
        std::iter::from_fn(|| self.has_tasks().then(|| self.run_task()))
            .flatten()
            .collect()
    }

    fn add_candidate(&mut self, candidate: Option<Candidate>) -> Result<(), String> {
        let newest = self.session.remote_fragment();
        let newest = newest
            .ok_or("InvalidStateError: candidate without a remote description")?
            .clone();
        let Some(candidate) = candidate else {
            self.ended.insert(newest);
            return Ok(());
        };
        let fragment = candidate.candidate.rsplit(' ').next().unwrap().to_owned();
        if !self.session.knows(&fragment) {
            return Err(format!(
                "OperationError: candidate of {fragment}, which no description knows"
            ));
        }
        if self.ended.contains(&fragment) {
            return Err(format!("candidate of {fragment} after the end of candidates"));
        }
        self.added.entry(fragment).or_default().insert(candidate.candidate);
        Ok(())
    }

    /// A description was set: if the exchange is complete by it, the flag is cleared and looked at again (WebRTC 1.0 §4.4.1.5).
    fn look_again(&mut self) {
        if self.session.signaling == SignalingState::Stable {
            self.needed = false;
            self.update_needed();
        }
    }

    /// "Update the negotiation-needed flag" (WebRTC 1.0 §4.7.3).
    fn update_needed(&mut self) {
        if !self.chain.is_empty() {
            self.update_when_idle = true;
        } else if self.session.signaling != SignalingState::Stable {
        } else if !self.session.needs_negotiation() {
            self.needed = false;
        } else if !self.needed {
            self.needed = true;
            self.tasks.push_back(Task::NegotiationNeeded);
        }
    }

    /// Whether this side could reach `other`: each knows the other's ICE session and all its candidates.
    pub(super) fn reaches(&self, other: &Self) -> bool {
        let complete = |fragment| {
            self.ended.contains(fragment) && self.added.get(fragment).is_some_and(|added| added.len() == GATHERED)
        };
        self.session.agrees_with(&other.session).is_some_and(complete)
    }

    /// Tells the page of the connection, once.
    pub(super) fn connected(&mut self) {
        if !std::mem::replace(&mut self.told_connected, true) {
            self.tell(Input::Connected {
                generation: self.generation,
            });
        }
    }
}
