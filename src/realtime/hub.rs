//! Who is connected to this process, and how a message reaches them.
//!
//! Everything is bounded: each connection has a queue of [`QUEUE`] frames, and one that does not keep up is closed with its own code
//! instead of making the sender wait. What must not be lost is a row in the database; a frame only says so sooner.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use tokio::sync::{mpsc, watch};
use uuid::Uuid;

use super::model::{Attention, CloseReason};
use super::polls::Polls;
use super::presence::PresenceBook;
use super::wire::{ServerWire, SocketCommand, SocketNews, encode};
use crate::kernel::id::{ConnectionId, UserId};

/// Frames that may wait for one connection.
pub const QUEUE: usize = 256;

/// The connections of this process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Hub(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    table: Mutex<Table>,
    polls: Polls,
    presence: PresenceBook,
}

#[derive(Debug, Default)]
struct Table {
    connections: HashMap<ConnectionId, Entry>,
    users: HashMap<UserId, Vec<ConnectionId>>,
    closing: bool,
}

#[derive(Debug)]
struct Entry {
    user: UserId,
    session: Uuid,
    queue: mpsc::Sender<Arc<str>>,
    close: watch::Sender<Option<CloseReason>>,
}

/// One connection's end of the hub: what to write, and when to stop. Dropping it takes the connection out of the hub.
#[derive(Debug)]
pub struct Seat {
    hub: Hub,
    /// The connection's name.
    pub connection: ConnectionId,
    /// Frames to write, in order.
    pub frames: mpsc::Receiver<Arc<str>>,
    /// Becomes `Some` when the server wants the connection closed.
    pub close: watch::Receiver<Option<CloseReason>>,
}

impl Hub {
    /// An empty hub that keeps `presence` up to date.
    pub fn new(presence: PresenceBook) -> Self {
        Self(Arc::new(Inner {
            table: Mutex::default(),
            polls: Polls::default(),
            presence,
        }))
    }

    /// Takes a connection in. `session` is the sign-in that it came with: [`Hub::close_session`] closes by it.
    pub fn join(&self, connection: ConnectionId, user: UserId, session: Uuid, attention: Attention) -> Seat {
        let (queue, frames) = mpsc::channel(QUEUE);
        let (close, closed) = watch::channel(None);
        {
            let mut table = self.table();
            if table.closing {
                close.send_replace(Some(CloseReason::Restarting));
            }
            table.users.entry(user).or_default().push(connection);
            table.connections.insert(
                connection,
                Entry {
                    user,
                    session,
                    queue,
                    close,
                },
            );
        }
        self.0.presence.connected(user, connection, attention);
        Seat {
            hub: self.clone(),
            connection,
            frames,
            close: closed,
        }
    }

    /// Sends to every tab of `user`. Nobody connected is not an error.
    pub fn to_user<M: ServerWire>(&self, user: UserId, message: &M) {
        self.to_users(&[user], message);
    }

    /// The same to several people; the frame is made once.
    pub fn to_users<M: ServerWire>(&self, users: &[UserId], message: &M) {
        let Some(frame) = frame(message) else { return };
        let table = self.table();
        for connection in users.iter().filter_map(|user| table.users.get(user)).flatten() {
            table.send(*connection, &frame);
        }
    }

    /// Sends to one tab. Answers whether it is connected here.
    pub fn to_connection<M: ServerWire>(&self, connection: ConnectionId, message: &M) -> bool {
        let Some(frame) = frame(message) else { return false };
        self.table().send(connection, &frame)
    }

    /// What a tab says about its socket and itself.
    pub fn command(&self, user: UserId, connection: ConnectionId, command: &SocketCommand) {
        let attention = match command {
            // Whatever comes counts as a sign of life already.
            SocketCommand::Heartbeat => return,
            SocketCommand::Probe => {
                self.to_connection(connection, &SocketNews::Alive);
                return;
            }
            SocketCommand::Idle => Attention::Idle,
            SocketCommand::Active => Attention::Active,
        };
        self.0.presence.attends(user, connection, attention);
    }

    /// Whether this connection is open on this process.
    pub fn has(&self, connection: ConnectionId) -> bool {
        self.table().connections.contains_key(&connection)
    }

    /// How many connections a person has.
    pub fn tabs_of(&self, user: UserId) -> usize {
        self.table().users.get(&user).map_or(0, Vec::len)
    }

    /// How many connections are open.
    pub fn len(&self) -> usize {
        self.table().connections.len()
    }

    /// Whether nobody is connected.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// Closes the sockets that came with a session which has ended, and takes out the tabs that asked by it.
    pub fn close_session(&self, session: Uuid) {
        self.end_polls_of(session);
        self.close_where(session, CloseReason::SignedOut);
    }

    /// Closes the sockets that came with a session whose token is another one now: who has it comes back.
    pub fn renew_session(&self, session: Uuid) {
        self.close_where(session, CloseReason::Renewed);
    }

    fn close_where(&self, session: Uuid, reason: CloseReason) {
        let table = self.table();
        for entry in table.connections.values().filter(|entry| entry.session == session) {
            entry.close.send_replace(Some(reason));
        }
    }

    /// The sessions by which `user` has a page open at this process; one that is told to close counts no more.
    pub fn sessions_of(&self, user: UserId) -> HashSet<Uuid> {
        let table = self.table();
        let connections = table.users.get(&user).into_iter().flatten();
        let entries = connections.filter_map(|connection| table.connections.get(connection));
        let open = entries.filter(|entry| entry.close.borrow().is_none());
        open.map(|entry| entry.session).collect()
    }

    /// Tells every socket to come back later, and those that still arrive as well.
    pub fn close_all(&self) {
        let mut table = self.table();
        table.closing = true;
        for entry in table.connections.values() {
            entry.close.send_replace(Some(CloseReason::Restarting));
        }
    }

    pub(super) fn polls(&self) -> &Polls {
        &self.0.polls
    }

    pub(super) fn presence(&self) -> &PresenceBook {
        &self.0.presence
    }

    fn table(&self) -> MutexGuard<'_, Table> {
        // Nothing in the critical sections can leave the table half changed.
        self.0.table.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Table {
    fn send(&self, connection: ConnectionId, frame: &Arc<str>) -> bool {
        let Some(entry) = self.connections.get(&connection) else {
            return false;
        };
        if entry.close.borrow().is_some() {
            // On its way out: it comes back and catches up, without a hole in what it heard.
            return false;
        }
        match entry.queue.try_send(frame.clone()) {
            Ok(()) => true,
            Err(mpsc::error::TrySendError::Full(_)) => {
                entry.close.send_replace(Some(CloseReason::TooSlow));
                true
            }
            Err(mpsc::error::TrySendError::Closed(_)) => false,
        }
    }
}

impl Drop for Seat {
    fn drop(&mut self) {
        let user = {
            let mut table = self.hub.table();
            let Some(entry) = table.connections.remove(&self.connection) else {
                return;
            };
            if let Some(connections) = table.users.get_mut(&entry.user) {
                connections.retain(|connection| *connection != self.connection);
                if connections.is_empty() {
                    table.users.remove(&entry.user);
                }
            }
            entry.user
        };
        self.hub.0.presence.disconnected(user, self.connection);
    }
}

fn frame<M: ServerWire>(message: &M) -> Option<Arc<str>> {
    encode(M::FEATURE, message)
        .map(Arc::from)
        .inspect_err(|error| tracing::error!(feature = M::FEATURE, %error, "message is no JSON"))
        .ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hub() -> Hub {
        Hub::new(PresenceBook::new(std::time::Duration::ZERO))
    }

    fn join(hub: &Hub, user: UserId, session: Uuid) -> Seat {
        hub.join(ConnectionId::random(), user, session, Attention::Active)
    }

    fn person(n: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(n))
    }

    #[tokio::test]
    async fn every_tab_of_a_person_hears_and_nobody_else_does() {
        let hub = hub();
        let mut tabs = [join(&hub, person(1), Uuid::nil()), join(&hub, person(1), Uuid::nil())];
        let mut other = join(&hub, person(2), Uuid::nil());
        hub.to_user(person(1), &SocketNews::Heartbeat);
        for tab in &mut tabs {
            assert_eq!(
                &*tab.frames.recv().await.unwrap(),
                r#"{"realtime":{"type":"heartbeat"}}"#
            );
        }
        assert!(other.frames.try_recv().is_err());
        hub.to_users(&[person(1), person(3), person(2)], &SocketNews::Heartbeat);
        for tab in tabs.iter_mut().chain([&mut other]) {
            assert!(tab.frames.try_recv().is_ok() && tab.frames.try_recv().is_err());
        }
        let [one, two] = tabs;
        drop(one);
        assert_eq!(hub.len(), 2);
        assert!(hub.to_connection(two.connection, &SocketNews::Heartbeat));
        drop(two);
        hub.to_user(person(1), &SocketNews::Heartbeat);
        assert_eq!(hub.len(), 1);
    }

    #[tokio::test]
    async fn a_probe_is_answered_to_the_tab_that_asks() {
        let hub = hub();
        let (mut asks, mut other) = (join(&hub, person(1), Uuid::nil()), join(&hub, person(1), Uuid::nil()));
        hub.command(person(1), asks.connection, &SocketCommand::Heartbeat);
        hub.command(person(1), asks.connection, &SocketCommand::Probe);
        assert_eq!(&*asks.frames.recv().await.unwrap(), r#"{"realtime":{"type":"alive"}}"#);
        assert!(other.frames.try_recv().is_err());
    }

    #[tokio::test]
    async fn a_tab_that_does_not_keep_up_is_closed_and_nobody_waits_for_it() {
        let hub = hub();
        let seat = join(&hub, person(1), Uuid::nil());
        for _ in 0..=QUEUE {
            hub.to_user(person(1), &SocketNews::Heartbeat);
        }
        assert_eq!(*seat.close.borrow(), Some(CloseReason::TooSlow));
    }

    #[tokio::test]
    async fn an_ended_session_takes_its_sockets_along() {
        let hub = hub();
        let (session, other) = (Uuid::from_u128(7), Uuid::from_u128(8));
        let seat = join(&hub, person(1), session);
        let stays = join(&hub, person(1), other);
        assert_eq!(hub.sessions_of(person(1)), [session, other].into());
        hub.renew_session(other);
        assert_eq!(*stays.close.borrow(), Some(CloseReason::Renewed));
        assert_eq!(hub.sessions_of(person(1)), [session].into());
        drop(stays);
        assert_eq!(hub.sessions_of(person(1)), [session].into());
        let stays = join(&hub, person(1), other);
        hub.close_session(session);
        assert_eq!(*seat.close.borrow(), Some(CloseReason::SignedOut));
        assert_eq!(*stays.close.borrow(), None);
        hub.close_all();
        assert_eq!(*stays.close.borrow(), Some(CloseReason::Restarting));
        let late = join(&hub, person(1), other);
        assert_eq!(*late.close.borrow(), Some(CloseReason::Restarting));
    }
}
