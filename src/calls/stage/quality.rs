//! How a connection is, in a word: what is weak, and how good it is altogether.
//!
//! What is said stays for a while and does not flicker: a weakness has to last before it is said, and to be gone for longer before it is taken
//! back. Losses are averaged over some seconds, since single seconds hold few packets.

use std::time::Duration;

use leptos::prelude::*;

use super::figures::Figures;
use super::watchdog::Missing;
use crate::calls::model::Limit;

/// How long something has to be bad before it is said.
const APPEARS: Duration = Duration::from_secs(3);
/// How long it has to be good before that is taken back.
const GOES: Duration = Duration::from_secs(5);

/// Lost packets that are heard. At 5 % random loss the E-model takes 16 points off the rating of speech with concealment (ITU-T G.107 §7.5 with Bpl
/// 25.1 of G.113 appendix I), which leaves less than the 80 down to which people are satisfied (G.109).
const LOSS_BAD: f64 = 0.05;
/// At 3 % it takes off 10, which leaves people satisfied.
const LOSS_GOOD: f64 = 0.03;
/// At 1 % it takes off 4, which leaves less than the 90 of the best grade.
const LOSS_FAIR: f64 = 0.01;
/// Sound that was made up is lost sound, whether its packets were lost or came too late.
const CONCEALED_BAD: f64 = 0.08;
const CONCEALED_GOOD: f64 = 0.04;
/// ITU-T G.114 has 400 ms from mouth to ear as the limit. Codec, packets and buffers take some 100 of them, the way the rest: half a round trip.
const ROUND_TRIP_BAD: f64 = 600.0;
const ROUND_TRIP_GOOD: f64 = 450.0;
/// Up to 150 ms from mouth to ear nobody notices (G.114); from 250 on conversations begin to suffer.
const ROUND_TRIP_FAIR: f64 = 300.0;
/// What a voice and the smallest useful picture need, in kbit/s.
const AVAILABLE_BAD: f64 = 150.0;
const AVAILABLE_GOOD: f64 = 250.0;
/// How much a new second counts in an average.
const WEIGHT: f64 = 0.35;

/// What the page shows of the connection.
#[derive(Clone, Copy, Debug)]
pub struct Quality {
    /// The last figures; `None` while there is no connection.
    pub figures: RwSignal<Option<Figures>>,
    /// What is weak.
    pub weakness: RwSignal<Weakness>,
    /// How good it is altogether; `None` while there is no connection.
    pub grade: RwSignal<Option<Grade>>,
    /// The own picture is not sent, because the connection does not carry it.
    pub is_paused: RwSignal<bool>,
    /// The partner's picture is not sent, because their connection does not carry it.
    pub is_partner_paused: RwSignal<bool>,
    /// What should come from the partner and does not.
    pub missing: RwSignal<Missing>,
    /// Whether the panel with the figures is open.
    pub is_panel_open: RwSignal<bool>,
}

impl Quality {
    /// As the server renders it.
    pub fn new() -> Self {
        Self {
            figures: RwSignal::new(None),
            weakness: RwSignal::new(Weakness::default()),
            grade: RwSignal::new(None),
            is_paused: RwSignal::new(false),
            is_partner_paused: RwSignal::new(false),
            missing: RwSignal::new(Missing::default()),
            is_panel_open: RwSignal::new(false),
        }
    }
}

impl Default for Quality {
    fn default() -> Self {
        Self::new()
    }
}

/// What is weak about a connection.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Weakness {
    /// What is sent does not get through.
    pub up: bool,
    /// What should arrive does not.
    pub down: bool,
    /// It takes long.
    pub is_slow: bool,
}

impl Weakness {
    /// Whether anything is.
    pub const fn is_any(self) -> bool {
        self.up || self.down || self.is_slow
    }
}

/// How good a connection is altogether.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grade {
    /// Nothing is to be noticed.
    Good,
    /// Something may be noticed, nothing disturbs.
    Fair,
    /// It disturbs.
    Weak,
}

/// Judges a connection. A new one needs a new judge.
#[derive(Clone, Copy, Debug, Default)]
pub struct Judge {
    up: Lasting,
    down: Lasting,
    slow: Lasting,
    fair: Lasting,
    loss_up: Average,
    loss_down: Average,
    concealed: Average,
}

impl Judge {
    /// Takes note of the figures of another second; `is_degraded` says whether less is sent than could be, to spare the connection.
    pub fn look(&mut self, now: Duration, figures: &Figures, is_degraded: bool) -> (Weakness, Grade) {
        let loss_up = self.loss_up.with(figures.up.loss);
        let loss_down = self.loss_down.with(figures.down.loss);
        let concealed = self.concealed.with(figures.down.concealed);
        let round_trip = figures.round_trip_ms.unwrap_or(0.0);
        let sends_picture = figures.up.frames_per_second.is_some_and(|rate| rate > 0.0);
        // What is available is known only as far as it is used: a voice alone does not use it.
        let available = figures
            .available_kbps
            .filter(|_| sends_picture || is_degraded)
            .unwrap_or(f64::INFINITY);

        let weakness = Weakness {
            up: self.up.look(
                now,
                loss_up >= LOSS_BAD || available < AVAILABLE_BAD,
                loss_up < LOSS_GOOD && available >= AVAILABLE_GOOD,
            ),
            down: self.down.look(
                now,
                loss_down >= LOSS_BAD || concealed >= CONCEALED_BAD,
                loss_down < LOSS_GOOD && concealed < CONCEALED_GOOD,
            ),
            is_slow: self
                .slow
                .look(now, round_trip >= ROUND_TRIP_BAD, round_trip < ROUND_TRIP_GOOD),
        };
        let is_fair = loss_up >= LOSS_FAIR
            || loss_down >= LOSS_FAIR
            || round_trip >= ROUND_TRIP_FAIR
            || is_degraded
            || figures.up.limited_by == Some(Limit::Bandwidth);
        let is_fair = self.fair.look(now, is_fair, !is_fair);
        let grade = match (weakness.is_any(), is_fair) {
            (true, _) => Grade::Weak,
            (false, true) => Grade::Fair,
            (false, false) => Grade::Good,
        };
        (weakness, grade)
    }
}

/// A state that has to last to begin, and to be away for longer to end.
#[derive(Clone, Copy, Debug, Default)]
struct Lasting {
    is_on: bool,
    /// Since when it is on its way to the other state.
    since: Option<Duration>,
}

impl Lasting {
    /// Between bad and good, things stay as they are.
    fn look(&mut self, now: Duration, is_bad: bool, is_good: bool) -> bool {
        let (turns, after) = if self.is_on { (is_good, GOES) } else { (is_bad, APPEARS) };
        if !turns {
            self.since = None;
        } else if now.saturating_sub(*self.since.get_or_insert(now)) >= after {
            *self = Self {
                is_on: !self.is_on,
                since: None,
            };
        }
        self.is_on
    }
}

/// An average in which the past fades.
#[derive(Clone, Copy, Debug, Default)]
struct Average(f64);

impl Average {
    /// With another value; nothing is told where nothing went.
    fn with(&mut self, value: Option<f64>) -> f64 {
        self.0 += (value.unwrap_or(0.0) - self.0) * WEIGHT;
        self.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::stage::figures::Direction;

    fn figures(up: f64, down: f64, round_trip_ms: f64) -> Figures {
        let direction = |loss| Direction {
            loss: Some(loss),
            frames_per_second: Some(30.0),
            ..Direction::default()
        };
        Figures {
            span_ms: 1_000.0,
            up: direction(up),
            down: direction(down),
            round_trip_ms: Some(round_trip_ms),
            available_kbps: Some(2_500.0),
            is_relayed: Some(false),
        }
    }

    /// What is said second by second.
    fn judged(spells: &[(u64, Figures)]) -> Vec<(Weakness, Grade)> {
        let mut judge = Judge::default();
        let mut second = 0;
        let mut said = Vec::new();
        for (seconds, figures) in spells {
            for _ in 0..*seconds {
                said.push(judge.look(Duration::from_secs(second), figures, false));
                second += 1;
            }
        }
        said
    }

    fn spell(said: &[(Weakness, Grade)], is_so: impl Fn(Weakness) -> bool) -> Option<(usize, usize)> {
        let first = said.iter().position(|(weakness, _)| is_so(*weakness))?;
        let last = said.iter().rposition(|(weakness, _)| is_so(*weakness))?;
        assert!(
            said[first..=last].iter().all(|(weakness, _)| is_so(*weakness)),
            "it flickers"
        );
        Some((first, last))
    }

    #[test]
    fn a_good_connection_is_good_and_a_blip_is_nothing() {
        let good = figures(0.0, 0.0, 40.0);
        let said = judged(&[(10, good), (2, figures(0.1, 0.1, 40.0)), (20, good)]);
        assert!(said.iter().all(|(weakness, _)| !weakness.is_any()), "{said:?}");
        assert_eq!(said.last().unwrap().1, Grade::Good);
        assert_eq!(said[9].1, Grade::Good);
    }

    #[test]
    fn a_weakness_is_said_after_three_seconds_and_taken_back_after_five_good_ones() {
        let good = figures(0.0, 0.0, 40.0);
        let said = judged(&[(5, good), (20, figures(0.15, 0.0, 40.0)), (30, good)]);
        let (first, last) = spell(&said, |weakness| weakness.up).unwrap();
        assert_eq!(first, 8, "from the fifth second on it is bad");
        // The average needs some seconds to fall below what is good, and then come five.
        assert!((30..=36).contains(&last), "{last}");
        assert!(said.iter().all(|(weakness, _)| !weakness.down && !weakness.is_slow));
        assert_eq!(said[15].1, Grade::Weak);
        assert_eq!(said[54].1, Grade::Good);
    }

    #[test]
    fn each_direction_and_the_delay_are_told_apart() {
        let of = |figures| judged(&[(12, figures)]).pop().unwrap().0;
        assert_eq!(
            of(figures(0.0, 0.2, 40.0)),
            Weakness {
                down: true,
                ..Weakness::default()
            }
        );
        assert_eq!(
            of(figures(0.0, 0.0, 900.0)),
            Weakness {
                is_slow: true,
                ..Weakness::default()
            }
        );
        assert_eq!(
            of(figures(0.2, 0.2, 40.0)),
            Weakness {
                up: true,
                down: true,
                is_slow: false
            }
        );
        let mut narrow = figures(0.0, 0.0, 40.0);
        narrow.available_kbps = Some(60.0);
        assert_eq!(
            of(narrow),
            Weakness {
                up: true,
                ..Weakness::default()
            }
        );
        let mut patched = figures(0.0, 0.0, 40.0);
        patched.down.concealed = Some(0.3);
        assert_eq!(
            of(patched),
            Weakness {
                down: true,
                ..Weakness::default()
            },
            "packets that come too late"
        );
    }

    #[test]
    fn what_hovers_about_a_bound_does_not_flicker() {
        let said = judged(&[
            (10, figures(0.2, 0.0, 40.0)),
            (60, figures(0.04, 0.0, 40.0)),
            (40, figures(0.0, 0.0, 40.0)),
        ]);
        let (first, last) = spell(&said, |weakness| weakness.up).unwrap();
        assert!(first < 10 && last > 70, "{first} {last}");
    }

    #[test]
    fn what_is_not_told_is_no_weakness() {
        let nothing = Figures {
            span_ms: 1_000.0,
            ..Figures::default()
        };
        assert_eq!(
            judged(&[(30, nothing)]).pop().unwrap(),
            (Weakness::default(), Grade::Good)
        );
    }

    #[test]
    fn less_than_there_could_be_is_fair() {
        let mut judge = Judge::default();
        let grades: Vec<Grade> = (0..10)
            .map(|second| {
                judge
                    .look(Duration::from_secs(second), &figures(0.0, 0.0, 40.0), true)
                    .1
            })
            .collect();
        assert_eq!((grades[0], grades[9]), (Grade::Good, Grade::Fair));
    }
}
