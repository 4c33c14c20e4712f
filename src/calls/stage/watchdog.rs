//! Notices sound or pictures that should come and do not, although the connection stands.

use std::time::Duration;

/// How long nothing may come. Sound comes fifty times a second, pictures at least some times.
const SILENT: Duration = Duration::from_secs(5);
/// How long a voice may be missing before the connection itself is suspected.
const SUSPECT: Duration = Duration::from_secs(10);
/// How long to wait with a second question for new paths, and at most with the later ones, which come ever more rarely.
const COMPLAIN: Duration = Duration::from_secs(15);
const RARELY: Duration = Duration::from_secs(240);

/// What the partner says is on, or what came.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Kinds {
    /// The voice.
    pub sound: bool,
    /// The face.
    pub picture: bool,
}

/// What should come and does not.
pub type Missing = Kinds;

/// What may help.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Help {
    /// To look for new paths.
    Paths,
    /// To build another connection. Asked for once, until the voice has come again; never for a picture alone, which a narrow line may well keep
    /// back for a while.
    Connection,
}

/// Watches one connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct Watchdog {
    /// When the voice last came, or began to be waited for.
    sound: Option<Duration>,
    picture: Option<Duration>,
    /// Since when the voice is missing.
    voiceless: Option<Duration>,
    /// When new paths were last asked for, and how long to wait with the next question.
    asked: Option<(Duration, Duration)>,
    /// Another connection was asked for, and the voice has not come since.
    is_replaced: bool,
}

impl Watchdog {
    /// The one for the next connection, or for this one when it stands again.
    #[must_use]
    pub fn renewed(self) -> Self {
        Self {
            is_replaced: self.is_replaced,
            ..Self::default()
        }
    }

    /// Looks at a connection that stands, about once a second: what should come, what did since the last look, and whether anything at all did, a
    /// shared screen too. Everything goes the same way: while anything comes, new paths are of no use. Returns what is missing, and what to ask for
    /// now.
    pub fn look(
        &mut self,
        now: Duration,
        expected: Kinds,
        came: Kinds,
        came_anything: bool,
    ) -> (Missing, Option<Help>) {
        let missing = Missing {
            sound: is_missing(&mut self.sound, now, expected.sound, came.sound),
            picture: is_missing(&mut self.picture, now, expected.picture, came.picture),
        };
        self.is_replaced &= expected.sound && !came.sound;
        (missing, self.help(now, missing, came_anything))
    }

    fn help(&mut self, now: Duration, missing: Missing, came_anything: bool) -> Option<Help> {
        let voiceless = missing.sound.then(|| *self.voiceless.get_or_insert(now));
        self.voiceless = voiceless;
        if voiceless.is_some_and(|since| now.saturating_sub(since) >= SUSPECT) && !self.is_replaced {
            self.is_replaced = true;
            return Some(Help::Connection);
        }
        if came_anything || missing == Missing::default() {
            self.asked = None;
            return None;
        }
        let wait = match self.asked {
            None => COMPLAIN,
            Some((last, wait)) if now.saturating_sub(last) >= wait => (wait * 2).min(RARELY),
            Some(_) => return None,
        };
        self.asked = Some((now, wait));
        Some(Help::Paths)
    }
}

/// How long a connection may stand after it has lost its channel alone. Where the whole connection is about to go, that is known sooner.
const CHANNELLESS: Duration = Duration::from_secs(8);

/// Watches the channel of a connection.
#[derive(Clone, Copy, Debug, Default)]
pub struct ChannelWatch {
    was_open: bool,
    lost: Option<Duration>,
}

impl ChannelWatch {
    /// The channel has opened, or closed.
    pub fn changed(&mut self, now: Duration, is_open: bool) {
        self.lost = (self.was_open && !is_open).then_some(now);
        self.was_open |= is_open;
    }

    /// Whether the connection is to be replaced because its channel is gone for good: once for each channel that was open. `is_up`: the connection
    /// stands.
    pub fn look(&mut self, now: Duration, is_up: bool) -> bool {
        let is_due = is_up && self.lost.is_some_and(|lost| now.saturating_sub(lost) >= CHANNELLESS);
        if is_due {
            *self = Self::default();
        }
        is_due
    }
}

fn is_missing(last: &mut Option<Duration>, now: Duration, is_expected: bool, came: bool) -> bool {
    if !is_expected {
        *last = None;
        return false;
    }
    if came {
        *last = Some(now);
    }
    now.saturating_sub(*last.get_or_insert(now)) >= SILENT
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: Kinds = Kinds {
        sound: true,
        picture: true,
    };
    const NONE: Kinds = Kinds {
        sound: false,
        picture: false,
    };
    const SOUND: Kinds = Kinds {
        sound: true,
        picture: false,
    };

    const PICTURE: Kinds = Kinds {
        sound: false,
        picture: true,
    };

    /// What is said from one second to before another, while nothing else comes.
    fn looks(
        dog: &mut Watchdog,
        seconds: std::ops::Range<u64>,
        expected: Kinds,
        came: Kinds,
    ) -> Vec<(u64, Missing, Option<Help>)> {
        seconds
            .map(|second| {
                let (missing, help) = dog.look(Duration::from_secs(second), expected, came, came != NONE);
                (second, missing, help)
            })
            .collect()
    }

    /// What was asked for, and when.
    fn asked(looks: &[(u64, Missing, Option<Help>)]) -> Vec<(u64, Help)> {
        looks.iter().filter_map(|(at, _, help)| Some((*at, (*help)?))).collect()
    }

    #[test]
    fn a_picture_that_does_not_come_for_five_seconds_is_missed_and_nothing_is_done_while_the_voice_comes() {
        let mut dog = Watchdog::default();
        assert!(
            looks(&mut dog, 0..20, BOTH, BOTH)
                .iter()
                .all(|(_, missing, _)| *missing == NONE)
        );
        let said = looks(&mut dog, 20..600, BOTH, SOUND);
        let first = said.iter().find(|(_, missing, _)| missing.picture).unwrap().0;
        assert_eq!(first, 24, "the last came in the 19th second");
        assert_eq!(asked(&said), [], "the way is good: a phone keeps its camera back");
        assert!(said.iter().all(|(_, missing, _)| !missing.sound));
        assert_eq!(looks(&mut dog, 600..601, BOTH, BOTH), [(600, NONE, None)], "at once");
    }

    #[test]
    fn while_nothing_comes_new_paths_are_asked_for_ever_more_rarely() {
        let mut dog = Watchdog::default();
        let said = looks(&mut dog, 0..1_000, PICTURE, NONE);
        let paths: Vec<u64> = asked(&said)
            .into_iter()
            .map(|(at, help)| {
                assert_eq!(help, Help::Paths, "a new connection would cost the sound");
                at
            })
            .collect();
        assert_eq!(paths, [5, 20, 50, 110, 230, 470, 710, 950]);
        looks(&mut dog, 1_000..1_001, PICTURE, PICTURE);
        assert_eq!(
            asked(&looks(&mut dog, 1_001..1_021, PICTURE, NONE)),
            [(1_005, Help::Paths), (1_020, Help::Paths)],
            "the next loss"
        );
    }

    #[test]
    fn a_shared_screen_that_comes_says_that_the_way_is_good() {
        let mut dog = Watchdog::default();
        for second in 0..60 {
            let (_, help) = dog.look(Duration::from_secs(second), PICTURE, NONE, true);
            assert_eq!(help, None, "{second}");
        }
    }

    #[test]
    fn a_voice_that_stays_away_gets_another_connection_once() {
        let mut dog = Watchdog::default();
        let said = looks(&mut dog, 0..16, BOTH, PICTURE);
        assert_eq!(asked(&said), [(15, Help::Connection)]);
        dog = dog.renewed();
        let said = looks(&mut dog, 20..600, BOTH, PICTURE);
        assert_eq!(asked(&said), [], "it was not the connection");
        assert!(
            said.iter().skip(5).all(|(_, missing, _)| missing.sound),
            "it is still said"
        );
        looks(&mut dog, 600..601, BOTH, BOTH);
        let said = looks(&mut dog, 601..616, BOTH, NONE);
        assert_eq!(
            asked(&said),
            [(605, Help::Paths), (615, Help::Connection)],
            "the next loss, of everything"
        );
    }

    #[test]
    fn a_channel_that_dies_alone_takes_the_connection_with_it_once() {
        let at = Duration::from_secs;
        let mut channel = ChannelWatch::default();
        channel.changed(at(0), false);
        assert!(!channel.look(at(60), true), "it never was open");
        channel.changed(at(60), true);
        assert!(!channel.look(at(90), true));
        channel.changed(at(90), false);
        assert!(!channel.look(at(97), true));
        assert!(!channel.look(at(98), false), "the connection is gone too");
        assert!(channel.look(at(99), true));
        assert!(!channel.look(at(120), true), "once");
    }

    #[test]
    fn what_is_off_is_not_missed_and_what_begins_has_its_time() {
        let mut dog = Watchdog::default();
        assert!(
            looks(&mut dog, 0..60, NONE, NONE)
                .iter()
                .all(|(_, missing, _)| *missing == NONE)
        );
        let said = looks(&mut dog, 60..66, SOUND, NONE);
        assert_eq!(said.iter().filter(|(_, missing, _)| missing.sound).count(), 1);
        assert!(said[5].1.sound);
    }
}
