//! Notices sound or pictures that should come and do not, although the connection stands.

use std::time::Duration;

/// How long nothing may come. Sound comes fifty times a second, pictures at least some times.
const SILENT: Duration = Duration::from_secs(5);
/// How often help is asked for while nothing comes.
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

/// Watches one connection. A new one needs a new watchdog.
#[derive(Clone, Copy, Debug, Default)]
pub struct Watchdog {
    /// When the voice last came, or began to be waited for.
    sound: Option<Duration>,
    picture: Option<Duration>,
    complained: Option<Duration>,
}

impl Watchdog {
    /// Looks at a connection that stands, about once a second: what should come, and what did since the last look. Returns what is missing, and
    /// whether to ask for help now.
    pub fn look(&mut self, now: Duration, expected: Kinds, came: Kinds) -> (Missing, bool) {
        let missing = Missing {
            sound: is_missing(&mut self.sound, now, expected.sound, came.sound),
            picture: is_missing(&mut self.picture, now, expected.picture, came.picture),
        };
        if missing == Missing::default() {
            self.complained = None;
            return (missing, false);
        }
        let complains = self.complained.is_none_or(|last| now.saturating_sub(last) >= COMPLAIN);
        if complains {
            self.complained = Some(now);
        }
        (missing, complains)
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

    /// What is said from one second to before another.
    fn looks(
        dog: &mut Watchdog,
        seconds: std::ops::Range<u64>,
        expected: Kinds,
        came: Kinds,
    ) -> Vec<(u64, Missing, bool)> {
        seconds
            .map(|second| {
                let (missing, complains) = dog.look(Duration::from_secs(second), expected, came);
                (second, missing, complains)
            })
            .collect()
    }

    #[test]
    fn what_does_not_come_for_five_seconds_is_missed_and_help_asked_for_now_and_then() {
        let mut dog = Watchdog::default();
        assert!(
            looks(&mut dog, 0..20, BOTH, BOTH)
                .iter()
                .all(|(_, missing, _)| *missing == NONE)
        );
        let said = looks(&mut dog, 20..60, BOTH, SOUND);
        let first = said.iter().find(|(_, missing, _)| missing.picture).unwrap().0;
        assert_eq!(first, 24, "the last came in the 19th second");
        let complaints: Vec<u64> = said.iter().filter(|look| look.2).map(|look| look.0).collect();
        assert_eq!(complaints, [24, 39, 54]);
        assert!(said.iter().all(|(_, missing, _)| !missing.sound));
        assert_eq!(looks(&mut dog, 60..61, BOTH, BOTH), [(60, NONE, false)], "at once");
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
