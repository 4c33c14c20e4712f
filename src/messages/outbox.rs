//! Sends what the person writes, until the server keeps it: over failures, losses of the connection, and loads of pages.

use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::api;
use super::browser;
use super::model::{ClientId, ConversationId};
use super::queue::{Next, Queue};
use super::wire::MessageNews;
use crate::accounts::model::CurrentViewer;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::realtime::client::{Socket, use_socket};

pub use super::queue::{Standing, Unsent};

/// How long an answer may take before the message is sent again: a network that swallows everything says nothing.
const PATIENCE: Duration = Duration::from_secs(8);

/// Forgets what could not be sent, whoever wrote it: nobody is signed in, and who uses the browser next has no business with it. In the browser only.
pub fn forget_unsent() {
    browser::forget_all(None);
}

/// What this tab has to send. Copied freely.
#[derive(Clone, Copy)]
pub struct Outbox {
    queue: RwSignal<Queue>,
    socket: Socket,
    /// Who writes, once the tab has come to life.
    me: StoredValue<Option<UserId>>,
    /// Raised with each try and whenever the waiting ends: what an earlier try still waits for counts no more.
    round: StoredValue<u32>,
    /// Whether a try is under way, or waited for.
    is_busy: StoredValue<bool>,
}

/// Makes the tab's outbox and puts it in context. Call once, at the root, after the socket; nothing is sent before [`Outbox::open`].
pub fn provide_outbox() -> Outbox {
    let outbox = Outbox {
        queue: RwSignal::new(Queue::default()),
        socket: use_socket(),
        me: StoredValue::new(None),
        round: StoredValue::new(0),
        is_busy: StoredValue::new(false),
    };
    provide_context(outbox);
    outbox
}

/// The tab's outbox.
pub fn use_outbox() -> Outbox {
    use_context::<Outbox>().unwrap_or_else(provide_outbox)
}

impl Outbox {
    /// Begins to send for who is signed in: at first what earlier pages left, and whenever the socket is back at once.
    pub fn open(self) {
        let me = use_context::<CurrentViewer>()
            .and_then(|viewer| viewer.0)
            .map(|viewer| viewer.id);
        let connection = self.socket.connection();
        Effect::new(move |is_open: Option<()>| {
            connection.track();
            if let Some(me) = me {
                self.me.set_value(Some(me));
                if is_open.is_none() {
                    // Who signed in here before has been signed out by that.
                    browser::forget_all(Some(me));
                }
                // Whenever the socket is back: what a tab wrote that is closed by now has nobody else to send it.
                self.queue.update(|queue| {
                    for message in browser::remembered(me) {
                        queue.add(message);
                    }
                });
            }
            self.send_now();
        });
    }

    /// Sends a text, which is one that `model::parse_text` has answered. What becomes of it shows in [`Outbox::unsent`], and, when it is kept, as
    /// [`MessageNews::Said`] to whoever listens to the socket.
    pub fn send(self, conversation: ConversationId, text: String) -> ClientId {
        let message = Unsent {
            conversation,
            client_id: browser::new_client_id(),
            text,
            standing: Standing::Sending,
        };
        let client_id = message.client_id;
        if let Some(me) = self.me.get_value() {
            browser::remember(me, &message);
        }
        self.queue.update(|queue| queue.add(message));
        if !self.is_busy.get_value() {
            self.send_now();
        }
        client_id
    }

    /// What of a conversation is not kept, in the order of writing. Tracked.
    pub fn unsent(self, conversation: ConversationId) -> Vec<Unsent> {
        self.queue.with(|queue| {
            let of = |message: &&Unsent| message.conversation == conversation;
            queue.unsent().iter().filter(of).cloned().collect()
        })
    }

    /// Sends the first one, whatever is waited for.
    fn send_now(self) {
        let Some(message) = self.queue.with_untracked(|queue| queue.first().cloned()) else {
            self.is_busy.set_value(false);
            return;
        };
        let Some(round) = self.next_round() else { return };
        self.is_busy.set_value(true);
        let asked = message.clone();
        let give_up = move || self.answered(round, &asked, Some(AppError::Unreachable));
        let timer = set_timeout_with_handle(give_up, PATIENCE).ok();
        spawn_local(async move {
            let Unsent {
                conversation,
                client_id,
                text,
                ..
            } = message.clone();
            // The browser may be somebody else's by now, who is not to say this.
            let author = self.me.try_get_value().flatten();
            let answer = api::send_message(conversation, client_id, text, author).await;
            if let Some(timer) = timer {
                timer.clear();
            }
            match answer {
                Ok(kept) => {
                    // Before it is gone from here, so that it is shown without a break.
                    self.socket.hand_over(&MessageNews::Said {
                        conversation,
                        message: kept,
                    });
                    self.answered(round, &message, None);
                }
                Err(error) => self.answered(round, &message, Some(error)),
            }
        });
    }

    /// What became of a try. That it is kept is right from any of them.
    fn answered(self, round: u32, message: &Unsent, error: Option<AppError>) {
        let is_current = self.round.try_get_value() == Some(round);
        let next = match error {
            None => {
                self.queue.try_update(|queue| queue.kept(message.client_id));
                Some(Next::Forget)
            }
            Some(error) if is_current => {
                let random = js_sys::Math::random();
                self.queue
                    .try_update(|queue| queue.failed(message.client_id, error, random))
            }
            Some(_) => None,
        };
        match next {
            Some(Next::Forget) => {
                if let Some(me) = self.me.try_get_value().flatten() {
                    browser::forget(me, message);
                }
                if is_current {
                    self.send_now();
                }
            }
            Some(Next::Again(wait)) => {
                // An answer to this try that comes now is late, and a new one begins when the wait is over.
                let Some(round) = self.next_round() else { return };
                let again = move || {
                    if self.round.try_get_value() == Some(round) {
                        self.send_now();
                    }
                };
                set_timeout(again, wait);
            }
            None => {}
        }
    }

    /// `None` when the tab is being torn down.
    fn next_round(self) -> Option<u32> {
        self.round.try_update_value(|round| {
            *round = round.wrapping_add(1);
            *round
        })
    }
}
