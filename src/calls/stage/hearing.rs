//! How well a microphone hears somebody who tries it out, in three words: a number would need explaining.

use std::time::Duration;

use super::levels::level_at;

/// From here on the partner hears well: speech into a microphone with gain control is some 10 dB louder.
const GOOD: f32 = level_at(-42.0);
/// Below it there is only what every room and every microphone hums by itself.
const NOTHING: f32 = level_at(-54.0);
/// For how long the loudest moment counts: people take a breath between two sentences.
const HOLD: Duration = Duration::from_secs(3);

/// What is said of the own microphone.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Hearing {
    /// Nothing can be said yet: the browser lets nobody look before the page is used.
    #[default]
    NotYet,
    /// It is listened to, not long enough to say that there is nothing.
    Listening,
    /// Nothing was heard for a while.
    Nothing,
    /// Something was heard, too quiet to be understood with ease.
    Quiet,
    /// The partner will hear it well.
    Good,
}

/// Listens to the own microphone.
#[derive(Clone, Copy, Debug, Default)]
pub struct Listener {
    since: Option<Duration>,
    loudest: Option<(Duration, f32)>,
}

impl Listener {
    /// Takes in a level from 0 to 1, or that there is none to be had, at `now` on any clock that goes steadily.
    pub fn look(&mut self, now: Duration, level: Option<f32>) -> Hearing {
        let Some(level) = level else {
            *self = Self::default();
            return Hearing::NotYet;
        };
        let since = *self.since.get_or_insert(now);
        let holds = |at: Duration, loudest: f32| loudest > level && now.saturating_sub(at) < HOLD;
        let (at, loudest) = match self.loudest {
            Some((at, loudest)) if holds(at, loudest) => (at, loudest),
            _ => (now, level),
        };
        self.loudest = Some((at, loudest));
        if loudest >= GOOD {
            Hearing::Good
        } else if now.saturating_sub(since) < HOLD {
            Hearing::Listening
        } else if loudest >= NOTHING {
            Hearing::Quiet
        } else {
            Hearing::Nothing
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is said at each tenth of a second of these levels.
    fn said(levels: impl IntoIterator<Item = Option<f32>>) -> Vec<Hearing> {
        let mut listener = Listener::default();
        let mut said = Vec::new();
        for (look, level) in (0..).zip(levels) {
            let hearing = listener.look(Duration::from_millis(100 * look), level);
            if said.last() != Some(&hearing) {
                said.push(hearing);
            }
        }
        said
    }

    #[test]
    fn speech_is_good_at_once_and_through_its_pauses() {
        let words = |look: usize| if look % 20 < 8 { 0.6 } else { 0.05 };
        assert_eq!(said((0..100).map(|look| Some(words(look)))), [Hearing::Good]);
    }

    #[test]
    fn what_is_quiet_or_not_there_is_said_after_three_seconds() {
        assert_eq!(said((0..60).map(|_| Some(0.2))), [Hearing::Listening, Hearing::Quiet]);
        assert_eq!(said((0..60).map(|_| Some(0.0))), [Hearing::Listening, Hearing::Nothing]);
        let falls_silent = (0..100).map(|look| Some(if look < 10 { 0.6 } else { 0.0 }));
        assert_eq!(said(falls_silent), [Hearing::Good, Hearing::Nothing]);
    }

    #[test]
    fn nothing_is_said_of_what_cannot_be_heard_yet() {
        let begins_late = (0..60).map(|look| (look >= 20).then_some(0.0));
        assert_eq!(
            said(begins_late),
            [Hearing::NotYet, Hearing::Listening, Hearing::Nothing]
        );
    }
}
