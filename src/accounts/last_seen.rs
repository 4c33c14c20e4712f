//! When people were here last: written down when they leave, and once in a while for those who stay, because a process that is killed
//! says nothing of anybody; with what it has told other processes it is known to some seconds. Of who appears offline nothing is written
//! down: to others they were here last when they chose to.

use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::store;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::realtime::model::Presence;
use crate::realtime::presence::PresenceListener;
use crate::server::db::StoreError;
use crate::server::state::AppState;

/// How often it is written down of those who are here: what a kill loses at most.
pub const REFRESH: Duration = Duration::from_secs(60);

/// Writes down when people were here last. Cheap to clone.
#[derive(Clone, Debug)]
pub struct LastSeen(pub AppState);

impl LastSeen {
    /// Refreshes it for as long as the process lives.
    pub async fn keep_refreshing(self) {
        loop {
            tokio::time::sleep(REFRESH).await;
            if let Err(error) = self.refresh().await {
                tracing::warn!(%error, "last seen not refreshed");
            }
        }
    }

    /// Everybody who is here is seen at this moment.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn refresh(&self) -> Result<(), StoreError> {
        // Those at other processes are theirs to write down.
        let here = self.0.presence.here().into_iter().map(|(user, ..)| user);
        self.note(here.collect(), self.0.clock.now()).await
    }

    async fn note(&self, people: Vec<UserId>, at: Micros) -> Result<(), StoreError> {
        if people.is_empty() {
            return Ok(());
        }
        self.0
            .db
            .transaction(move |conn| async move { store::set_last_seen(conn, &people, at).await }.boxed())
            .await
    }
}

impl PresenceListener for LastSeen {
    fn changed(&self, user: UserId, presence: Presence) -> BoxFuture<'_, ()> {
        async move {
            if presence == Presence::Offline
                && let Err(error) = self.note(vec![user], self.0.clock.now()).await
            {
                tracing::warn!(%error, "last seen not written");
            }
        }
        .boxed()
    }

    fn left_behind(&self, people: Vec<UserId>, at: Micros) -> BoxFuture<'_, ()> {
        async move {
            if let Err(error) = self.note(people, at).await {
                tracing::warn!(%error, "last seen not written of a process that ended");
            }
        }
        .boxed()
    }
}
