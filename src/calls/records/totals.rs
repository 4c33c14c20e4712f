//! What the samples of one person in one call come to: sums, means weighted by time, and the worst of it.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use super::sample::{TimedSample, loss_permille};
use super::weakness::{Weak, weaknesses};
use crate::calls::model::{DirectionSample, QualitySample};

/// A span proves something about loss from this many packets on: a second of a voice.
const PACKETS_THAT_COUNT: u32 = 50;

/// A figure over a whole call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spread {
    /// The mean, each value weighted by the time that it held, to the nearest.
    pub mean: u32,
    /// The worst value: the largest of what should be small, the smallest of what should be large.
    pub worst: u32,
}

/// The size of a picture, in pixels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Size {
    /// From left to right.
    pub width: u16,
    /// From top to bottom.
    pub height: u16,
}

impl Size {
    fn pixels(self) -> u32 {
        u32::from(self.width) * u32::from(self.height)
    }
}

/// The sizes that a picture had.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Resolution {
    /// The one that it had the longest.
    pub usual: Size,
    /// The smallest.
    pub worst: Size,
}

/// What went in one direction.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct DirectionTotals {
    /// Bytes of media.
    pub bytes: u64,
    /// Packets that arrived.
    pub packets: u64,
    /// Packets that did not.
    pub lost: u64,
    /// Of a thousand packets, how many were lost in the worst span.
    pub worst_loss_permille: Option<u16>,
    /// Kilobits a second.
    pub bitrate: Option<Spread>,
    /// Milliseconds.
    pub jitter_ms: Option<Spread>,
    /// Of a thousand samples of sound, how many were made up.
    pub concealed_permille: Option<Spread>,
    /// Of the face.
    pub frames_per_second: Option<Spread>,
    /// Of the face.
    pub resolution: Option<Resolution>,
}

impl DirectionTotals {
    /// Of a thousand packets, how many were lost; `None` where there were none.
    pub fn loss_permille(&self) -> Option<u16> {
        loss_permille(self.packets, self.lost)
    }
}

/// What one person's samples come to.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Totals {
    /// How much of the call was measured, in milliseconds.
    pub measured_ms: u64,
    /// What this side sent.
    pub up: DirectionTotals,
    /// What this side received.
    pub down: DirectionTotals,
    /// Milliseconds.
    pub round_trip_ms: Option<Spread>,
    /// How often the connection was lost and found again, or built anew.
    pub reconnects: u32,
    /// Whether it ever went by way of a TURN server; `None` where no browser said.
    pub is_relayed: Option<bool>,
    /// What was weak long enough to say so.
    pub weak: Vec<Weak>,
}

impl Totals {
    /// Of samples in any order; `None` of none.
    pub fn of(samples: &[TimedSample]) -> Option<Self> {
        if samples.is_empty() {
            return None;
        }
        let all = || samples.iter().map(|timed| &timed.sample);
        Some(Self {
            measured_ms: all().map(|sample| u64::from(sample.span_ms)).sum(),
            up: direction(all(), |sample| &sample.up),
            down: direction(all(), |sample| &sample.down),
            round_trip_ms: spread(all(), Worst::Largest, |sample| sample.round_trip_ms.map(u32::from)),
            reconnects: all().map(|sample| u32::from(sample.reconnects)).sum(),
            is_relayed: all()
                .filter_map(|sample| sample.is_relayed)
                .reduce(|one, other| one || other),
            weak: weaknesses(samples),
        })
    }
}

fn direction<'s>(
    samples: impl Iterator<Item = &'s QualitySample> + Clone,
    of: impl Fn(&QualitySample) -> &DirectionSample,
) -> DirectionTotals {
    let each = || samples.clone().map(&of);
    let worst_loss = each()
        .filter(|direction| direction.packets.saturating_add(direction.lost) >= PACKETS_THAT_COUNT)
        .filter_map(DirectionSample::loss_permille)
        .max();
    // Bits in a millisecond are kilobits in a second.
    let bitrate = |sample: &QualitySample| {
        let rate = of(sample).bytes * 8 / u64::from(sample.span_ms.max(1));
        Some(u32::try_from(rate).unwrap_or(u32::MAX))
    };
    DirectionTotals {
        bytes: each().map(|direction| direction.bytes).sum(),
        packets: each().map(|direction| u64::from(direction.packets)).sum(),
        lost: each().map(|direction| u64::from(direction.lost)).sum(),
        worst_loss_permille: worst_loss,
        bitrate: spread(samples.clone(), Worst::Smallest, bitrate),
        jitter_ms: spread(samples.clone(), Worst::Largest, |sample| {
            of(sample).jitter_ms.map(u32::from)
        }),
        concealed_permille: spread(samples.clone(), Worst::Largest, |sample| {
            of(sample).concealed_permille.map(u32::from)
        }),
        frames_per_second: spread(samples.clone(), Worst::Smallest, |sample| {
            of(sample).frames_per_second.map(u32::from)
        }),
        resolution: resolution(samples.clone(), of),
    }
}

#[derive(Clone, Copy)]
enum Worst {
    Largest,
    Smallest,
}

/// Mean and worst of a figure, over the spans that have it.
fn spread<'s>(
    samples: impl Iterator<Item = &'s QualitySample>,
    worst: Worst,
    figure: impl Fn(&QualitySample) -> Option<u32>,
) -> Option<Spread> {
    let (mut sum, mut ms, mut found) = (0_u64, 0_u64, None);
    for sample in samples {
        let Some(value) = figure(sample) else { continue };
        let span = u64::from(sample.span_ms);
        sum += u64::from(value) * span;
        ms += span;
        found = Some(match (found, worst) {
            (None, _) => value,
            (Some(before), Worst::Largest) => value.max(before),
            (Some(before), Worst::Smallest) => value.min(before),
        });
    }
    let mean = (sum + ms / 2).checked_div(ms)?;
    Some(Spread {
        mean: u32::try_from(mean).unwrap_or(u32::MAX),
        worst: found?,
    })
}

fn resolution<'s>(
    samples: impl Iterator<Item = &'s QualitySample>,
    of: impl Fn(&QualitySample) -> &DirectionSample,
) -> Option<Resolution> {
    let mut lengths: BTreeMap<Size, u64> = BTreeMap::new();
    for sample in samples {
        if let (Some(width), Some(height)) = (of(sample).width, of(sample).height) {
            *lengths.entry(Size { width, height }).or_default() += u64::from(sample.span_ms);
        }
    }
    let usual = lengths.iter().max_by_key(|(size, ms)| (**ms, size.pixels()))?;
    let worst = lengths.keys().min_by_key(|size| size.pixels())?;
    Some(Resolution {
        usual: *usual.0,
        worst: *worst,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::time::Micros;

    fn timed(samples: &[QualitySample]) -> Vec<TimedSample> {
        let times = (1..).map(|n| Micros::from_millis(n * 10_000));
        times
            .zip(samples)
            .map(|(at, sample)| TimedSample { at, sample: *sample })
            .collect()
    }

    #[test]
    fn of_nothing_there_are_no_totals() {
        assert_eq!(Totals::of(&[]), None);
        let bare = QualitySample {
            span_ms: 4_000,
            ..QualitySample::default()
        };
        let nothing = Some(Spread { mean: 0, worst: 0 });
        let direction = DirectionTotals {
            bitrate: nothing,
            ..DirectionTotals::default()
        };
        let expected = Totals {
            measured_ms: 4_000,
            up: direction.clone(),
            down: direction,
            ..Totals::default()
        };
        assert_eq!(Totals::of(&timed(&[bare])), Some(expected));
    }

    #[test]
    fn sums_are_sums_means_are_weighted_by_time_and_the_worst_is_kept() {
        let long = QualitySample {
            span_ms: 30_000,
            up: DirectionSample {
                bytes: 3_750_000,
                packets: 900,
                lost: 100,
                jitter_ms: Some(10),
                frames_per_second: Some(30),
                width: Some(640),
                height: Some(360),
                ..DirectionSample::default()
            },
            round_trip_ms: Some(100),
            reconnects: 1,
            is_relayed: Some(false),
            ..QualitySample::default()
        };
        let short = QualitySample {
            span_ms: 10_000,
            up: DirectionSample {
                bytes: 250_000,
                packets: 0,
                lost: 10,
                jitter_ms: Some(50),
                concealed_permille: Some(20),
                frames_per_second: Some(6),
                width: Some(320),
                height: Some(180),
                ..DirectionSample::default()
            },
            round_trip_ms: None,
            reconnects: 2,
            is_relayed: Some(true),
            ..QualitySample::default()
        };
        let totals = Totals::of(&timed(&[long, short])).unwrap();
        assert_eq!(
            (totals.measured_ms, totals.reconnects, totals.is_relayed),
            (40_000, 3, Some(true))
        );
        let spread = |mean, worst| Some(Spread { mean, worst });
        assert_eq!(totals.round_trip_ms, spread(100, 100), "only of spans that know it");
        let up = totals.up;
        assert_eq!((up.bytes, up.packets, up.lost), (4_000_000, 900, 110));
        assert_eq!(up.loss_permille(), Some(109));
        assert_eq!(up.worst_loss_permille, Some(100), "ten packets prove nothing");
        assert_eq!(up.bitrate, spread(800, 200));
        assert_eq!(up.jitter_ms, spread(20, 50));
        assert_eq!(up.concealed_permille, spread(20, 20));
        assert_eq!(up.frames_per_second, spread(24, 6));
        let size = |width, height| Size { width, height };
        assert_eq!(
            up.resolution,
            Some(Resolution {
                usual: size(640, 360),
                worst: size(320, 180)
            })
        );
        let reversed = Totals::of(&timed(&[short, long])).unwrap();
        assert_eq!(reversed.up, up, "the order does not matter");
        assert_eq!(totals.weak.len(), 1, "{:?}", totals.weak);
    }

    #[test]
    fn totals_of_an_earlier_version_are_read() {
        let read: Totals = serde_json::from_str(r#"{"measured_ms":10,"up":{"bytes":3},"later":1}"#).unwrap();
        assert_eq!((read.measured_ms, read.up.bytes, read.weak.len()), (10, 3, 0));
    }
}
