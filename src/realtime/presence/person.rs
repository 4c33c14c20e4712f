//! One person's tabs, and what follows from them.

use crate::kernel::id::ConnectionId;
use crate::realtime::model::{Attention, Presence};

/// Where a person is, as far as this process knows.
#[derive(Debug, Default)]
pub(super) struct Person {
    /// Tabs at this process; still `Some` without any while it may be a reload.
    here: Option<Here>,
    /// What another process has written down.
    elsewhere: Option<Presence>,
}

#[derive(Debug, Default)]
struct Here {
    tabs: Vec<(ConnectionId, Attention)>,
    /// Kept while there is no tab: a reload brings nobody back to life.
    is_away: bool,
    in_call: bool,
    /// Raised with every arrival, so that a timer of an earlier departure knows that it is void.
    arrivals: u64,
}

impl Here {
    fn judge_tabs(&mut self) {
        if !self.tabs.is_empty() {
            self.is_away = self.tabs.iter().all(|(_, attention)| *attention == Attention::Idle);
        }
    }

    const fn presence(&self) -> Presence {
        if self.in_call {
            Presence::InCall
        } else if self.is_away {
            Presence::Away
        } else {
            Presence::Online
        }
    }
}

impl Person {
    /// A tab came.
    pub(super) fn arrive(&mut self, connection: ConnectionId, attention: Attention) {
        let here = self.here.get_or_insert_default();
        here.tabs.push((connection, attention));
        here.arrivals += 1;
        here.judge_tabs();
    }

    /// A tab went. With the last one a departure begins: its number, for [`Person::depart`].
    pub(super) fn leave(&mut self, connection: ConnectionId) -> Option<u64> {
        let here = self.here.as_mut()?;
        here.tabs.retain(|(tab, _)| *tab != connection);
        here.judge_tabs();
        here.tabs.is_empty().then_some(here.arrivals)
    }

    /// The person is gone, unless they came back since the departure `number` began.
    pub(super) fn depart(&mut self, number: u64) {
        if self
            .here
            .as_ref()
            .is_some_and(|here| here.tabs.is_empty() && here.arrivals == number)
        {
            self.here = None;
        }
    }

    /// Whether somebody sits at the tab.
    pub(super) fn attend(&mut self, connection: ConnectionId, attention: Attention) {
        let Some(here) = &mut self.here else { return };
        if let Some((_, known)) = here.tabs.iter_mut().find(|(tab, _)| *tab == connection) {
            *known = attention;
        }
        here.judge_tabs();
    }

    /// A call of this process began or ended. Somebody who is not here stays so.
    pub(super) const fn set_in_call(&mut self, in_call: bool) {
        if let Some(here) = &mut self.here {
            here.in_call = in_call;
        }
    }

    /// What another process has written down.
    pub(super) const fn set_elsewhere(&mut self, elsewhere: Option<Presence>) {
        self.elsewhere = elsewhere;
    }

    /// Whether another process has written anything down.
    pub(super) const fn is_elsewhere(&self) -> bool {
        self.elsewhere.is_some()
    }

    /// Whether nothing is to be remembered.
    pub(super) const fn is_nowhere(&self) -> bool {
        self.here.is_none() && self.elsewhere.is_none()
    }

    /// How the person can be reached.
    pub(super) fn presence(&self) -> Presence {
        let here = self.here.as_ref().map_or(Presence::Offline, Here::presence);
        here.or(self.elsewhere.unwrap_or(Presence::Offline))
    }

    /// The tabs at this process and what they make of the person, for other processes.
    pub(super) fn here(&self) -> Option<(usize, Presence)> {
        self.here.as_ref().map(|here| (here.tabs.len(), here.presence()))
    }
}
