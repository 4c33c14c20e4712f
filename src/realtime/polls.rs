//! Tabs that ask instead of listening, because no socket of theirs comes through: each question counts as a connection for a while.

use std::collections::HashMap;
use std::sync::{Mutex, MutexGuard, PoisonError};

use tokio::time::Instant;
use uuid::Uuid;

use super::hub::Hub;
use super::model::Attention;
use crate::kernel::id::{ConnectionId, UserId};

/// Tabs of one person that may count in this way. Their names come from outside, so somebody could make up any number.
const MOST: usize = 32;

/// The tabs that ask.
#[derive(Debug, Default)]
pub(super) struct Polls(Mutex<HashMap<UserId, HashMap<ConnectionId, Tab>>>);

#[derive(Debug)]
struct Tab {
    session: Uuid,
    /// When it counts no more, unless it asks again.
    until: Instant,
}

impl Polls {
    fn people(&self) -> MutexGuard<'_, HashMap<UserId, HashMap<ConnectionId, Tab>>> {
        // Nothing in the critical sections can leave the table half changed.
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The book is told while the table is locked: otherwise the end of a tab and its next question could be told in the wrong order.
impl Hub {
    /// A tab without a socket has asked for news. It counts as here until it has been silent for
    /// [`PresenceBook::silence`](super::presence::PresenceBook::silence), or its session ends. `tab` is the tab's own name for itself.
    pub fn polled(&self, user: UserId, session: Uuid, tab: ConnectionId, attention: Attention) {
        let until = Instant::now() + self.presence().silence();
        let mut people = self.polls().people();
        let tabs = people.entry(user).or_default();
        if let Some(known) = tabs.get_mut(&tab) {
            *known = Tab { session, until };
            return self.presence().attends(user, tab, attention);
        }
        if tabs.len() == MOST {
            return;
        }
        tabs.insert(tab, Tab { session, until });
        self.presence().connected(user, tab, attention);
        let hub = self.clone();
        tokio::spawn(async move {
            while let Some(until) = hub.silent_at(user, tab) {
                tokio::time::sleep_until(until).await;
            }
        });
    }

    /// Until when a tab counts; `None`, and it is taken out, if that is over.
    fn silent_at(&self, user: UserId, tab: ConnectionId) -> Option<Instant> {
        let mut people = self.polls().people();
        let tabs = people.get_mut(&user)?;
        let until = tabs.get(&tab)?.until;
        if until > Instant::now() {
            return Some(until);
        }
        tabs.remove(&tab);
        if tabs.is_empty() {
            people.remove(&user);
        }
        self.presence().disconnected(user, tab);
        None
    }

    /// Takes out the tabs that asked by a session which has ended.
    pub(super) fn end_polls_of(&self, session: Uuid) {
        self.polls().people().retain(|user, tabs| {
            tabs.retain(|tab, known| {
                let stays = known.session != session;
                if !stays {
                    self.presence().disconnected(*user, *tab);
                }
                stays
            });
            !tabs.is_empty()
        });
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use super::*;
    use crate::realtime::model::Presence;
    use crate::realtime::presence::{GRACE, PresenceBook};

    const PACE: Duration = Duration::from_secs(15);

    fn ana() -> UserId {
        UserId::from_uuid(Uuid::from_u128(1))
    }

    fn tab(number: u128) -> ConnectionId {
        ConnectionId::from_uuid(Uuid::from_u128(number))
    }

    /// Ana's tab asks, as a browser with this session.
    fn asks(hub: &Hub, tab: ConnectionId, session: u128, attention: Attention) {
        hub.polled(ana(), Uuid::from_u128(session), tab, attention);
    }

    #[tokio::test(start_paused = true)]
    async fn who_asks_is_here_until_they_have_been_silent() {
        let book = PresenceBook::new(GRACE);
        let hub = Hub::new(book.clone());
        for _ in 0..20 {
            asks(&hub, tab(1), 1, Attention::Active);
            assert_eq!(book.of(ana()), Presence::Online);
            tokio::time::sleep(PACE).await;
        }
        asks(&hub, tab(1), 1, Attention::Idle);
        assert_eq!(book.of(ana()), Presence::Away);
        asks(&hub, tab(2), 1, Attention::Active);
        assert_eq!(book.of(ana()), Presence::Online, "somebody sits at the other one");
        tokio::time::sleep(book.silence()).await;
        assert_ne!(book.of(ana()), Presence::Offline, "as after a socket that closed");
        tokio::time::sleep(GRACE + Duration::from_secs(1)).await;
        assert_eq!(book.of(ana()), Presence::Offline);
        assert!(hub.polls().people().is_empty());
        asks(&hub, tab(1), 1, Attention::Active);
        assert_eq!(book.of(ana()), Presence::Online);
    }

    #[tokio::test(start_paused = true)]
    async fn a_hidden_tab_that_may_ask_once_a_minute_stays_here() {
        let book = PresenceBook::new(GRACE);
        let hub = Hub::new(book.clone());
        for _ in 0..5 {
            asks(&hub, tab(1), 1, Attention::Idle);
            tokio::time::sleep(Duration::from_secs(60)).await;
            assert_eq!(book.here(), [(ana(), 1, Presence::Away)], "one tab, and still it");
        }
    }

    #[tokio::test(start_paused = true)]
    async fn an_ended_session_takes_its_tabs_along_and_no_others() {
        let book = PresenceBook::new(GRACE);
        let hub = Hub::new(book.clone());
        asks(&hub, tab(1), 1, Attention::Active);
        asks(&hub, tab(2), 2, Attention::Idle);
        hub.close_session(Uuid::from_u128(1));
        assert_eq!(book.of(ana()), Presence::Away);
        hub.close_session(Uuid::from_u128(2));
        tokio::time::sleep(GRACE + Duration::from_secs(1)).await;
        assert_eq!(book.of(ana()), Presence::Offline);
    }

    #[tokio::test(start_paused = true)]
    async fn nobody_fills_the_table_with_names() {
        let book = PresenceBook::new(GRACE);
        let hub = Hub::new(book.clone());
        for number in 0..1_000 {
            asks(&hub, tab(number), 1, Attention::Active);
        }
        assert_eq!(book.here(), [(ana(), MOST, Presence::Online)]);
    }
}
