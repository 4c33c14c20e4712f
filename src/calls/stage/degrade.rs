//! What is given up, and in which order, when the connection does not carry what is sent: first the size of the picture, then how often it changes,
//! then the picture; the sound last. A shared screen keeps its size, since small text is no text, and gives up its changes first.
//!
//! This is a ladder of caps over the encoder's own adaptation, which is finer and quicker. Going down takes seconds. Going up is a trial, because
//! a browser knows what a connection carries only as far as it is used; a trial that failed makes the next one wait longer.

use std::time::Duration;

use super::Line;
use super::figures::Figures;
use crate::calls::model::Limit;

/// The rungs of the ladder, from everything to the least.
pub const RUNGS: usize = 7;
/// From this rung on no face is sent.
pub const PAUSED: usize = 5;
/// A machine that is too slow loses size and changes, no further: a still picture costs it nothing.
const LAST_FOR_CPU: usize = 3;
/// Losses that are no matter of how much is sent do not take the picture away.
const LAST_FOR_LOSS: usize = 4;

/// What each rung needs, in kbit/s, voice and headers included. Below it, it is short. The last one with a face needs more than the least that
/// Chromium ever says while it sends one, 78 to 93 with the headers of the way, however little there is.
const NEEDS: [f64; RUNGS] = [450.0, 250.0, 140.0, 100.0, 95.0, 45.0, 0.0];

/// The share of lost packets from which sending less is tried: Google's congestion control takes 10 % as a sign of too much
/// (draft-ietf-rmcat-gcc §6).
const LOSSY: f64 = 0.1;
/// From here on even a voice with error correction is hard to follow.
const DROWNING: f64 = 0.25;
/// Losses under which more may be tried.
const CALM: f64 = 0.03;

/// What a new connection has to find out how much it carries.
const WARM_UP: Duration = Duration::from_secs(6);
/// How long it has to be short before the first step down.
const FIRST_STEP: Duration = Duration::from_secs(2);
/// Before each further one while the browser says that there is less than this rung needs.
const NEXT_STEP: Duration = Duration::from_secs(1);
/// Before each further one while all that is known are losses, or a slow machine: it takes time until less is felt.
const SLOW_STEP: Duration = Duration::from_secs(4);
/// How long it has to be fine before a step up.
const UP: Duration = Duration::from_secs(8);
/// How long at most, after trials that failed.
const UP_AT_MOST: Duration = Duration::from_secs(60);
/// A step down within this time of a step up means that the trial failed; after it, that it succeeded.
const TRIAL: Duration = Duration::from_secs(15);

/// How a line is to be sent.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Caps {
    /// Whether it is sent at all.
    pub is_on: bool,
    /// `scaleResolutionDownBy` (WebRTC 1.0 §5.2.5); at least 1.
    pub scale_down: f64,
    /// Pictures per second at most.
    pub max_frames: Option<f64>,
    /// Bits per second at most.
    pub max_bits: Option<f64>,
}

impl Caps {
    /// No cap.
    pub const NONE: Self = Self {
        is_on: true,
        scale_down: 1.0,
        max_frames: None,
        max_bits: None,
    };

    const OFF: Self = Self {
        is_on: false,
        ..Self::NONE
    };
}

/// How a line is to be sent on a rung.
pub const fn caps(rung: usize, line: Line) -> Caps {
    match line {
        Line::Camera => match rung {
            0 => Caps::NONE,
            1 => scaled(2.0, None, 600_000.0),
            2 => scaled(4.0, None, 250_000.0),
            3 => scaled(4.0, Some(15.0), 150_000.0),
            4 => scaled(4.0, Some(8.0), 100_000.0),
            _ => Caps::OFF,
        },
        Line::Screen => match rung {
            0 => Caps::NONE,
            1 => scaled(1.0, Some(15.0), 900_000.0),
            2 => scaled(1.0, Some(8.0), 450_000.0),
            3 => scaled(1.0, Some(5.0), 250_000.0),
            4 => scaled(1.0, Some(3.0), 150_000.0),
            5 => scaled(1.0, Some(1.0), 100_000.0),
            _ => Caps::OFF,
        },
        // Opus at 16 kbit/s is still wide-band speech (RFC 6716 §2.1.1).
        Line::Microphone | Line::ScreenSound => match rung {
            0..=5 => Caps::NONE,
            _ => Caps {
                max_bits: Some(16_000.0),
                ..Caps::NONE
            },
        },
    }
}

const fn scaled(scale_down: f64, max_frames: Option<f64>, max_bits: f64) -> Caps {
    Caps {
        is_on: true,
        scale_down,
        max_frames,
        max_bits: Some(max_bits),
    }
}

/// What is known of what the connection carries.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Supply {
    /// What the browser thinks it can send, in kbit/s.
    pub available_kbps: Option<f64>,
    /// The share of packets that do not arrive.
    pub loss: Option<f64>,
    /// What limits the picture, as the encoder says.
    pub limited_by: Option<Limit>,
    /// Whether a picture is sent or would be: of a voice alone the browser does not learn what there is.
    pub has_picture: bool,
}

impl Supply {
    /// What figures tell of it.
    pub const fn of(figures: &Figures, has_picture: bool) -> Self {
        Self {
            available_kbps: figures.available_kbps,
            loss: figures.up.loss,
            limited_by: figures.up.limited_by,
            has_picture,
        }
    }
}

/// Why less has to be sent.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Short {
    /// The browser says that there is less than what the rung needs.
    Known,
    /// It is felt.
    Felt,
}

/// Where the sending stands.
#[derive(Clone, Copy, Debug)]
pub struct Ladder {
    rung: usize,
    begun: Option<Duration>,
    short_since: Option<Duration>,
    fine_since: Option<Duration>,
    stepped_down: Option<Duration>,
    climbed: Option<Duration>,
    patience: Duration,
}

impl Default for Ladder {
    fn default() -> Self {
        Self {
            rung: 0,
            begun: None,
            short_since: None,
            fine_since: None,
            stepped_down: None,
            climbed: None,
            patience: UP,
        }
    }
}

impl Ladder {
    /// The rung, from 0 to [`RUNGS`] - 1.
    pub const fn rung(&self) -> usize {
        self.rung
    }

    /// A new connection: it has to find out anew what it carries, and the ladder keeps its rung meanwhile.
    pub fn reconnected(&mut self) {
        *self = Self {
            rung: self.rung,
            patience: self.patience,
            ..Self::default()
        };
    }

    /// Looks at the supply, about once a second, and steps if it is time. Returns the rung.
    pub fn look(&mut self, now: Duration, supply: Supply) -> usize {
        let is_warm = now.saturating_sub(*self.begun.get_or_insert(now)) >= WARM_UP;
        match self.short(supply).filter(|_| is_warm) {
            Some(short) => self.look_down(now, short),
            None => {
                self.short_since = None;
                self.look_up(now, is_warm && self.is_fine(supply));
            }
        }
        self.rung
    }

    fn look_down(&mut self, now: Duration, short: Short) {
        self.fine_since = None;
        let since = *self.short_since.get_or_insert(now);
        let pace = if short == Short::Known { NEXT_STEP } else { SLOW_STEP };
        let is_due = now.saturating_sub(since) >= FIRST_STEP
            && self.stepped_down.is_none_or(|last| now.saturating_sub(last) >= pace);
        if !is_due {
            return;
        }
        if self
            .climbed
            .take()
            .is_some_and(|climbed| now.saturating_sub(climbed) < TRIAL)
        {
            self.patience = (self.patience * 2).min(UP_AT_MOST);
        }
        self.rung += 1;
        self.stepped_down = Some(now);
    }

    fn look_up(&mut self, now: Duration, is_fine: bool) {
        if self.climbed.is_some_and(|climbed| now.saturating_sub(climbed) >= TRIAL) {
            self.climbed = None;
            self.patience = UP;
        }
        if !is_fine || self.rung == 0 {
            self.fine_since = None;
            return;
        }
        if now.saturating_sub(*self.fine_since.get_or_insert(now)) >= self.patience {
            self.rung -= 1;
            self.fine_since = None;
            self.stepped_down = None;
            self.climbed = Some(now);
        }
    }

    /// Whether less has to be sent, and how that is known.
    fn short(&self, supply: Supply) -> Option<Short> {
        if self.rung + 1 >= RUNGS {
            return None;
        }
        // What a voice uses says little about what there is, but for too little even for it.
        let is_judged = supply.has_picture && self.rung < PAUSED;
        let need = if is_judged { NEEDS[self.rung] } else { NEEDS[PAUSED] };
        if supply.available_kbps.is_some_and(|available| available < need) {
            return Some(Short::Known);
        }
        let last_for_loss = match supply.loss {
            Some(loss) if loss >= DROWNING => RUNGS - 1,
            Some(loss) if loss >= LOSSY => LAST_FOR_LOSS,
            _ => 0,
        };
        let last_for_cpu = if supply.limited_by == Some(Limit::Cpu) {
            LAST_FOR_CPU
        } else {
            0
        };
        (self.rung < last_for_loss.max(last_for_cpu)).then_some(Short::Felt)
    }

    /// Whether more may be tried.
    fn is_fine(&self, supply: Supply) -> bool {
        let is_calm = supply.loss.is_none_or(|loss| loss < CALM);
        // Of a picture that is not sent, browsers go on saying what limited it when it was.
        let is_encoded = supply.has_picture && self.rung < PAUSED;
        let is_free = !is_encoded
            || match supply.limited_by {
                None | Some(Limit::Other) => true,
                Some(Limit::Cpu) => self.rung > LAST_FOR_CPU,
                // It may be our own cap that it feels. How much there is says the browser, where it says anything.
                Some(Limit::Bandwidth) => supply.available_kbps.is_some(),
            };
        // Without a picture nothing is known of what one would need: it is tried.
        let is_enough = !supply.has_picture
            || self.rung == 0
            || self.rung >= PAUSED
            || supply
                .available_kbps
                .is_none_or(|available| available >= NEEDS[self.rung - 1]);
        is_calm && is_free && is_enough
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn available(kbps: f64) -> Supply {
        Supply {
            available_kbps: Some(kbps),
            loss: Some(0.0),
            limited_by: None,
            has_picture: true,
        }
    }

    fn lossy(loss: f64) -> Supply {
        Supply {
            loss: Some(loss),
            ..available(2_500.0)
        }
    }

    /// A call on a connection: where the ladder stands after each second.
    struct Call {
        ladder: Ladder,
        second: u64,
    }

    impl Call {
        fn new() -> Self {
            let mut call = Self {
                ladder: Ladder::default(),
                second: 0,
            };
            call.seconds(10, |_| available(2_500.0));
            assert_eq!(call.ladder.rung(), 0);
            call
        }

        fn seconds(&mut self, seconds: u64, supply: impl Fn(usize) -> Supply) -> Vec<usize> {
            (0..seconds)
                .map(|_| {
                    self.second += 1;
                    let supply = supply(self.ladder.rung());
                    self.ladder.look(Duration::from_secs(self.second), supply)
                })
                .collect()
        }
    }

    /// Each rung as it was reached.
    fn steps(rungs: &[usize]) -> Vec<usize> {
        let mut steps = rungs.to_vec();
        steps.dedup();
        steps
    }

    #[test]
    fn size_goes_first_then_changes_then_the_picture_and_the_sound_last() {
        let caps: Vec<Caps> = (0..RUNGS).map(|rung| caps(rung, Line::Camera)).collect();
        let first = |is_so: &dyn Fn(&Caps) -> bool| caps.iter().position(is_so).unwrap();
        let smaller = first(&|caps| caps.scale_down > 1.0);
        let slower = first(&|caps| caps.max_frames.is_some());
        let off = first(&|caps| !caps.is_on);
        let quieter = (0..RUNGS)
            .position(|rung| super::caps(rung, Line::Microphone).max_bits.is_some())
            .unwrap();
        assert!(smaller < slower && slower < off && off < quieter);
        assert_eq!(off, PAUSED);
        assert!(
            (0..RUNGS).all(|rung| super::caps(rung, Line::Microphone).is_on),
            "never without a voice"
        );
    }

    #[test]
    fn a_shared_screen_keeps_its_size_and_outlasts_the_face() {
        for rung in 0..RUNGS {
            assert_eq!(caps(rung, Line::Screen).scale_down, 1.0);
        }
        assert!(caps(1, Line::Screen).max_frames.is_some());
        assert!(caps(PAUSED, Line::Screen).is_on && !caps(PAUSED, Line::Camera).is_on);
    }

    #[test]
    fn a_narrow_connection_leads_down_rung_by_rung_within_seconds() {
        let mut call = Call::new();
        let rungs = call.seconds(10, |_| available(50.0));
        assert_eq!(steps(&rungs), [0, 1, 2, 3, 4, 5]);
        assert_eq!(rungs.iter().position(|rung| *rung == PAUSED), Some(6));
        assert_eq!(
            call.seconds(30, |_| available(30.0)).last(),
            Some(&(RUNGS - 1)),
            "now even the voice"
        );
    }

    #[test]
    fn the_least_that_chromium_says_with_a_picture_takes_the_picture() {
        for least in [78.0, 79.6, 92.4] {
            let mut call = Call::new();
            assert_eq!(steps(&call.seconds(10, |_| available(least))), [0, 1, 2, 3, 4, 5]);
        }
    }

    #[test]
    fn it_stops_where_it_is_carried() {
        let mut call = Call::new();
        // What is used is what is known: half as much again at most.
        let rungs = call.seconds(60, |_| available(200.0));
        assert_eq!(steps(&rungs), [0, 1, 2]);
    }

    #[test]
    fn a_moment_is_nothing() {
        let mut call = Call::new();
        for _ in 0..5 {
            assert_eq!(steps(&call.seconds(2, |_| available(50.0))), [0]);
            assert_eq!(steps(&call.seconds(2, |_| available(2_500.0))), [0]);
        }
    }

    #[test]
    fn a_new_connection_finds_out_first_what_it_carries() {
        let mut ladder = Ladder::default();
        for second in 0..6 {
            assert_eq!(ladder.look(Duration::from_secs(second), available(300.0)), 0);
        }
        let mut call = Call::new();
        call.seconds(20, |_| available(50.0));
        call.ladder.reconnected();
        assert_eq!(
            steps(&call.seconds(12, |_| available(300.0))),
            [PAUSED],
            "and keeps its rung meanwhile"
        );
    }

    #[test]
    fn it_comes_back_by_itself_and_slower_than_it_went() {
        let mut call = Call::new();
        let down = call.seconds(7, |_| available(50.0));
        assert_eq!(down.last(), Some(&PAUSED));
        let up = call.seconds(60, |_| available(2_500.0));
        assert_eq!(steps(&up), [5, 4, 3, 2, 1, 0]);
        assert!(up.iter().position(|rung| *rung == 0) > Some(30));
    }

    #[test]
    fn what_was_said_of_a_picture_that_is_not_sent_any_more_holds_nothing_back() {
        for stale in [Limit::Bandwidth, Limit::Cpu] {
            let mut call = Call::new();
            let down = call.seconds(7, |_| available(50.0));
            assert_eq!(down.last(), Some(&PAUSED));
            let up = call.seconds(60, |rung| Supply {
                limited_by: (rung >= PAUSED).then_some(stale),
                ..available(2_500.0)
            });
            assert_eq!(up.last(), Some(&0), "{stale:?}");
        }
    }

    #[test]
    fn an_encoder_that_feels_our_own_cap_is_not_taken_for_the_line() {
        let mut call = Call::new();
        call.seconds(10, |_| available(50.0));
        let up = call.seconds(60, |rung| Supply {
            limited_by: (rung > 0).then_some(Limit::Bandwidth),
            ..available(2_500.0)
        });
        assert_eq!(up.last(), Some(&0));
        // A browser that says nothing else of the line is believed.
        let mut silent = Call::new();
        silent.seconds(10, |_| available(110.0));
        let rung = silent.ladder.rung();
        assert!((1..PAUSED).contains(&rung), "{rung}");
        let stays = silent.seconds(60, |_| Supply {
            available_kbps: None,
            limited_by: Some(Limit::Bandwidth),
            ..available(0.0)
        });
        assert_eq!(steps(&stays), [rung]);
    }

    #[test]
    fn trials_that_fail_become_rare() {
        // Carries a voice, and no picture: whenever one is tried, the browser finds out.
        let carries = |rung: usize| {
            if rung >= PAUSED {
                available(60.0)
            } else {
                available(65.0)
            }
        };
        let mut call = Call::new();
        call.seconds(20, carries);
        let rungs = call.seconds(600, carries);
        let trials: Vec<usize> = (1..rungs.len()).filter(|at| rungs[*at] < rungs[at - 1]).collect();
        let waits: Vec<usize> = trials.windows(2).map(|two| two[1] - two[0]).collect();
        assert!(waits.windows(2).all(|two| two[0] <= two[1]), "{waits:?}");
        assert!(waits.last() >= Some(&60), "{waits:?}");
        assert!(trials.len() < 14, "{trials:?}");
        assert!(
            rungs.iter().filter(|rung| **rung < PAUSED).count() < 60,
            "it is hardly seen"
        );
    }

    #[test]
    fn after_a_trial_that_held_the_next_comes_soon_again() {
        let mut call = Call::new();
        call.seconds(20, |_| available(50.0));
        call.seconds(200, |rung| {
            if rung >= PAUSED {
                available(60.0)
            } else {
                available(65.0)
            }
        });
        let up = call.seconds(200, |_| available(2_500.0));
        let at = |rung: usize| up.iter().position(|is| *is == rung).unwrap();
        assert!(at(0) - at(3) < 40, "{up:?}");
    }

    #[test]
    fn losses_take_the_picture_only_when_they_drown_everything() {
        let mut call = Call::new();
        assert_eq!(steps(&call.seconds(60, |_| lossy(0.05))), [0]);
        assert_eq!(call.seconds(60, |_| lossy(0.15)).last(), Some(&LAST_FOR_LOSS));
        assert_eq!(call.seconds(60, |_| lossy(0.4)).last(), Some(&(RUNGS - 1)));
    }

    #[test]
    fn a_slow_machine_keeps_its_picture() {
        let mut call = Call::new();
        let slow = Supply {
            limited_by: Some(Limit::Cpu),
            ..available(2_500.0)
        };
        let rungs = call.seconds(60, |_| slow);
        assert_eq!(steps(&rungs), [0, 1, 2, 3]);
    }

    #[test]
    fn a_voice_alone_says_nothing_about_what_a_picture_needs() {
        let mut call = Call::new();
        let voice = Supply {
            has_picture: false,
            ..available(60.0)
        };
        assert_eq!(steps(&call.seconds(60, |_| voice)), [0]);
    }

    #[test]
    fn a_browser_that_tells_nothing_is_left_alone() {
        let mut call = Call::new();
        let nothing = Supply {
            has_picture: true,
            ..Supply::default()
        };
        assert_eq!(steps(&call.seconds(60, |_| nothing)), [0]);
    }
}
