//! Where no socket comes through, the same news by plain requests: the log of notifications, and with it what rings. Each request says that
//! the tab is here, as an open socket would.

use std::collections::HashSet;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use uuid::Uuid;

use crate::invitations::api::{call_reached, ringing, still_here};
use crate::invitations::model::{Incoming, InvitationId};
use crate::invitations::pages::use_is_ringing;
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
/// The same while a call is shown: nobody is to hear it for long after its end, of which the log does not always tell.
const RINGING: Duration = Duration::from_millis(1_500);

/// Asks while the socket is away, until the current owner goes. `inbox` is the log as this tab has heard it.
pub(super) fn poll_while_away(inbox: RwSignal<Inbox>) {
    let socket = use_socket();
    let link = socket.link();
    let is_away = held_for(PATIENCE, move || matches!(link.get(), Link::Idle | Link::Reconnecting));
    let polling = Polling {
        socket,
        inbox,
        is_ringing: use_is_ringing(),
        is_due: StoredValue::new(false),
        reached: StoredValue::new(HashSet::new()),
        round: StoredValue::new(0),
        tab: StoredValue::new(None),
    };
    // A call that comes into view changes the pace at once; of one that goes by its time, the server may know better.
    Effect::new(move |_| {
        polling.round.update_value(|round| *round += 1);
        // Read and not only tracked: a memo that nobody has read follows nothing.
        let _ = polling.is_ringing.get();
        if is_away.get() {
            polling.is_due.set_value(true);
            polling.ask(polling.round.get_value(), PACE);
        }
    });
}

/// Asking for news again and again.
#[derive(Clone, Copy)]
struct Polling {
    socket: Socket,
    inbox: RwSignal<Inbox>,
    /// Whether this tab shows a call.
    is_ringing: Signal<bool>,
    /// What rings, and which requests wait, is to be asked for: something was new, and no answer has been handed over since.
    is_due: StoredValue<bool>,
    /// The calls of which the server knows that they are shown here.
    reached: StoredValue<HashSet<InvitationId>>,
    /// Raised whenever the socket or a call goes or comes: what was begun before that ends.
    round: StoredValue<u32>,
    /// This tab's name for itself, once it has needed one.
    tab: StoredValue<Option<ConnectionId>>,
}

impl Polling {
    fn is_current(self, round: u32) -> bool {
        self.round.try_get_value() == Some(round)
    }

    fn rings(self) -> bool {
        self.is_ringing.try_get_untracked() == Some(true)
    }

    /// Asks now, and again after `pace`.
    fn ask(self, round: u32, pace: Duration) {
        spawn_local(async move {
            let answer = self.look(round).await;
            // Nothing is told any more to who has signed out.
            if answer == Err(AppError::SignedOut) || !self.is_current(round) {
                return;
            }
            let (wait, next) = match answer {
                _ if self.rings() => (RINGING, PACE),
                Ok(true) => (PACE, PACE),
                _ => (pace, (pace * 3 / 2).min(SLOWEST)),
            };
            let again = move || {
                if self.is_current(round) {
                    self.ask(round, next);
                }
            };
            set_timeout(again, wait);
        });
    }

    /// Looks once and hands over what there is. Answers whether anything was new.
    async fn look(self, round: u32) -> Result<bool, AppError> {
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
        // Before the log is handed over, which moves on by that and does not say the same again.
        if is_new {
            self.is_due.try_set_value(true);
        }
        self.socket.hand_over(&news);
        // A new socket would have been told these first, and changes of them stand in the log, but for some ends of calls.
        let is_due = self.is_due.try_get_value() == Some(true);
        if is_due || self.rings() {
            let rings = ringing().await?;
            let requests = if is_due { Some(requests_waiting().await?) } else { None };
            if self.is_current(round) {
                // Before: what is handed over may begin a new round.
                self.is_due.try_set_value(false);
                self.socket.hand_over(&rings);
                if let Some(requests) = requests {
                    self.socket.hand_over(&MatchingNews::Waiting { requests });
                }
                self.note_reached(rings).await;
            }
        }
        Ok(is_new)
    }

    /// Tells the server that the calls are shown here, which would wait for a socket. What does not come through is said again.
    async fn note_reached(self, rings: InvitationNews) {
        let InvitationNews::Snapshot { incoming, .. } = rings else {
            return;
        };
        for Incoming { id, .. } in incoming {
            let is_told = self.reached.try_with_value(|reached| reached.contains(&id));
            if is_told == Some(false) && call_reached(id).await.is_ok() {
                self.reached.try_update_value(|reached| reached.insert(id));
            }
        }
    }
}

/// A name that no other tab of the person has. Nobody gains anything by guessing it.
fn random_name() -> ConnectionId {
    let bits = || (js_sys::Math::random() * 2_f64.powi(53)) as u64;
    ConnectionId::from_uuid(Uuid::from_u64_pair(bits(), bits()))
}
