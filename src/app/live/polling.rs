//! Where no socket comes through, the same news by plain requests: the log of notifications, and with it what rings.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use crate::invitations::api::ringing;
use crate::kernel::error::AppError;
use crate::matching::api::requests_waiting;
use crate::matching::wire::MatchingNews;
use crate::notifications::api::notifications_since;
use crate::notifications::inbox::Inbox;
use crate::notifications::wire::NotificationNews;
use crate::realtime::client::{Socket, use_socket};
use crate::realtime::model::Link;
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
            }
        }
        Ok(is_new)
    }
}
