//! Who is to be told of a change while no page is open: decided at the moment of the change, and asked for in its transaction.

use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::notifications::model::Kind;
use crate::notifications::service::Reading;
use crate::notifications::settings::{channels, is_quiet};
use crate::notifications::store;
use crate::server::db::{Conn, StoreError};
use crate::server::jobs::{self, NewJob};

use super::delivery::{KIND, Task};
use super::model::SubscriptionId;

/// The browsers that are to be told of a change of one line.
pub(in crate::notifications) struct Ahead {
    user: UserId,
    subject: String,
    subscriptions: Vec<SubscriptionId>,
    ends_ring: bool,
    /// Until when that rings which they are told of; to be kept with the line, so that they are told of its end.
    pub(in crate::notifications) rings_until: Option<Micros>,
}

impl Ahead {
    /// Of a line that is about to be put; the log is locked. `None` if nobody is to be told.
    pub(in crate::notifications) async fn of_put(
        conn: &mut Conn,
        now: Micros,
        user: UserId,
        subject: &str,
        kind: Kind,
        reading: Reading,
    ) -> Result<Option<Self>, AppError> {
        let subscriptions = store::subscriptions(conn, user, now).await?;
        if subscriptions.is_empty() {
            return Ok(None);
        }
        let ends_ring = store::rings_until(conn, user, subject).await?.is_some();
        let until = match reading {
            Reading::Passing { until } => Some(until),
            Reading::Unread | Reading::Quiet | Reading::Read => None,
        };
        let is_news = until.is_some() || reading == Reading::Unread;
        let is_told = is_news && channels(conn, user, kind).await?.desktop && !is_quiet(conn, user, now).await?;
        Ok((is_told || ends_ring).then(|| Self {
            user,
            subject: subject.to_owned(),
            subscriptions,
            ends_ring,
            rings_until: until.filter(|_| is_told && kind.passes()),
        }))
    }

    /// Of a line that needs nobody's attention any more: only if it is that of a ring that was pushed.
    pub(in crate::notifications) async fn of_end(
        conn: &mut Conn,
        now: Micros,
        user: UserId,
        subject: &str,
    ) -> Result<Option<Self>, StoreError> {
        let rings_until = store::rings_until(conn, user, subject).await?;
        if rings_until.is_none() {
            return Ok(None);
        }
        Ok(Some(Self {
            user,
            subject: subject.to_owned(),
            subscriptions: store::subscriptions(conn, user, now).await?,
            ends_ring: true,
            rings_until,
        }))
    }

    /// Asks for the pushes, one job per browser and subject: what comes later takes the place of what waits. `seq` is the number of the
    /// change.
    pub(in crate::notifications) async fn ask(self, conn: &mut Conn, now: Micros, seq: u64) -> Result<(), StoreError> {
        for subscription in self.subscriptions {
            let task = Task {
                subscription,
                user: self.user,
                subject: self.subject.clone(),
                seq,
                ends_ring: self.ends_ring,
            };
            let key = format!("{KIND}:{subscription}:{}", self.subject);
            jobs::enqueue(conn, NewJob::new(KIND, now).key(key).payload(&task)).await?;
        }
        Ok(())
    }
}
