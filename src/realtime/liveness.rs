//! Whether a socket that looks open still is one, and whether somebody sits at the tab. Pure: times come in as milliseconds of
//! [`Steady`], what to do comes out.

use std::time::Duration;

use super::model::{Attention, HEARTBEAT, IDLE_AFTER, PROBE_PATIENCE};

/// How often the tab looks.
pub(super) const LOOK: Duration = Duration::from_millis(500);
/// A look that comes this much too late has slept: with the machine, or with a tab that was frozen.
const LATE: f64 = 2_000.0;

const fn millis(span: Duration) -> f64 {
    span.as_millis() as f64
}

/// A clock that goes on while the machine sleeps, as `performance.now()` does not everywhere, and never back, as the wall clock does when
/// it is set.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Steady {
    wall: Option<f64>,
    passed: f64,
}

impl Steady {
    /// What has passed until `wall`, in milliseconds.
    pub(super) fn at(&mut self, wall: f64) -> f64 {
        let step = self.wall.map_or(0.0, |before| (wall - before).max(0.0));
        self.wall = Some(wall);
        self.passed += step;
        self.passed
    }
}

/// What to do about a socket.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Verdict {
    /// Nothing.
    Fine,
    /// Ask it, and look again after [`PROBE_PATIENCE`].
    Probe,
    /// Open another.
    Dead,
}

/// What is known of one open socket.
#[derive(Clone, Copy, Debug)]
pub(super) struct Liveness {
    heard_at: f64,
    looked_at: f64,
    /// Since when an answer is due.
    probed_at: Option<f64>,
}

impl Liveness {
    /// A socket that was opened now.
    pub(super) const fn new(now: f64) -> Self {
        Self {
            heard_at: now,
            looked_at: now,
            probed_at: None,
        }
    }

    /// Something came: it lives.
    pub(super) const fn heard(&mut self, now: f64) {
        self.heard_at = now;
        self.probed_at = None;
    }

    /// How long it has been silent, in milliseconds.
    pub(super) const fn silent_for(&self, now: f64) -> f64 {
        now - self.heard_at
    }

    /// The tab looks, every [`LOOK`].
    pub(super) fn look(&mut self, now: f64) -> Verdict {
        let is_late = now - self.looked_at > millis(LOOK) + LATE;
        self.looked_at = now;
        let is_overdue = self.probed_at.map(|at| now - at >= millis(PROBE_PATIENCE));
        let is_silent = self.silent_for(now) > millis(HEARTBEAT * 2);
        match (is_late, is_overdue) {
            (true, Some(true)) if is_silent => Verdict::Dead,
            // Who slept has heard nothing, and an answer may wait behind this very look.
            (true, _) => {
                self.probed_at = Some(now);
                Verdict::Probe
            }
            (false, Some(true)) => Verdict::Dead,
            (false, None) if is_silent => Verdict::Dead,
            (false, _) => Verdict::Fine,
        }
    }

    /// Something says that the world has changed: the tab is seen again, the network is another one.
    pub(super) fn woke(&mut self, now: f64) -> Verdict {
        // Looked at by this: the next look is not late, and does not begin the question anew.
        self.looked_at = now;
        match self.probed_at {
            Some(at) if now - at >= millis(PROBE_PATIENCE) => Verdict::Dead,
            Some(_) => Verdict::Fine,
            None => {
                self.probed_at = Some(now);
                Verdict::Probe
            }
        }
    }
}

/// Whether somebody sits at the tab.
#[derive(Clone, Copy, Debug)]
pub(super) struct Sitting {
    touched_at: f64,
    attention: Attention,
}

impl Sitting {
    /// A tab that was opened now.
    pub(super) const fn new(now: f64) -> Self {
        Self {
            touched_at: now,
            attention: Attention::Active,
        }
    }

    /// What is known.
    pub(super) const fn attention(&self) -> Attention {
        self.attention
    }

    /// A pointer, a key, a touch, or the tab is looked at again.
    pub(super) const fn touched(&mut self, now: f64) {
        self.touched_at = now;
        self.attention = Attention::Active;
    }

    /// Whether nobody has touched it for so long that it would count as idle, unless something is going on in it.
    pub(super) const fn is_due(&self, now: f64) -> bool {
        matches!(self.attention, Attention::Active) && now - self.touched_at >= millis(IDLE_AFTER)
    }

    /// Nobody sits there.
    pub(super) const fn rest(&mut self) {
        self.attention = Attention::Idle;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: f64 = 1_000.0;

    /// Looks every half second from one moment to another; what came of it other than "fine", and when.
    fn looks(liveness: &mut Liveness, from: f64, to: f64) -> Vec<(f64, Verdict)> {
        let mut found = Vec::new();
        let mut now = from;
        while now <= to {
            let verdict = liveness.look(now);
            if verdict != Verdict::Fine {
                found.push((now, verdict));
            }
            now += millis(LOOK);
        }
        found
    }

    #[test]
    fn a_socket_that_falls_silent_is_dead_within_two_heartbeats() {
        let mut liveness = Liveness::new(0.0);
        assert_eq!(looks(&mut liveness, 500.0, 15.0 * SECOND), []);
        liveness.heard(15.0 * SECOND);
        let found = looks(&mut liveness, 15.5 * SECOND, 46.0 * SECOND);
        assert_eq!(found[0], (45.5 * SECOND, Verdict::Dead));
    }

    #[test]
    fn after_a_sleep_the_socket_is_asked_and_an_answer_saves_it() {
        let hour = 3_600.0 * SECOND;
        let mut slept = Liveness::new(0.0);
        assert_eq!(slept.look(hour), Verdict::Probe);
        let mut dead = slept;
        let found = looks(&mut dead, hour + 500.0, hour + 2.0 * SECOND);
        assert_eq!(found[0], (hour + 1.5 * SECOND, Verdict::Dead), "within two seconds");
        slept.heard(hour + 300.0);
        assert_eq!(looks(&mut slept, hour + 500.0, hour + 10.0 * SECOND), []);
    }

    #[test]
    fn a_wake_asks_once_however_many_events_tell_of_it() {
        let mut liveness = Liveness::new(0.0);
        assert_eq!(looks(&mut liveness, 500.0, 5.0 * SECOND), []);
        assert_eq!(liveness.woke(5.1 * SECOND), Verdict::Probe);
        assert_eq!(liveness.woke(5.2 * SECOND), Verdict::Fine);
        assert_eq!(liveness.look(5.5 * SECOND), Verdict::Fine);
        assert_eq!(liveness.woke(6.7 * SECOND), Verdict::Dead);
        liveness.heard(6.8 * SECOND);
        assert_eq!(liveness.woke(6.9 * SECOND), Verdict::Probe);
    }

    #[test]
    fn a_hidden_tab_that_is_seen_again_asks_once_and_knows_in_time() {
        let mut liveness = Liveness::new(0.0);
        assert_eq!(looks(&mut liveness, 500.0, 5.0 * SECOND), []);
        // Its looks come once a minute; before the next one somebody comes.
        let seen = 40.2 * SECOND;
        assert_eq!(liveness.woke(seen), Verdict::Probe);
        assert_eq!(looks(&mut liveness, seen + 300.0, seen + 1_400.0), []);
        assert_eq!(liveness.look(seen + 1_510.0), Verdict::Dead);
    }

    #[test]
    fn rare_looks_of_a_hidden_tab_ask_but_find_a_dead_socket_all_the_same() {
        let mut liveness = Liveness::new(0.0);
        for minute in 1..5 {
            let now = f64::from(minute) * 60.0 * SECOND;
            assert_eq!(liveness.look(now), Verdict::Probe);
            liveness.heard(now + 100.0);
        }
        assert_eq!(liveness.look(300.0 * SECOND), Verdict::Probe);
        assert_eq!(liveness.look(360.0 * SECOND), Verdict::Dead);
    }

    #[test]
    fn the_clock_goes_on_through_sleep_and_never_back() {
        let mut clock = Steady::default();
        assert_eq!(clock.at(1_000.0), 0.0);
        assert_eq!(clock.at(1_500.0), 500.0);
        // Set back by an hour, and on by a minute.
        assert_eq!(clock.at(-3_598_500.0), 500.0);
        assert_eq!(clock.at(-3_538_500.0), 60_500.0);
    }

    #[test]
    fn a_tab_is_idle_when_it_was_not_touched_for_five_minutes() {
        let mut sitting = Sitting::new(0.0);
        assert!(!sitting.is_due(299.0 * SECOND));
        sitting.touched(299.0 * SECOND);
        assert!(!sitting.is_due(598.0 * SECOND));
        assert!(sitting.is_due(599.0 * SECOND));
        sitting.rest();
        assert_eq!(sitting.attention(), Attention::Idle);
        assert!(!sitting.is_due(700.0 * SECOND), "said once");
        sitting.touched(700.0 * SECOND);
        assert_eq!(sitting.attention(), Attention::Active);
    }
}
