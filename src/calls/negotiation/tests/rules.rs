//! The rules of an exchange, one at a time.

use super::super::{Action, Candidate, DescriptionKind, Input, Negotiation, Role, SignalPayload, SignalingState};
use super::by_hand::*;

#[test]
fn nothing_leaves_and_nothing_is_gathered_before_the_peer_is_there() {
    let mut machine = Negotiation::new(Role::Impolite, 0);
    let mut actions = negotiation_needed(&mut machine);
    actions.extend(machine.handle(Input::Resumed));
    actions.extend(machine.handle(Input::LocalCandidate {
        generation: 0,
        candidate: Some(candidate(1, None)),
    }));
    actions.extend(Peer(0).says(&mut machine, offer("theirs")));
    assert_eq!(actions, []);
    let actions = machine.handle(Input::PeerPresent);
    assert_eq!(sent(&actions)[0], SignalPayload::Sync);
    assert!(
        matches!(actions.last(), Some(Action::SetRemoteDescription { .. })),
        "the peer's offer goes first"
    );
    let answering = remote_set(&mut machine, &actions);
    local_set(&mut machine, &answering, DescriptionKind::Answer, "mine");
    assert!(
        machine.is_settled(),
        "the browser asks again if that did not meet its need"
    );
}

#[test]
fn candidates_that_come_before_their_description_are_kept_and_added_after_it() {
    let (mut machine, mut peer) = (present(Role::Polite), Peer(0));
    assert_eq!(
        added(&peer.says(&mut machine, trickled(1, "theirs"))),
        Vec::<String>::new()
    );
    assert_eq!(
        added(&peer.says(&mut machine, SignalPayload::Candidate(candidate(2, None)))),
        Vec::<String>::new()
    );
    assert_eq!(
        added(&peer.says(&mut machine, trickled(3, "another"))),
        Vec::<String>::new()
    );
    let setting = peer.says(&mut machine, offer("theirs"));
    assert_eq!(
        added(&peer.says(&mut machine, trickled(4, "theirs"))),
        Vec::<String>::new(),
        "being set is not set"
    );
    let answering = remote_set(&mut machine, &setting);
    assert_eq!(added(&answering), ["candidate:1", "candidate:2"]);
    let answered = local_set(&mut machine, &answering, DescriptionKind::Answer, "mine");
    assert_eq!(added(&answered), ["candidate:4"]);
    assert!(machine.is_settled());
}

#[test]
fn candidates_for_an_ice_restart_wait_for_its_offer_and_those_of_the_old_session_are_dropped() {
    let (mut machine, mut peer) = (offering(Role::Polite), Peer(0));
    let setting = peer.says(&mut machine, answer("old"));
    remote_set(&mut machine, &setting);
    assert_eq!(added(&peer.says(&mut machine, trickled(1, "old"))), ["candidate:1"]);
    assert_eq!(
        added(&peer.says(&mut machine, trickled(2, "new"))),
        Vec::<String>::new()
    );
    let setting = peer.says(&mut machine, offer("new"));
    let answering = remote_set(&mut machine, &setting);
    assert_eq!(added(&answering), ["candidate:2"]);
    local_set(&mut machine, &answering, DescriptionKind::Answer, "mine2");
    assert_eq!(
        added(&peer.says(&mut machine, trickled(3, "old"))),
        Vec::<String>::new()
    );
    assert!(machine.is_settled(), "and not kept");
}

#[test]
fn the_impolite_side_ignores_a_colliding_offer_and_drops_its_candidates() {
    let (mut machine, mut peer) = (offering(Role::Impolite), Peer(0));
    assert_eq!(peer.says(&mut machine, trickled(1, "ignored")), []);
    assert_eq!(peer.says(&mut machine, offer("ignored")), []);
    assert_eq!(peer.says(&mut machine, trickled(2, "ignored")), []);
    assert_eq!(
        peer.says(&mut machine, SignalPayload::Candidate(candidate(3, None))),
        []
    );
    let setting = peer.says(&mut machine, answer("theirs"));
    assert_eq!(remote_set(&mut machine, &setting), []);
    assert_eq!(peer.says(&mut machine, trickled(4, "ignored")), [], "late ones too");
    let end = SignalPayload::EndOfCandidates {
        username_fragment: Some("ignored".to_owned()),
    };
    assert_eq!(peer.says(&mut machine, end), []);
    assert_eq!(added(&peer.says(&mut machine, trickled(5, "theirs"))), ["candidate:5"]);
    assert!(machine.is_settled());
}

#[test]
fn an_ignored_offer_that_keeps_the_ice_session_leaves_its_candidates_good() {
    let (mut machine, mut peer) = (offering(Role::Impolite), Peer(0));
    let setting = peer.says(&mut machine, answer("theirs"));
    remote_set(&mut machine, &setting);
    let actions = negotiation_needed(&mut machine);
    local_set(&mut machine, &actions, DescriptionKind::Offer, "mine");
    assert_eq!(peer.says(&mut machine, offer("theirs")), []);
    assert_eq!(added(&peer.says(&mut machine, trickled(1, "theirs"))), ["candidate:1"]);
}

#[test]
fn the_polite_side_lets_its_offer_be_rolled_back_and_answers() {
    let (mut machine, mut peer) = (offering(Role::Polite), Peer(0));
    let setting = peer.says(&mut machine, offer("theirs"));
    let answering = remote_set(&mut machine, &setting);
    assert_eq!(machine.signaling_state(), SignalingState::HaveRemoteOffer);
    let answered = local_set(&mut machine, &answering, DescriptionKind::Answer, "mine2");
    assert_eq!(sent(&answered), [answer("mine2")]);
    assert!(machine.is_settled());
}

#[test]
fn one_operation_at_a_time_and_glare_is_judged_when_the_own_offer_is_set() {
    for role in [Role::Polite, Role::Impolite] {
        let (mut machine, mut peer) = (present(role), Peer(0));
        let offering = negotiation_needed(&mut machine);
        assert_eq!(
            peer.says(&mut machine, offer("theirs")),
            [],
            "an own offer is being made"
        );
        let offered = local_set(&mut machine, &offering, DescriptionKind::Offer, "mine");
        assert_eq!(sent(&offered), [offer("mine")]);
        assert_eq!(asks_for_an_operation(&offered), role == Role::Polite);
    }
}

#[test]
fn an_answer_to_nothing_is_dropped() {
    let mut machine = present(Role::Polite);
    assert_eq!(Peer(0).says(&mut machine, answer("theirs")), []);
    assert!(machine.is_settled());
}

#[test]
fn own_candidates_follow_their_description_and_the_end_names_its_session() {
    let mut machine = present(Role::Impolite);
    let offering = negotiation_needed(&mut machine);
    let own = |number| Input::LocalCandidate {
        generation: 0,
        candidate: Some(candidate(number, Some("mine"))),
    };
    assert_eq!(machine.handle(own(1)), []);
    let offered = local_set(&mut machine, &offering, DescriptionKind::Offer, "mine");
    assert_eq!(sent(&offered), [offer("mine"), trickled(1, "mine")]);
    assert_eq!(sent(&machine.handle(own(2))), [trickled(2, "mine")]);
    let empty = Candidate {
        candidate: String::new(),
        ..candidate(0, None)
    };
    assert_eq!(
        machine.handle(Input::LocalCandidate {
            generation: 0,
            candidate: Some(empty)
        }),
        []
    );
    let end = machine.handle(Input::LocalCandidate {
        generation: 0,
        candidate: None,
    });
    assert_eq!(
        sent(&end),
        [SignalPayload::EndOfCandidates {
            username_fragment: Some("mine".to_owned())
        }]
    );
}
