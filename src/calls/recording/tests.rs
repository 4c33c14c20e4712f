//! Two pages with a channel between them that breaks, and people who press everything.

use std::collections::VecDeque;
use std::time::Duration;

use proptest::prelude::*;

use super::RecordingMessage;
use super::consent::{Action, Consent, Input, LAPSE, LONGEST, Outcome, PATIENCE};

const SECOND: Duration = Duration::from_secs(1);
const ANA: usize = 0;
const BEN: usize = 1;

/// Both pages.
struct World {
    now: Duration,
    pages: [Consent; 2],
    /// What each has said and the other not heard.
    said: [VecDeque<RecordingMessage>; 2],
    is_open: bool,
    /// Whether each browser records.
    records: [bool; 2],
    files: [u32; 2],
}

impl World {
    fn new() -> Self {
        let mut world = Self {
            now: SECOND,
            pages: Default::default(),
            said: Default::default(),
            is_open: false,
            records: [false; 2],
            files: [0; 2],
        };
        world.channel(true);
        world
    }

    fn tell(&mut self, who: usize, input: Input) {
        for action in self.pages[who].handle(self.now, input) {
            match action {
                // A channel that is not open takes nothing.
                Action::Say(message) => {
                    if self.is_open {
                        self.said[who].push_back(message);
                    }
                }
                Action::Start => {
                    assert!(!self.records[who], "it records already");
                    self.records[who] = true;
                }
                Action::Finish => {
                    assert!(self.records[who], "there is nothing to end");
                    self.records[who] = false;
                    self.files[who] += 1;
                }
            }
        }
        assert_eq!(self.records[who], self.pages[who].is_recording());
    }

    fn channel(&mut self, is_open: bool) {
        self.is_open = is_open;
        self.said = Default::default();
        for who in [ANA, BEN] {
            self.tell(who, Input::Channel(is_open));
        }
    }

    /// The next message of `who` arrives.
    fn deliver(&mut self, who: usize) -> bool {
        match self.said[who].pop_front() {
            Some(message) => {
                self.tell(1 - who, Input::Heard(message));
                true
            }
            None => false,
        }
    }

    fn settle(&mut self) {
        while self.deliver(ANA) || self.deliver(BEN) {}
    }

    fn pass(&mut self, span: Duration) {
        let until = self.now + span;
        while self.now < until {
            self.now += SECOND;
            for who in [ANA, BEN] {
                self.tell(who, Input::Tick);
            }
            self.settle();
        }
    }

    fn shown(&self, who: usize) -> (bool, bool) {
        let shown = self.pages[who].shown(self.now);
        (shown.is_mine, shown.is_theirs)
    }

    /// Ana records, and Ben has agreed.
    fn recording() -> Self {
        let mut world = Self::new();
        world.tell(ANA, Input::Request);
        world.settle();
        world.tell(BEN, Input::Answer(true));
        world.settle();
        assert_eq!((world.shown(ANA), world.shown(BEN)), ((true, false), (false, true)));
        world
    }
}

#[test]
fn who_is_asked_and_agrees_is_recorded_and_both_see_it() {
    let mut world = World::new();
    world.tell(ANA, Input::Request);
    world.settle();
    assert!(world.pages[ANA].shown(world.now).is_asking && world.pages[BEN].shown(world.now).is_asked);
    assert_eq!(world.records, [false, false], "asking is not recording");
    world.tell(BEN, Input::Answer(true));
    world.settle();
    assert_eq!(world.records, [true, false]);
    world.pass(SECOND * 61);
    for who in [ANA, BEN] {
        let shown = world.pages[who].shown(world.now);
        assert!(shown.is_recording());
        assert_eq!(shown.seconds, 61);
    }
}

#[test]
fn a_refusal_records_nothing_and_can_be_asked_again() {
    let mut world = World::new();
    for _ in 0..2 {
        world.tell(ANA, Input::Request);
        world.settle();
        world.tell(BEN, Input::Answer(false));
        world.settle();
        assert_eq!(world.pages[ANA].outcome(), Some(Outcome::Refused));
        assert_eq!((world.records, world.files), ([false; 2], [0; 2]));
    }
}

#[test]
fn either_can_stop_and_what_was_recorded_is_kept() {
    let mut world = World::recording();
    world.tell(BEN, Input::Stop);
    assert!(world.deliver(BEN));
    assert_eq!((world.records, world.files), ([false; 2], [1, 0]), "at once");
    world.settle();
    assert_eq!(world.pages[ANA].outcome(), Some(Outcome::ByPartner));
    assert_eq!(world.pages[BEN].outcome(), Some(Outcome::ByMe));
    assert_eq!((world.shown(ANA), world.shown(BEN)), ((false, false), (false, false)));

    let mut world = World::recording();
    world.tell(ANA, Input::Stop);
    assert_eq!((world.records, world.files), ([false; 2], [1, 0]));
    world.settle();
    assert_eq!(world.pages[BEN].outcome(), Some(Outcome::ByPartner));
    assert_eq!(world.shown(BEN), (false, false));
}

#[test]
fn both_may_ask_at_once_and_each_answers_for_themselves() {
    let mut world = World::new();
    world.tell(ANA, Input::Request);
    world.tell(BEN, Input::Request);
    world.settle();
    world.tell(BEN, Input::Answer(true));
    world.tell(ANA, Input::Answer(false));
    world.settle();
    assert_eq!(world.records, [true, false], "a question is no agreement");
    assert_eq!(world.pages[BEN].outcome(), Some(Outcome::Refused));

    let mut world = World::new();
    world.tell(ANA, Input::Request);
    world.tell(BEN, Input::Request);
    world.settle();
    world.tell(BEN, Input::Answer(true));
    world.tell(ANA, Input::Answer(true));
    world.settle();
    assert_eq!(world.records, [true, true]);
    // "Stop recording" is meant for all of it.
    world.tell(BEN, Input::Stop);
    world.settle();
    assert_eq!((world.records, world.files), ([false; 2], [1, 1]));
}

#[test]
fn a_short_interruption_goes_by_and_a_long_one_ends_the_recording() {
    let mut world = World::recording();
    world.channel(false);
    world.pass(LAPSE - SECOND);
    assert_eq!(world.records, [true, false]);
    world.channel(true);
    world.settle();
    world.pass(LAPSE * 3);
    assert_eq!((world.records, world.shown(BEN)), ([true, false], (false, true)));

    world.channel(false);
    world.pass(LAPSE + SECOND);
    assert_eq!((world.records, world.files), ([false; 2], [1, 0]));
    assert_eq!(world.pages[ANA].outcome(), Some(Outcome::Lost));
    assert_eq!(
        (world.pages[BEN].outcome(), world.shown(BEN)),
        (Some(Outcome::Lost), (false, false))
    );
    world.channel(true);
    world.pass(LAPSE);
    assert_eq!(world.records, [false; 2], "it does not begin again by itself");
}

#[test]
fn what_is_taken_back_while_nothing_comes_through_is_taken_back() {
    let mut world = World::recording();
    world.channel(false);
    world.tell(BEN, Input::Stop);
    world.pass(SECOND * 3);
    assert_eq!(world.shown(BEN), (false, true), "Ana may still be recording");
    world.channel(true);
    world.settle();
    assert_eq!((world.records, world.shown(BEN)), ([false; 2], (false, false)));

    let mut world = World::recording();
    world.channel(false);
    world.tell(BEN, Input::Stop);
    world.pass(LAPSE + SECOND);
    assert_eq!((world.records, world.shown(BEN)), ([false; 2], (false, false)));
}

#[test]
fn a_page_that_was_loaded_anew_has_agreed_to_nothing() {
    let mut world = World::recording();
    world.channel(false);
    world.pages[BEN] = Consent::default();
    world.channel(true);
    world.settle();
    assert_eq!((world.records, world.files), ([false; 2], [1, 0]));
    assert_eq!(world.pages[ANA].outcome(), Some(Outcome::ByPartner));

    // And one that recorded records no longer.
    let mut world = World::recording();
    world.channel(false);
    (world.pages[ANA], world.records[ANA]) = (Consent::default(), false);
    world.channel(true);
    world.pass(LAPSE + SECOND);
    assert_eq!(world.shown(BEN), (false, false));
}

#[test]
fn answers_that_come_late_record_nothing() {
    // Withdrawn before the answer came.
    let mut world = World::new();
    world.tell(ANA, Input::Request);
    world.settle();
    world.tell(BEN, Input::Answer(true));
    world.tell(ANA, Input::Stop);
    world.settle();
    assert_eq!(
        (world.records, world.shown(BEN)),
        ([false; 2], (false, false)),
        "he learns it"
    );

    // Nobody waits for ever, and the answer to the first question is none to the second.
    let mut world = World::new();
    world.tell(ANA, Input::Request);
    world.settle();
    world.pass(PATIENCE);
    assert_eq!(world.pages[ANA].outcome(), Some(Outcome::Unanswered));
    assert!(!world.pages[BEN].shown(world.now).is_asked);
    world.tell(ANA, Input::Request);
    world.tell(
        ANA,
        Input::Heard(RecordingMessage::Answer {
            id: 1,
            is_allowed: true,
        }),
    );
    assert_eq!(world.records, [false; 2]);

    // The channel breaks while a question stands.
    let mut world = World::new();
    world.tell(ANA, Input::Request);
    world.settle();
    world.channel(false);
    assert!(!world.pages[BEN].shown(world.now).is_asked && !world.pages[ANA].shown(world.now).is_asking);
    world.tell(BEN, Input::Answer(true));
    world.channel(true);
    world.settle();
    assert_eq!(world.records, [false; 2]);
}

#[test]
fn without_a_channel_nobody_is_asked() {
    let mut world = World::new();
    world.channel(false);
    world.tell(ANA, Input::Request);
    assert!(!world.pages[ANA].shown(world.now).is_asking);
}

#[test]
fn it_ends_by_its_length_by_a_fault_and_with_the_call() {
    for (input, outcome) in [(Input::Full, Outcome::Full), (Input::Failed, Outcome::Failed)] {
        let mut world = World::recording();
        world.tell(ANA, input);
        world.settle();
        assert_eq!(world.pages[ANA].outcome(), Some(outcome));
        assert_eq!((world.files, world.shown(BEN)), ([1, 0], (false, false)));
    }
    let mut world = World::recording();
    world.pass(LONGEST);
    assert_eq!((world.pages[ANA].outcome(), world.files), (Some(Outcome::Full), [1, 0]));

    let mut world = World::recording();
    world.tell(ANA, Input::Over);
    world.settle();
    assert_eq!((world.files, world.shown(BEN)), ([1, 0], (false, false)));
}

#[derive(Clone, Copy, Debug)]
enum Step {
    Tell(usize, Input),
    Deliver(usize),
    Channel(bool),
    Pass(u64),
    Reload(usize),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let input = prop_oneof![
        3 => Just(Input::Request),
        3 => any::<bool>().prop_map(Input::Answer),
        2 => Just(Input::Stop),
        1 => Just(Input::Failed),
    ];
    let step = prop_oneof![
        6 => (0..2_usize, input).prop_map(|(who, input)| Step::Tell(who, input)),
        10 => (0..2_usize).prop_map(Step::Deliver),
        2 => any::<bool>().prop_map(Step::Channel),
        2 => (1..20_u64).prop_map(Step::Pass),
        1 => (0..2_usize).prop_map(Step::Reload),
    ];
    proptest::collection::vec(step, 0..80)
}

proptest! {
    /// Whatever happens, in whatever order: nobody is recorded who has not agreed, or has taken it back longer ago than an agreement holds.
    #[test]
    fn nobody_is_recorded_without_agreeing(steps in steps()) {
        let mut world = World::new();
        // Since when each has not agreed to the other's recording; none while they do.
        let mut against = [Some(Duration::ZERO); 2];
        for step in steps {
            match step {
                Step::Tell(who, input) => {
                    let is_asked = world.pages[who].shown(world.now).is_asked;
                    world.tell(who, input);
                    match input {
                        Input::Answer(true) if is_asked => against[who] = None,
                        Input::Stop => against[who] = against[who].or(Some(world.now)),
                        _ => {}
                    }
                }
                Step::Deliver(who) => {
                    world.deliver(who);
                }
                Step::Channel(is_open) => world.channel(is_open),
                Step::Pass(seconds) => world.pass(SECOND * u32::try_from(seconds).unwrap()),
                Step::Reload(who) => {
                    (world.pages[who], world.records[who]) = (Consent::default(), false);
                    against[who] = against[who].or(Some(world.now));
                    world.channel(false);
                    world.channel(true);
                }
            }
            for who in [ANA, BEN] {
                if let (true, Some(since)) = (world.records[who], against[1 - who]) {
                    prop_assert!(world.now - since <= LAPSE + SECOND, "recorded against their will");
                }
                // An agreement is to one recording.
                if !world.shown(who).1 {
                    against[who] = against[who].or(Some(world.now));
                }
            }
        }
        // Once everything comes through again, both see the same.
        world.channel(true);
        world.pass(PATIENCE + LAPSE);
        for who in [ANA, BEN] {
            prop_assert_eq!(world.shown(who).0, world.shown(1 - who).1);
        }
    }
}

#[test]
fn a_page_that_asks_without_end_is_refused_without_a_word() {
    let mut ben = Consent::default();
    let mut shown = 0;
    for id in 0..100 {
        let answer = ben.handle(SECOND, Input::Heard(RecordingMessage::Ask { id }));
        if ben.shown(SECOND).is_asked {
            shown += 1;
            assert_eq!(answer, []);
            ben.handle(SECOND, Input::Answer(false));
        } else {
            assert_eq!(
                answer,
                [Action::Say(RecordingMessage::Answer { id, is_allowed: false })],
                "who asks is not left waiting"
            );
        }
    }
    assert_eq!(shown, 3);
    let later = SECOND + PATIENCE;
    ben.handle(later, Input::Heard(RecordingMessage::Ask { id: 100 }));
    assert!(ben.shown(later).is_asked, "they may ask again after a while");
}
