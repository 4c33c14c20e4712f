//! One machine, spoken to by hand.

use super::super::{
    Action, Candidate, Description, DescriptionKind, Input, Negotiation, OperationId, Role, Signal, SignalPayload,
    SignalingState,
};

/// Hands signals of a peer in, numbered.
pub(super) struct Peer(pub(super) u32);

impl Peer {
    pub(super) fn says(&mut self, machine: &mut Negotiation, payload: SignalPayload) -> Vec<Action> {
        self.0 += 1;
        let generation = machine.generation();
        machine.handle(Input::Remote(Signal {
            generation,
            sequence: self.0,
            received: 0,
            payload,
        }))
    }
}

pub(super) fn description(kind: DescriptionKind, fragment: &str) -> Description {
    Description {
        kind,
        sdp: format!("v=0\r\na=ice-ufrag:{fragment}\r\n"),
    }
}

pub(super) fn offer(fragment: &str) -> SignalPayload {
    SignalPayload::Description(description(DescriptionKind::Offer, fragment))
}

pub(super) fn answer(fragment: &str) -> SignalPayload {
    SignalPayload::Description(description(DescriptionKind::Answer, fragment))
}

pub(super) fn candidate(number: u32, fragment: Option<&str>) -> Candidate {
    let username_fragment = fragment.map(str::to_owned);
    Candidate {
        candidate: format!("candidate:{number}"),
        sdp_mid: None,
        sdp_m_line_index: Some(0),
        username_fragment,
    }
}

pub(super) fn trickled(number: u32, fragment: &str) -> SignalPayload {
    SignalPayload::Candidate(candidate(number, Some(fragment)))
}

pub(super) fn added(actions: &[Action]) -> Vec<String> {
    let line = |action: &Action| match action {
        Action::AddCandidate(candidate) => Some(candidate.as_ref().map_or("end".to_owned(), |c| c.candidate.clone())),
        _ => None,
    };
    actions.iter().filter_map(line).collect()
}

pub(super) fn sent(actions: &[Action]) -> Vec<SignalPayload> {
    let payload = |action: &Action| match action {
        Action::Send(signal) => Some(signal.payload.clone()),
        _ => None,
    };
    actions.iter().filter_map(payload).collect()
}

/// The one operation that is asked for.
pub(super) fn operation(actions: &[Action]) -> OperationId {
    let id = |action: &Action| match action {
        Action::SetLocalDescription { operation } | Action::SetRemoteDescription { operation, .. } => Some(*operation),
        _ => None,
    };
    let operations: Vec<_> = actions.iter().filter_map(id).collect();
    assert_eq!(operations.len(), 1, "in {actions:?}");
    operations[0]
}

pub(super) fn asks_for_an_operation(actions: &[Action]) -> bool {
    let is = |a: &Action| {
        matches!(
            a,
            Action::SetLocalDescription { .. } | Action::SetRemoteDescription { .. }
        )
    };
    actions.iter().any(is)
}

pub(super) fn present(role: Role) -> Negotiation {
    let mut machine = Negotiation::new(role, 0);
    machine.handle(Input::PeerPresent);
    machine
}

pub(super) fn negotiation_needed(machine: &mut Negotiation) -> Vec<Action> {
    machine.handle(Input::NegotiationNeeded {
        generation: machine.generation(),
    })
}

pub(super) fn local_set(
    machine: &mut Negotiation,
    actions: &[Action],
    kind: DescriptionKind,
    fragment: &str,
) -> Vec<Action> {
    let operation = operation(actions);
    machine.handle(Input::LocalDescriptionSet {
        operation,
        description: description(kind, fragment),
    })
}

pub(super) fn remote_set(machine: &mut Negotiation, actions: &[Action]) -> Vec<Action> {
    machine.handle(Input::RemoteDescriptionSet {
        operation: operation(actions),
    })
}

/// Present, with an own offer of ICE session `mine` set and sent.
pub(super) fn offering(role: Role) -> Negotiation {
    let mut machine = present(role);
    let actions = negotiation_needed(&mut machine);
    local_set(&mut machine, &actions, DescriptionKind::Offer, "mine");
    assert_eq!(machine.signaling_state(), SignalingState::HaveLocalOffer);
    machine
}
