//! When a connection was weak enough to say so, and for how long. The limits are those of what is said during the call (`stage::quality`): what was
//! not said then is not told afterwards.

use serde::{Deserialize, Serialize};

use super::sample::TimedSample;
use crate::calls::model::{DirectionSample, Limit, QualitySample};

/// Of a thousand packets, how many may be lost. At 5 % random loss the E-model's rating of speech with concealment (ITU-T G.107 §7.5 with Bpl 25.1
/// of G.113 appendix I) falls from 93 to 77, below the 80 down to which people are satisfied (G.109).
pub const WEAK_LOSS: u16 = 50;
/// Of a thousand samples of sound, how many may be made up. Some of it fills pauses that nobody hears.
pub const WEAK_CONCEALMENT: u16 = 80;
/// A round trip from which people talk into each other, in milliseconds. ITU-T G.114 sets the limit at 400 ms from mouth to ear; coding, packets
/// and buffers take some 100 of them, so 300 ms are left for each way.
pub const SLOW_ROUND_TRIP: u16 = 600;
/// Frames a second below which a face that the line limits no longer moves but jumps.
const JUMPING: u16 = 10;
/// A weakness is worth a word from this many milliseconds on: a single sample may be a passing train.
const WORTH_SAYING: u64 = 15_000;

/// What may be weak.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weakness {
    /// What this side sent arrived badly.
    Upload,
    /// What the partner sent arrived badly.
    Download,
    /// Everything arrived late.
    Delay,
}

impl Weakness {
    /// In the order in which they are told where they took equally long.
    pub const ALL: [Self; 3] = [Self::Upload, Self::Download, Self::Delay];

    /// Whether it shows in a sample.
    pub fn shows_in(self, sample: &QualitySample) -> bool {
        match self {
            Self::Upload => is_lossy(&sample.up) || is_starved(&sample.up),
            Self::Download => {
                is_lossy(&sample.down)
                    || sample
                        .down
                        .concealed_permille
                        .is_some_and(|concealed| concealed >= WEAK_CONCEALMENT)
            }
            Self::Delay => sample.round_trip_ms.is_some_and(|trip| trip >= SLOW_ROUND_TRIP),
        }
    }
}

fn is_lossy(direction: &DirectionSample) -> bool {
    direction.loss_permille().is_some_and(|loss| loss >= WEAK_LOSS)
}

/// The line has room for so little that the face jumps.
fn is_starved(up: &DirectionSample) -> bool {
    up.limited_by == Some(Limit::Bandwidth) && up.frames_per_second.is_some_and(|frames| frames < JUMPING)
}

/// A weakness, and for how long in all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Weak {
    /// What was weak.
    pub what: Weakness,
    /// For how many seconds, together.
    pub seconds: u32,
}

/// What was weak long enough to say so, the longest first; nothing of a connection that was good throughout.
pub fn weaknesses(samples: &[TimedSample]) -> Vec<Weak> {
    let mut found: Vec<Weak> = Weakness::ALL
        .into_iter()
        .filter_map(|what| {
            let weak = samples.iter().filter(|timed| what.shows_in(&timed.sample));
            let ms: u64 = weak.map(|timed| u64::from(timed.sample.span_ms)).sum();
            (ms >= WORTH_SAYING).then(|| Weak {
                what,
                seconds: u32::try_from(ms / 1_000).unwrap_or(u32::MAX),
            })
        })
        .collect();
    found.sort_by_key(|weak| std::cmp::Reverse(weak.seconds));
    found
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::time::Micros;

    fn samples(each: &[QualitySample]) -> Vec<TimedSample> {
        let times = (1..).map(|n| Micros::from_millis(n * 10_000));
        times
            .zip(each)
            .map(|(at, sample)| TimedSample { at, sample: *sample })
            .collect()
    }

    const FINE: QualitySample = QualitySample {
        span_ms: 10_000,
        up: direction(995, 5),
        down: direction(960, 40),
        round_trip_ms: Some(599),
        reconnects: 0,
        is_relayed: None,
    };

    const fn direction(packets: u32, lost: u32) -> DirectionSample {
        DirectionSample {
            bytes: 0,
            packets,
            lost,
            jitter_ms: None,
            concealed_permille: Some(79),
            frames_per_second: Some(30),
            width: None,
            height: None,
            limited_by: None,
        }
    }

    #[test]
    fn a_connection_within_the_limits_is_good_throughout() {
        assert_eq!(weaknesses(&samples(&[FINE; 50])), []);
        assert_eq!(weaknesses(&[]), []);
        let silent = QualitySample {
            span_ms: 10_000,
            ..QualitySample::default()
        };
        assert_eq!(
            weaknesses(&samples(&[silent; 5])),
            [],
            "nothing measured is nothing weak"
        );
    }

    #[test]
    fn each_weakness_shows_from_its_limit_on() {
        let lossy = QualitySample {
            up: direction(95, 5),
            ..FINE
        };
        let starved = QualitySample {
            up: DirectionSample {
                limited_by: Some(Limit::Bandwidth),
                frames_per_second: Some(9),
                ..FINE.up
            },
            ..FINE
        };
        let deaf = QualitySample {
            down: direction(94, 6),
            ..FINE
        };
        let made_up = QualitySample {
            down: DirectionSample {
                concealed_permille: Some(80),
                ..FINE.down
            },
            ..FINE
        };
        let slow = QualitySample {
            round_trip_ms: Some(600),
            ..FINE
        };
        for (sample, expected) in [
            (lossy, Weakness::Upload),
            (starved, Weakness::Upload),
            (deaf, Weakness::Download),
            (made_up, Weakness::Download),
            (slow, Weakness::Delay),
        ] {
            let found: Vec<Weakness> = Weakness::ALL
                .into_iter()
                .filter(|what| what.shows_in(&sample))
                .collect();
            assert_eq!(found, [expected], "{sample:?}");
        }
        let limited_by_choice = QualitySample {
            up: DirectionSample {
                limited_by: Some(Limit::Cpu),
                frames_per_second: Some(5),
                ..FINE.up
            },
            ..FINE
        };
        assert!(
            !Weakness::Upload.shows_in(&limited_by_choice),
            "the machine is not the line"
        );
    }

    #[test]
    fn weak_moments_add_up_and_a_single_one_is_not_told() {
        let slow = QualitySample {
            round_trip_ms: Some(800),
            ..FINE
        };
        let lossy = QualitySample {
            up: direction(50, 50),
            ..FINE
        };
        assert_eq!(weaknesses(&samples(&[FINE, lossy, FINE])), []);
        let course = [lossy, FINE, slow, slow, FINE, lossy, slow];
        assert_eq!(
            weaknesses(&samples(&course)),
            [
                Weak {
                    what: Weakness::Delay,
                    seconds: 30
                },
                Weak {
                    what: Weakness::Upload,
                    seconds: 20
                },
            ]
        );
    }
}
