//! Which measurements are taken from a browser. They come from outside: nothing that is kept for months, or drawn, may depend on good manners.

use std::time::Duration;

use crate::calls::model::{DirectionSample, QualitySample};
use crate::kernel::time::Micros;

/// For how much of a call there may be one sample: half of what browsers are asked for, since timers of hidden tabs are late and then early. Those
/// that a tab could not send come all at once.
pub const CLOSEST: Duration = Duration::from_secs(5);
/// And so many more: each time that a seat is left, what is left to tell is short.
pub const SPARE: u32 = 2;
/// How many are kept of one person in one call: eight hours of them, as close as they may be.
pub const MOST: u32 = 8 * 3600 / 5;
/// How long they are kept. What they come to stays.
pub const KEPT: Duration = Duration::from_secs(90 * 24 * 3600);
/// For how long after the end of a call, or after it moved to another tab, a tab may still hand in what it has: it learns of the end by a message,
/// and its connection may be away.
pub const LATE: Duration = Duration::from_secs(10 * 60);

/// The longest span that a sample may tell of: browsers let a hidden tab run once a minute, and one whose connection is away collects for half a
/// minute before that.
const LONGEST: u32 = 120_000;
/// Bytes in a millisecond: 100 Mbit/s, several times what any browser sends.
const BYTES_PER_MS: u64 = 12_500;
/// Packets in a millisecond: what fits into that many bytes, in packets of a voice without headers.
const PACKETS_PER_MS: u64 = 200;
/// Jitter in milliseconds: no buffer holds half as much.
const JITTER: u16 = 10_000;
/// A round trip in milliseconds: a connection is given up before it answers so late.
const ROUND_TRIP: u16 = 30_000;
/// Frames a second: the fastest displays.
const FRAMES: u16 = 240;
/// Pixels along one side: twice the width of 4K.
const PIXELS: u16 = 8_192;
/// Losses of the connection in one span: one a second would be its end.
const RECONNECTS: u16 = 60;

/// A sample, and when its span ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct TimedSample {
    /// By the server's clock.
    pub at: Micros,
    /// What it says.
    pub sample: QualitySample,
}

impl QualitySample {
    /// Whether this can have been measured.
    pub fn is_plausible(&self) -> bool {
        let Self {
            span_ms,
            up,
            down,
            round_trip_ms,
            reconnects,
            is_relayed: _,
        } = self;
        (1..=LONGEST).contains(span_ms)
            && up.is_plausible(*span_ms)
            && down.is_plausible(*span_ms)
            && is_at_most(*round_trip_ms, ROUND_TRIP)
            && *reconnects <= RECONNECTS
    }
}

impl DirectionSample {
    fn is_plausible(&self, span_ms: u32) -> bool {
        let Self {
            bytes,
            packets,
            lost,
            jitter_ms,
            concealed_permille,
            frames_per_second,
            width,
            height,
            limited_by: _,
        } = *self;
        let span = u64::from(span_ms);
        // What arrives after a pause may have been sent before the span: a second of grace.
        let span = span + 1_000;
        bytes <= span * BYTES_PER_MS
            && u64::from(packets) + u64::from(lost) <= span * PACKETS_PER_MS
            && is_at_most(jitter_ms, JITTER)
            && is_at_most(concealed_permille, 1_000)
            && is_at_most(frames_per_second, FRAMES)
            && is_at_most(width, PIXELS)
            && is_at_most(height, PIXELS)
    }

    /// How many of a thousand packets did not arrive; `None` where there were none.
    pub fn loss_permille(&self) -> Option<u16> {
        loss_permille(self.packets.into(), self.lost.into())
    }
}

fn is_at_most(value: Option<u16>, most: u16) -> bool {
    value.is_none_or(|value| value <= most)
}

/// How many of a thousand packets did not arrive, to the nearest; `None` where there were none.
pub fn loss_permille(arrived: u64, lost: u64) -> Option<u16> {
    let sent = arrived + lost;
    (sent > 0).then(|| u16::try_from((lost * 1_000 + sent / 2) / sent).unwrap_or(u16::MAX))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::model::Limit;

    fn good() -> QualitySample {
        let direction = DirectionSample {
            bytes: 1_200_000,
            packets: 1_400,
            lost: 3,
            jitter_ms: Some(4),
            concealed_permille: Some(2),
            frames_per_second: Some(30),
            width: Some(1_280),
            height: Some(720),
            limited_by: None,
        };
        QualitySample {
            span_ms: 10_000,
            up: direction,
            down: direction,
            round_trip_ms: Some(48),
            reconnects: 0,
            is_relayed: Some(false),
        }
    }

    #[test]
    fn a_limit_that_only_another_client_knows_is_another_limit() {
        let sample: DirectionSample = serde_json::from_str(r#"{"bytes":7,"limited_by":"moonlight"}"#).unwrap();
        assert_eq!((sample.bytes, sample.limited_by), (7, Some(Limit::Other)));
        let sample: DirectionSample = serde_json::from_str(r#"{"limited_by":"bandwidth"}"#).unwrap();
        assert_eq!(sample.limited_by, Some(Limit::Bandwidth));
    }

    #[test]
    fn an_ordinary_sample_is_taken_and_one_that_says_little_too() {
        assert!(good().is_plausible());
        let bare = QualitySample {
            span_ms: 300,
            ..QualitySample::default()
        };
        assert!(bare.is_plausible());
    }

    #[test]
    fn what_cannot_have_been_measured_is_refused() {
        type Change = fn(&mut QualitySample);
        let absurd: [(&str, Change); 13] = [
            ("no span", |sample| sample.span_ms = 0),
            ("a span of hours", |sample| sample.span_ms = 120_001),
            ("more bytes than a line carries", |sample| sample.up.bytes = 137_500_001),
            ("all bytes there are", |sample| sample.down.bytes = u64::MAX),
            ("more packets than bytes", |sample| sample.down.packets = u32::MAX),
            ("more losses than packets", |sample| sample.up.lost = u32::MAX),
            ("jitter", |sample| sample.up.jitter_ms = Some(10_001)),
            ("more than all made up", |sample| {
                sample.down.concealed_permille = Some(1_001);
            }),
            ("frames", |sample| sample.down.frames_per_second = Some(241)),
            ("width", |sample| sample.up.width = Some(8_193)),
            ("height", |sample| sample.up.height = Some(u16::MAX)),
            ("round trip", |sample| sample.round_trip_ms = Some(30_001)),
            ("reconnects", |sample| sample.reconnects = 61),
        ];
        for (what, change) in absurd {
            let mut sample = good();
            change(&mut sample);
            assert!(!sample.is_plausible(), "{what}");
        }
    }

    #[test]
    fn loss_is_of_what_was_sent() {
        assert_eq!(loss_permille(0, 0), None);
        assert_eq!(loss_permille(95, 5), Some(50));
        assert_eq!(loss_permille(0, 7), Some(1_000));
        assert_eq!(loss_permille(1_999, 1), Some(1), "to the nearest");
        assert_eq!(loss_permille(2_001, 1), Some(0));
    }
}
