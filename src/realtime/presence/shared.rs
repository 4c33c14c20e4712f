//! Who is here, written down for other processes and for the time after a kill.
//!
//! Each process tells every [`BEAT`] that it lives, and within [`STEP`] who came, went or changed. The others take what it has told for
//! true until it has been silent for [`GONE`]; whoever notices first clears it away. A process that starts where another one listened
//! knows at once that the other has ended, so after a restart nobody is here who is not connected.

use std::collections::HashMap;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use tokio::sync::Mutex;

use super::{PresenceBook, PresenceListener};
use crate::define_id;
use crate::kernel::clock::Clock;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::realtime::model::Presence;
use crate::realtime::store::{self, Process};
use crate::server::db::{Db, StoreError};

define_id! {
    /// One life of one process.
    ProcessId
}

/// How often changes are written down, and those of others read.
pub const STEP: Duration = Duration::from_secs(2);
/// How often a process tells that it lives.
pub const BEAT: Duration = Duration::from_secs(10);
/// After how long a silence a process counts as gone, with the people at it.
pub const GONE: Duration = Duration::from_secs(25);

/// A process's share of what all of them know. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SharedPresence {
    db: Db,
    clock: Clock,
    book: PresenceBook,
    me: ProcessId,
    place: Arc<str>,
    told: Arc<Mutex<Told>>,
}

/// What was written and read last.
#[derive(Debug, Default)]
struct Told {
    at: Option<Micros>,
    /// Whether the rest of the one before was looked for. Once: a machine's name may be another one's as well.
    has_taken_over: bool,
    people: HashMap<UserId, (usize, Presence)>,
    /// The other processes, as of the last time that their people were read.
    others: Vec<(ProcessId, i64)>,
}

impl SharedPresence {
    /// Shares `book`. `place` is where the process listens: see [`place`].
    pub fn new(db: Db, clock: Clock, book: PresenceBook, place: String) -> Self {
        Self {
            db,
            clock,
            book,
            me: ProcessId::random(),
            place: place.into(),
            told: Arc::default(),
        }
    }

    /// Takes steps for as long as the process lives.
    pub async fn keep_in_step(self, listeners: Vec<Arc<dyn PresenceListener>>) {
        loop {
            if let Err(error) = self.step(&listeners).await {
                tracing::warn!(%error, "who is here was not exchanged with other processes");
            }
            tokio::time::sleep(STEP).await;
        }
    }

    /// Writes down what has changed here, clears away who is gone, and takes over what others have written.
    ///
    /// # Errors
    /// When the database does not answer; the next step does what was left.
    pub async fn step(&self, listeners: &[Arc<dyn PresenceListener>]) -> Result<(), StoreError> {
        let mut told = self.told.lock().await;
        self.tell(&mut told).await?;
        let now = self.clock.now();
        let others = store::processes(&mut self.db.read().await?).await?;
        let is_first = !told.has_taken_over;
        let is_before_us = |other: &Process| is_first && *other.place == *self.place;
        let is_gone = |other: &Process| is_before_us(other) || now.since(other.seen_at) > GONE;
        let (gone, others): (Vec<Process>, Vec<Process>) = others
            .into_iter()
            .filter(|other| other.id != self.me)
            .partition(is_gone);
        for process in gone {
            let is_before_us = is_before_us(&process);
            let people = self.clear_away(process, listeners).await?;
            if is_before_us {
                self.book.expect(&people);
            }
        }
        told.has_taken_over = true;
        self.hear(&mut told, &others).await
    }

    async fn tell(&self, told: &mut Told) -> Result<(), StoreError> {
        let here: HashMap<UserId, (usize, Presence)> = self
            .book
            .here()
            .into_iter()
            .map(|(user, tabs, presence)| (user, (tabs, presence)))
            .collect();
        let row = |(user, (tabs, presence)): (&UserId, &(usize, Presence))| (*user, *tabs, *presence);
        let is_news = |(user, state): &(&UserId, &(usize, Presence))| told.people.get(user) != Some(state);
        let news: Vec<_> = here.iter().filter(is_news).map(row).collect();
        let gone: Vec<UserId> = told
            .people
            .keys()
            .filter(|user| !here.contains_key(user))
            .copied()
            .collect();
        let now = self.clock.now();
        let is_changed = !news.is_empty() || !gone.is_empty();
        // Where nobody is, there is nothing to keep alive.
        let is_due = !here.is_empty() && told.at.is_none_or(|at| now.since(at) >= BEAT);
        if !is_changed && !is_due {
            return Ok(());
        }
        let everybody: Vec<_> = here.iter().map(row).collect();
        let (me, place) = (self.me, self.place.clone());
        self.db
            .transaction(move |conn| {
                async move {
                    if store::beat(conn, me, is_changed, now).await? {
                        store::take_out(conn, me, &gone).await?;
                        return store::put(conn, me, &news).await;
                    }
                    // The first word, or the first after others took the silence for the end.
                    store::insert(conn, me, &place, now).await?;
                    store::put(conn, me, &everybody).await
                }
                .boxed()
            })
            .await?;
        told.people = here;
        told.at = Some(now);
        Ok(())
    }

    async fn clear_away(
        &self,
        process: Process,
        listeners: &[Arc<dyn PresenceListener>],
    ) -> Result<Vec<UserId>, StoreError> {
        let (id, seen_at) = (process.id, process.seen_at);
        let people = self
            .db
            .transaction(move |conn| {
                async move {
                    let people = store::people_at(conn, &[id]).await?;
                    Ok::<_, StoreError>(store::forget(conn, id, seen_at).await?.then_some(people))
                }
                .boxed()
            })
            .await?;
        let people: Vec<UserId> = people.into_iter().flatten().map(|(user, _)| user).collect();
        if !people.is_empty() {
            tracing::info!(people = people.len(), "a process ended with people at it");
            for listener in listeners {
                listener.left_behind(people.clone(), seen_at).await;
            }
        }
        Ok(people)
    }

    async fn hear(&self, told: &mut Told, others: &[Process]) -> Result<(), StoreError> {
        let versions: Vec<(ProcessId, i64)> = others.iter().map(|other| (other.id, other.version)).collect();
        if versions == told.others {
            return Ok(());
        }
        let ids: Vec<ProcessId> = others.iter().map(|other| other.id).collect();
        let people = match ids.is_empty() {
            true => Vec::new(),
            false => store::people_at(&mut self.db.read().await?, &ids).await?,
        };
        let mut elsewhere = HashMap::new();
        for (user, presence) in people {
            let known = elsewhere.entry(user).or_insert(presence);
            *known = presence.or(*known);
        }
        self.book.set_elsewhere(&elsewhere);
        told.others = versions;
        Ok(())
    }
}

/// Where a process is that listens at `address`: no two that live at the same time are there. Where machines have the same name or none,
/// a process that starts takes the people of another for gone until that one tells again.
pub fn place(address: std::net::SocketAddr) -> String {
    let told = std::fs::read_to_string(Path::new("/proc/sys/kernel/hostname"));
    let machine = told.unwrap_or_default();
    format!("{} {address}", machine.trim())
}
