//! Figures and states that both ends of the socket agree on.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The longest message that either side may send, in bytes.
pub const MAX_MESSAGE: usize = 64 * 1024;
/// How often the server sends a heartbeat; each end takes two missed ones for a dead socket. Driven by the server, because
/// browsers slow down the timers of hidden tabs.
pub const HEARTBEAT: Duration = Duration::from_secs(15);

/// Whether a person can be reached now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// A tab is open.
    Online,
    /// In a call with somebody.
    InCall,
    /// No tab is open.
    Offline,
}

/// Why the server closed a socket (RFC 6455 §7.4; 4000 and above are ours).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The server restarts: come back soon.
    Restarting,
    /// The session ended: do not come back as this person.
    SignedOut,
    /// The queue was full: come back and catch up.
    TooSlow,
    /// Too many messages in too short a time.
    TooFast,
    /// No answer to heartbeats.
    Silent,
}

impl CloseReason {
    /// The code on the wire.
    pub const fn code(self) -> u16 {
        match self {
            Self::Restarting => 1012,
            Self::SignedOut => 4001,
            Self::TooSlow => 4008,
            Self::Silent => 4010,
            Self::TooFast => 4029,
        }
    }
}

/// How the socket of this tab is, as the tab shows it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Link {
    /// Not yet open, or nobody is signed in.
    Idle,
    /// Open, and heard from.
    Open,
    /// Lost; trying again by itself.
    Reconnecting,
    /// The session ended elsewhere.
    SignedOut,
}

/// How long to wait before try number `attempt` (from 0): doubling from 0.5 s to 15 s, spread over the upper half by `random`
/// in 0..1, so that many tabs do not come back in the same moment.
pub fn back_off(attempt: u32, random: f64) -> Duration {
    let full = 0.5 * f64::from(2_u32.pow(attempt.min(5)));
    Duration::from_secs_f64(full.min(15.0) * (0.5 + 0.5 * random.clamp(0.0, 1.0)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_become_rarer_up_to_a_limit_and_are_spread() {
        assert_eq!(back_off(0, 1.0), Duration::from_millis(500));
        assert_eq!(back_off(0, 0.0), Duration::from_millis(250));
        assert_eq!(back_off(3, 1.0), Duration::from_secs(4));
        assert_eq!(back_off(40, 1.0), Duration::from_secs(15));
        assert!(back_off(40, 0.0) < back_off(40, 0.5));
    }
}
