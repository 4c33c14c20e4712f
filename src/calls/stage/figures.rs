//! What went over a connection, from what its statistics have counted (W3C webrtc-stats): two readings of the counters make figures.
//!
//! Browsers tell different things, so every figure may be missing. Counters begin anew with each connection, and some with each stream: a line
//! whose counters went back says nothing until the next reading.

use super::Line;
use super::arrival::Sample;
use crate::calls::model::Limit;

/// One line in one direction, counted since its stream began.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Counters {
    /// Packets that arrived (`packetsReceived`), or were sent (`packetsSent`).
    pub packets: f64,
    /// Packets that did not arrive (`packetsLost`); of the own ones, as the partner's browser reports. Packets that come twice count against it.
    pub lost: f64,
    /// The share of packets lost since the partner's report before this one (`fractionLost`, RFC 3550 §6.4.1). Only of what is sent.
    pub fraction_lost: Option<f64>,
    /// Bytes of media, without headers.
    pub bytes: f64,
    /// Pictures decoded, or encoded.
    pub frames: f64,
    /// Samples of sound that were played (`totalSamplesReceived`).
    pub samples: f64,
    /// Those among them that were made up for sound that did not come, silence left aside (`concealedSamples` - `silentConcealedSamples`).
    pub concealed: f64,
    /// Jitter in milliseconds.
    pub jitter_ms: Option<f64>,
    /// Pictures in the last second, where the browser tells.
    pub frames_per_second: Option<f64>,
    /// Width and height of the last picture.
    pub size: Option<(u16, u16)>,
    /// What limits it. Only of what is sent.
    pub limited_by: Option<Limit>,
    /// The age of the newest packet in milliseconds, where the browser tells.
    pub newest: Option<f64>,
}

/// Everything that is read of a connection at one moment.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Reading {
    /// The moment, in milliseconds.
    pub at_ms: f64,
    /// What is sent, by [`Line::index`].
    pub up: [Option<Counters>; 4],
    /// What arrives.
    pub down: [Option<Counters>; 4],
    /// The last round trip in milliseconds.
    pub round_trip_ms: Option<f64>,
    /// What the browser thinks it can send, in kbit/s (`availableOutgoingBitrate`).
    pub available_kbps: Option<f64>,
    /// Whether it goes by way of a TURN server.
    pub is_relayed: Option<bool>,
}

impl Reading {
    /// This reading, with what was counted before of lines that it says nothing of: some browsers leave out a line while nothing is sent on it, and
    /// go on with its counters after that.
    #[must_use]
    pub fn after(mut self, before: &Self) -> Self {
        for line in Line::ALL.map(Line::index) {
            self.up[line] = self.up[line].or(before.up[line]);
            self.down[line] = self.down[line].or(before.down[line]);
        }
        self
    }

    /// What tells whether media come at all.
    pub fn arrival(&self) -> Sample {
        let streams = || self.down.iter().flatten();
        Sample {
            packets: streams().map(|counters| counters.packets).sum(),
            newest: streams().filter_map(|counters| counters.newest).reduce(f64::min),
        }
    }
}

/// What one line carried between two readings.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Flow {
    /// Packets.
    pub packets: f64,
    /// Pictures.
    pub frames: f64,
}

/// One direction between two readings.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Direction {
    /// What each line carried; `None` for one that is not there, or began anew.
    pub lines: [Option<Flow>; 4],
    /// Bytes of media.
    pub bytes: f64,
    /// Packets that arrived; of the own ones, those of which nothing else is known.
    pub packets: f64,
    /// Packets that did not.
    pub lost: f64,
    /// The share that did not arrive, from 0 to 1.
    pub loss: Option<f64>,
    /// Media in kbit/s.
    pub kbps: f64,
    /// Of the voice, in milliseconds.
    pub jitter_ms: Option<f64>,
    /// The share of the voice that was made up, from 0 to 1. Only of what arrives.
    pub concealed: Option<f64>,
    /// Pictures of the face per second.
    pub frames_per_second: Option<f64>,
    /// Width and height of the face.
    pub size: Option<(u16, u16)>,
    /// What limits the face. Only of what is sent.
    pub limited_by: Option<Limit>,
}

impl Direction {
    /// What a line carried.
    pub const fn line(&self, line: Line) -> Option<Flow> {
        self.lines[line.index()]
    }
}

/// What went over a connection between two readings.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Figures {
    /// The time between them, in milliseconds.
    pub span_ms: f64,
    /// What this side sent.
    pub up: Direction,
    /// What this side received.
    pub down: Direction,
    /// The last round trip in milliseconds.
    pub round_trip_ms: Option<f64>,
    /// What the browser thinks it can send, in kbit/s.
    pub available_kbps: Option<f64>,
    /// Whether it goes by way of a TURN server.
    pub is_relayed: Option<bool>,
}

impl Figures {
    /// What went between two readings of the same connection; `None` if no time did.
    pub fn between(before: &Reading, now: &Reading) -> Option<Self> {
        let span_ms = now.at_ms - before.at_ms;
        if span_ms <= 0.0 {
            return None;
        }
        Some(Self {
            span_ms,
            up: direction(&before.up, &now.up, span_ms, true),
            down: direction(&before.down, &now.down, span_ms, false),
            round_trip_ms: now.round_trip_ms,
            available_kbps: now.available_kbps,
            is_relayed: now.is_relayed,
        })
    }
}

fn direction(before: &[Option<Counters>; 4], now: &[Option<Counters>; 4], span_ms: f64, is_up: bool) -> Direction {
    let mut all = Direction::default();
    let (mut reported, mut reported_lost) = (0.0, 0.0);
    for line in Line::ALL {
        // A stream that was not there before began with zeros.
        let (Some(now), before) = (now[line.index()], before[line.index()].unwrap_or_default()) else {
            continue;
        };
        if now.packets < before.packets || now.bytes < before.bytes || now.frames < before.frames {
            continue;
        }
        let packets = now.packets - before.packets;
        let lost = (now.lost - before.lost).max(0.0);
        all.lines[line.index()] = Some(Flow {
            packets,
            frames: now.frames - before.frames,
        });
        all.bytes += now.bytes - before.bytes;
        all.packets += packets;
        all.lost += lost;
        if let Some(fraction) = now.fraction_lost {
            reported += packets;
            reported_lost += packets * fraction;
        }
        match line {
            Line::Microphone => {
                all.jitter_ms = now.jitter_ms;
                all.concealed = share(now.concealed - before.concealed, now.samples - before.samples);
            }
            Line::Camera => {
                let counted = (now.frames - before.frames) * 1_000.0 / span_ms;
                all.frames_per_second = Some(now.frames_per_second.unwrap_or(counted));
                all.size = now.size;
                all.limited_by = now.limited_by;
            }
            Line::Screen | Line::ScreenSound => {}
        }
    }
    all.kbps = all.bytes * 8.0 / span_ms;
    all.loss = if is_up {
        // What is sent arrives but for what is lost; the partner's reports come at their own times, and tell the share best.
        all.packets = (all.packets - all.lost).max(0.0);
        share(reported_lost, reported).or(share(all.lost, all.packets + all.lost))
    } else {
        share(all.lost, all.packets + all.lost)
    };
    all
}

fn share(part: f64, whole: f64) -> Option<f64> {
    (whole > 0.0).then(|| (part / whole).clamp(0.0, 1.0))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reading(at_ms: f64, down: [Option<Counters>; 4]) -> Reading {
        Reading {
            at_ms,
            down,
            ..Reading::default()
        }
    }

    fn voice(packets: f64, lost: f64) -> Counters {
        Counters {
            packets,
            lost,
            bytes: packets * 80.0,
            samples: packets * 960.0,
            ..Counters::default()
        }
    }

    #[test]
    fn two_readings_make_figures() {
        let face = |frames, bytes| Counters {
            packets: frames * 4.0,
            bytes,
            frames,
            size: Some((640, 360)),
            ..Counters::default()
        };
        let before = reading(
            1_000.0,
            [Some(voice(100.0, 5.0)), Some(face(30.0, 60_000.0)), None, None],
        );
        let mut later = voice(145.0, 10.0);
        later.concealed = 45.0 * 96.0;
        later.jitter_ms = Some(12.0);
        let now = reading(2_000.0, [Some(later), Some(face(55.0, 110_000.0)), None, None]);
        let figures = Figures::between(&before, &now).unwrap();
        assert_eq!(
            (figures.span_ms, figures.down.packets, figures.down.lost),
            (1_000.0, 145.0, 5.0)
        );
        assert_eq!(figures.down.loss, Some(5.0 / 150.0));
        assert_eq!(figures.down.kbps, (45.0 * 80.0 + 50_000.0) * 8.0 / 1_000.0);
        assert_eq!(figures.down.concealed, Some(0.1));
        assert_eq!(figures.down.jitter_ms, Some(12.0));
        assert_eq!(
            figures.down.frames_per_second,
            Some(25.0),
            "counted where it is not told"
        );
        assert_eq!(figures.down.size, Some((640, 360)));
        assert_eq!(
            figures.down.line(Line::Camera),
            Some(Flow {
                packets: 100.0,
                frames: 25.0
            })
        );
        assert_eq!(figures.up, Direction::default());
    }

    #[test]
    fn the_partners_reports_tell_what_was_lost_of_the_own() {
        let sent = |packets, lost, fraction_lost| Counters {
            packets,
            lost,
            fraction_lost,
            ..Counters::default()
        };
        let up = |at_ms, counters| Reading {
            at_ms,
            up: [Some(counters), None, None, None],
            ..Reading::default()
        };
        let told = Figures::between(
            &up(0.0, sent(0.0, 0.0, None)),
            &up(1_000.0, sent(50.0, 10.0, Some(0.25))),
        )
        .unwrap();
        assert_eq!(told.up.loss, Some(0.25));
        assert_eq!((told.up.packets, told.up.lost), (40.0, 10.0));
        let counted = Figures::between(&up(0.0, sent(0.0, 0.0, None)), &up(1_000.0, sent(50.0, 10.0, None))).unwrap();
        assert_eq!(counted.up.loss, Some(0.2), "where the share is not told");
    }

    #[test]
    fn counters_that_go_back_say_nothing_and_no_time_makes_no_figures() {
        let before = reading(1_000.0, [Some(voice(500.0, 50.0)), None, None, None]);
        let anew = reading(2_000.0, [Some(voice(20.0, 0.0)), None, None, None]);
        let figures = Figures::between(&before, &anew).unwrap();
        assert_eq!(figures.down, Direction::default());
        assert_eq!(Figures::between(&before, &before), None);
        assert_eq!(Figures::between(&anew, &before), None);
        // Late packets that were counted as lost.
        let late = reading(2_000.0, [Some(voice(550.0, 40.0)), None, None, None]);
        assert_eq!(Figures::between(&before, &late).unwrap().down.loss, Some(0.0));
    }

    #[test]
    fn a_line_that_was_left_out_goes_on_where_it_was() {
        let there = reading(1_000.0, [Some(voice(500.0, 5.0)), None, None, None]);
        let left_out = reading(2_000.0, [None; 4]);
        assert_eq!(Figures::between(&there, &left_out).unwrap().down, Direction::default());
        let known = left_out.after(&there);
        let back = reading(3_000.0, [Some(voice(550.0, 5.0)), None, None, None]);
        assert_eq!(Figures::between(&known, &back).unwrap().down.packets, 50.0);
    }

    #[test]
    fn media_come_when_any_line_brings_them() {
        let counters = |packets, newest| Counters {
            packets,
            newest,
            ..Counters::default()
        };
        let reading = reading(
            0.0,
            [
                Some(counters(10.0, Some(40.0))),
                Some(counters(5.0, Some(700.0))),
                None,
                None,
            ],
        );
        assert_eq!(
            reading.arrival(),
            Sample {
                packets: 15.0,
                newest: Some(40.0)
            }
        );
        assert_eq!(Reading::default().arrival(), Sample::default());
    }
}
