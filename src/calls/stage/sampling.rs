//! Sums up the figures of some seconds into what the server keeps of a call.

use std::time::Duration;

use super::figures::{Direction, Figures};
use crate::calls::model::{DirectionSample, Limit, QualitySample};

/// How often a sample goes to the server.
pub const SAMPLE_EVERY: Duration = Duration::from_secs(10);
/// What is shorter says nothing, in milliseconds.
const SHORTEST: f64 = 500.0;

/// Collects figures from one sample to the next.
#[derive(Clone, Debug, Default)]
pub struct Sampler {
    span_ms: f64,
    up: Sums,
    down: Sums,
    round_trips: Vec<f64>,
    reconnects: u16,
    is_relayed: Option<bool>,
}

/// What is collected of one direction.
#[derive(Clone, Debug, Default)]
struct Sums {
    bytes: f64,
    packets: f64,
    lost: f64,
    jitters: Vec<f64>,
    concealed: Vec<f64>,
    rates: Vec<f64>,
    size: Option<(u16, u16)>,
    limits: Vec<Limit>,
    looks: usize,
}

impl Sampler {
    /// Takes the figures of another second.
    pub fn add(&mut self, figures: &Figures) {
        self.span_ms += figures.span_ms;
        self.up.add(&figures.up);
        self.down.add(&figures.down);
        self.round_trips.extend(figures.round_trip_ms);
        self.is_relayed = figures.is_relayed.or(self.is_relayed);
    }

    /// The connection was lost and found again, or built anew.
    pub fn reconnected(&mut self) {
        self.reconnects = self.reconnects.saturating_add(1);
    }

    /// How much time is collected.
    pub fn span(&self) -> Duration {
        Duration::from_secs_f64(self.span_ms.max(0.0) / 1_000.0)
    }

    /// The sample of what was collected, and begins anew; `None` if that is nothing worth telling, which is kept for the next.
    pub fn take(&mut self) -> Option<QualitySample> {
        if self.span_ms < SHORTEST {
            return None;
        }
        let all = std::mem::take(self);
        Some(QualitySample {
            span_ms: all.span_ms as u32,
            up: all.up.sample(),
            down: all.down.sample(),
            round_trip_ms: median(all.round_trips),
            reconnects: all.reconnects,
            is_relayed: all.is_relayed,
        })
    }
}

impl Sums {
    fn add(&mut self, direction: &Direction) {
        self.bytes += direction.bytes;
        self.packets += direction.packets;
        self.lost += direction.lost;
        self.jitters.extend(direction.jitter_ms);
        self.concealed.extend(direction.concealed.map(|share| share * 1_000.0));
        self.rates.extend(direction.frames_per_second);
        self.size = direction.size.or(self.size);
        self.limits.extend(direction.limited_by);
        self.looks += 1;
    }

    fn sample(self) -> DirectionSample {
        let concealed_looks = self.concealed.len().max(1) as f64;
        DirectionSample {
            bytes: self.bytes as u64,
            packets: self.packets as u32,
            lost: self.lost as u32,
            jitter_ms: median(self.jitters),
            // Sound is played at the same pace all the time, so the mean of the shares is the share of all.
            concealed_permille: (!self.concealed.is_empty())
                .then(|| whole(self.concealed.iter().sum::<f64>() / concealed_looks)),
            frames_per_second: median(self.rates),
            width: self.size.map(|(width, _)| width),
            height: self.size.map(|(_, height)| height),
            limited_by: [Limit::Bandwidth, Limit::Cpu, Limit::Other]
                .into_iter()
                .find(|limit| self.limits.iter().filter(|seen| *seen == limit).count() * 2 >= self.looks.max(1)),
        }
    }
}

/// The middle value; of two in the middle, the larger.
fn median(mut values: Vec<f64>) -> Option<u16> {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().map(whole)
}

fn whole(value: f64) -> u16 {
    value.round().clamp(0.0, f64::from(u16::MAX)) as u16
}

#[cfg(test)]
mod tests {
    use super::*;

    fn second(round_trip: f64, rate: f64, limited_by: Option<Limit>) -> Figures {
        let direction = Direction {
            bytes: 100_000.0,
            packets: 120.0,
            lost: 3.0,
            jitter_ms: Some(8.0),
            frames_per_second: Some(rate),
            size: Some((1_280, 720)),
            limited_by,
            ..Direction::default()
        };
        Figures {
            span_ms: 1_000.0,
            up: direction,
            down: Direction {
                concealed: Some(0.01),
                limited_by: None,
                ..direction
            },
            round_trip_ms: Some(round_trip),
            available_kbps: None,
            is_relayed: Some(true),
        }
    }

    #[test]
    fn a_sample_has_sums_and_medians() {
        let mut sampler = Sampler::default();
        for (round_trip, rate) in [(40.0, 30.0), (900.0, 2.0), (50.0, 29.0), (45.0, 30.0)] {
            sampler.add(&second(round_trip, rate, None));
        }
        assert_eq!(sampler.span(), Duration::from_secs(4));
        let sample = sampler.take().unwrap();
        assert_eq!(
            (sample.span_ms, sample.round_trip_ms, sample.is_relayed),
            (4_000, Some(50), Some(true))
        );
        assert_eq!((sample.up.bytes, sample.up.packets, sample.up.lost), (400_000, 480, 12));
        assert_eq!((sample.up.jitter_ms, sample.up.frames_per_second), (Some(8), Some(30)));
        assert_eq!((sample.up.width, sample.up.height), (Some(1_280), Some(720)));
        assert_eq!(
            (sample.up.concealed_permille, sample.down.concealed_permille),
            (None, Some(10))
        );
        assert_eq!(sampler.take(), None, "begun anew");
    }

    #[test]
    fn a_limit_counts_when_it_held_half_of_the_time() {
        let of = |limits: &[Option<Limit>]| {
            let mut sampler = Sampler::default();
            for limit in limits {
                sampler.add(&second(40.0, 30.0, *limit));
            }
            sampler.take().unwrap().up.limited_by
        };
        assert_eq!(of(&[None, None, Some(Limit::Cpu)]), None);
        assert_eq!(of(&[Some(Limit::Cpu), None]), Some(Limit::Cpu));
        assert_eq!(
            of(&[Some(Limit::Bandwidth), Some(Limit::Bandwidth), Some(Limit::Cpu)]),
            Some(Limit::Bandwidth)
        );
    }

    #[test]
    fn reconnects_are_counted_once_and_kept_until_they_are_told() {
        let mut sampler = Sampler::default();
        sampler.reconnected();
        assert_eq!(sampler.take(), None, "nothing was measured yet");
        sampler.add(&second(40.0, 30.0, None));
        assert_eq!(sampler.take().unwrap().reconnects, 1);
        sampler.add(&second(40.0, 30.0, None));
        assert_eq!(sampler.take().unwrap().reconnects, 0);
    }
}
