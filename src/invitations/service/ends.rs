//! How calls end that nobody answered: their time is over, the pair is no more, the caller left.

use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::Invitations;
use crate::invitations::model::{InvitationId, Outcome};
use crate::invitations::notices;
use crate::invitations::store::{self, Invitation};
use crate::invitations::wire::InvitationNews;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::matching::model::PartnershipId;
use crate::notifications::service::{self as notifications, Recorded};
use crate::realtime::model::Presence;
use crate::realtime::presence::PresenceListener;
use crate::server::db::{Conn, StoreError};

/// How much too long something may ring before it is looked into.
const OVERDUE: Duration = Duration::from_secs(60);

impl Invitations {
    /// Ends an invitation that has rung long enough.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn ring_out(&self, id: InvitationId) -> Result<(), AppError> {
        let now = self.state.clock.now();
        self.end(move |conn| async move { store::due(conn, id, now).await }.boxed())
            .await
    }

    /// Whether an invitation rings.
    pub(in crate::invitations) async fn rings(&self, id: InvitationId) -> Result<bool, AppError> {
        Ok(store::rings(&mut self.state.db.read().await?, id).await?)
    }

    /// Ends what has rung for longer than it should by `OVERDUE`: what its own job did not end, for whatever reason.
    pub(in crate::invitations) async fn ring_out_overdue(&self) -> Result<(), AppError> {
        let before = self.state.clock.now().minus(OVERDUE);
        for id in store::due_before(&mut self.state.db.read().await?, before).await? {
            tracing::warn!(%id, "a call still rang after its time");
            self.ring_out(id).await?;
        }
        Ok(())
    }

    /// Ends what rings in a partnership that is no longer in force.
    pub(in crate::invitations) async fn stop_ringing(&self, pair: PartnershipId) -> Result<(), AppError> {
        self.end(move |conn| {
            async move {
                let ringing = store::ringing_between(conn, pair).await?;
                Ok(ringing.filter(|invitation| invitation.room_id.is_none()))
            }
            .boxed()
        })
        .await
    }

    /// Ends the invitation that `find` finds, as one that nobody answered. What somebody else has ended by then stays as it is.
    async fn end<F>(&self, find: F) -> Result<(), AppError>
    where
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<Option<Invitation>, StoreError>> + Send + 'static,
    {
        let now = self.state.clock.now();
        let ended = self
            .state
            .db
            .transaction(move |conn| {
                async move {
                    let Some(invitation) = find(conn).await? else {
                        return Ok(None);
                    };
                    let outcome = match (invitation.room_id, invitation.reached_at) {
                        (None, _) => Outcome::Cancelled,
                        (Some(_), None) if !invitation.is_silent => Outcome::Expired,
                        // To the caller, somebody who is not to be disturbed is somebody who does not answer.
                        (Some(_), _) => Outcome::Missed,
                    };
                    let recorded = settle(conn, &invitation, outcome, now).await?;
                    Ok::<_, AppError>(recorded.map(|recorded| (invitation, outcome, recorded)))
                }
                .boxed()
            })
            .await?;
        if let Some((invitation, outcome, recorded)) = ended {
            self.tell_settled(&invitation, outcome, recorded);
        }
        Ok(())
    }

    async fn cancel_all_of(&self, caller: UserId) -> Result<(), AppError> {
        let ringing = store::ringing_from(&mut self.state.db.read().await?, caller).await?;
        for invitation in ringing {
            let (now, cancelled) = (self.state.clock.now(), invitation.clone());
            let recorded = self
                .state
                .db
                .transaction(move |conn| async move { settle(conn, &cancelled, Outcome::Cancelled, now).await }.boxed())
                .await?;
            if let Some(recorded) = recorded {
                self.tell_settled(&invitation, Outcome::Cancelled, recorded);
            }
        }
        Ok(())
    }

    pub(super) fn tell_settled(&self, invitation: &Invitation, outcome: Outcome, recorded: Vec<Recorded>) {
        let news = InvitationNews::Settled {
            id: invitation.id,
            outcome,
        };
        let both = [invitation.caller_id, invitation.callee_id];
        self.state.hub.to_users(&both, &news);
        notifications::publish(&self.state, recorded);
    }
}

/// The compare-and-set with what it leaves in both lists; `None` if somebody else was first.
pub(super) async fn settle(
    conn: &mut Conn,
    invitation: &Invitation,
    outcome: Outcome,
    now: Micros,
) -> Result<Option<Vec<Recorded>>, AppError> {
    if !store::settle(conn, invitation.id, outcome, now).await? {
        return Ok(None);
    }
    let recorded = notifications::record_all(conn, now, notices::ends(invitation, outcome)).await?;
    Ok(Some(recorded))
}

/// Who leaves stops calling: nobody should answer a call that nobody hears.
impl PresenceListener for Invitations {
    fn changed(&self, user: UserId, presence: Presence) -> BoxFuture<'_, ()> {
        async move {
            // News of a departure may be late: somebody who is back calls on.
            if presence != Presence::Offline || self.state.presence.of(user) != Presence::Offline {
                return;
            }
            if let Err(error) = self.cancel_all_of(user).await {
                tracing::warn!(%error, "calls of somebody who left not cancelled");
            }
        }
        .boxed()
    }
}
