//! When a connection needs help, and which.
//!
//! The first help for a connection that was up is new paths (an ICE restart, WebRTC 1.0 §4.4.2); the second is a new connection, and then another
//! one, ever more patiently, for as long as the call goes on. A connection that does not come about may wait for a signal that was lost, so
//! asking for those comes first. Where the network is another one, or the page has slept, new paths are looked for although the
//! connection still looks well: it would take seconds to notice.
//!
//! Help has to be agreed on with the partner. While one of the two cannot be reached through the socket nothing is done, and their return begins
//! anew: what is tried before that would only take away a connection that may come back by itself.

use std::time::Duration;

use super::PeerLink;

/// How long a connection may be `disconnected`: it often comes back by itself.
pub const BLIP: Duration = Duration::from_secs(2);
/// How long new paths may take.
const RESTART: Duration = Duration::from_secs(10);
/// How long a first connection may take; beyond what a browser needs to try every pair of candidates.
const PATIENCE: Duration = Duration::from_secs(25);
/// How long one that takes the place of another may take: the first, and how much longer each that follows, up to [`PATIENCE`].
const REBUILD: Duration = Duration::from_secs(10);
const REBUILD_MORE: Duration = Duration::from_secs(5);
/// How often lost signals are asked for meanwhile.
const RESUME: Duration = Duration::from_secs(5);
/// One change of the network is told as several: they are over when none has come for so long.
const SETTLED: Duration = Duration::from_secs(1);
/// The least time between two restarts.
const SPACING: Duration = Duration::from_secs(5);

/// What helps.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Remedy {
    /// Ask for signals that may have been lost.
    Resume,
    /// Look for new paths.
    Restart,
    /// Give the connection up for a new one.
    Rebuild,
}

/// Watches the connections to one partner, one after another.
#[derive(Clone, Copy, Debug, Default)]
pub struct Watch {
    /// Whether the present connection was up.
    was_connected: bool,
    /// Since when it is not, although both could agree on something.
    since: Option<Duration>,
    restarted: Option<Duration>,
    resumed: Option<Duration>,
    /// A new connection was asked for.
    is_given_up: bool,
    /// When the network changed, or the page woke, and nothing was done about it yet.
    changed: Option<Duration>,
    /// Connections given up since one was up.
    given_up: u32,
    attempts: u32,
}

impl Watch {
    /// How often new paths or a new connection were tried since one was up.
    pub const fn attempts(&self) -> u32 {
        self.attempts
    }

    /// The network is another one, or the page has slept.
    pub const fn changed(&mut self, now: Duration) {
        self.changed = Some(now);
    }

    /// Another connection is there in place of the one before.
    pub fn rebuilt(&mut self) {
        *self = Self {
            given_up: self.given_up,
            attempts: self.attempts,
            ..Self::default()
        };
    }

    /// Looks at the connection; call about once a second. `now` is on any clock that goes steadily; `can_agree` says whether a signal could reach
    /// the partner.
    pub fn look(&mut self, now: Duration, link: PeerLink, can_agree: bool) -> Option<Remedy> {
        let is_up = link == PeerLink::Connected;
        if is_up {
            *self = Self {
                was_connected: true,
                restarted: self.restarted,
                changed: self.changed,
                ..Self::default()
            };
        }
        if !can_agree {
            *self = Self {
                since: None,
                restarted: None,
                resumed: None,
                is_given_up: false,
                ..*self
            };
            return None;
        }
        let is_past = |at: Option<Duration>, span| at.is_none_or(|at| now.saturating_sub(at) >= span);
        if self.changed.is_some() && is_past(self.changed, SETTLED) && is_past(self.restarted, SPACING) {
            self.changed = None;
            return Some(self.restart(now, is_up));
        }
        if is_up {
            if is_past(self.restarted, SPACING) {
                self.restarted = None;
            }
            return None;
        }
        let since = *self.since.get_or_insert(now);
        if self.is_given_up {
            return None;
        }
        let waited = now.saturating_sub(since);
        let is_broken = link == PeerLink::Failed || (link == PeerLink::Disconnected && waited >= BLIP);
        match self.restarted {
            None if self.was_connected && is_broken => return Some(self.restart(now, is_up)),
            Some(at) if now.saturating_sub(at) < RESTART => {}
            None if link != PeerLink::Failed && waited < self.patience() => {}
            _ => {
                self.is_given_up = true;
                self.given_up = self.given_up.saturating_add(1);
                self.attempts = self.attempts.saturating_add(1);
                return Some(Remedy::Rebuild);
            }
        }
        if now.saturating_sub(self.resumed.unwrap_or(since)) >= RESUME {
            self.resumed = Some(now);
            return Some(Remedy::Resume);
        }
        None
    }

    fn restart(&mut self, now: Duration, is_up: bool) -> Remedy {
        self.restarted = Some(now);
        if !is_up {
            self.attempts = self.attempts.saturating_add(1);
        }
        Remedy::Restart
    }

    /// How long the present connection may take to come about.
    fn patience(&self) -> Duration {
        match self.given_up {
            0 => PATIENCE,
            before => PATIENCE.min(REBUILD + REBUILD_MORE * (before - 1)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::PeerLink::{Connected, Connecting, Disconnected, Failed, New};
    use super::*;

    /// A watch, second by second. A new connection is there in the second after one was asked for.
    struct Played {
        watch: Watch,
        second: u64,
        done: Vec<(u64, Remedy)>,
    }

    impl Played {
        fn new() -> Self {
            Self {
                watch: Watch::default(),
                second: 0,
                done: Vec::new(),
            }
        }

        fn up() -> Self {
            Self::new().then(1, Connected)
        }

        fn then(self, seconds: u64, link: PeerLink) -> Self {
            self.with(seconds, link, true)
        }

        fn alone(self, seconds: u64, link: PeerLink) -> Self {
            self.with(seconds, link, false)
        }

        fn changed(mut self) -> Self {
            self.watch.changed(Duration::from_secs(self.second));
            self
        }

        fn with(mut self, seconds: u64, link: PeerLink, can_agree: bool) -> Self {
            for _ in 0..seconds {
                if matches!(self.done.last(), Some((at, Remedy::Rebuild)) if at + 1 == self.second) {
                    self.watch.rebuilt();
                }
                let remedy = self.watch.look(Duration::from_secs(self.second), link, can_agree);
                self.done.extend(remedy.map(|remedy| (self.second, remedy)));
                self.second += 1;
            }
            self
        }

        /// What was done, but for asking for lost signals.
        fn helped(&self) -> Vec<(u64, Remedy)> {
            let helped = self.done.iter().filter(|(_, remedy)| *remedy != Remedy::Resume);
            helped.copied().collect()
        }
    }

    #[test]
    fn a_blip_heals_by_itself() {
        let played = Played::up().then(2, Disconnected).then(5, Connected);
        assert_eq!(played.done, []);
    }

    #[test]
    fn a_lost_connection_is_restarted_once_and_then_replaced() {
        let played = Played::up().then(5, Disconnected).then(8, Failed);
        assert_eq!(
            played.done,
            [
                (3, Remedy::Restart),
                (6, Remedy::Resume),
                (11, Remedy::Resume),
                (13, Remedy::Rebuild)
            ]
        );
        assert_eq!(played.watch.attempts(), 2);
    }

    #[test]
    fn connections_are_replaced_ever_more_patiently_and_for_good() {
        let played = Played::up().then(3, Disconnected).then(200, New);
        let rebuilt: Vec<u64> = played
            .helped()
            .into_iter()
            .filter_map(|(at, remedy)| (remedy == Remedy::Rebuild).then_some(at))
            .collect();
        assert_eq!(rebuilt[0], 13);
        let waits: Vec<u64> = rebuilt.windows(2).map(|pair| pair[1] - pair[0]).collect();
        assert_eq!(waits[..5], [11, 16, 21, 26, 26], "and a second until it is there");
        assert!(played.second - rebuilt[rebuilt.len() - 1] <= 26, "it never stops");
    }

    #[test]
    fn once_it_is_up_help_begins_anew() {
        let played = Played::up().then(12, Failed).then(2, Connected).then(3, Failed);
        assert_eq!(
            played.helped(),
            [
                (1, Remedy::Restart),
                (11, Remedy::Rebuild),
                (12, Remedy::Rebuild),
                (15, Remedy::Restart)
            ],
            "how soon one that fails at once is replaced is the negotiation's business"
        );
    }

    #[test]
    fn a_first_connection_asks_for_what_was_lost_before_it_gives_up() {
        let played = Played::new().then(26, Connecting);
        assert_eq!(played.done.first(), Some(&(5, Remedy::Resume)));
        assert_eq!(played.helped(), [(25, Remedy::Rebuild)]);
    }

    #[test]
    fn a_first_connection_that_fails_is_replaced_at_once() {
        let played = Played::new().then(2, Connecting).then(1, Failed);
        assert_eq!(played.done, [(2, Remedy::Rebuild)]);
    }

    #[test]
    fn nothing_is_done_while_the_partner_is_away_and_a_return_begins_anew() {
        let played = Played::up().alone(60, Failed).then(3, Failed);
        assert_eq!(played.done, [(61, Remedy::Restart)]);
    }

    #[test]
    fn a_partner_who_goes_while_help_is_under_way_is_met_with_a_restart() {
        let played = Played::up().then(8, Disconnected).alone(30, Failed).then(5, Failed);
        assert_eq!(played.helped(), [(3, Remedy::Restart), (39, Remedy::Restart)]);
    }

    #[test]
    fn another_network_is_a_restart_although_all_looks_well() {
        let played = Played::up().changed().then(10, Connected);
        assert_eq!(played.done, [(2, Remedy::Restart)]);
        assert_eq!(played.watch.attempts(), 0, "nothing was lost");
    }

    #[test]
    fn many_words_about_one_change_are_one_restart() {
        let mut played = Played::up();
        for _ in 0..4 {
            played = played.changed().then(1, Connected);
        }
        assert_eq!(played.done, []);
        assert_eq!(played.then(20, Connected).done, [(5, Remedy::Restart)]);
    }

    #[test]
    fn a_second_change_waits_for_the_first_restart() {
        let played = Played::up().changed().then(2, Connected).changed().then(20, Connected);
        assert_eq!(played.done, [(2, Remedy::Restart), (7, Remedy::Restart)]);
    }

    #[test]
    fn a_change_while_a_restart_is_under_way_is_the_next_and_not_another_beside_it() {
        let played = Played::up().then(4, Disconnected).changed().then(9, Disconnected);
        assert_eq!(played.helped(), [(3, Remedy::Restart), (8, Remedy::Restart)]);
        assert_eq!(
            played.then(5, Failed).helped().last(),
            Some(&(18, Remedy::Rebuild)),
            "which has its own time"
        );
    }

    #[test]
    fn a_change_that_nobody_can_be_told_of_waits_for_the_socket() {
        let played = Played::up().changed().alone(10, Connected).then(5, Connected);
        assert_eq!(played.done, [(11, Remedy::Restart)]);
    }

    #[test]
    fn a_change_ends_the_wait_for_a_new_connection() {
        let mut played = Played::new().then(26, Connecting);
        // The new connection waits for its turn.
        played.done.clear();
        let played = played.changed().then(5, Failed);
        assert_eq!(played.done, [(27, Remedy::Restart)]);
    }
}
