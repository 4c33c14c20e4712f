//! When a connection needs help, and which.
//!
//! The first help for a connection that was up is new paths (an ICE restart, WebRTC 1.0 §4.4.2); the second is a new connection. A
//! connection that does not come about may wait for a signal that was lost, so asking for those comes first.

use std::time::Duration;

use super::PeerLink;

/// How long a connection may be `disconnected`: it often comes back by itself.
const BLIP: Duration = Duration::from_secs(2);
/// How long new paths may take.
const RESTART: Duration = Duration::from_secs(10);
/// How long a first connection may take; beyond what a browser needs to try every pair of candidates.
const PATIENCE: Duration = Duration::from_secs(25);
/// How often lost signals are asked for meanwhile.
const RESUME: Duration = Duration::from_secs(5);

/// What helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Ask for signals that may have been lost.
    Resume,
    /// Look for new paths.
    Restart,
    /// Give the connection up for a new one.
    GiveUp,
}

/// Watches one connection. A new one needs a new watch.
#[derive(Clone, Copy, Debug, Default)]
pub struct Watch {
    was_connected: bool,
    /// Since when it is not connected although the partner is there.
    since: Option<Duration>,
    restarted: Option<Duration>,
    resumed: Option<Duration>,
    given_up: bool,
}

impl Watch {
    /// Looks at the connection; call about once a second. `now` is on any clock that goes steadily.
    pub fn look(&mut self, now: Duration, link: PeerLink, is_partner_here: bool) -> Option<Remedy> {
        if link == PeerLink::Connected {
            *self = Self {
                was_connected: true,
                ..Self::default()
            };
            return None;
        }
        if !is_partner_here {
            // Nothing can be agreed on with somebody who is not there; their return begins anew.
            *self = Self {
                was_connected: self.was_connected,
                ..Self::default()
            };
            return None;
        }
        let since = *self.since.get_or_insert(now);
        if self.given_up {
            return None;
        }
        let waited = now.saturating_sub(since);
        let is_broken = link == PeerLink::Failed || (link == PeerLink::Disconnected && waited >= BLIP);
        match self.restarted {
            None if self.was_connected && is_broken => {
                self.restarted = Some(now);
                return Some(Remedy::Restart);
            }
            Some(at) if now.saturating_sub(at) < RESTART => {}
            None if link != PeerLink::Failed && waited < PATIENCE => {}
            _ => {
                self.given_up = true;
                return Some(Remedy::GiveUp);
            }
        }
        if now.saturating_sub(self.resumed.unwrap_or(since)) >= RESUME {
            self.resumed = Some(now);
            return Some(Remedy::Resume);
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What is done about a link, second by second.
    fn remedies(watch: &mut Watch, from: u64, links: &[(u64, PeerLink)], is_partner_here: bool) -> Vec<(u64, Remedy)> {
        let mut second = from;
        let mut done = Vec::new();
        for (seconds, link) in links {
            for _ in 0..*seconds {
                done.extend(
                    watch
                        .look(Duration::from_secs(second), *link, is_partner_here)
                        .map(|remedy| (second, remedy)),
                );
                second += 1;
            }
        }
        done
    }

    #[test]
    fn a_blip_heals_by_itself() {
        let mut watch = Watch::default();
        let links = [
            (3, PeerLink::Connected),
            (2, PeerLink::Disconnected),
            (5, PeerLink::Connected),
        ];
        assert_eq!(remedies(&mut watch, 0, &links, true), []);
    }

    #[test]
    fn a_lost_connection_is_restarted_once_and_then_replaced() {
        let mut watch = Watch::default();
        let links = [
            (1, PeerLink::Connected),
            (5, PeerLink::Disconnected),
            (30, PeerLink::Failed),
        ];
        assert_eq!(
            remedies(&mut watch, 0, &links, true),
            [
                (3, Remedy::Restart),
                (6, Remedy::Resume),
                (11, Remedy::Resume),
                (13, Remedy::GiveUp)
            ]
        );
    }

    #[test]
    fn a_first_connection_asks_for_what_was_lost_before_it_gives_up() {
        let mut watch = Watch::default();
        let done = remedies(&mut watch, 0, &[(40, PeerLink::Connecting)], true);
        assert_eq!(done.first(), Some(&(5, Remedy::Resume)));
        assert_eq!(done.last(), Some(&(25, Remedy::GiveUp)));
        assert_eq!(done.iter().filter(|(_, remedy)| *remedy == Remedy::GiveUp).count(), 1);
    }

    #[test]
    fn a_first_connection_that_fails_is_replaced_at_once() {
        let mut watch = Watch::default();
        assert_eq!(
            remedies(&mut watch, 0, &[(2, PeerLink::Connecting), (9, PeerLink::Failed)], true),
            [(2, Remedy::GiveUp)]
        );
    }

    #[test]
    fn nothing_is_done_while_the_partner_is_away_and_a_return_begins_anew() {
        let mut watch = Watch::default();
        remedies(&mut watch, 0, &[(1, PeerLink::Connected)], true);
        assert_eq!(remedies(&mut watch, 1, &[(60, PeerLink::Failed)], false), []);
        assert_eq!(
            remedies(&mut watch, 61, &[(3, PeerLink::Failed)], true),
            [(61, Remedy::Restart)]
        );
    }
}
