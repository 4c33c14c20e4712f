//! The machine: what happened comes in, what to do goes out.

use std::cmp::Ordering;
use std::collections::VecDeque;

use super::candidates::{Arrived, RemoteCandidates};
use super::delivery::Delivery;
use super::interface::{Action, Input, OperationId, RebuildCause, Role, SignalingState};
use super::signal::{Candidate, Description, DescriptionKind, Signal, SignalPayload};

/// How many of the peer's signals may wait for an operation. What comes beyond is not acknowledged, so the peer sends it again.
const INBOX_LIMIT: usize = 256;

/// What the operation in flight does. Descriptions are remembered by their ICE fragments, for the candidates that wait for them.
#[derive(Clone, Debug)]
enum Operation {
    LocalOffer,
    LocalAnswer,
    RemoteOffer(Vec<String>),
    RemoteAnswer(Vec<String>),
}

/// Everything that ends with a connection.
#[derive(Clone, Debug, Default)]
struct Connection {
    delivery: Delivery,
    /// The peer's signals, in order, that no operation has been begun for.
    inbox: VecDeque<SignalPayload>,
    signaling: SignalingState,
    in_flight: Option<(OperationId, Operation)>,
    negotiation_needed: bool,
    remote: RemoteCandidates,
    /// A fragment of the local description, to say whose candidates have ended.
    local_fragment: Option<String>,
    /// Own candidates that came while their description was being set; they follow it.
    gathered: Vec<SignalPayload>,
    /// Broken beyond use; [`Input::Retry`] ends it.
    retrying: bool,
}

/// Negotiation with one peer.
#[derive(Clone, Debug)]
pub struct Negotiation {
    role: Role,
    generation: u32,
    present: bool,
    last_operation: u64,
    /// Connections given up since one was up.
    failures: u32,
    connection: Connection,
}

impl Negotiation {
    /// The machine for a connection that the driver has built as this generation (0, unless it knows better).
    pub fn new(role: Role, generation: u32) -> Self {
        Self {
            role,
            generation,
            present: false,
            last_operation: 0,
            failures: 0,
            connection: Connection::default(),
        }
    }

    /// The present connection's generation.
    pub fn generation(&self) -> u32 {
        self.generation
    }

    /// The present connection's signalling state.
    pub fn signaling_state(&self) -> SignalingState {
        self.connection.signaling
    }

    /// Whether nothing is under way and nothing waits: both sides agree, as far as this one can tell.
    pub fn is_settled(&self) -> bool {
        let connection = &self.connection;
        connection.signaling == SignalingState::Stable
            && connection.in_flight.is_none()
            && connection.inbox.is_empty()
            && connection.gathered.is_empty()
            && !connection.negotiation_needed
            && !connection.retrying
            && !connection.remote.is_waiting()
            && !connection.delivery.is_waiting()
    }

    /// Takes in what happened and says what to do.
    pub fn handle(&mut self, input: Input) -> Vec<Action> {
        let mut actions = Vec::new();
        let out = &mut actions;
        match input {
            Input::PeerPresent => {
                self.present = true;
                self.resynchronise(out);
            }
            Input::PeerReplaced => {
                self.present = true;
                self.failures = 0;
                self.rebuild(self.generation.saturating_add(1), RebuildCause::PeerReplaced, out);
            }
            Input::PeerGone => self.present = false,
            Input::Resumed => self.resynchronise(out),
            Input::Remote(signal) => self.receive(signal, out),
            Input::NegotiationNeeded { generation } if generation == self.generation => {
                self.connection.negotiation_needed = true;
            }
            Input::LocalCandidate { generation, candidate } if generation == self.generation => {
                self.gathered(candidate, out);
            }
            Input::Connected { generation } if generation == self.generation => self.failures = 0,
            Input::ConnectionFailed { generation } if generation == self.generation => {
                self.give_up(RebuildCause::ConnectionFailed, out);
            }
            Input::LocalDescriptionSet { operation, description } => {
                if let Some(done) = self.finish(operation) {
                    self.local_description_set(&done, description, out);
                }
            }
            Input::RemoteDescriptionSet { operation } => {
                if let Some(done) = self.finish(operation) {
                    self.remote_description_set(done, out);
                }
            }
            Input::OperationFailed { operation } => {
                if self.finish(operation).is_some() {
                    self.give_up(RebuildCause::OperationFailed, out);
                }
            }
            // A network that changed is a reason not to wait any longer.
            Input::RestartIce if self.connection.retrying => self.raise(RebuildCause::ConnectionFailed, out),
            Input::RestartIce => out.push(Action::RestartIce),
            Input::Retry { generation } if generation == self.generation && self.connection.retrying => {
                self.raise(RebuildCause::ConnectionFailed, out);
            }
            Input::NegotiationNeeded { .. }
            | Input::LocalCandidate { .. }
            | Input::Connected { .. }
            | Input::ConnectionFailed { .. }
            | Input::Retry { .. } => {}
        }
        self.proceed(out);
        actions
    }

    /// Begins what can be begun: with no operation in flight, an answer that is owed, then what the peer said, then an own offer.
    fn proceed(&mut self, out: &mut Vec<Action>) {
        while self.present && !self.connection.retrying && self.connection.in_flight.is_none() {
            if self.connection.signaling == SignalingState::HaveRemoteOffer {
                let operation = self.begin(Operation::LocalAnswer);
                out.push(Action::SetLocalDescription { operation });
            } else if let Some(payload) = self.connection.inbox.pop_front() {
                self.take(payload, out);
            } else if self.connection.negotiation_needed && self.connection.signaling == SignalingState::Stable {
                self.connection.negotiation_needed = false;
                let operation = self.begin(Operation::LocalOffer);
                out.push(Action::SetLocalDescription { operation });
            } else {
                return;
            }
        }
    }

    /// Takes the next of the peer's signals. No operation is in flight.
    fn take(&mut self, payload: SignalPayload, out: &mut Vec<Action>) {
        let arrived = match payload {
            SignalPayload::Description(description) => return self.take_description(description, out),
            SignalPayload::Candidate(candidate) => Arrived {
                fragment: candidate.fragment().map(str::to_owned),
                candidate: Some(candidate),
            },
            SignalPayload::EndOfCandidates { username_fragment } => Arrived {
                fragment: username_fragment,
                candidate: None,
            },
            SignalPayload::Sync => return,
        };
        out.extend(
            self.connection
                .remote
                .arrive(arrived)
                .map(|arrived| Action::AddCandidate(arrived.candidate)),
        );
    }

    fn take_description(&mut self, description: Description, out: &mut Vec<Action>) {
        let offered = self.connection.signaling == SignalingState::HaveLocalOffer;
        let fragments = description.username_fragments();
        let operation = match description.kind {
            DescriptionKind::Offer if offered && self.role == Role::Impolite => {
                return self.connection.remote.offer_ignored(&description);
            }
            DescriptionKind::Offer => {
                // The browser looks again whether negotiation is needed, and says so, once this exchange is through (WebRTC 1.0
                // §4.4.1.5); an own rolled-back offer comes back the same way.
                self.connection.negotiation_needed = false;
                self.begin(Operation::RemoteOffer(fragments))
            }
            DescriptionKind::Answer if offered => self.begin(Operation::RemoteAnswer(fragments)),
            // Answers nothing that is asked here: no well-behaved peer sends it, and the browser would refuse it.
            DescriptionKind::Answer => return,
        };
        out.push(Action::SetRemoteDescription { operation, description });
    }

    fn local_description_set(&mut self, done: &Operation, description: Description, out: &mut Vec<Action>) {
        self.connection.signaling = match (done, description.kind) {
            (Operation::LocalOffer, DescriptionKind::Offer) => SignalingState::HaveLocalOffer,
            (Operation::LocalAnswer, DescriptionKind::Answer) => SignalingState::Stable,
            // The browser is in another state than it was left in.
            _ => return self.give_up(RebuildCause::OperationFailed, out),
        };
        self.connection.local_fragment = description.username_fragments().into_iter().next();
        self.send(SignalPayload::Description(description), out);
        for payload in std::mem::take(&mut self.connection.gathered) {
            self.send(payload, out);
        }
    }

    fn remote_description_set(&mut self, done: Operation, out: &mut Vec<Action>) {
        let (signaling, fragments) = match done {
            Operation::RemoteOffer(fragments) => (SignalingState::HaveRemoteOffer, fragments),
            Operation::RemoteAnswer(fragments) => (SignalingState::Stable, fragments),
            Operation::LocalOffer | Operation::LocalAnswer => {
                return self.give_up(RebuildCause::OperationFailed, out);
            }
        };
        self.connection.signaling = signaling;
        let fitting = self.connection.remote.described(fragments);
        out.extend(
            fitting
                .into_iter()
                .map(|arrived| Action::AddCandidate(arrived.candidate)),
        );
    }

    /// An own candidate. It must not reach the peer before its description does.
    fn gathered(&mut self, candidate: Option<Candidate>, out: &mut Vec<Action>) {
        // Some browsers mark the end of each media section by an empty candidate before the `null` that ends them all.
        if candidate
            .as_ref()
            .is_some_and(|candidate| candidate.candidate.is_empty())
        {
            return;
        }
        let payload = match candidate {
            Some(candidate) => SignalPayload::Candidate(candidate),
            // The session that ends is the one described so far: a session's end is told after its description.
            None => SignalPayload::EndOfCandidates {
                username_fragment: self.connection.local_fragment.clone(),
            },
        };
        match self.connection.in_flight {
            Some((_, Operation::LocalOffer | Operation::LocalAnswer)) => self.connection.gathered.push(payload),
            _ => self.send(payload, out),
        }
    }

    /// Sends, or keeps for when the peer is there again.
    fn send(&mut self, payload: SignalPayload, out: &mut Vec<Action>) {
        let signal = self.connection.delivery.number(self.generation, payload);
        if self.present {
            out.push(Action::Send(signal));
        }
    }

    /// Says where this side stands and sends again what the peer may not have.
    fn resynchronise(&mut self, out: &mut Vec<Action>) {
        if self.present {
            out.push(Action::Send(self.connection.delivery.sync(self.generation)));
            out.extend(
                self.connection
                    .delivery
                    .unacknowledged(self.generation)
                    .map(Action::Send),
            );
        }
    }

    fn receive(&mut self, signal: Signal, out: &mut Vec<Action>) {
        match signal.generation.cmp(&self.generation) {
            Ordering::Less => {
                // It asks about a connection that is no more, and so has not heard of this one.
                if signal.payload == SignalPayload::Sync && self.present {
                    out.push(Action::Send(self.connection.delivery.sync(self.generation)));
                }
                return;
            }
            Ordering::Equal => {}
            Ordering::Greater => self.rebuild(signal.generation, RebuildCause::PeerRebuilt, out),
        }
        let connection = &mut self.connection;
        connection.delivery.acknowledge(signal.received);
        if signal.payload == SignalPayload::Sync {
            if self.present {
                out.extend(connection.delivery.unacknowledged(self.generation).map(Action::Send));
            }
        } else if connection.inbox.len() < INBOX_LIMIT {
            connection
                .delivery
                .accept(signal.sequence, signal.payload, &mut connection.inbox);
        } else {
            // Asked for by the first that comes when there is room again.
            return;
        }
        if self.present && connection.delivery.should_ask(signal.sequence) {
            out.push(Action::Send(connection.delivery.sync(self.generation)));
        }
    }

    /// The connection is of no use any more. The first time a new one is built at once, after that at the driver's pace: whatever
    /// breaks one connection may break each that follows.
    fn give_up(&mut self, cause: RebuildCause, out: &mut Vec<Action>) {
        if self.connection.retrying {
            return;
        }
        self.failures = self.failures.saturating_add(1);
        if self.failures == 1 {
            return self.raise(cause, out);
        }
        self.connection.retrying = true;
        out.push(Action::RetryLater {
            generation: self.generation,
            attempt: self.failures - 1,
        });
    }

    fn raise(&mut self, cause: RebuildCause, out: &mut Vec<Action>) {
        self.rebuild(self.generation.saturating_add(1), cause, out);
    }

    fn rebuild(&mut self, generation: u32, cause: RebuildCause, out: &mut Vec<Action>) {
        self.generation = generation;
        self.connection = Connection::default();
        out.push(Action::Rebuild { generation, cause });
        // The peer learns of it now, even if the new connection has nothing to negotiate yet.
        self.resynchronise(out);
    }

    fn begin(&mut self, operation: Operation) -> OperationId {
        self.last_operation += 1;
        let id = OperationId(self.last_operation);
        self.connection.in_flight = Some((id, operation));
        id
    }

    /// The operation in flight, if it is the one that is reported on.
    fn finish(&mut self, id: OperationId) -> Option<Operation> {
        self.connection
            .in_flight
            .take_if(|(in_flight, _)| *in_flight == id)
            .map(|(_, operation)| operation)
    }
}
