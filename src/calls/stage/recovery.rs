//! What the page says of a connection that is lost and found again: what is said, and what is heard, once per loss.

use std::time::Duration;

use super::PeerLink;
use super::watch::BLIP;

/// How long it is said that the connection is back.
const SAID: Duration = Duration::from_secs(3);

/// How things stand with a connection that was up once.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Recovery {
    /// Nothing to say: it is up, or there was none yet, or the partner has left.
    #[default]
    Fine,
    /// Nothing has come for a moment. Most of these heal by themselves.
    Interrupted,
    /// It is lost, and help is under way.
    Restoring {
        /// How often help was tried, from 1.
        attempt: u32,
    },
    /// It is back; for a moment after a loss.
    Restored,
}

/// What is heard.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Chime {
    /// The connection is lost.
    Lost,
    /// It is back.
    Restored,
}

/// Follows the connection to one partner through all that happens to it.
#[derive(Clone, Copy, Debug, Default)]
pub struct Course {
    was_connected: bool,
    recovery: Recovery,
    /// Since when.
    since: Duration,
}

impl Course {
    /// How things stand.
    pub const fn recovery(&self) -> Recovery {
        self.recovery
    }

    /// Looks at the connection; call about once a second, and whenever the link changes. `now` is on any clock that goes steadily, `attempts`
    /// is how often help was tried since the connection was up. Answers what is to be heard, once.
    pub fn look(&mut self, now: Duration, link: PeerLink, attempts: u32) -> Option<Chime> {
        let waited = now.saturating_sub(self.since);
        let is_up = link == PeerLink::Connected;
        self.was_connected |= is_up;
        let next = match self.recovery {
            _ if !self.was_connected => Recovery::Fine,
            Recovery::Fine | Recovery::Interrupted if is_up => Recovery::Fine,
            Recovery::Restoring { .. } if is_up => Recovery::Restored,
            Recovery::Restored if is_up && waited >= SAID => Recovery::Fine,
            Recovery::Restored if is_up => Recovery::Restored,
            Recovery::Fine | Recovery::Restored => Recovery::Interrupted,
            Recovery::Interrupted if attempts == 0 && waited < BLIP => Recovery::Interrupted,
            Recovery::Interrupted | Recovery::Restoring { .. } => Recovery::Restoring {
                attempt: attempts.max(1),
            },
        };
        let before = std::mem::replace(&mut self.recovery, next);
        if before != next {
            self.since = now;
        }
        match (before, next) {
            (Recovery::Restoring { .. }, Recovery::Restoring { .. }) => None,
            (_, Recovery::Restoring { .. }) => Some(Chime::Lost),
            (Recovery::Restoring { .. }, Recovery::Restored) => Some(Chime::Restored),
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::stage::PeerLink::{Connected, Connecting, Disconnected, Failed, New};

    /// What is shown and heard of a link, second by second; only what changes.
    fn told(course: &mut Course, from: u64, links: &[(u64, PeerLink, u32)]) -> Vec<(u64, Recovery, Option<Chime>)> {
        let mut second = from;
        let mut told = Vec::new();
        for (seconds, link, attempts) in links {
            for _ in 0..*seconds {
                let before = course.recovery();
                let chime = course.look(Duration::from_secs(second), *link, *attempts);
                if course.recovery() != before || chime.is_some() {
                    told.push((second, course.recovery(), chime));
                }
                second += 1;
            }
        }
        told
    }

    #[test]
    fn a_connection_that_comes_about_is_no_news_however_long_it_takes() {
        let mut course = Course::default();
        let links = [(5, New, 0), (30, Connecting, 1), (2, Failed, 2), (9, Connected, 0)];
        assert_eq!(told(&mut course, 0, &links), []);
    }

    #[test]
    fn a_blip_is_seen_and_not_heard() {
        let mut course = Course::default();
        assert_eq!(
            told(
                &mut course,
                0,
                &[(3, Connected, 0), (2, Disconnected, 0), (5, Connected, 0)]
            ),
            [(3, Recovery::Interrupted, None), (5, Recovery::Fine, None)]
        );
    }

    #[test]
    fn a_loss_is_heard_once_and_its_end_too() {
        let mut course = Course::default();
        let links = [
            (1, Connected, 0),
            (2, Disconnected, 0),
            (10, Disconnected, 1),
            (5, New, 2),
            (2, Failed, 3),
            (9, Connected, 0),
        ];
        assert_eq!(
            told(&mut course, 0, &links),
            [
                (1, Recovery::Interrupted, None),
                (3, Recovery::Restoring { attempt: 1 }, Some(Chime::Lost)),
                (13, Recovery::Restoring { attempt: 2 }, None),
                (18, Recovery::Restoring { attempt: 3 }, None),
                (20, Recovery::Restored, Some(Chime::Restored)),
                (23, Recovery::Fine, None),
            ]
        );
    }

    #[test]
    fn what_cannot_be_helped_yet_is_lost_all_the_same() {
        let mut course = Course::default();
        assert_eq!(
            told(&mut course, 0, &[(1, Connected, 0), (30, Failed, 0)]),
            [
                (1, Recovery::Interrupted, None),
                (3, Recovery::Restoring { attempt: 1 }, Some(Chime::Lost)),
            ]
        );
    }

    #[test]
    fn the_next_loss_may_begin_while_the_last_one_is_still_spoken_of() {
        let mut course = Course::default();
        let links = [
            (1, Connected, 0),
            (1, Failed, 1),
            (1, Failed, 1),
            (1, Connected, 0),
            (1, Failed, 0),
            (1, Failed, 1),
        ];
        let heard: Vec<_> = told(&mut course, 0, &links)
            .into_iter()
            .filter_map(|(at, _, chime)| Some((at, chime?)))
            .collect();
        assert_eq!(heard, [(2, Chime::Lost), (3, Chime::Restored), (5, Chime::Lost)]);
    }
}
