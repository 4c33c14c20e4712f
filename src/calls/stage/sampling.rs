//! Sums up the figures of some seconds into what the server keeps of a call, and keeps that until the server does.

use std::collections::VecDeque;
use std::time::Duration;

use super::figures::{Direction, Figures};
use crate::calls::model::{DirectionSample, Limit, QualitySample};

/// How often a sample goes to the server.
pub const SAMPLE_EVERY: Duration = Duration::from_secs(10);
/// The same when many wait already: the socket has been away for long.
const SAMPLE_SELDOM: Duration = Duration::from_secs(30);
/// So many.
const MANY: usize = 60;
/// How many may wait, some half an hour of them; then the oldest goes.
const MOST: usize = 100;
/// How many go at once: the socket has other things to carry when it is back.
const AT_ONCE: usize = 20;
/// What is shorter says nothing, in milliseconds.
const SHORTEST: f64 = 500.0;
/// Between two looks at a connection, in milliseconds: hidden tabs look once a minute. Whoever looks later has slept, and measured nothing.
const SLEPT: f64 = 75_000.0;

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
        if figures.span_ms > SLEPT {
            return;
        }
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

/// A sample on its way.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Numbered {
    /// Counts the samples of a seat from 1.
    pub number: u32,
    /// What was measured.
    pub sample: QualitySample,
    /// When its span ended, on the page's clock.
    ended: Duration,
}

impl Numbered {
    /// How long ago its span ended, in milliseconds.
    pub fn ago_ms(&self, now: Duration) -> u32 {
        u32::try_from(now.saturating_sub(self.ended).as_millis()).unwrap_or(u32::MAX)
    }
}

/// The samples of one seat that the server has not said to keep.
#[derive(Clone, Debug, Default)]
pub struct Unkept {
    last: u32,
    waiting: VecDeque<Numbered>,
    /// Up to which number they went over the socket that is there.
    sent: u32,
}

impl Unkept {
    /// How long the next sample should be.
    pub fn every(&self) -> Duration {
        if self.waiting.len() < MANY {
            SAMPLE_EVERY
        } else {
            SAMPLE_SELDOM
        }
    }

    /// Puts a sample at the end, whose span ends now.
    pub fn add(&mut self, sample: QualitySample, now: Duration) {
        if self.waiting.len() == MOST {
            self.waiting.pop_front();
        }
        self.last += 1;
        self.waiting.push_back(Numbered {
            number: self.last,
            sample,
            ended: now,
        });
    }

    /// The next ones to send now, in order.
    pub fn due(&self) -> Vec<Numbered> {
        self.all_due().into_iter().take(AT_ONCE).collect()
    }

    /// All that have not gone over the socket that is there.
    pub fn all_due(&self) -> Vec<Numbered> {
        let is_due = |one: &&Numbered| one.number > self.sent;
        self.waiting.iter().filter(is_due).copied().collect()
    }

    /// This one went over the socket.
    pub fn sent(&mut self, number: u32) {
        self.sent = self.sent.max(number);
    }

    /// The server keeps those up to this number.
    pub fn kept(&mut self, number: u32) {
        self.waiting.retain(|one| one.number > number);
    }

    /// The socket is another one: whatever was not acknowledged on the one before may be lost.
    pub fn lost(&mut self) {
        self.sent = 0;
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

    #[test]
    fn whoever_slept_has_measured_nothing() {
        let mut sampler = Sampler::default();
        sampler.add(&second(40.0, 30.0, None));
        sampler.add(&Figures {
            span_ms: 3_600_000.0,
            ..second(40.0, 30.0, None)
        });
        assert_eq!(sampler.take().unwrap().span_ms, 1_000);
    }

    fn numbers(of: &[Numbered]) -> Vec<u32> {
        of.iter().map(|one| one.number).collect()
    }

    fn seconds(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_sample_is_sent_once_over_a_socket_and_again_over_the_next_until_it_is_kept() {
        let mut unkept = Unkept::default();
        for at in 1..=3 {
            unkept.add(QualitySample::default(), seconds(at * 10));
        }
        assert_eq!(numbers(&unkept.due()), [1, 2, 3]);
        assert_eq!(unkept.due()[0].ago_ms(seconds(31)), 21_000);
        assert_eq!(unkept.due()[2].ago_ms(seconds(1)), 0, "a clock that went back");
        unkept.sent(1);
        unkept.sent(2);
        assert_eq!(numbers(&unkept.due()), [3]);
        unkept.kept(1);
        unkept.lost();
        assert_eq!(numbers(&unkept.due()), [2, 3], "the second may be lost");
        unkept.kept(3);
        unkept.add(QualitySample::default(), seconds(40));
        assert_eq!(numbers(&unkept.due()), [4]);
    }

    #[test]
    fn half_an_hour_without_a_socket_is_kept_and_comes_in_portions() {
        let (mut unkept, mut now) = (Unkept::default(), Duration::ZERO);
        while unkept.last < 100 {
            now += unkept.every();
            unkept.add(QualitySample::default(), now);
        }
        assert_eq!(now, seconds(60 * 10 + 40 * 30));
        assert_eq!(numbers(&unkept.due()), (1..=20).collect::<Vec<_>>());
        assert_eq!(unkept.all_due().len(), 100);
        unkept.add(QualitySample::default(), now);
        assert_eq!(
            numbers(&unkept.all_due()),
            (2..=101).collect::<Vec<_>>(),
            "the oldest goes"
        );
    }
}
