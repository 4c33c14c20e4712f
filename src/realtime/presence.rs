//! Who is here now, counted per connection.
//!
//! The first socket of a person makes them online at once. The last one closing makes them offline only after [`GRACE`], so that a
//! reload, a changed network or a second tab that closes changes nothing. Being in a call is told by the feature that knows.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use futures::future::BoxFuture;
use tokio::sync::{Mutex as AsyncMutex, mpsc};

use super::model::Presence;
use crate::kernel::id::UserId;

/// How long a person without a socket still counts as here.
pub const GRACE: Duration = Duration::from_secs(10);

/// A feature that acts when somebody comes or goes. `serve.rs` registers them; the ground does not know whom it calls.
pub trait PresenceListener: Send + Sync {
    /// `user` is now `presence`. Called in the order of the changes.
    fn changed(&self, user: UserId, presence: Presence) -> BoxFuture<'_, ()>;
}

/// The book of who is here. Cheap to clone.
#[derive(Clone, Debug)]
pub struct PresenceBook(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    people: Mutex<HashMap<UserId, Person>>,
    grace: Duration,
    changes: mpsc::UnboundedSender<(UserId, Presence)>,
    /// Held by whoever runs the book; one that fails leaves it, and what it has not told yet, to the next.
    receiver: AsyncMutex<mpsc::UnboundedReceiver<(UserId, Presence)>>,
}

#[derive(Debug, Default)]
struct Person {
    connections: usize,
    in_call: bool,
    /// Raised with every arrival, so that a timer of an earlier departure knows that it is void.
    arrivals: u64,
}

impl Person {
    const fn presence(&self) -> Presence {
        if self.in_call {
            Presence::InCall
        } else {
            Presence::Online
        }
    }
}

impl PresenceBook {
    /// An empty book; `grace` is [`GRACE`] but in tests.
    pub fn new(grace: Duration) -> Self {
        let (changes, receiver) = mpsc::unbounded_channel();
        Self(Arc::new(Inner {
            people: Mutex::default(),
            grace,
            changes,
            receiver: AsyncMutex::new(receiver),
        }))
    }

    /// How `user` can be reached now.
    pub fn of(&self, user: UserId) -> Presence {
        self.people().get(&user).map_or(Presence::Offline, Person::presence)
    }

    /// Everybody who is here, for "Online now".
    pub fn online(&self) -> Vec<UserId> {
        self.people().keys().copied().collect()
    }

    /// A call of `user` began or ended. Somebody who is not here stays so.
    pub fn set_in_call(&self, user: UserId, in_call: bool) {
        let mut people = self.people();
        if let Some(person) = people.get_mut(&user)
            && person.in_call != in_call
        {
            person.in_call = in_call;
            self.tell(user, person.presence());
        }
    }

    pub(super) fn connected(&self, user: UserId) {
        let mut people = self.people();
        let is_new = !people.contains_key(&user);
        let person = people.entry(user).or_default();
        person.connections += 1;
        person.arrivals += 1;
        if is_new {
            self.tell(user, Presence::Online);
        }
    }

    pub(super) fn disconnected(&self, user: UserId) {
        let arrivals = {
            let mut people = self.people();
            let Some(person) = people.get_mut(&user) else { return };
            person.connections = person.connections.saturating_sub(1);
            if person.connections > 0 {
                return;
            }
            person.arrivals
        };
        let book = self.clone();
        // Dropping a seat happens inside the runtime but for tests of pure code, where nobody waits for a departure.
        if let Ok(runtime) = tokio::runtime::Handle::try_current() {
            runtime.spawn(async move {
                tokio::time::sleep(book.0.grace).await;
                book.depart(user, arrivals);
            });
        }
    }

    fn depart(&self, user: UserId, arrivals: u64) {
        let mut people = self.people();
        if people
            .get(&user)
            .is_some_and(|person| person.connections == 0 && person.arrivals == arrivals)
        {
            people.remove(&user);
            self.tell(user, Presence::Offline);
        }
    }

    /// Calls the listeners, one change after the other, until the process ends. One run at a time: a second waits for the end of the
    /// first and goes on where that stopped.
    pub async fn run(self, listeners: Vec<Arc<dyn PresenceListener>>) {
        let mut receiver = self.0.receiver.lock().await;
        while let Some((user, presence)) = receiver.recv().await {
            for listener in &listeners {
                listener.changed(user, presence).await;
            }
        }
    }

    fn tell(&self, user: UserId, presence: Presence) {
        // Without a running book (tests of the hub alone) nobody listens.
        let _ = self.0.changes.send((user, presence));
    }

    fn people(&self) -> MutexGuard<'_, HashMap<UserId, Person>> {
        self.0.people.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    struct Notes(mpsc::UnboundedSender<Presence>);

    impl PresenceListener for Notes {
        fn changed(&self, _: UserId, presence: Presence) -> BoxFuture<'_, ()> {
            let _ = self.0.send(presence);
            Box::pin(std::future::ready(()))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_blip_and_a_second_tab_change_nothing_and_leaving_does() {
        let book = PresenceBook::new(GRACE);
        let (notes, mut heard) = mpsc::unbounded_channel();
        tokio::spawn(book.clone().run(vec![Arc::new(Notes(notes))]));
        let ana = UserId::from_uuid(Uuid::from_u128(1));

        book.connected(ana);
        assert_eq!(heard.recv().await, Some(Presence::Online));
        book.connected(ana);
        book.disconnected(ana);
        book.disconnected(ana);
        tokio::time::sleep(GRACE / 2).await;
        assert_eq!(book.of(ana), Presence::Online);
        book.connected(ana);
        tokio::time::sleep(GRACE * 2).await;
        assert_eq!(book.of(ana), Presence::Online);
        book.set_in_call(ana, true);
        assert_eq!(heard.recv().await, Some(Presence::InCall));
        book.set_in_call(ana, true);
        book.disconnected(ana);
        assert_eq!(heard.recv().await, Some(Presence::Offline));
        assert_eq!(book.of(ana), Presence::Offline);
        assert!(book.online().is_empty());
    }

    /// Fails over the first change that it is told.
    struct Stumbles(mpsc::UnboundedSender<Presence>, std::sync::atomic::AtomicBool);

    impl PresenceListener for Stumbles {
        fn changed(&self, _: UserId, presence: Presence) -> BoxFuture<'_, ()> {
            let is_up = self.1.swap(true, std::sync::atomic::Ordering::SeqCst);
            assert!(is_up, "on purpose");
            let _ = self.0.send(presence);
            Box::pin(std::future::ready(()))
        }
    }

    #[tokio::test(start_paused = true)]
    async fn a_run_that_fails_leaves_the_news_to_the_next() {
        let book = PresenceBook::new(GRACE);
        let (notes, mut heard) = mpsc::unbounded_channel();
        let listeners: Vec<Arc<dyn PresenceListener>> = vec![Arc::new(Stumbles(notes, false.into()))];
        let ana = UserId::from_uuid(Uuid::from_u128(1));
        book.connected(ana);
        book.set_in_call(ana, true);
        let run = || tokio::spawn(book.clone().run(listeners.clone()));
        assert!(run().await.unwrap_err().is_panic());
        run();
        let next = tokio::time::timeout(GRACE, heard.recv()).await;
        assert_eq!(next, Ok(Some(Presence::InCall)), "the rest is lost");
    }
}
