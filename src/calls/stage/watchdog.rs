//! Notices sound or pictures that should come and do not, although the connection stands.

use std::time::Duration;

/// How long nothing may come. Sound comes fifty times a second, pictures at least some times.
const SILENT: Duration = Duration::from_secs(5);
/// How long new paths have to help before the connection itself is suspected.
const SUSPECT: Duration = Duration::from_secs(10);
/// How often new paths are asked for while nothing comes.
const COMPLAIN: Duration = Duration::from_secs(15);

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
    /// When help was last asked for.
    asked: Option<Duration>,
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

    /// Looks at a connection that stands, about once a second: what should come, and what did since the last look. Returns what is missing, and
    /// what to ask for now.
    pub fn look(&mut self, now: Duration, expected: Kinds, came: Kinds) -> (Missing, Option<Help>) {
        let missing = Missing {
            sound: is_missing(&mut self.sound, now, expected.sound, came.sound),
            picture: is_missing(&mut self.picture, now, expected.picture, came.picture),
        };
        self.is_replaced &= expected.sound && !came.sound;
        if missing == Missing::default() {
            self.asked = None;
            return (missing, None);
        }
        let waited = self.asked.map(|last| now.saturating_sub(last));
        let help = match waited {
            Some(waited) if missing.sound && !self.is_replaced && waited >= SUSPECT => Help::Connection,
            Some(waited) if waited < COMPLAIN => return (missing, None),
            _ => Help::Paths,
        };
        self.asked = Some(now);
        self.is_replaced |= help == Help::Connection;
        (missing, Some(help))
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

    /// What is said from one second to before another.
    fn looks(
        dog: &mut Watchdog,
        seconds: std::ops::Range<u64>,
        expected: Kinds,
        came: Kinds,
    ) -> Vec<(u64, Missing, Option<Help>)> {
        seconds
            .map(|second| {
                let (missing, help) = dog.look(Duration::from_secs(second), expected, came);
                (second, missing, help)
            })
            .collect()
    }

    /// What was asked for, and when.
    fn asked(looks: &[(u64, Missing, Option<Help>)]) -> Vec<(u64, Help)> {
        looks.iter().filter_map(|(at, _, help)| Some((*at, (*help)?))).collect()
    }

    #[test]
    fn a_picture_that_does_not_come_for_five_seconds_is_missed_and_new_paths_asked_for_now_and_then() {
        let mut dog = Watchdog::default();
        assert!(
            looks(&mut dog, 0..20, BOTH, BOTH)
                .iter()
                .all(|(_, missing, _)| *missing == NONE)
        );
        let said = looks(&mut dog, 20..60, BOTH, SOUND);
        let first = said.iter().find(|(_, missing, _)| missing.picture).unwrap().0;
        assert_eq!(first, 24, "the last came in the 19th second");
        assert_eq!(
            asked(&said),
            [(24, Help::Paths), (39, Help::Paths), (54, Help::Paths)],
            "a new connection would cost the sound"
        );
        assert!(said.iter().all(|(_, missing, _)| !missing.sound));
        assert_eq!(looks(&mut dog, 60..61, BOTH, BOTH), [(60, NONE, None)], "at once");
    }

    #[test]
    fn where_new_paths_do_not_bring_the_voice_another_connection_is_built_once() {
        let mut dog = Watchdog::default();
        let said = looks(&mut dog, 0..16, BOTH, PICTURE);
        assert_eq!(asked(&said), [(5, Help::Paths), (15, Help::Connection)]);
        dog = dog.renewed();
        let said = looks(&mut dog, 20..60, BOTH, PICTURE);
        assert_eq!(
            asked(&said),
            [(25, Help::Paths), (40, Help::Paths), (55, Help::Paths)],
            "it was not the connection"
        );
        looks(&mut dog, 60..61, BOTH, BOTH);
        let said = looks(&mut dog, 61..76, BOTH, NONE);
        assert_eq!(
            asked(&said),
            [(65, Help::Paths), (75, Help::Connection)],
            "the next loss"
        );
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
