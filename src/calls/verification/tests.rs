//! Both sides are played in memory, in every order of things, without and with somebody in between.

use std::collections::VecDeque;

use sha2::{Digest as _, Sha256};
use uuid::Uuid;

use super::VerificationMessage;
use super::exchange::{Action, Attack, Exchange, Progress, Purpose};
use super::fingerprints::Fingerprints;
use super::hex::Bytes32;
use super::session::{Session, Side};
use crate::calls::model::{CallId, SeatId};

fn digest(text: &str) -> Bytes32 {
    Bytes32(Sha256::digest(text.as_bytes()).into())
}

/// A number that a test knows.
fn number(seed: u32) -> Bytes32 {
    digest(&format!("number {seed}"))
}

fn side(seat: u128, certificate: &str) -> Side {
    Side {
        seat: SeatId::from_uuid(Uuid::from_u128(seat)),
        fingerprints: Fingerprints::of_sdp(&format!("a=fingerprint:sha-256 {certificate}\r\n")).unwrap(),
    }
}

fn session(mine: Side, theirs: Side) -> Session {
    Session {
        call: CallId::from_uuid(Uuid::from_u128(9)),
        mine,
        theirs,
    }
}

fn honest() -> Session {
    session(side(1, "AA:AA"), side(2, "BB:BB"))
}

/// One side with what it still has to do.
#[derive(Clone)]
struct Player {
    exchange: Exchange,
    /// Asked for and not yet answered; answered in any order.
    digests: Vec<(Purpose, String)>,
    /// Said and not yet heard, in the order of the channel.
    said: VecDeque<VerificationMessage>,
}

impl Player {
    fn begin(session: Session, nonce: Bytes32) -> Self {
        let (exchange, actions) = Exchange::begin(session, nonce);
        let mut player = Self {
            exchange,
            digests: Vec::new(),
            said: VecDeque::new(),
        };
        player.take(actions);
        player
    }

    fn take(&mut self, actions: Vec<Action>) {
        for action in actions {
            match action {
                Action::Say(message) => self.said.push_back(message),
                Action::Digest(purpose, text) => self.digests.push((purpose, text)),
            }
        }
    }

    fn hear(&mut self, message: &VerificationMessage) {
        let actions = self.exchange.hear(message);
        self.take(actions);
    }

    fn answer(&mut self, place: usize) {
        let (purpose, text) = self.digests.remove(place);
        let actions = self.exchange.digested(purpose, digest(&text));
        self.take(actions);
    }

    /// Answers every digest.
    fn settle(&mut self) {
        while !self.digests.is_empty() {
            self.answer(0);
        }
    }

    fn words(&self) -> Option<[&'static str; 4]> {
        match self.exchange.progress() {
            Progress::Words(words) => Some(words),
            _ => None,
        }
    }
}

fn two() -> [Player; 2] {
    [
        Player::begin(honest(), number(1)),
        Player::begin(honest().seen_by_partner(), number(2)),
    ]
}

/// Plays every order in which digests are answered and messages arrive, and shows `check` each end.
fn play_all(players: [Player; 2], check: &mut impl FnMut(&[Player; 2])) {
    let mut is_over = true;
    for me in [0, 1] {
        for place in 0..players[me].digests.len() {
            is_over = false;
            let mut next = players.clone();
            next[me].answer(place);
            play_all(next, check);
        }
        if !players[1 - me].said.is_empty() {
            is_over = false;
            let mut next = players.clone();
            let message = next[1 - me].said.pop_front().unwrap();
            next[me].hear(&message);
            play_all(next, check);
        }
    }
    if is_over {
        check(&players);
    }
}

#[test]
fn both_come_to_the_same_words_in_every_order_of_things() {
    let mut ends = 0;
    let mut seen = None;
    play_all(two(), &mut |[ana, ben]| {
        ends += 1;
        let words = ana.words().expect("no words");
        assert_eq!(Some(words), ben.words());
        assert_eq!(*seen.get_or_insert(words), words, "the order decides nothing");
    });
    assert!(ends > 100, "{ends}");
}

#[test]
fn other_numbers_seats_or_certificates_give_other_words() {
    let words = |session: Session, mine, theirs| {
        let mut end = None;
        let other = session.seen_by_partner();
        let players = [
            Player::begin(session, number(mine)),
            Player::begin(other, number(theirs)),
        ];
        play_all(players, &mut |[ana, _]| end = ana.words());
        end.unwrap()
    };
    let ours = words(honest(), 1, 2);
    let others = [
        words(honest(), 3, 2),
        words(honest(), 1, 3),
        words(session(side(3, "AA:AA"), side(2, "BB:BB")), 1, 2),
        words(session(side(1, "AA:AB"), side(2, "BB:BB")), 1, 2),
        words(
            Session {
                call: CallId::from_uuid(Uuid::from_u128(8)),
                ..honest()
            },
            1,
            2,
        ),
    ];
    for (place, other) in others.iter().enumerate() {
        assert_ne!(*other, ours, "{place}");
    }
}

#[test]
fn what_comes_out_of_order_or_twice_is_an_attack_and_never_gives_words() {
    let mut ana = Player::begin(honest(), number(1));
    let mut ben = Player::begin(honest().seen_by_partner(), number(2));
    ben.settle();
    let commit = ben.said.pop_front().unwrap();
    ana.settle();
    let hers = ana.said.pop_front().unwrap();
    ben.hear(&hers);
    let reveal = ben.said.pop_front().unwrap();

    // The number before its commitment.
    let mut early = ana.clone();
    early.hear(&reveal);
    assert_eq!(early.exchange.progress(), Progress::Attacked(Attack::OutOfOrder));
    early.hear(&commit);
    early.settle();
    assert_eq!(early.words(), None, "what follows does not mend it");
    assert!(early.said.is_empty(), "she shows no number to whoever that is");

    // The number before this side has committed itself.
    let mut slow = Player::begin(honest(), number(1));
    slow.hear(&commit);
    assert!(slow.said.is_empty(), "nothing is shown before the own commitment");
    slow.hear(&reveal);
    assert_eq!(slow.exchange.progress(), Progress::Attacked(Attack::OutOfOrder));

    // Twice.
    let mut twice = ana.clone();
    twice.hear(&commit);
    twice.hear(&commit);
    assert_eq!(twice.exchange.progress(), Progress::Attacked(Attack::OutOfOrder));
    ana.hear(&commit);
    ana.hear(&reveal);
    ana.settle();
    assert!(ana.words().is_some());
    ana.hear(&reveal);
    assert_eq!(ana.exchange.progress(), Progress::Attacked(Attack::OutOfOrder));
}

#[test]
fn a_lost_channel_leaves_no_words_and_the_next_one_brings_new_ones() {
    let mut before = None;
    play_all(two(), &mut |[ana, _]| before = ana.words());
    for heard in 0..4 {
        let [mut ana, mut ben] = two();
        ana.settle();
        ben.settle();
        for step in 0..heard {
            let (from, to) = if step % 2 == 0 {
                (&mut ana, &mut ben)
            } else {
                (&mut ben, &mut ana)
            };
            if let Some(message) = from.said.pop_front() {
                to.hear(&message);
                to.settle();
            }
        }
        // The rest is lost. Whoever has words by now has the right ones.
        assert!(
            !(ana.words().is_some() && ben.words().is_some()),
            "after {heard} messages"
        );
        for player in [&ana, &ben] {
            assert!(!matches!(player.exchange.progress(), Progress::Attacked(_)));
            assert!(player.words().is_none() || player.words() == before);
        }
    }
    let mut after = None;
    let again = [
        Player::begin(session(side(1, "CC:CC"), side(2, "DD:DD")), number(11)),
        Player::begin(session(side(2, "DD:DD"), side(1, "CC:CC")), number(12)),
    ];
    play_all(again, &mut |[ana, ben]| {
        assert_eq!(ana.words(), ben.words());
        after = ana.words();
    });
    assert_ne!(after, before);
}

/// How the two see things while somebody with certificates of their own stands in between.
fn divided() -> [Session; 2] {
    [
        session(side(1, "AA:AA"), side(2, "E0:E0")),
        session(side(2, "BB:BB"), side(1, "E1:E1")),
    ]
}

#[test]
fn who_only_passes_on_what_is_said_is_found_out_by_both() {
    let [hers, his] = divided();
    let mut ends = 0;
    play_all(
        [Player::begin(hers, number(1)), Player::begin(his, number(2))],
        &mut |both| {
            ends += 1;
            for player in both {
                assert_eq!(player.exchange.progress(), Progress::Attacked(Attack::Mismatch));
            }
        },
    );
    assert!(ends > 0);
}

/// What Eve, who is at both ends of two connections, has of one of them.
struct Ear {
    victim: Player,
    /// How she sees that connection.
    session: Session,
}

impl Ear {
    fn on(session: Session, nonce: Bytes32) -> Self {
        let mut victim = Player::begin(session.clone(), nonce);
        victim.settle();
        assert!(matches!(
            victim.said.pop_front(),
            Some(VerificationMessage::Commit { .. })
        ));
        assert!(
            victim.said.is_empty(),
            "nothing else is said before she has committed herself"
        );
        Self {
            session: session.seen_by_partner(),
            victim,
        }
    }

    /// She commits herself to a number and learns the victim's.
    fn commit(&mut self, nonce: Bytes32) -> Bytes32 {
        let commitment = digest(&self.session.commitment(nonce));
        self.victim.hear(&VerificationMessage::Commit { commitment });
        match self.victim.said.pop_front() {
            Some(VerificationMessage::Reveal { nonce }) => nonce,
            other => panic!("{other:?}"),
        }
    }

    fn reveal(&mut self, nonce: Bytes32) -> Progress {
        self.victim.hear(&VerificationMessage::Reveal { nonce });
        self.victim.settle();
        self.victim.exchange.progress()
    }

    /// The words that the victim would see with this number of hers.
    fn words(&self, mine: Bytes32, theirs: Bytes32) -> [&'static str; 4] {
        super::words::of(digest(&self.session.agreement(mine, theirs)))
    }
}

const TRIES: u32 = 1 << 16;

#[test]
fn who_searches_after_the_numbers_are_known_may_not_use_what_she_finds() {
    let [hers, his] = divided();
    let mut ana = Ear::on(hers, number(1));
    // She settles with one of them first, to know which words she has to bring about for the other.
    let eves = number(100);
    let anas = ana.commit(eves);
    let Progress::Words(wanted) = ana.reveal(eves) else {
        panic!("Eve is a good listener")
    };
    assert_eq!(wanted, ana.words(eves, anas));

    let mut ben = Ear::on(his, number(2));
    let committed = number(101);
    let bens = ben.commit(committed);
    assert_ne!(ben.words(committed, bens), wanted, "she has no luck");
    // Now she could choose: even the first word alone she would hit some 256 times in so many tries.
    let found: Vec<Bytes32> = (0..TRIES)
        .map(|seed| number(1_000 + seed))
        .filter(|nonce| ben.words(*nonce, bens)[0] == wanted[0])
        .collect();
    assert!(found.len() > 100, "the search is a search: {}", found.len());
    // But she has committed herself.
    for nonce in found {
        let mut ben = Ear {
            victim: ben.victim.clone(),
            session: ben.session.clone(),
        };
        assert_eq!(ben.reveal(nonce), Progress::Attacked(Attack::Mismatch));
    }
    assert!(matches!(ben.reveal(committed), Progress::Words(words) if words != wanted));
}

#[test]
fn before_she_commits_herself_there_is_nothing_to_search_with() {
    let [hers, his] = divided();
    let mut ana = Ear::on(hers, number(1));
    let eves = number(100);
    let anas = ana.commit(eves);
    let wanted = ana.words(eves, anas);
    // Without his number she can only guess which of hers will do: none of so many is better than chance, and she has one.
    let ben = Ear::on(his, number(2));
    let hits = (0..TRIES)
        .filter(|seed| ben.words(number(1_000 + seed), number(2)) == wanted)
        .count();
    assert_eq!(hits, 0);
}

#[test]
fn an_echo_of_the_own_commitment_does_not_open() {
    let [hers, _] = divided();
    let mut victim = Player::begin(hers, number(1));
    victim.settle();
    let echo = victim.said.pop_front().unwrap();
    victim.hear(&echo);
    let echo = victim.said.pop_front().unwrap();
    victim.hear(&echo);
    victim.settle();
    assert_eq!(victim.exchange.progress(), Progress::Attacked(Attack::Mismatch));
}

#[test]
fn what_is_signed_is_the_same_text_on_both_sides_only_if_both_see_the_same() {
    let ours = honest();
    assert_eq!(ours.seen_by_partner().seen_by_partner(), ours);
    assert_eq!(
        ours.statement(),
        "speakle connection 1\n\
         00000000-0000-0000-0000-000000000009\n\
         00000000-0000-0000-0000-000000000001 sha-256 AA:AA\n\
         00000000-0000-0000-0000-000000000002 sha-256 BB:BB"
    );
    let [hers, his] = divided();
    assert_ne!(hers.statement(), his.seen_by_partner().statement());
    assert_ne!(
        ours.statement(),
        ours.seen_by_partner().statement(),
        "nobody can send a statement back"
    );
}

/// What one side says in the course of an exchange.
fn everything_said_by(session: Session, nonce: Bytes32, other: Bytes32) -> Vec<VerificationMessage> {
    let mut players = [
        Player::begin(session.clone(), nonce),
        Player::begin(session.seen_by_partner(), other),
    ];
    let mut said = Vec::new();
    for _ in 0..4 {
        for me in [0, 1] {
            players[me].settle();
            while let Some(message) = players[me].said.pop_front() {
                if me == 0 {
                    said.push(message.clone());
                }
                players[1 - me].hear(&message);
            }
        }
    }
    assert!(players[0].words().is_some());
    said
}

#[test]
fn what_was_said_in_another_call_or_over_another_connection_opens_nothing() {
    let theirs = honest().seen_by_partner();
    let another_call = Session {
        call: CallId::from_uuid(Uuid::from_u128(8)),
        ..theirs.clone()
    };
    let another_connection = session(side(2, "BB:BB"), side(1, "AA:AC"));
    let another_seat = session(side(3, "BB:BB"), side(1, "AA:AA"));
    for old in [another_call, another_connection, another_seat] {
        let record = everything_said_by(old.clone(), number(2), number(3));
        assert_eq!(record.len(), 2);
        let mut victim = Player::begin(honest(), number(1));
        victim.settle();
        for message in &record {
            victim.hear(message);
            victim.settle();
        }
        assert_eq!(
            victim.exchange.progress(),
            Progress::Attacked(Attack::Mismatch),
            "{old:?}"
        );
        assert_ne!(
            old.statement(),
            honest().seen_by_partner().statement(),
            "nor a signature"
        );
    }
    // The same recording does for the connection that it was made of, and tells nobody anything new there.
    let mut same = Player::begin(honest(), number(1));
    same.settle();
    for message in everything_said_by(theirs, number(2), number(1)) {
        same.hear(&message);
        same.settle();
    }
    assert!(same.words().is_some());
}

#[test]
fn a_number_says_nothing_without_its_commitment_however_much_is_left_out() {
    let said = everything_said_by(honest().seen_by_partner(), number(2), number(1));
    for left_out in 0..said.len() {
        let mut victim = Player::begin(honest(), number(1));
        victim.settle();
        for (place, message) in said.iter().enumerate() {
            if place != left_out {
                victim.hear(message);
                victim.settle();
            }
        }
        assert_eq!(victim.words(), None, "without message {left_out}");
    }
}

#[test]
fn a_connection_to_oneself_has_no_words() {
    let mirrors = [
        session(side(1, "AA:AA"), side(1, "AA:AA")),
        session(side(1, "AA:AA"), side(2, "AA:AA")),
        session(side(1, "AA:AA"), side(1, "BB:BB")),
    ];
    for mirror in mirrors {
        let mut victim = Player::begin(mirror, number(1));
        victim.settle();
        assert!(victim.said.is_empty());
        assert_eq!(victim.exchange.progress(), Progress::Attacked(Attack::Mismatch));
    }
}
