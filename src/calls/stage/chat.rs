//! The chat of a call: one list of what the server keeps, what the partner's page said directly, and what one has written oneself, in whatever order
//! these come.

use std::collections::BTreeMap;

use leptos::prelude::*;

use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::LocalTime;
use crate::messages::model::{ClientId, ConversationId, Message, MessagePage};
use crate::messages::outbox::{Standing, Unsent};

/// So many lines that the partner's page said, and that the server is not known to keep, are shown at most.
pub const HEARD: usize = 50;

/// The signals of the chat. Copied freely.
#[derive(Clone, Copy, Debug)]
pub struct Chat {
    /// Where it is kept; `None` until the page runs in a browser.
    pub conversation: StoredValue<Option<ConversationId>>,
    /// What was written.
    pub thread: RwSignal<Thread>,
    /// Whether the panel is shown.
    pub is_open: RwSignal<bool>,
    /// What stands in the field, also while the panel is closed.
    pub draft: RwSignal<String>,
    /// Whether earlier messages are being fetched.
    pub is_fetching: RwSignal<bool>,
}

impl Chat {
    /// Closed and empty.
    pub fn new() -> Self {
        Self {
            conversation: StoredValue::new(None),
            thread: RwSignal::new(Thread::default()),
            is_open: RwSignal::new(false),
            draft: RwSignal::new(String::new()),
            is_fetching: RwSignal::new(false),
        }
    }
}

impl Default for Chat {
    fn default() -> Self {
        Self::new()
    }
}

/// What a message is called that may not have a number yet: client ids are unique per author.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LineKey {
    /// Whether the reader wrote it.
    pub is_mine: bool,
    /// What its author's page calls it.
    pub client_id: ClientId,
}

/// What is known of where a message is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Delivery {
    /// The server keeps it, since then.
    Kept(LocalTime),
    /// The partner's page has said it directly; the server has not told of it yet.
    Heard,
    /// It is on its way to the server.
    Sending,
    /// It did not come through to the server, and is tried again.
    TryingAgain,
    /// The server will not have it.
    Refused(AppError),
}

/// A message as the panel shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Which.
    pub key: LineKey,
    /// What it says.
    pub text: String,
    /// Where it is.
    pub delivery: Delivery,
    /// The day stands above it: it is the first of a day other than that of the message before, or than today if it is the first of all.
    pub begins_day: bool,
    /// The author's name stands above it: the message before is somebody else's, or of another day.
    pub begins_turn: bool,
}

#[derive(Clone, Debug, PartialEq, Eq)]
struct Kept {
    key: LineKey,
    text: String,
    at: LocalTime,
    is_seen: bool,
}

/// What has no number yet.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Loose {
    key: LineKey,
    text: String,
    delivery: Delivery,
    is_seen: bool,
}

/// What was written in one conversation, as far as this page knows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Thread {
    me: Option<UserId>,
    /// What the server keeps, by number.
    kept: BTreeMap<u64, Kept>,
    /// What it is not known to keep, in the order in which this page heard of it.
    loose: Vec<Loose>,
    /// The newest number that the server has told of; `None` before it has told anything.
    last: Option<u64>,
    /// The number after which everything is wanted: what is before was not fetched.
    base: u64,
    /// Up to which number the server knows that the person has read.
    read: u64,
    /// How many unread ones are further back than what was fetched.
    unread_before: u32,
    /// How many messages of the partner have come while this page was there.
    news: u32,
    latest: Option<String>,
}

impl Thread {
    /// Nothing yet, for `me`.
    pub fn of(me: UserId) -> Self {
        Self {
            me: Some(me),
            ..Self::default()
        }
    }

    /// The person has written something.
    pub fn wrote(&mut self, client_id: ClientId, text: String) {
        self.put_loose(
            LineKey {
                is_mine: true,
                client_id,
            },
            text,
            Delivery::Sending,
        );
    }

    /// How what the person has written stands on its way to the server. What is not among it any more, and not kept either, has been given up.
    pub fn is_under_way(&mut self, unsent: &[Unsent]) {
        let delivery_of = |standing: &Standing| match standing {
            Standing::Sending => Delivery::Sending,
            Standing::TryingAgain => Delivery::TryingAgain,
            Standing::Refused(error) => Delivery::Refused(error.clone()),
        };
        for message in unsent {
            let key = LineKey {
                is_mine: true,
                client_id: message.client_id,
            };
            let delivery = delivery_of(&message.standing);
            match self.loose.iter_mut().find(|loose| loose.key == key) {
                Some(loose) => loose.delivery = delivery,
                None => self.put_loose(key, message.text.clone(), delivery),
            }
        }
    }

    /// The partner's page said something directly. Beyond [`HEARD`] lines only the server's word counts.
    pub fn heard(&mut self, client_id: ClientId, text: String) {
        let key = LineKey {
            is_mine: false,
            client_id,
        };
        let heard = self.loose.iter().filter(|loose| !loose.key.is_mine).count();
        if heard < HEARD && !self.knows(key) {
            self.tell(&text);
            self.put_loose(key, text, Delivery::Heard);
        }
    }

    /// The server keeps a message.
    pub fn kept(&mut self, message: Message) {
        if let Some(text) = self.put(message) {
            self.tell(&text);
        }
    }

    /// Some messages that were asked for. What is in the first answer is no news.
    pub fn fetched(&mut self, page: MessagePage) {
        let is_first = self.last.is_none();
        if is_first {
            self.base = page
                .messages
                .first()
                .map_or(page.last, |message| message.seq.saturating_sub(1));
        }
        self.last = Some(self.last.unwrap_or_default().max(page.last));
        self.read = self.read.max(page.read);
        for message in page.messages {
            if let Some(text) = self.put(message)
                && !is_first
            {
                self.tell(&text);
            }
        }
        if is_first {
            let among_these = self.kept.range(self.read + 1..).filter(|(_, kept)| !kept.key.is_mine);
            let among_these = u32::try_from(among_these.count()).unwrap_or(u32::MAX);
            self.unread_before = page.unread.saturating_sub(among_these);
        }
        self.note_read();
    }

    /// Earlier messages that were asked for: no news either.
    pub fn fetched_earlier(&mut self, page: MessagePage) {
        if let Some(first) = page.messages.first() {
            self.base = self.base.min(first.seq.saturating_sub(1));
        }
        for message in page.messages {
            self.put(message);
        }
        self.note_read();
    }

    /// The person has read up to a number, here or in another tab.
    pub fn read_up_to(&mut self, seq: u64) {
        self.read = self.read.max(seq);
        self.note_read();
    }

    /// The person sees everything that is here.
    pub fn see(&mut self) {
        self.unread_before = 0;
        self.kept.values_mut().for_each(|kept| kept.is_seen = true);
        self.loose.iter_mut().for_each(|loose| loose.is_seen = true);
    }

    /// Whether there is something here that the person has not seen.
    pub fn has_unseen(&self) -> bool {
        self.unread() > 0
    }

    /// How much the partner has written that the person has not seen.
    pub fn unread(&self) -> u32 {
        let kept = self
            .kept
            .values()
            .filter(|kept| !kept.key.is_mine && !kept.is_seen)
            .count();
        let loose = self
            .loose
            .iter()
            .filter(|loose| !loose.key.is_mine && !loose.is_seen)
            .count();
        self.unread_before
            .saturating_add(u32::try_from(kept + loose).unwrap_or(u32::MAX))
    }

    /// What the server is to be told: the number up to which everything was seen, if it does not know. Nothing while a number is missing before it.
    pub fn to_mark(&self) -> Option<u64> {
        let (newest, _) = self.kept.last_key_value()?;
        let is_all_seen = self.unread() == 0 && self.missing().is_none();
        let has_others = self.kept.range(self.read + 1..).any(|(_, kept)| !kept.key.is_mine);
        (is_all_seen && has_others).then_some(*newest)
    }

    /// Whether the server has answered at all.
    pub const fn is_fetched(&self) -> bool {
        self.last.is_some()
    }

    /// The number after which something is missing, which is to be fetched.
    pub fn missing(&self) -> Option<u64> {
        let last = self.last?;
        let end = self.end();
        (end < last).then_some(end)
    }

    /// The number up to which nothing is missing, from the first that was fetched; what comes after it may not have been told of.
    pub fn end(&self) -> u64 {
        let numbers = self.kept.range(self.base + 1..).map(|(number, _)| *number);
        let in_a_row = numbers
            .zip(self.base + 1..)
            .take_while(|(number, expected)| number == expected);
        in_a_row.last().map_or(self.base, |(number, _)| number)
    }

    /// The number before which there are earlier messages, which were not fetched.
    pub fn begins_at(&self) -> Option<u64> {
        (self.is_fetched() && self.base > 0).then_some(self.base + 1)
    }

    /// How many messages of the partner have come while this page was there, and the last of them.
    pub fn news(&self) -> (u32, Option<String>) {
        (self.news, self.latest.clone())
    }

    /// What the person has written and the server is not known to keep: the partner's page may not have heard it either. What it will not have is
    /// not said.
    pub fn unkept(&self) -> Vec<(ClientId, String)> {
        let is_due = |loose: &&Loose| loose.key.is_mine && !matches!(loose.delivery, Delivery::Refused(_));
        let mine = self.loose.iter().filter(is_due);
        mine.map(|loose| (loose.key.client_id, loose.text.clone())).collect()
    }

    /// Everything, as it is shown: by number, and at the end what has none.
    pub fn lines(&self) -> Vec<Line> {
        let kept = self
            .kept
            .values()
            .map(|kept| (kept.key, &kept.text, Delivery::Kept(kept.at)));
        let loose = self
            .loose
            .iter()
            .map(|loose| (loose.key, &loose.text, loose.delivery.clone()));
        let mut before: Option<LineKey> = None;
        let mut day = None;
        kept.chain(loose)
            .map(|(key, text, delivery)| {
                let begins_day = match &delivery {
                    Delivery::Kept(at) => {
                        let of = (at.year, at.month, at.day);
                        let is_new = day.map_or(at.days_ago != 0, |day| day != of);
                        day = Some(of);
                        is_new
                    }
                    _ => false,
                };
                let begins_turn = begins_day || before.is_none_or(|before| before.is_mine != key.is_mine);
                before = Some(key);
                Line {
                    key,
                    text: text.clone(),
                    delivery,
                    begins_day,
                    begins_turn,
                }
            })
            .collect()
    }

    fn knows(&self, key: LineKey) -> bool {
        self.loose.iter().any(|loose| loose.key == key) || self.kept.values().any(|kept| kept.key == key)
    }

    fn put_loose(&mut self, key: LineKey, text: String, delivery: Delivery) {
        if !self.knows(key) {
            self.loose.push(Loose {
                key,
                text,
                delivery,
                is_seen: key.is_mine,
            });
        }
    }

    /// Answers the text of a message of the partner that nobody had told of.
    fn put(&mut self, message: Message) -> Option<String> {
        if let Some(last) = &mut self.last {
            *last = (*last).max(message.seq);
        }
        if self.kept.contains_key(&message.seq) {
            return None;
        }
        let key = LineKey {
            is_mine: Some(message.author) == self.me,
            client_id: message.client_id,
        };
        let known = self.loose.iter().position(|loose| loose.key == key);
        let known = known.map(|place| self.loose.remove(place));
        let is_seen = key.is_mine || message.seq <= self.read || known.as_ref().is_some_and(|loose| loose.is_seen);
        let is_news = !key.is_mine && known.is_none();
        let text = is_news.then(|| message.text.clone());
        self.kept.insert(
            message.seq,
            Kept {
                key,
                text: message.text,
                at: message.at,
                is_seen,
            },
        );
        text
    }

    fn note_read(&mut self) {
        for (_, kept) in self.kept.range_mut(..=self.read) {
            kept.is_seen = true;
        }
        if self.read >= self.base {
            self.unread_before = 0;
        }
    }

    fn tell(&mut self, text: &str) {
        self.news = self.news.wrapping_add(1);
        self.latest = Some(text.to_owned());
    }
}

#[cfg(test)]
mod tests;
