//! How a connection went over time, in few enough steps to draw and to read.

use serde::{Deserialize, Serialize};

use super::sample::{TimedSample, loss_permille};
use crate::kernel::time::Micros;

/// Steps in one course: as many points as a chart on a phone can tell apart, and rows that somebody still reads.
const MOST_STEPS: u64 = 60;
/// How long a step may be, in seconds: round numbers, from the time between samples to half a day over sixty.
const LENGTHS: [u32; 9] = [10, 20, 30, 60, 120, 300, 600, 900, 1_800];

/// One step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Step {
    /// When it begins, in seconds since both were there.
    pub second: u32,
    /// Of a thousand packets that this side sent, how many were lost.
    pub up_loss: Option<u16>,
    /// Of a thousand that the partner sent.
    pub down_loss: Option<u16>,
    /// The longest round trip, in milliseconds.
    pub round_trip_ms: Option<u16>,
}

#[derive(Clone, Copy, Default)]
struct Sums {
    up: (u64, u64),
    down: (u64, u64),
    round_trip_ms: Option<u16>,
}

/// The steps from the first sample to the last; those of which nothing is known have no figures. A sample counts where its middle is.
pub fn course(samples: &[TimedSample], start: Micros) -> Vec<Step> {
    let middle = |timed: &TimedSample| {
        let since = timed.at.since(start).as_millis();
        u64::try_from(since.saturating_sub(u128::from(timed.sample.span_ms / 2)) / 1_000).unwrap_or(u64::MAX)
    };
    let Some(last) = samples.iter().map(middle).max() else {
        return Vec::new();
    };
    let fits = |length: &u32| last / u64::from(*length) < MOST_STEPS;
    let longest = u32::try_from(last / (MOST_STEPS - 1) + 1).unwrap_or(u32::MAX);
    let length = LENGTHS.into_iter().find(fits).unwrap_or(longest);
    let place = |timed: &TimedSample| usize::try_from(middle(timed) / u64::from(length)).unwrap_or(usize::MAX);
    let (Some(first), Some(end)) = (samples.iter().map(place).min(), samples.iter().map(place).max()) else {
        return Vec::new();
    };
    let mut sums = vec![Sums::default(); end - first + 1];
    for timed in samples {
        let Some(sum) = sums.get_mut(place(timed) - first) else {
            continue;
        };
        let (up, down) = (timed.sample.up, timed.sample.down);
        sum.up = (sum.up.0 + u64::from(up.packets), sum.up.1 + u64::from(up.lost));
        sum.down = (sum.down.0 + u64::from(down.packets), sum.down.1 + u64::from(down.lost));
        sum.round_trip_ms = sum.round_trip_ms.max(timed.sample.round_trip_ms);
    }
    (first..)
        .zip(sums)
        .map(|(place, sum)| Step {
            second: u32::try_from(place).unwrap_or(u32::MAX).saturating_mul(length),
            up_loss: loss_permille(sum.up.0, sum.up.1),
            down_loss: loss_permille(sum.down.0, sum.down.1),
            round_trip_ms: sum.round_trip_ms,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::model::{DirectionSample, QualitySample};
    use std::time::Duration;

    const START: Micros = Micros(1_777_885_200_000_000);

    /// A sample of ten seconds that came `second` seconds after the start.
    fn at(second: u64, lost: u32, round_trip: Option<u16>) -> TimedSample {
        TimedSample {
            at: START.plus(Duration::from_secs(second)),
            sample: QualitySample {
                span_ms: 10_000,
                up: DirectionSample {
                    packets: 100 - lost,
                    lost,
                    ..DirectionSample::default()
                },
                round_trip_ms: round_trip,
                ..QualitySample::default()
            },
        }
    }

    #[test]
    fn a_short_call_is_told_by_each_sample_and_a_gap_stays_a_gap() {
        assert_eq!(course(&[], START), []);
        let steps = course(&[at(10, 1, Some(40)), at(20, 2, None), at(40, 3, Some(60))], START);
        let known = |second, up_loss, round_trip_ms| Step {
            second,
            up_loss: Some(up_loss),
            down_loss: None,
            round_trip_ms,
        };
        let gap = Step {
            second: 20,
            ..Step::default()
        };
        assert_eq!(
            steps,
            [
                known(0, 10, Some(40)),
                known(10, 20, None),
                gap,
                known(30, 30, Some(60))
            ]
        );
    }

    #[test]
    fn a_long_call_has_longer_steps_which_join_what_falls_into_them() {
        let samples: Vec<TimedSample> = (1..=360)
            .map(|n| at(n * 10, (n % 2) as u32 * 10, Some(n as u16)))
            .collect();
        let steps = course(&samples, START);
        assert_eq!(steps.len(), 60, "an hour in minutes");
        assert_eq!(steps[1].second, 60);
        assert!(steps.iter().all(|step| step.up_loss == Some(50)));
        assert_eq!(steps[59].round_trip_ms, Some(360), "the longest counts");
    }

    #[test]
    fn no_call_is_too_long_and_no_clock_too_wrong() {
        for hours in [8, 40, 1_000] {
            let steps = course(&[at(10, 0, None), at(hours * 3_600, 0, None)], START);
            assert!((2..=60).contains(&steps.len()), "{hours} hours: {} steps", steps.len());
        }
        let early = TimedSample {
            at: START.minus(Duration::from_secs(30)),
            ..at(0, 5, None)
        };
        assert_eq!(course(&[early], START).len(), 1, "before the start is at the start");
    }
}
