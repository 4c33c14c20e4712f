//! Who is here now, counted per connection.
//!
//! The first socket of a person makes them online at once. The last one closing makes them offline only after [`GRACE`], so that a
//! reload, a changed network or a second tab that closes changes nothing. A person is away when nobody sits at any of their tabs. Being in
//! a call is told by the feature that knows, and is never away. Where no socket comes through, each question of a tab counts as a
//! connection for [`PresenceBook::silence`].
//!
//! This book is of one process and quick; [`shared`] writes it down for the others, and for the time after a process that was killed.

mod person;
pub mod shared;

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::{Mutex as AsyncMutex, mpsc};
use tokio::time::Instant;

use self::person::Person;
use super::model::{Attention, Presence};
use crate::kernel::id::{ConnectionId, UserId};
use crate::kernel::time::Micros;

/// How long a person without a socket still counts as here.
pub const GRACE: Duration = Duration::from_secs(10);

/// A feature that acts when somebody comes or goes. `serve.rs` registers them; the ground does not know whom it calls.
pub trait PresenceListener: Send + Sync {
    /// `user` is now `presence`, by what happened at this process. Called in the order of the changes, as the next two are.
    fn changed(&self, user: UserId, presence: Presence) -> BoxFuture<'_, ()>;

    /// The same by what another process has written down. What has to be stored, that one stores.
    fn changed_elsewhere(&self, _user: UserId, _presence: Presence) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    /// `user`, who is now `presence`, has changed what others may see of it.
    fn shown_otherwise(&self, _user: UserId, _presence: Presence) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }

    /// A process ended without a word: these people were at it, at `at` for the last time that is known.
    fn left_behind(&self, _people: Vec<UserId>, _at: Micros) -> BoxFuture<'_, ()> {
        Box::pin(std::future::ready(()))
    }
}

/// The book of who is here. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PresenceBook(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    people: Mutex<HashMap<UserId, Person>>,
    /// Who was at the process before this one, and until when they may come back.
    expected: Mutex<Option<(HashSet<UserId>, Instant)>>,
    grace: Duration,
    changes: mpsc::UnboundedSender<Change>,
    /// Held by whoever runs the book; one that fails leaves it, and what it has not told yet, to the next.
    receiver: AsyncMutex<mpsc::UnboundedReceiver<Change>>,
}

#[derive(Clone, Copy, Debug)]
struct Change {
    user: UserId,
    presence: Presence,
    cause: Cause,
}

#[derive(Clone, Copy, Debug)]
enum Cause {
    Here,
    Elsewhere,
    /// Only what others may see of it is another.
    Shown,
}

impl PresenceBook {
    /// An empty book; `grace` is [`GRACE`] but in tests.
    pub fn new(grace: Duration) -> Self {
        let (changes, receiver) = mpsc::unbounded_channel();
        Self(Arc::new(Inner {
            people: Mutex::default(),
            expected: Mutex::default(),
            grace,
            changes,
            receiver: AsyncMutex::new(receiver),
        }))
    }

    /// How long after its last question a tab that asks instead of listening still counts as here: 70 seconds with [`GRACE`], because
    /// browsers let tabs that have been hidden for a while ask once a minute only.
    pub fn silence(&self) -> Duration {
        self.0.grace * 7
    }

    /// How `user` can be reached now.
    pub fn of(&self, user: UserId) -> Presence {
        self.people().get(&user).map_or(Presence::Offline, Person::presence)
    }

    /// Whether `user` was here when the process before this one ended, a moment ago: their tabs are about to come back, and a call may
    /// ring. Nobody sees them as here for that.
    pub fn is_expected(&self, user: UserId) -> bool {
        let expected = self.0.expected.lock().unwrap_or_else(PoisonError::into_inner);
        expected
            .as_ref()
            .is_some_and(|(people, until)| people.contains(&user) && Instant::now() < *until)
    }

    /// These were at a process before this one: they are expected for as long as a departure takes.
    fn expect(&self, people: &[UserId]) {
        let mut expected = self.0.expected.lock().unwrap_or_else(PoisonError::into_inner);
        let (known, until) = expected.get_or_insert_with(|| (HashSet::new(), Instant::now()));
        known.extend(people);
        *until = Instant::now() + self.0.grace;
    }

    /// Everybody who is here or at another process, for "Online now".
    pub fn online(&self) -> Vec<UserId> {
        self.people().keys().copied().collect()
    }

    /// Everybody who is at this process: how many tabs they have, and what these make of them.
    pub fn here(&self) -> Vec<(UserId, usize, Presence)> {
        let people = self.people();
        let here = people.iter().filter_map(|(user, person)| {
            let (tabs, presence) = person.here()?;
            Some((*user, tabs, presence))
        });
        here.collect()
    }

    /// A call of `user` began or ended. Somebody who is not here stays so.
    pub fn set_in_call(&self, user: UserId, in_call: bool) {
        self.change(user, Cause::Here, |person| person.set_in_call(in_call));
    }

    /// What others may see of `user` is another now: the listeners look again.
    pub fn show_otherwise(&self, user: UserId) {
        let people = self.people();
        let presence = people.get(&user).map_or(Presence::Offline, Person::presence);
        self.tell(user, presence, Cause::Shown);
    }

    pub(super) fn connected(&self, user: UserId, connection: ConnectionId, attention: Attention) {
        self.change(user, Cause::Here, |person| person.arrive(connection, attention));
    }

    pub(super) fn attends(&self, user: UserId, connection: ConnectionId, attention: Attention) {
        self.change(user, Cause::Here, |person| person.attend(connection, attention));
    }

    pub(super) fn disconnected(&self, user: UserId, connection: ConnectionId) {
        let mut departure = None;
        self.change(user, Cause::Here, |person| departure = person.leave(connection));
        let Some(number) = departure else { return };
        let book = self.clone();
        // Dropping a seat happens inside the runtime but for tests of pure code, where nobody waits for a departure.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                tokio::time::sleep(book.0.grace).await;
                book.change(user, Cause::Here, |person| person.depart(number));
            });
        }
    }

    /// All that other processes have written down; who is not in it is not there.
    fn set_elsewhere(&self, elsewhere: &HashMap<UserId, Presence>) {
        let known: Vec<UserId> = {
            let people = self.people();
            let there = people.iter().filter(|(_, person)| person.is_elsewhere());
            there.map(|(user, _)| *user).collect()
        };
        let gone = known.iter().filter(|user| !elsewhere.contains_key(user));
        for user in gone.chain(elsewhere.keys()) {
            let presence = elsewhere.get(user).copied();
            self.change(*user, Cause::Elsewhere, |person| person.set_elsewhere(presence));
        }
    }

    /// Changes a person, and tells if that makes a difference. The book stays locked until it is told: changes are told in their order.
    fn change(&self, user: UserId, cause: Cause, work: impl FnOnce(&mut Person)) {
        let mut people = self.people();
        let person = people.entry(user).or_default();
        let before = person.presence();
        work(person);
        let after = person.presence();
        if person.is_nowhere() {
            people.remove(&user);
        }
        if before != after {
            self.tell(user, after, cause);
        }
    }

    /// Calls the listeners, one change after the other, until the process ends. One run at a time: a second waits for the end of the
    /// first and goes on where that stopped.
    pub async fn run(self, listeners: Vec<Arc<dyn PresenceListener>>) {
        let mut receiver = self.0.receiver.lock().await;
        while let Some(Change { user, presence, cause }) = receiver.recv().await {
            for listener in &listeners {
                match cause {
                    Cause::Here => listener.changed(user, presence).await,
                    Cause::Elsewhere => listener.changed_elsewhere(user, presence).await,
                    Cause::Shown => listener.shown_otherwise(user, presence).await,
                }
            }
        }
    }

    fn tell(&self, user: UserId, presence: Presence, cause: Cause) {
        // Without a running book (tests of the hub alone) nobody listens.
        let _ = self.0.changes.send(Change { user, presence, cause });
    }

    fn people(&self) -> MutexGuard<'_, HashMap<UserId, Person>> {
        self.0.people.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
