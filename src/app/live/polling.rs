//! Where no socket comes through, the same news by plain requests: the log of notifications, and with it what rings. Each request says that
//! the tab is here, as an open socket would.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use uuid::Uuid;

use crate::invitations::api::{call_reached, ringing, still_here};
use crate::invitations::wire::InvitationNews;
use crate::kernel::error::AppError;
use crate::kernel::id::ConnectionId;
use crate::matching::api::requests_waiting;
use crate::matching::wire::MatchingNews;
use crate::notifications::api::notifications_since;
use crate::notifications::inbox::Inbox;
use crate::notifications::wire::NotificationNews;
use crate::realtime::client::{Socket, use_socket};
use crate::realtime::model::{Attention, Link};
use crate::ui::held_for;

/// How long a socket may be away before anything is asked for.
const PATIENCE: Duration = Duration::from_secs(4);
/// How long after an answer the next question comes, at first.
const PACE: Duration = Duration::from_secs(5);
/// The same after many answers that brought nothing.
const SLOWEST: Duration = Duration::from_secs(15);

/// Asks while the socket is away, until the current owner goes. `inbox` is the log as this tab has heard it.
pub(super) fn poll_while_away(inbox: RwSignal<Inbox>) {
    let socket = use_socket();
    let link = socket.link();
    let is_away = held_for(PATIENCE, move || matches!(link.get(), Link::Idle | Link::Reconnecting));
    let polling = Polling {
        socket,
        inbox,
        round: StoredValue::new(0),
        tab: StoredValue::new(None),
    };
    Effect::new(move |_| {
        polling.round.update_value(|round| *round += 1);
        if is_away.get() {
            polling.ask(polling.round.get_value(), PACE, true);
        }
    });
}

/// Asking for news again and again.
#[derive(Clone, Copy)]
struct Polling {
    socket: Socket,
    inbox: RwSignal<Inbox>,
    /// Raised whenever the socket goes or comes back: what was begun before that ends.
    round: StoredValue<u32>,
    /// This tab's name for itself, once it has needed one.
    tab: StoredValue<Option<ConnectionId>>,
}

impl Polling {
    fn is_current(self, round: u32) -> bool {
        self.round.try_get_value() == Some(round)
    }

    /// Asks now, and again after `pace`; `is_first` of its round.
    fn ask(self, round: u32, pace: Duration, is_first: bool) {
        spawn_local(async move {
            let answer = self.look(round, is_first).await;
            // Nothing is told any more to who has signed out.
            if answer == Err(AppError::SignedOut) || !self.is_current(round) {
                return;
            }
            let (wait, next) = match answer {
                Ok(true) => (PACE, PACE),
                _ => (pace, (pace * 3 / 2).min(SLOWEST)),
            };
            let again = move || {
                if self.is_current(round) {
                    self.ask(round, next, false);
                }
            };
            set_timeout(again, wait);
        });
    }

    /// Looks once and hands over what there is. Answers whether anything was new.
    async fn look(self, round: u32, is_first: bool) -> Result<bool, AppError> {
        let Some((epoch, after)) = self.inbox.try_with_untracked(|inbox| (inbox.epoch, inbox.last)) else {
            return Ok(false);
        };
        // Before anything is asked: a call that is begun from now on rings.
        let is_idle = self.socket.attention() == Attention::Idle;
        if let Some(tab) = self.tab.try_update_value(|tab| *tab.get_or_insert_with(random_name)) {
            still_here(tab, is_idle).await?;
        }
        let news = notifications_since(epoch, after).await?;
        if !self.is_current(round) {
            return Ok(false);
        }
        let is_new = !matches!(&news, NotificationNews::Changes { changes, .. } if changes.is_empty());
        self.socket.hand_over(&news);
        // A new socket would have been told these first, and every change of them stands in the log.
        if is_new || is_first {
            let (rings, requests) = (ringing().await?, requests_waiting().await?);
            if self.is_current(round) {
                self.socket.hand_over(&rings);
                self.socket.hand_over(&MatchingNews::Waiting { requests });
                note_reached(rings).await;
            }
        }
        Ok(is_new)
    }
}

/// Tells the server that the calls are shown here, which would wait for a socket. Should it not come through, they count as never heard.
async fn note_reached(rings: InvitationNews) {
    let InvitationNews::Snapshot { incoming, .. } = rings else {
        return;
    };
    for invitation in incoming {
        let _ = call_reached(invitation.id).await;
    }
}

/// A name that no other tab of the person has. Nobody gains anything by guessing it.
fn random_name() -> ConnectionId {
    let bits = || (js_sys::Math::random() * 2_f64.powi(53)) as u64;
    ConnectionId::from_uuid(Uuid::from_u64_pair(bits(), bits()))
}
