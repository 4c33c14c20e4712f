//! How long nothing has come that ought to have: who leaves the exchange out, or the channel that it runs over, is not to pass for somebody who is slow.

use std::time::Duration;

/// How long the partner's page may take, once it can be spoken to.
const PATIENCE: Duration = Duration::from_secs(10);

/// What there is to wait for. Times are of the page's clock.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silence {
    is_linked: bool,
    since: Option<Duration>,
}

impl Silence {
    /// There is a new connection, of which nothing is expected yet.
    pub fn opened(&mut self) {
        *self = Self::default();
    }

    /// Whether the connection carries anything.
    pub fn linked(&mut self, now: Duration, is_linked: bool) {
        self.is_linked = is_linked;
        // One that falters and comes back begins no new patience.
        if is_linked {
            self.since.get_or_insert(now);
        }
    }

    /// The data channel opened, or closed: a connection that is going closes it a moment before it says so.
    pub fn channel(&mut self, now: Duration) {
        self.since = Some(now);
    }

    /// Whether there was time enough.
    pub fn is_long(&self, now: Duration) -> bool {
        self.is_linked && self.since.is_some_and(|since| now.saturating_sub(since) > PATIENCE)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const fn at(seconds: u64) -> Duration {
        Duration::from_secs(seconds)
    }

    #[test]
    fn a_connection_without_a_channel_is_silent_too() {
        let mut silence = Silence::default();
        assert!(!silence.is_long(at(100)), "there is nobody to speak to");
        silence.linked(at(100), true);
        assert!(!silence.is_long(at(110)));
        assert!(silence.is_long(at(111)));
    }

    #[test]
    fn a_channel_that_opens_or_closes_begins_it_once_more() {
        let mut silence = Silence::default();
        silence.linked(at(1), true);
        silence.channel(at(9));
        assert!(!silence.is_long(at(19)));
        assert!(silence.is_long(at(20)));
        silence.channel(at(30));
        assert!(!silence.is_long(at(31)), "the connection may be about to go");
        assert!(silence.is_long(at(41)));
    }

    #[test]
    fn a_connection_that_comes_and_goes_does_not_put_it_off() {
        let mut silence = Silence::default();
        for second in 0..20 {
            silence.linked(at(second), second % 2 == 0);
        }
        assert!(!silence.is_long(at(20)), "not while it is away");
        silence.linked(at(20), true);
        assert!(silence.is_long(at(20)));
        silence.opened();
        silence.linked(at(21), true);
        assert!(!silence.is_long(at(22)), "another connection");
    }
}
