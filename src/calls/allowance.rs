//! How often something may be done: some times at once, and then so often. A page bounds with it what the partner's page says to it directly, which
//! passes no server and none of its limits.

use std::time::Duration;

/// What is left of it. Time is any clock that goes steadily.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Allowance {
    burst: f64,
    every: Duration,
    spent: f64,
    at: Duration,
}

impl Allowance {
    /// `burst` times at once, and once more after each `every`.
    pub fn new(burst: u16, every: Duration) -> Self {
        Self {
            burst: f64::from(burst),
            every,
            spent: 0.0,
            at: Duration::ZERO,
        }
    }

    /// Takes one, if one is left.
    pub fn take(&mut self, now: Duration) -> bool {
        let regained = now.saturating_sub(self.at).as_secs_f64() / self.every.as_secs_f64();
        self.spent = (self.spent - regained).max(0.0);
        self.at = now;
        let is_left = self.spent + 1.0 <= self.burst;
        if is_left {
            self.spent += 1.0;
        }
        is_left
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn some_go_at_once_and_then_one_after_each_span() {
        let mut allowance = Allowance::new(3, Duration::from_secs(2));
        let at = Duration::from_secs;
        let taken = [10, 10, 10, 10, 11, 12, 12, 100].map(|second| allowance.take(at(second)));
        assert_eq!(taken, [true, true, true, false, false, true, false, true]);
        let later = (0..10).filter(|_| allowance.take(at(100))).count();
        assert_eq!(later, 2, "no more than the burst has gathered");
    }
}
