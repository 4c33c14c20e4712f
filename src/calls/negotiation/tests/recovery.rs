//! What outlives an exchange: absence, generations, failures.

use super::super::{Action, DescriptionKind, Input, Negotiation, RebuildCause, Role, Signal, SignalPayload};
use super::by_hand::*;

#[test]
fn what_was_said_while_the_peer_was_gone_is_said_when_it_is_back() {
    let mut machine = present(Role::Impolite);
    let offering = negotiation_needed(&mut machine);
    machine.handle(Input::PeerGone);
    assert_eq!(local_set(&mut machine, &offering, DescriptionKind::Offer, "mine"), []);
    assert_eq!(
        sent(&machine.handle(Input::PeerPresent)),
        [SignalPayload::Sync, offer("mine")]
    );
}

#[test]
fn older_signals_are_dropped_newer_ones_followed_and_a_lagging_peer_is_told() {
    let mut machine = present(Role::Polite);
    let raised = machine.handle(Input::ConnectionFailed { generation: 0 });
    assert_eq!(
        raised[0],
        Action::Rebuild {
            generation: 1,
            cause: RebuildCause::ConnectionFailed
        }
    );
    assert_eq!(sent(&raised), [SignalPayload::Sync], "the peer is told at once");
    let signal = |generation, sequence, payload| {
        Input::Remote(Signal {
            generation,
            sequence,
            received: 0,
            payload,
        })
    };
    assert_eq!(machine.handle(signal(0, 1, offer("old"))), []);
    let told = machine.handle(signal(0, 1, SignalPayload::Sync));
    assert!(matches!(
        &told[..],
        [Action::Send(Signal {
            generation: 1,
            payload: SignalPayload::Sync,
            ..
        })]
    ));
    let followed = machine.handle(signal(7, 1, offer("new")));
    assert_eq!(
        followed[0],
        Action::Rebuild {
            generation: 7,
            cause: RebuildCause::PeerRebuilt
        }
    );
    assert!(
        matches!(followed.last(), Some(Action::SetRemoteDescription { .. })),
        "and then taken"
    );
    assert_eq!(machine.generation(), 7);
}

#[test]
fn late_words_of_an_older_connection_are_ignored() {
    let mut machine = present(Role::Impolite);
    let old = operation(&negotiation_needed(&mut machine));
    machine.handle(Input::PeerReplaced);
    let description = description(DescriptionKind::Offer, "old");
    for late in [
        Input::LocalDescriptionSet {
            operation: old,
            description,
        },
        Input::RemoteDescriptionSet { operation: old },
        Input::OperationFailed { operation: old },
        Input::NegotiationNeeded { generation: 0 },
        Input::LocalCandidate {
            generation: 0,
            candidate: None,
        },
        Input::ConnectionFailed { generation: 0 },
        Input::Retry { generation: 0 },
    ] {
        assert_eq!(machine.handle(late.clone()), [], "{late:?}");
    }
    assert!(machine.is_settled());
    let new = operation(&negotiation_needed(&mut machine));
    assert_ne!(old, new);
}

#[test]
fn the_first_failure_is_answered_at_once_the_next_at_the_drivers_pace() {
    let mut machine = present(Role::Polite);
    let fail = |machine: &mut Negotiation| {
        let operation = operation(&negotiation_needed(machine));
        machine.handle(Input::OperationFailed { operation })
    };
    let cause = RebuildCause::OperationFailed;
    assert_eq!(fail(&mut machine)[0], Action::Rebuild { generation: 1, cause });
    assert_eq!(
        fail(&mut machine),
        [Action::RetryLater {
            generation: 1,
            attempt: 1
        }]
    );
    assert_eq!(machine.handle(Input::ConnectionFailed { generation: 1 }), [], "known");
    assert_eq!(negotiation_needed(&mut machine), []);
    assert!(!machine.is_settled());
    let cause = RebuildCause::ConnectionFailed;
    assert_eq!(
        machine.handle(Input::Retry { generation: 1 })[0],
        Action::Rebuild { generation: 2, cause }
    );
    assert_eq!(machine.handle(Input::Retry { generation: 2 }), [], "nothing to retry");
    assert_eq!(
        fail(&mut machine),
        [Action::RetryLater {
            generation: 2,
            attempt: 2
        }]
    );
    assert_eq!(
        machine.handle(Input::RestartIce)[0],
        Action::Rebuild { generation: 3, cause },
        "no reason to wait"
    );
    machine.handle(Input::Connected { generation: 3 });
    assert!(
        matches!(fail(&mut machine)[0], Action::Rebuild { generation: 4, .. }),
        "it was well in between"
    );
}

#[test]
fn a_browser_in_another_state_than_it_was_left_in_is_given_up() {
    let mut machine = present(Role::Polite);
    let offering = negotiation_needed(&mut machine);
    let actions = local_set(&mut machine, &offering, DescriptionKind::Answer, "mine");
    assert!(matches!(actions[0], Action::Rebuild { generation: 1, .. }));
}

#[test]
fn a_flood_fills_nothing_up_and_what_was_not_taken_comes_again() {
    let (mut machine, mut peer) = (present(Role::Polite), Peer(0));
    let setting = peer.says(&mut machine, offer("theirs"));
    for number in 2..=1_000 {
        assert_eq!(peer.says(&mut machine, trickled(number, "theirs")), []);
    }
    let answering = remote_set(&mut machine, &setting);
    let answered = local_set(&mut machine, &answering, DescriptionKind::Answer, "mine");
    assert_eq!(added(&answered).len(), 256);
    let next = peer.says(&mut machine, trickled(1_001, "theirs"));
    assert!(matches!(
        &next[..],
        [Action::Send(Signal {
            received: 257,
            payload: SignalPayload::Sync,
            ..
        })]
    ));
}
