//! What a check of the connection found, and what follows from it for calls.

use std::time::Duration;

/// How a TURN server is reached (RFC 8656 §2.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Transport {
    /// The quickest; some networks let none through.
    Udp,
    /// A lasting connection: what is lost holds up what follows.
    Tcp,
    /// The same, encrypted like any secure page: passes wherever the web does.
    Tls,
}

impl Transport {
    /// By the address of a TURN server (RFC 7065); `None` for anything else.
    pub fn of(url: &str) -> Option<Self> {
        let (scheme, rest) = url.split_once(':')?;
        match (scheme, rest.ends_with("?transport=tcp")) {
            ("turns", _) => Some(Self::Tls),
            ("turn", true) => Some(Self::Tcp),
            ("turn", false) => Some(Self::Udp),
            _ => None,
        }
    }
}

/// What went between two ends of a call that the page held with itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Measured {
    /// Whether it went by way of a TURN server, and so left the device at all.
    pub is_relayed: bool,
    /// Median round trip in milliseconds. A relayed one goes through the person's line four times: twice as long as one to a partner as near
    /// to the relay as they are.
    pub round_trip_ms: u32,
    /// Lost messages of a thousand.
    pub loss_permille: u32,
    /// What came through, in kilobits a second; no more than was offered ([`OFFERED_KBITS`]).
    pub kbits: u32,
}

/// What is sent for a measurement, in kilobits a second: a picture of 1280 × 720 takes some 1500.
pub const OFFERED_KBITS: u32 = 2_000;
/// A picture that is worth watching: 640 × 360 at 25 frames a second.
const VIDEO_KBITS: u32 = 700;
/// Sound alone, with what goes beside it.
const SOUND_KBITS: u32 = 80;
/// Up to this round trip nobody notices: 150 ms one way (ITU-T G.114).
const QUICK_MS: u32 = 300;
/// From here on people talk into each other: 400 ms one way (ITU-T G.114).
const SLOW_MS: u32 = 800;
/// Up to here a picture keeps whole by asking for what it lacks.
const VIDEO_LOSS: u32 = 30;
/// Up to here Opus hides what is lost (RFC 6716 §2.1.7).
const SOUND_LOSS: u32 = 100;

/// Everything that a check found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Findings {
    /// The round trip to the server over the socket; `None` when nothing came back.
    pub server: Option<Duration>,
    /// Whether the installation's servers could be asked for at all.
    pub is_known: bool,
    /// Whether the browser opens peer connections.
    pub has_calls: bool,
    /// Whether a STUN server answered; `None` where the installation has none.
    pub stun: Option<bool>,
    /// Whether a call could go by way of the TURN servers, over each transport that the installation has.
    pub relays: Vec<(Transport, bool)>,
    /// The installation or the two people want every call to go by way of a TURN server.
    pub is_relay_only: bool,
    /// The call of the page with itself, if it came about.
    pub measured: Option<Measured>,
}

/// What calls will be like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Grade {
    /// Good for video.
    Video,
    /// Good for sound; the picture may stutter.
    Sound,
    /// Even sound may break up.
    Weak,
    /// Nothing gets through.
    Blocked(Obstacle),
}

/// Why nothing gets through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Obstacle {
    /// The browser opens no peer connections.
    Browser,
    /// The server does not answer on the socket.
    Server,
    /// The network lets none of the ways through.
    Network,
}

/// What else is worth knowing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remark {
    /// Calls will go through a relay.
    Relayed,
    /// Only the slower ways to the relay are open.
    SlowRelay,
    /// The relays do not answer: calls with people behind strict networks may fail.
    NoRelay,
    /// This installation has no relay. Nothing is wrong.
    RelaysNotOffered,
    /// The measurement never left the device.
    MeasuredHere,
}

/// What follows from a check.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// In a word.
    pub grade: Grade,
    /// And this.
    pub remarks: Vec<Remark>,
}

impl Findings {
    /// Whether some way to a relay is open.
    pub fn has_relay(&self) -> bool {
        self.relays.iter().any(|(_, works)| *works)
    }

    /// What follows.
    pub fn verdict(&self) -> Verdict {
        if let Some(obstacle) = self.obstacle() {
            return Verdict {
                grade: Grade::Blocked(obstacle),
                remarks: Vec::new(),
            };
        }
        let has_relay = self.has_relay();
        let mut remarks = Vec::new();
        if has_relay && (self.is_relay_only || self.stun == Some(false)) {
            remarks.push(Remark::Relayed);
        }
        if has_relay && !self.relays.contains(&(Transport::Udp, true)) {
            remarks.push(Remark::SlowRelay);
        }
        if self.relays.is_empty() {
            remarks.push(Remark::RelaysNotOffered);
        } else if !has_relay {
            remarks.push(Remark::NoRelay);
        }
        if self.measured.is_some_and(|measured| !measured.is_relayed) {
            remarks.push(Remark::MeasuredHere);
        }
        let grade = self.measured.map_or(Grade::Weak, grade);
        Verdict { grade, remarks }
    }

    fn obstacle(&self) -> Option<Obstacle> {
        if !self.has_calls {
            return Some(Obstacle::Browser);
        }
        if self.server.is_none() || !self.is_known {
            return Some(Obstacle::Server);
        }
        if self.has_relay() {
            // It opened a door and nothing came through it.
            return self.measured.is_none().then_some(Obstacle::Network);
        }
        let is_shut = self.is_relay_only || self.stun == Some(false);
        (is_shut || self.measured.is_none()).then_some(Obstacle::Network)
    }
}

const fn grade(measured: Measured) -> Grade {
    let Measured {
        round_trip_ms,
        loss_permille,
        kbits,
        ..
    } = measured;
    if kbits >= VIDEO_KBITS && loss_permille <= VIDEO_LOSS && round_trip_ms <= QUICK_MS * 2 {
        Grade::Video
    } else if kbits >= SOUND_KBITS && loss_permille <= SOUND_LOSS && round_trip_ms <= SLOW_MS * 2 {
        Grade::Sound
    } else {
        Grade::Weak
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const FINE: Measured = Measured {
        is_relayed: true,
        round_trip_ms: 60,
        loss_permille: 2,
        kbits: 1_900,
    };

    fn whole() -> Findings {
        Findings {
            server: Some(Duration::from_millis(20)),
            is_known: true,
            has_calls: true,
            stun: Some(true),
            relays: vec![(Transport::Udp, true), (Transport::Tcp, true), (Transport::Tls, true)],
            is_relay_only: false,
            measured: Some(FINE),
        }
    }

    fn verdict(change: impl FnOnce(&mut Findings)) -> (Grade, Vec<Remark>) {
        let mut findings = whole();
        change(&mut findings);
        let Verdict { grade, remarks } = findings.verdict();
        (grade, remarks)
    }

    #[test]
    fn transports_are_known_by_their_addresses() {
        for (url, transport) in [
            ("turn:host", Some(Transport::Udp)),
            ("turn:host:3478?transport=udp", Some(Transport::Udp)),
            ("turn:host:3478?transport=tcp", Some(Transport::Tcp)),
            ("turns:host:5349?transport=tcp", Some(Transport::Tls)),
            ("turns:host", Some(Transport::Tls)),
            ("stun:host", None),
            ("host", None),
        ] {
            assert_eq!(Transport::of(url), transport, "{url}");
        }
    }

    #[test]
    fn a_line_is_graded_by_its_weakest_figure() {
        for (grade, measured) in [
            (Grade::Video, FINE),
            (Grade::Video, Measured { kbits: 700, ..FINE }),
            (Grade::Sound, Measured { kbits: 699, ..FINE }),
            (
                Grade::Sound,
                Measured {
                    loss_permille: 31,
                    ..FINE
                },
            ),
            (
                Grade::Sound,
                Measured {
                    round_trip_ms: 601,
                    ..FINE
                },
            ),
            (Grade::Weak, Measured { kbits: 79, ..FINE }),
            (
                Grade::Weak,
                Measured {
                    loss_permille: 101,
                    ..FINE
                },
            ),
            (
                Grade::Weak,
                Measured {
                    round_trip_ms: 1_601,
                    ..FINE
                },
            ),
        ] {
            let found = verdict(|findings| findings.measured = Some(measured));
            assert_eq!(found, (grade, vec![]), "{measured:?}");
        }
    }

    #[test]
    fn an_installation_without_relays_is_no_failure() {
        let bare = |findings: &mut Findings| {
            findings.relays.clear();
            findings.stun = None;
            findings.measured = Some(Measured {
                is_relayed: false,
                ..FINE
            });
        };
        let remarks = vec![Remark::RelaysNotOffered, Remark::MeasuredHere];
        assert_eq!(verdict(bare), (Grade::Video, remarks.clone()));
        let with_stun = |findings: &mut Findings| {
            bare(findings);
            findings.stun = Some(true);
        };
        assert_eq!(verdict(with_stun), (Grade::Video, remarks));
    }

    #[test]
    fn where_the_direct_way_is_shut_the_relay_is_said() {
        let shut = verdict(|findings| findings.stun = Some(false));
        assert_eq!(shut, (Grade::Video, vec![Remark::Relayed]));
        let wanted = verdict(|findings| findings.is_relay_only = true);
        assert_eq!(wanted, (Grade::Video, vec![Remark::Relayed]));
        let no_udp = verdict(|findings| {
            findings.stun = Some(false);
            findings.relays[0].1 = false;
        });
        assert_eq!(no_udp, (Grade::Video, vec![Remark::Relayed, Remark::SlowRelay]));
    }

    #[test]
    fn relays_that_do_not_answer_matter_only_where_they_are_needed() {
        let shut = |findings: &mut Findings| {
            for (_, works) in &mut findings.relays {
                *works = false;
            }
            findings.measured = Some(Measured {
                is_relayed: false,
                ..FINE
            });
        };
        assert_eq!(
            verdict(shut),
            (Grade::Video, vec![Remark::NoRelay, Remark::MeasuredHere])
        );
        for needed in [
            |findings: &mut Findings| findings.stun = Some(false),
            |findings: &mut Findings| findings.is_relay_only = true,
        ] {
            let found = verdict(|findings| {
                shut(findings);
                needed(findings);
            });
            assert_eq!(found, (Grade::Blocked(Obstacle::Network), vec![]));
        }
    }

    #[test]
    fn what_lets_nothing_through_is_named() {
        for (obstacle, change) in [
            (
                Obstacle::Browser,
                (|findings| findings.has_calls = false) as fn(&mut Findings),
            ),
            (Obstacle::Server, |findings| findings.server = None),
            (Obstacle::Server, |findings| findings.is_known = false),
            (Obstacle::Network, |findings| findings.measured = None),
            (Obstacle::Network, |findings| {
                findings.relays.clear();
                findings.stun = Some(false);
            }),
        ] {
            assert_eq!(verdict(change), (Grade::Blocked(obstacle), vec![]));
        }
        let nothing = Findings::default().verdict();
        assert_eq!(nothing.grade, Grade::Blocked(Obstacle::Browser));
    }
}
