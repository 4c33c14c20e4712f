//! Whether the page has slept: a computer that was closed, a tab that was frozen.
//!
//! Nobody tells a page of it reliably, but a clock that is looked at every second has then made a leap. Two clocks are looked at: the steady one
//! stands still while some systems sleep, and the wall's is set by hand at times.

use std::time::Duration;

/// A leap of so long is no timer that came late.
const LEAP: Duration = Duration::from_secs(10);

/// The clocks when they were last looked at.
#[derive(Clone, Copy, Debug, Default)]
pub struct Pulse {
    last: Option<(Duration, Duration)>,
}

impl Pulse {
    /// Looks at both clocks, the steady one and the wall's; call about once a second. Answers whether the page has slept since.
    pub fn beat(&mut self, steady: Duration, wall: Duration) -> bool {
        let last = self.last.replace((steady, wall));
        last.is_some_and(|(steady_then, wall_then)| {
            steady.saturating_sub(steady_then) >= LEAP || wall.saturating_sub(wall_then) >= LEAP
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_leap_of_either_clock_is_a_sleep_and_a_late_timer_is_none() {
        let mut pulse = Pulse::default();
        let mut beat = |steady, wall| pulse.beat(Duration::from_secs(steady), Duration::from_secs(wall));
        assert!(!beat(100, 5_000), "the first look has nothing before it");
        assert!(!beat(101, 5_001));
        assert!(!beat(104, 5_004), "three seconds late");
        assert!(beat(105, 5_064), "the steady clock stood still");
        assert!(!beat(106, 5_065), "once");
        assert!(beat(166, 5_125), "frozen");
        assert!(!beat(167, 4_000), "set back by hand");
        assert!(!beat(168, 4_001));
    }
}
