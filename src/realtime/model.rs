//! Figures and states that both ends of the socket agree on.

use std::time::Duration;

use serde::{Deserialize, Serialize};

/// The longest message that either side may send, in bytes.
pub const MAX_MESSAGE: usize = 64 * 1024;
/// How often the server sends a heartbeat. Driven by the server, because browsers slow down the timers of hidden tabs. Either end notices
/// within two of them that the other is gone: the server by one that is not answered before the next, the browser by two that do not come.
pub const HEARTBEAT: Duration = Duration::from_secs(15);
/// How long a tab that nobody touches still counts as one that somebody sits at.
pub const IDLE_AFTER: Duration = Duration::from_secs(5 * 60);
/// How long the answer to a probe may take, before the socket counts as one that only looks open.
pub const PROBE_PATIENCE: Duration = Duration::from_millis(1500);
/// The query of a socket's address by which a tab that nobody touches says so when it comes back.
pub const IDLE_QUERY: &str = "idle";

/// Whether a person can be reached now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Presence {
    /// A tab is open, and somebody sits at it.
    Online,
    /// Tabs are open, and nobody has touched any of them for [`IDLE_AFTER`].
    Away,
    /// In a call with somebody.
    InCall,
    /// No tab is open.
    Offline,
}

impl Presence {
    /// The name on the wire and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Away => "away",
            Self::InCall => "in_call",
            Self::Offline => "offline",
        }
    }

    /// The presence of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::Online, Self::Away, Self::InCall, Self::Offline]
            .into_iter()
            .find(|presence| presence.name() == name)
    }

    /// What two places know together: a call counts before a touched tab, and that before one that nobody sits at.
    pub const fn or(self, other: Self) -> Self {
        if self.rank() >= other.rank() { self } else { other }
    }

    const fn rank(self) -> u8 {
        match self {
            Self::Offline => 0,
            Self::Away => 1,
            Self::Online => 2,
            Self::InCall => 3,
        }
    }
}

/// Whether somebody sits at a tab, as the tab tells it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Attention {
    /// Touched within [`IDLE_AFTER`].
    #[default]
    Active,
    /// Not touched for that long.
    Idle,
}

/// Why the server closed a socket (RFC 6455 §7.4; 4000 and above are ours).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CloseReason {
    /// The server restarts: come back soon.
    Restarting,
    /// The session ended: do not come back as this person.
    SignedOut,
    /// The session goes on under another cookie: come back with it.
    Renewed,
    /// The queue was full: come back and catch up.
    TooSlow,
    /// Too many messages in too short a time.
    TooFast,
    /// No answer to heartbeats.
    Silent,
    /// The server could not do what this socket is for, or what was asked on it: come back and ask anew.
    Fault,
}

impl CloseReason {
    /// The code on the wire.
    pub const fn code(self) -> u16 {
        match self {
            Self::Fault => 1011,
            Self::Restarting => 1012,
            Self::SignedOut => 4001,
            Self::Renewed => 4003,
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
    fn a_presence_reads_back_by_its_name_and_the_nearer_one_counts() {
        for presence in [Presence::Online, Presence::Away, Presence::InCall, Presence::Offline] {
            assert_eq!(Presence::parse(presence.name()), Some(presence));
            assert_eq!(
                serde_json::to_string(&presence).unwrap(),
                format!("\"{}\"", presence.name())
            );
            assert_eq!(presence.or(Presence::Offline), presence);
            assert_eq!(Presence::Offline.or(presence), presence);
        }
        assert_eq!(Presence::Away.or(Presence::Online), Presence::Online);
        assert_eq!(Presence::InCall.or(Presence::Online), Presence::InCall);
        assert_eq!(Presence::parse("asleep"), None);
    }

    #[test]
    fn tries_become_rarer_up_to_a_limit_and_are_spread() {
        assert_eq!(back_off(0, 1.0), Duration::from_millis(500));
        assert_eq!(back_off(0, 0.0), Duration::from_millis(250));
        assert_eq!(back_off(3, 1.0), Duration::from_secs(4));
        assert_eq!(back_off(40, 1.0), Duration::from_secs(15));
        assert!(back_off(40, 0.0) < back_off(40, 0.5));
    }
}
