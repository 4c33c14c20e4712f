//! Numbering alone: each signal once and in order.

use std::collections::VecDeque;

use super::super::SignalPayload;
use super::super::delivery::Delivery;
use super::Random;

fn payload(number: u32) -> SignalPayload {
    SignalPayload::EndOfCandidates {
        username_fragment: Some(number.to_string()),
    }
}

#[test]
fn whatever_the_order_and_however_often_each_comes_once_and_in_order() {
    for seed in 0..200 {
        let mut random = Random(seed);
        let mut sender = Delivery::default();
        let mut wire: Vec<_> = (1..=20).map(|number| sender.number(0, payload(number))).collect();
        wire.extend(sender.unacknowledged(0).collect::<Vec<_>>());
        let (mut receiver, mut inbox) = (Delivery::default(), VecDeque::new());
        while !wire.is_empty() {
            let signal = wire.swap_remove(random.below(wire.len()));
            receiver.accept(signal.sequence, signal.payload, &mut inbox);
        }
        assert_eq!(inbox, (1..=20).map(payload).collect::<Vec<_>>(), "seed {seed}");
        assert!(!receiver.is_waiting());
    }
}

#[test]
fn what_is_acknowledged_is_forgotten_and_the_rest_is_sent_again_under_its_number() {
    let mut sender = Delivery::default();
    (1..=3).for_each(|number| drop(sender.number(0, payload(number))));
    sender.acknowledge(2);
    let again: Vec<_> = sender
        .unacknowledged(0)
        .map(|signal| (signal.sequence, signal.payload))
        .collect();
    assert_eq!(again, [(3, payload(3))]);
    sender.acknowledge(1);
    assert_eq!(
        sender.unacknowledged(0).count(),
        1,
        "an old acknowledgement takes nothing back"
    );
}

#[test]
fn a_gap_is_asked_for_once_and_another_one_again() {
    let (mut receiver, mut inbox) = (Delivery::default(), VecDeque::new());
    receiver.accept(3, payload(3), &mut inbox);
    assert!(receiver.should_ask(3));
    assert_eq!(receiver.sync(0).received, 0);
    receiver.accept(4, payload(4), &mut inbox);
    assert!(!receiver.should_ask(4), "asked already");
    receiver.accept(1, payload(1), &mut inbox);
    assert!(receiver.should_ask(4), "2 is missing now, which is another gap");
    receiver.accept(2, payload(2), &mut inbox);
    assert!(!receiver.should_ask(4));
    assert_eq!(inbox.len(), 4);
}

#[test]
fn a_peer_that_numbers_wildly_fills_nothing_up() {
    let (mut receiver, mut inbox) = (Delivery::default(), VecDeque::new());
    for number in (2..5_000).chain([u32::MAX]) {
        receiver.accept(number, payload(number), &mut inbox);
    }
    receiver.accept(1, payload(1), &mut inbox);
    assert_eq!(inbox.len(), 257, "those that were kept, and the one that was missing");
    let next = receiver.sync(0).received + 1;
    receiver.accept(next, payload(next), &mut inbox);
    assert_eq!(inbox.len(), 258);
}
