//! The chat of a call: says directly to the partner's page what goes to the server as well, hears both, and fetches what is missing.

use std::cell::Cell;
use std::rc::{Rc, Weak};
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;

use super::Driver;
use super::clock::{now, on_window};
use super::parts::Part;
use super::tab::Tab;
use crate::accounts::model::CurrentViewer;
use crate::calls::allowance::Allowance;
use crate::calls::channel::ChannelMessage;
use crate::calls::stage::Stage;
use crate::calls::stage::chat::{Chat, Thread};
use crate::kernel::error::AppError;
use crate::messages::api;
use crate::messages::model::{ConversationId, MessagePage, parse_text};
use crate::messages::outbox::{Outbox, use_outbox};
use crate::messages::wire::MessageNews;
use crate::realtime::client::use_socket;
use crate::realtime::model::back_off;
use crate::ui::held_for;

/// How long a call may take to begin before its chat is fetched all the same.
const BEGINS: Duration = Duration::from_secs(2);
/// How much the partner may write at once, and how often after that.
const BURST: u16 = 20;
const EVERY: Duration = Duration::from_millis(500);

/// What goes from page to page.
pub(super) struct Talk {
    chat: Chat,
    tab: Weak<Tab>,
    /// What may still be heard directly: the server's own limit. The rest comes by way of the server, which keeps its own.
    allowance: Cell<Allowance>,
}

impl Talk {
    pub(super) fn new(stage: Stage, tab: &Weak<Tab>) -> Rc<Self> {
        Rc::new(Self {
            chat: stage.chat,
            tab: Weak::clone(tab),
            allowance: Cell::new(Allowance::new(BURST, EVERY)),
        })
    }

    fn may_hear(&self) -> bool {
        let mut allowance = self.allowance.get();
        let may = allowance.take(now());
        self.allowance.set(allowance);
        may
    }
}

impl Part for Talk {
    /// The partner's page may be another one than before, and hears what the server does not keep yet; what it has, it leaves out.
    fn channel(&self, is_open: bool) {
        let Some(tab) = self.tab.upgrade().filter(|_| is_open) else {
            return;
        };
        let unkept = self.chat.thread.try_with_untracked(Thread::unkept).unwrap_or_default();
        for (client_id, text) in unkept {
            tab.say(&ChannelMessage::Chat { client_id, text });
        }
    }

    fn said(&self, message: &ChannelMessage) {
        // What the server would not keep either is not shown.
        if let ChannelMessage::Chat { client_id, text } = message
            && let Ok(text) = parse_text(text)
            && self.may_hear()
        {
            self.chat.thread.try_update(|thread| thread.heard(*client_id, text));
        }
    }
}

impl Driver {
    /// Keeps the chat up to date with the server, for as long as the page is there. Call once, in the page's component.
    pub fn follow_chat(self, conversation: ConversationId) {
        let chat = self.stage.chat;
        let Some(viewer) = use_context::<CurrentViewer>().and_then(|viewer| viewer.0) else {
            return;
        };
        chat.conversation.set_value(Some(conversation));
        chat.thread.set(Thread::of(viewer.id));
        let following = Following {
            chat,
            conversation,
            is_due: StoredValue::new(true),
            is_asking: StoredValue::new(false),
            attempt: StoredValue::new(0),
        };
        let (socket, outbox) = (use_socket(), use_outbox());
        socket.subscribe(move |news: MessageNews| following.hear(news));

        // A page with the preview needs no chat, and a call that is just beginning has better to do. A socket that was away has missed what was
        // said meanwhile.
        let Stage { phase, has_picture, .. } = self.stage;
        let connection = socket.connection();
        let is_joined = Memo::new(move |_| phase.get().is_joined());
        let was_joined = held_for(BEGINS, move || is_joined.get());
        let is_wanted =
            Memo::new(move |_| is_joined.get() && (was_joined.get() || has_picture.get() || chat.is_open.get()));
        Effect::new(move |_| {
            connection.track();
            if is_wanted.get() {
                following.is_due.set_value(true);
                following.ask();
            }
        });

        Effect::new(move |_| {
            let unsent = outbox.unsent(conversation);
            chat.thread.update(|thread| thread.is_under_way(&unsent));
        });

        follow_reading(following);
    }

    /// The person has written something: `text` is one that `parse_text` has answered.
    pub fn write(self, outbox: Outbox, text: String) {
        let chat = self.stage.chat;
        let Some(conversation) = chat.conversation.get_value() else {
            return;
        };
        let client_id = outbox.send(conversation, text.clone());
        chat.thread.update(|thread| thread.wrote(client_id, text.clone()));
        self.with(|tab| {
            tab.say(&ChannelMessage::Chat { client_id, text });
        });
    }

    /// Fetches the messages before those that are there.
    pub fn fetch_earlier(self) {
        let chat = self.stage.chat;
        let (conversation, before) = (
            chat.conversation.get_value(),
            chat.thread.with_untracked(Thread::begins_at),
        );
        let Some(conversation) = conversation.filter(|_| before.is_some() && !chat.is_fetching.get_untracked()) else {
            return;
        };
        chat.is_fetching.set(true);
        spawn_local(async move {
            // Whoever wants them after a failure presses again.
            if let Ok(page) = api::messages(conversation, None, before).await {
                chat.thread.try_update(|thread| thread.fetched_earlier(page));
            }
            chat.is_fetching.try_set(false);
        });
    }
}

/// What the server says, and what it has to be asked for.
#[derive(Clone, Copy)]
struct Following {
    chat: Chat,
    conversation: ConversationId,
    /// There may be something that nobody has told of.
    is_due: StoredValue<bool>,
    is_asking: StoredValue<bool>,
    attempt: StoredValue<u32>,
}

impl Following {
    fn hear(self, news: MessageNews) {
        match news {
            MessageNews::Said { conversation, message } if conversation == self.conversation => {
                self.chat.thread.try_update(|thread| thread.kept(message));
                if self.wants_more() {
                    self.ask();
                }
            }
            MessageNews::Read { conversation, up_to } if conversation == self.conversation => {
                self.chat.thread.try_update(|thread| thread.read_up_to(up_to));
            }
            MessageNews::Said { .. } | MessageNews::Read { .. } => {}
        }
    }

    fn wants_more(self) -> bool {
        let is_missing = self.chat.thread.try_with_untracked(|thread| thread.missing().is_some());
        is_missing == Some(true)
    }

    /// Asks until nothing is missing; one question at a time.
    fn ask(self) {
        if self.is_asking.try_get_value() != Some(false) {
            return;
        }
        self.is_asking.set_value(true);
        spawn_local(async move {
            let answer = self.ask_for_all().await;
            self.is_asking.try_set_value(false);
            match answer {
                Ok(()) => {
                    self.attempt.try_set_value(0);
                    // It was asked for again while the last answer was on its way.
                    if self.is_due.try_get_value() == Some(true) {
                        self.ask();
                    }
                }
                // The pair has parted, or nobody is signed in: the page of the room says so.
                Err(AppError::NotFound | AppError::SignedOut) => {}
                Err(_) => {
                    self.is_due.try_set_value(true);
                    let attempt = self.attempt.try_update_value(|attempt| {
                        *attempt += 1;
                        *attempt
                    });
                    if let Some(attempt) = attempt {
                        set_timeout(move || self.ask(), back_off(attempt, js_sys::Math::random()));
                    }
                }
            }
        });
    }

    async fn ask_for_all(self) -> Result<(), AppError> {
        while self.is_due.try_get_value() == Some(true) || self.wants_more() {
            let after = self
                .chat
                .thread
                .try_with_untracked(|thread| thread.is_fetched().then(|| thread.end()));
            let Some(after) = after else { return Ok(()) };
            self.is_due.try_set_value(false);
            let page: MessagePage = api::messages(self.conversation, after, None).await?;
            let is_empty = page.messages.is_empty();
            self.chat.thread.try_update(|thread| thread.fetched(page));
            if is_empty {
                break;
            }
        }
        Ok(())
    }
}

/// What is looked at counts as seen, and the server is told.
fn follow_reading(following: Following) {
    let chat = following.chat;
    let (is_looked_at, set_looked_at) = signal(!document().hidden());
    on_window("visibilitychange", move |_| {
        set_looked_at.try_set(!document().hidden());
    });
    let is_due = Memo::new(move |_| chat.is_open.get() && is_looked_at.get() && chat.thread.with(Thread::has_unseen));
    Effect::new(move |_| {
        if is_due.get() {
            chat.thread.update(Thread::see);
        }
    });
    let to_mark = Memo::new(move |_| chat.thread.with(Thread::to_mark));
    Effect::new(move |_| {
        let Some(up_to) = to_mark.get() else { return };
        let conversation = following.conversation;
        spawn_local(async move {
            // What did not come through is said with the next message, or stays unread for another visit.
            if api::mark_messages_read(conversation, up_to).await.is_ok() {
                chat.thread.try_update(|thread| thread.read_up_to(up_to));
            }
        });
    });
}
