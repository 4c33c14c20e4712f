//! What a client knows of a person's log: pure, so that loss, repetition and reordering can be tested without a network.
//!
//! Whatever comes, in whatever order, the inbox counts and shows what the server does once it has heard what it asked for, and nothing is
//! told as fresh twice. It asks by [`Heard::needs_resume`]: send [`NotificationCommand::Resume`](super::wire::NotificationCommand) with
//! [`Inbox::epoch`] and [`Inbox::last`], or ask `notifications_since`.

use serde::{Deserialize, Serialize};

use super::model::{Change, Epoch, Head, LATEST, Notification, What};
use super::wire::NotificationNews;

/// A person's log as far as this client has heard it. May be kept for the next page of the same tab.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Inbox {
    /// The life of the log; `None` before anything was heard.
    pub epoch: Option<Epoch>,
    /// The number of the last change that was heard.
    pub last: u64,
    /// How many are unread.
    pub unread: u32,
    /// The newest ones that were heard of, newest first, up to [`LATEST`].
    pub latest: Vec<Notification>,
}

/// What news have led to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heard {
    /// What is new to this client and unread, oldest first: for toasts and sounds.
    pub fresh: Vec<Notification>,
    /// Something is missing: ask for it.
    pub needs_resume: bool,
}

impl Inbox {
    /// One that goes on from there: where an earlier page of the same tab was, or where the log was when the page was made.
    pub fn at(head: Head) -> Self {
        Self {
            epoch: Some(head.epoch),
            last: head.last,
            unread: head.unread,
            ..Self::default()
        }
    }

    /// How far it has heard; `None` before anything was.
    pub fn head(&self) -> Option<Head> {
        Some(Head {
            epoch: self.epoch?,
            last: self.last,
            unread: self.unread,
        })
    }

    /// Takes news in.
    pub fn hear(&mut self, news: NotificationNews) -> Heard {
        match news {
            NotificationNews::Changes {
                epoch,
                after,
                changes,
                unread,
            } => self.follow(epoch, after, changes, unread),
            NotificationNews::Snapshot {
                epoch,
                last,
                unread,
                latest,
            } => self.start_from(epoch, last, unread, latest),
        }
    }

    fn follow(&mut self, epoch: Epoch, after: u64, changes: Vec<Change>, unread: u32) -> Heard {
        if self.epoch != Some(epoch) || after > self.last {
            return Heard {
                fresh: Vec::new(),
                needs_resume: true,
            };
        }
        let end = changes.last().map_or(after, |change| change.seq);
        // Older than what was heard: its count is as old.
        if end < self.last {
            return Heard::default();
        }
        self.unread = unread;
        let mut heard = Heard::default();
        for Change { seq, what } in changes {
            if seq > self.last {
                self.last = seq;
                heard.fresh.extend(self.apply(what));
            }
        }
        heard
    }

    /// Answers what is fresh by this change.
    fn apply(&mut self, what: What) -> Option<Notification> {
        match what {
            What::Put { notification } => {
                let fresh = (!notification.is_read).then(|| notification.clone());
                self.latest.retain(|known| known.id != notification.id);
                self.latest.insert(0, notification);
                self.latest.truncate(LATEST);
                fresh
            }
            What::Passed => None,
            What::Read { id } => {
                self.mark_read(|known| known.id == id);
                None
            }
            What::ReadAll { up_to } => {
                self.mark_read(|known| known.seq <= up_to);
                None
            }
        }
    }

    fn mark_read(&mut self, which: impl Fn(&Notification) -> bool) {
        for known in self.latest.iter_mut().filter(|known| which(known)) {
            known.is_read = true;
        }
    }

    fn start_from(&mut self, epoch: Epoch, last: u64, unread: u32, latest: Vec<Notification>) -> Heard {
        let is_same = self.epoch == Some(epoch);
        if is_same && last < self.last {
            // Late: what came after it was heard already. (Of a log that went back the server answers under another epoch.)
            return Heard::default();
        }
        // Who has followed this log knows which lines are new; to everybody else all of them are old news.
        let heard_before = if is_same { self.last } else { u64::MAX };
        let fresh = latest.iter().filter(|known| known.seq > heard_before && !known.is_read);
        let heard = Heard {
            fresh: fresh.rev().cloned().collect(),
            needs_resume: false,
        };
        *self = Self {
            epoch: Some(epoch),
            last,
            unread,
            latest,
        };
        heard
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;
    use crate::notifications::example::line;
    use crate::notifications::model::{Notice, NotificationId};

    const EPOCH: Epoch = Epoch::from_uuid(Uuid::from_u128(1));

    /// A server's log, kept as simply as it can be said.
    struct Log {
        epoch: Epoch,
        /// What happened, from number 1 on; a put by its subject.
        events: Vec<Event>,
        /// What the list holds, by subject.
        lines: BTreeMap<u8, Notification>,
        /// The smallest number that is kept.
        first: u64,
    }

    enum Event {
        Put(u8),
        Read(NotificationId),
        ReadAll(u64),
    }

    impl Log {
        fn new() -> Self {
            Self {
                epoch: EPOCH,
                events: Vec::new(),
                lines: BTreeMap::new(),
                first: 1,
            }
        }

        fn last(&self) -> u64 {
            self.events.len() as u64
        }

        fn put(&mut self, subject: u8, is_read: bool) {
            let notification = Notification {
                id: NotificationId::from_uuid(Uuid::from_u128(subject.into())),
                seq: self.last() + 1,
                subject: format!("call:{subject}"),
                is_read,
                ..line(Notice::CallDeclined)
            };
            self.lines.insert(subject, notification);
            self.events.push(Event::Put(subject));
        }

        fn read(&mut self, subject: u8) {
            if let Some(line) = self.lines.get_mut(&subject).filter(|line| !line.is_read) {
                line.is_read = true;
                self.events.push(Event::Read(line.id));
            }
        }

        fn read_all(&mut self, up_to: u64) {
            for line in self.lines.values_mut().filter(|line| line.seq <= up_to) {
                line.is_read = true;
            }
            self.events.push(Event::ReadAll(up_to));
        }

        fn unread(&self) -> u32 {
            self.lines.values().filter(|line| !line.is_read).count() as u32
        }

        fn latest(&self) -> Vec<Notification> {
            let mut latest: Vec<Notification> = self.lines.values().cloned().collect();
            latest.sort_by_key(|line| std::cmp::Reverse(line.seq));
            latest.truncate(LATEST);
            latest
        }

        fn since(&self, epoch: Option<Epoch>, after: u64) -> NotificationNews {
            let unread = self.unread();
            if epoch != Some(self.epoch) || after + 1 < self.first || after > self.last() {
                let epoch = if after > self.last() && epoch == Some(self.epoch) {
                    Epoch::from_uuid(Uuid::from_u128(99))
                } else {
                    self.epoch
                };
                return NotificationNews::Snapshot {
                    epoch,
                    last: self.last(),
                    unread,
                    latest: self.latest(),
                };
            }
            let changes = (after + 1..=self.last()).map(|seq| {
                let what = match &self.events[seq as usize - 1] {
                    Event::Put(subject) if self.lines[subject].seq == seq => What::Put {
                        notification: self.lines[subject].clone(),
                    },
                    Event::Put(_) => What::Passed,
                    Event::Read(id) => What::Read { id: *id },
                    Event::ReadAll(up_to) => What::ReadAll { up_to: *up_to },
                };
                Change { seq, what }
            });
            NotificationNews::Changes {
                epoch: self.epoch,
                after,
                changes: changes.collect(),
                unread,
            }
        }
    }

    #[derive(Clone, Debug)]
    enum Step {
        Put(u8, bool),
        Read(u8),
        ReadAll(u64),
        /// The log forgets all but so many.
        Prune(u64),
        /// Of what is under way, something arrives, arrives and stays under way, or is lost.
        Deliver(usize),
        Repeat(usize),
        Lose(usize),
        /// The client asks for what it misses, as on a new socket.
        Ask,
    }

    fn step() -> impl Strategy<Value = Step> {
        prop_oneof![
            4 => (0..8_u8, any::<bool>()).prop_map(|(subject, is_read)| Step::Put(subject, is_read && subject % 4 == 0)),
            1 => (0..8_u8).prop_map(Step::Read),
            1 => (0..40_u64).prop_map(Step::ReadAll),
            1 => (0..6_u64).prop_map(Step::Prune),
            6 => any::<usize>().prop_map(Step::Deliver),
            2 => any::<usize>().prop_map(Step::Repeat),
            2 => any::<usize>().prop_map(Step::Lose),
            1 => Just(Step::Ask),
        ]
    }

    /// A server, a client, and what is under way between them in no order.
    struct World {
        log: Log,
        inbox: Inbox,
        under_way: Vec<NotificationNews>,
        /// What was told as fresh, by subject and number.
        told: BTreeMap<(String, u64), u32>,
        /// Where the client began.
        joined: Option<u64>,
    }

    impl World {
        fn new() -> Self {
            let log = Log::new();
            let under_way = vec![log.since(None, 0)];
            Self {
                log,
                inbox: Inbox::default(),
                under_way,
                told: BTreeMap::new(),
                joined: None,
            }
        }

        fn ask(&mut self) {
            self.under_way.push(self.log.since(self.inbox.epoch, self.inbox.last));
        }

        fn hear(&mut self, news: NotificationNews) {
            let heard = self.inbox.hear(news);
            if self.inbox.epoch.is_some() {
                self.joined.get_or_insert(self.inbox.last);
            }
            for line in heard.fresh {
                *self.told.entry((line.subject, line.seq)).or_default() += 1;
            }
            if heard.needs_resume {
                self.ask();
            }
        }

        fn take(&mut self, step: Step) {
            let before = self.log.last();
            let some = |index: usize, len: usize| (len > 0).then(|| index % len);
            match step {
                Step::Put(subject, is_read) => self.log.put(subject, is_read),
                Step::Read(subject) => self.log.read(subject),
                Step::ReadAll(up_to) => self.log.read_all(up_to.min(before)),
                Step::Prune(kept) => self.log.first = self.log.first.max((before + 1).saturating_sub(kept)),
                Step::Deliver(index) => {
                    if let Some(index) = some(index, self.under_way.len()) {
                        let news = self.under_way.remove(index);
                        self.hear(news);
                    }
                }
                Step::Repeat(index) => {
                    if let Some(index) = some(index, self.under_way.len()) {
                        self.hear(self.under_way[index].clone());
                    }
                }
                Step::Lose(index) => {
                    if let Some(index) = some(index, self.under_way.len()) {
                        self.under_way.remove(index);
                    }
                }
                Step::Ask => self.ask(),
            }
            if self.log.last() > before {
                self.under_way.push(self.log.since(Some(EPOCH), before));
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(2_000))]

        #[test]
        fn whatever_is_lost_repeated_or_late_the_client_ends_where_the_server_is(
            steps in proptest::collection::vec(step(), 0..80)
        ) {
            let mut world = World::new();
            for step in steps {
                world.take(step);
            }
            // The network heals: what is still under way arrives in whatever order, and a new socket asks.
            while let Some(news) = world.under_way.pop() {
                world.hear(news);
            }
            world.ask();
            while let Some(news) = world.under_way.pop() {
                world.hear(news);
            }
            let (log, inbox) = (&world.log, &world.inbox);
            prop_assert_eq!((inbox.epoch, inbox.last, inbox.unread), (Some(EPOCH), log.last(), log.unread()));
            prop_assert_eq!(&inbox.latest, &log.latest());
            prop_assert!(world.told.values().all(|times| *times == 1), "told twice: {:?}", world.told);
            let joined = world.joined.unwrap();
            for line in log.lines.values().filter(|line| !line.is_read && line.seq > joined) {
                prop_assert!(world.told.contains_key(&(line.subject.clone(), line.seq)), "never told: {line:?}");
            }
        }
    }

    #[test]
    fn a_gap_and_another_epoch_ask_for_the_rest_and_show_nothing() {
        let mut log = Log::new();
        let mut inbox = Inbox::default();
        assert!(
            inbox.hear(log.since(Some(EPOCH), 0)).needs_resume,
            "it follows a log that it does not know"
        );
        inbox.hear(log.since(None, 0));
        log.put(1, false);
        log.put(2, false);
        assert_eq!(
            inbox.hear(log.since(Some(EPOCH), 1)),
            Heard {
                fresh: Vec::new(),
                needs_resume: true
            }
        );
        let heard = inbox.hear(log.since(inbox.epoch, inbox.last));
        assert_eq!(heard.fresh.iter().map(|line| line.seq).collect::<Vec<_>>(), [1, 2]);
        log.epoch = Epoch::from_uuid(Uuid::from_u128(2));
        log.put(3, false);
        assert!(inbox.hear(log.since(Some(log.epoch), 2)).needs_resume);
        assert_eq!(inbox.hear(log.since(inbox.epoch, inbox.last)), Heard::default());
        assert_eq!((inbox.epoch, inbox.last, inbox.unread), (Some(log.epoch), 3, 3));
    }

    #[test]
    fn a_log_that_went_back_is_followed_again() {
        let mut log = Log::new();
        (1..=5).for_each(|subject| log.put(subject, false));
        let mut inbox = Inbox::default();
        inbox.hear(log.since(None, 0));
        // The database of yesterday.
        let mut log = Log::new();
        (1..=2).for_each(|subject| log.put(subject, false));
        inbox.hear(log.since(inbox.epoch, inbox.last));
        assert_eq!((inbox.last, inbox.unread), (2, 2));
        log.put(3, false);
        assert!(inbox.hear(log.since(Some(EPOCH), 2)).needs_resume);
        inbox.hear(log.since(inbox.epoch, inbox.last));
        log.put(4, false);
        assert_eq!(inbox.hear(log.since(Some(EPOCH), 3)).fresh.len(), 1);
        assert_eq!((inbox.epoch, inbox.last, inbox.unread), (Some(EPOCH), 4, 4));
    }

    #[test]
    fn a_page_that_goes_on_where_another_was_hears_only_what_is_new() {
        let mut log = Log::new();
        (1..=3).for_each(|subject| log.put(subject, false));
        let mut inbox = Inbox::at(Head {
            epoch: EPOCH,
            last: 2,
            unread: 2,
        });
        let heard = inbox.hear(log.since(inbox.epoch, inbox.last));
        assert_eq!((heard.fresh.len(), inbox.last, inbox.unread), (1, 3, 3));
        assert_eq!(inbox.head().map(|head| head.last), Some(3));
    }
}
