//! What to do when what plays the partner stands still although nobody stopped it. Phones pause pages in the background and during telephone
//! calls, and do not always let them go on.

use std::time::Duration;

/// How long playing may take to begin again before the person is asked for a press.
const PATIENCE: Duration = Duration::from_secs(2);
/// What has played for so long plays.
const STEADY: Duration = Duration::from_secs(10);

/// What helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Help {
    /// Playing.
    Play,
    /// A press: the system, or the browser, stops what begins by itself.
    Press,
}

/// An element that should be playing.
#[derive(Clone, Copy, Debug, Default)]
pub struct Standstill {
    /// When it was last played because it stood still.
    helped_at: Option<Duration>,
}

impl Standstill {
    /// Looks at it at `now`, on any clock that goes steadily. While the page is hidden nothing helps.
    pub fn look(&mut self, now: Duration, is_paused: bool, is_hidden: bool) -> Option<Help> {
        if is_hidden {
            self.helped_at = None;
            return None;
        }
        let since = self.helped_at.map(|at| now.saturating_sub(at));
        match (is_paused, since) {
            (true, None) => {
                self.helped_at = Some(now);
                Some(Help::Play)
            }
            (true, Some(since)) if since >= PATIENCE => Some(Help::Press),
            (false, Some(since)) if since >= STEADY => {
                self.helped_at = None;
                None
            }
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is done at each second, for an element that is paused or not, on a page that is hidden or not.
    fn helps(seconds: &[(bool, bool)]) -> Vec<(usize, Help)> {
        let mut standstill = Standstill::default();
        let looks = seconds.iter().enumerate();
        looks
            .filter_map(|(second, (is_paused, is_hidden))| {
                let now = Duration::from_secs(u64::try_from(second).unwrap());
                Some((second, standstill.look(now, *is_paused, *is_hidden)?))
            })
            .collect()
    }

    const PLAYS: (bool, bool) = (false, false);
    const PAUSED: (bool, bool) = (true, false);
    const HIDDEN: (bool, bool) = (true, true);

    #[test]
    fn what_stands_still_is_played_once_and_then_a_press_is_asked_for() {
        assert_eq!(helps(&[PLAYS; 30]), []);
        assert_eq!(helps(&[PLAYS, PAUSED, PLAYS, PLAYS]), [(1, Help::Play)]);
        assert_eq!(
            helps(&[PAUSED, PAUSED, PAUSED, PAUSED]),
            [(0, Help::Play), (2, Help::Press), (3, Help::Press)]
        );
    }

    #[test]
    fn a_system_that_stops_it_again_and_again_is_not_played_against() {
        let again = [PAUSED, PLAYS, PAUSED, PLAYS, PAUSED];
        assert_eq!(helps(&again), [(0, Help::Play), (2, Help::Press), (4, Help::Press)]);
        let mut later = vec![PAUSED];
        later.extend([PLAYS; 12]);
        later.push(PAUSED);
        assert_eq!(helps(&later), [(0, Help::Play), (13, Help::Play)], "another time");
    }

    #[test]
    fn on_a_hidden_page_it_waits_for_the_return() {
        let back = [HIDDEN, HIDDEN, HIDDEN, HIDDEN, PAUSED, PLAYS];
        assert_eq!(helps(&back), [(4, Help::Play)]);
        let twice = [PAUSED, HIDDEN, PAUSED];
        assert_eq!(helps(&twice), [(0, Help::Play), (2, Help::Play)]);
    }
}
