//! Use cases of ringing: call, answer, hear what rings; `ends` has what ends with nobody's answer, `attempts` what came of it.

mod attempts;
mod ends;

use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use tracing::Instrument as _;
use uuid::Uuid;

use self::ends::settle;
use super::model::{Incoming, InvitationId, MESSAGE_MAX, Outcome, Outgoing, Settled, Started};
use super::store::{self, Invitation};
use super::wire::{InvitationCommand, InvitationNews};
use super::{expiry, notices};
use crate::accounts::model::{SessionId, Viewer};
use crate::accounts::service as accounts;
use crate::accounts::verification;
use crate::kernel::error::{AppError, Refusal};
use crate::kernel::id::{ConnectionId, UserId};
use crate::kernel::text::multi_line;
use crate::kernel::time::Micros;
use crate::matching::model::{PartnershipId, RoomId};
use crate::matching::service as matching;
use crate::notifications::model::{Channels, Kind};
use crate::notifications::service as notifications;
use crate::profiles::service as profiles;
use crate::realtime::model::{Attention, Presence};
use crate::server::db::Conn;
use crate::server::jobs;
use crate::server::limits::Limit;
use crate::server::state::AppState;

pub use self::attempts::{Attempt, attempts, failed_attempts};
pub use super::store::AttemptsAsked;

/// How long an end is told to sockets that come back.
const RECENT: Duration = Duration::from_secs(120);

/// An answered invitation, for whoever opens the call.
#[derive(Clone, Copy, Debug)]
pub struct Answered {
    /// The pair.
    pub partnership: PartnershipId,
    /// Their room.
    pub room: RoomId,
    /// Who called.
    pub caller: UserId,
    /// Who answered.
    pub callee: UserId,
    /// When.
    pub at: Micros,
}

/// A call that was opened, or that went on in the room.
pub struct Opened {
    /// Its key.
    pub call: Uuid,
    /// Tells both which call they are in: after the commit, and before they learn that the invitation was accepted, so that whoever goes to the
    /// room knows its call.
    pub tell: Box<dyn FnOnce() + Send>,
}

/// What opens the call when an invitation is accepted, in the same transaction: both happen or neither.
pub trait CallOpener: Send + Sync {
    /// Whether `person` is in the call of `room` at this moment: their partner need not ring, and only comes.
    fn is_in<'c>(&'c self, conn: &'c mut Conn, room: RoomId, person: UserId) -> BoxFuture<'c, Result<bool, AppError>>;

    /// Opens the call of `answered`, or leaves one that is going on in the room as it is.
    fn open<'c>(&'c self, conn: &'c mut Conn, answered: Answered) -> BoxFuture<'c, Result<Opened, AppError>>;

    /// After the commit and all that was told: a call that the callee was in elsewhere ends, as if they had left it.
    fn opened(&self, answered: Answered) -> BoxFuture<'_, ()>;
}

/// The use cases, with what they need. Cheap to clone.
#[derive(Clone)]
pub struct Invitations {
    state: AppState,
    opener: Arc<dyn CallOpener>,
}

impl Invitations {
    /// `opener` is the feature that holds calls.
    pub fn new(state: AppState, opener: Arc<dyn CallOpener>) -> Self {
        Self { state, opener }
    }

    /// The use cases of the request at hand.
    ///
    /// # Errors
    /// [`AppError::Internal`] outside of a request.
    pub fn here() -> Result<Self, AppError> {
        leptos::prelude::use_context::<Self>().ok_or(AppError::Internal)
    }

    /// Calls a partner (by username).
    ///
    /// # Errors
    /// A message that is too long, [`AppError::NotFound`] for somebody who is no partner, [`Refusal::EmailNotVerified`](crate::kernel::error::Refusal).
    pub async fn start(&self, viewer: &Viewer, to: &str, message: &str) -> Result<Started, AppError> {
        let state = &self.state;
        let message = multi_line(message, 0, MESSAGE_MAX).map_err(|problem| AppError::field("message", problem))?;
        state.limits.check(Limit::Invitation, &viewer.id.to_string())?;
        verification::may_reach_others(state, viewer.id).await?;
        let mut conn = state.db.read().await?;
        let to = accounts::person_by_username(&mut conn, to).await?;
        let pair = matching::partnership(&mut conn, viewer.id, to.id)
            .await?
            .ok_or(AppError::NotFound)?;
        if self.opener.is_in(&mut conn, pair.room, to.id).await? {
            return Ok(Started::Connected {
                room: pair.room,
                answered: None,
            });
        }
        // Read before it is stored: once it rings, nothing may keep it from being heard.
        let languages = profiles::profile(&mut conn, viewer.id).await?.languages;
        let now = state.clock.now();
        let told = told(&mut conn, to.id).await?;
        let is_silent = notifications::is_quiet(&mut conn, to.id, now).await?;
        // With no page open a push rings, on a phone in the pocket.
        let is_here = state.presence.of(to.id) != Presence::Offline
            || state.presence.is_expected(to.id)
            || (told.desktop && notifications::has_browser(&mut conn, to.id, now).await?);
        // Of somebody who has a presence no more, a call may still ring: theirs is answered, and one's own from another tab goes on.
        let is_ringing = store::ringing_between(&mut conn, pair.id).await?.is_some();
        drop(conn);
        let id = InvitationId::new_at(now);
        if !is_here && !is_ringing {
            let recorded = state
                .db
                .transaction(move |conn| {
                    async move {
                        store::insert_expired(conn, id, &pair, &message, now).await?;
                        notifications::record_all(conn, now, notices::never_rang(id, &pair, &message)).await
                    }
                    .boxed()
                })
                .await?;
            notifications::publish(state, recorded);
            return Ok(Started::Offline { to });
        }
        let expires_at = now.plus(Duration::from_secs(state.config.ring_seconds.into()));
        let words = message.clone();
        let (is_new, ringing, recorded) = state
            .db
            .transaction(move |conn| {
                async move {
                    let is_new = store::insert(conn, id, &pair, &words, now, expires_at, is_silent).await?;
                    let ringing = store::ringing_between(conn, pair.id).await?;
                    let mut recorded = Vec::new();
                    if is_new {
                        jobs::enqueue(conn, expiry::ring_out(id, now, expires_at)).await?;
                    }
                    if is_new && !is_silent {
                        let rings = notices::rings(id, &pair, &words, expires_at);
                        recorded = notifications::record_all(conn, now, rings).await?;
                    }
                    Ok::<_, AppError>((is_new, ringing, recorded))
                }
                .boxed()
            })
            .await?;
        match ringing {
            // Both called: the later call answers the earlier one.
            Some(theirs) if theirs.callee_id == viewer.id => Ok(Started::Connected {
                room: self.accept(viewer, theirs.id).await?,
                answered: Some(theirs.id),
            }),
            Some(mine) => {
                let left = mine.left(state.clock.now());
                if is_new && !is_silent {
                    let invitation = Incoming {
                        id: mine.id,
                        from: viewer.card(),
                        room: Some(pair.room),
                        languages,
                        message,
                        told,
                        left,
                    };
                    state.hub.to_user(to.id, &InvitationNews::Ringing { invitation });
                    notifications::publish(state, recorded);
                }
                Ok(Started::Ringing(Outgoing {
                    id: mine.id,
                    to,
                    room: Some(pair.room),
                    left,
                }))
            }
            // Settled between two statements by the clock: as good as not answered.
            None => Err(AppError::Busy { seconds: 1 }),
        }
    }

    /// Answers; both go to the room.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an invitation that is not for this person, [`Refusal::AlreadySettled`].
    pub async fn accept(&self, viewer: &Viewer, id: InvitationId) -> Result<RoomId, AppError> {
        let (me, now, opener) = (viewer.id, self.state.clock.now(), self.opener.clone());
        let (invitation, answered, opened, recorded) = self
            .state
            .db
            .transaction(move |conn| {
                async move {
                    let invitation = find(conn, id, me).await?;
                    if invitation.callee_id != me {
                        return Err(AppError::NotFound);
                    }
                    let room = invitation.room_id.ok_or(AppError::Refused(Refusal::AlreadySettled))?;
                    if !store::settle(conn, id, Outcome::Accepted { room }, now).await? {
                        return Err(AppError::Refused(Refusal::AlreadySettled));
                    }
                    let answered = Answered {
                        partnership: invitation.partnership_id,
                        room,
                        caller: invitation.caller_id,
                        callee: invitation.callee_id,
                        at: now,
                    };
                    let opened = opener.open(conn, answered).await?;
                    store::set_call(conn, id, opened.call).await?;
                    let notices = notices::ends(&invitation, Outcome::Accepted { room });
                    let recorded = notifications::record_all(conn, now, notices).await?;
                    Ok((invitation, answered, opened, recorded))
                }
                .boxed()
            })
            .await?;
        let room = answered.room;
        (opened.tell)();
        self.tell_settled(&invitation, Outcome::Accepted { room }, recorded);
        // Whoever accepted is not kept from the way to the room by it.
        let opener = self.opener.clone();
        tokio::spawn(async move { opener.opened(answered).await }.in_current_span());
        Ok(room)
    }

    /// Says no.
    ///
    /// # Errors
    /// As for [`Invitations::accept`].
    pub async fn decline(&self, viewer: &Viewer, id: InvitationId) -> Result<(), AppError> {
        self.answer(viewer.id, id, Outcome::Declined, |invitation| invitation.callee_id)
            .await
    }

    /// Gives up.
    ///
    /// # Errors
    /// [`AppError::NotFound`] for an invitation that is not of this person, [`Refusal::AlreadySettled`].
    pub async fn cancel(&self, viewer: &Viewer, id: InvitationId) -> Result<(), AppError> {
        self.answer(viewer.id, id, Outcome::Cancelled, |invitation| invitation.caller_id)
            .await
    }

    async fn answer(
        &self,
        me: UserId,
        id: InvitationId,
        outcome: Outcome,
        whose: fn(&Invitation) -> UserId,
    ) -> Result<(), AppError> {
        let now = self.state.clock.now();
        let (invitation, recorded) = self
            .state
            .db
            .transaction(move |conn| {
                async move {
                    let invitation = find(conn, id, me).await?;
                    if whose(&invitation) != me {
                        return Err(AppError::NotFound);
                    }
                    let settled = settle(conn, &invitation, outcome, now).await?;
                    let recorded = settled.ok_or(AppError::Refused(Refusal::AlreadySettled))?;
                    Ok((invitation, recorded))
                }
                .boxed()
            })
            .await?;
        self.tell_settled(&invitation, outcome, recorded);
        Ok(())
    }

    /// A command from a socket of `user`.
    ///
    /// # Errors
    /// [`AppError::Limited`], or when the database does not answer.
    pub async fn command(&self, user: UserId, command: InvitationCommand) -> Result<(), AppError> {
        let InvitationCommand::Reached { id } = command;
        self.state.limits.check(Limit::Tab, &user.to_string())?;
        let now = self.state.clock.now();
        // Every tab says so: only the first has anything to write.
        let ringing = store::ringing(&mut self.state.db.read().await?, id, user).await?;
        if ringing.is_none_or(|invitation| invitation.callee_id != user || invitation.reached_at.is_some()) {
            return Ok(());
        }
        Ok(self
            .state
            .db
            .transaction(move |conn| async move { store::set_reached(conn, id, user, now).await }.boxed())
            .await?)
    }

    /// A tab without a socket is here, and calls ring to its person: see [`Hub::polled`](crate::realtime::hub::Hub::polled).
    ///
    /// # Errors
    /// [`AppError::Limited`].
    pub fn still_here(
        &self,
        viewer: &Viewer,
        session: SessionId,
        tab: ConnectionId,
        attention: Attention,
    ) -> Result<(), AppError> {
        self.state.limits.check(Limit::Tab, &viewer.id.to_string())?;
        self.state.hub.polled(viewer.id, session.uuid(), tab, attention);
        Ok(())
    }

    /// The same as the command [`InvitationCommand::Reached`], from a tab without a socket.
    ///
    /// # Errors
    /// [`AppError::Limited`], or when the database does not answer.
    pub async fn reached(&self, viewer: &Viewer, id: InvitationId) -> Result<(), AppError> {
        self.command(viewer.id, InvitationCommand::Reached { id }).await
    }

    /// The same as what a new socket is told, for a tab without one.
    ///
    /// # Errors
    /// [`AppError::Limited`], or when the database does not answer.
    pub async fn ringing(&self, viewer: &Viewer) -> Result<InvitationNews, AppError> {
        self.state.limits.check(Limit::Tab, &viewer.id.to_string())?;
        self.snapshot(viewer.id).await
    }

    /// What a new socket of `user` is told.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn snapshot(&self, user: UserId) -> Result<InvitationNews, AppError> {
        let mut conn = self.state.db.read().await?;
        let (mut incoming, mut outgoing) = (Vec::new(), Vec::new());
        for invitation in store::ringing_of(&mut conn, user).await? {
            if invitation.callee_id == user && invitation.is_silent {
                continue;
            }
            if invitation.callee_id == user {
                incoming.push(self.incoming(&mut conn, &invitation).await?);
            } else {
                outgoing.push(Outgoing {
                    id: invitation.id,
                    to: accounts::person(&mut conn, invitation.callee_id).await?,
                    room: invitation.room_id,
                    left: invitation.left(self.state.clock.now()),
                });
            }
        }
        let since = self.state.clock.now().minus(RECENT);
        let settled = store::settled_since(&mut conn, user, since).await?;
        let settled = settled.into_iter().filter_map(|row| {
            Some(Settled {
                id: row.id,
                outcome: Outcome::parse(&row.status, row.room_id)?,
                with: row.with(),
            })
        });
        let settled = settled.collect();
        Ok(InvitationNews::Snapshot {
            incoming,
            outgoing,
            settled,
        })
    }

    async fn incoming(&self, conn: &mut Conn, invitation: &Invitation) -> Result<Incoming, AppError> {
        Ok(Incoming {
            id: invitation.id,
            from: accounts::person(conn, invitation.caller_id).await?,
            room: invitation.room_id,
            languages: profiles::profile(conn, invitation.caller_id).await?.languages,
            message: invitation.message.clone(),
            told: told(conn, invitation.callee_id).await?,
            left: invitation.left(self.state.clock.now()),
        })
    }
}

/// How somebody wants to be told of calls.
async fn told(conn: &mut Conn, callee: UserId) -> Result<Channels, AppError> {
    notifications::channels(conn, callee, Kind::CallReceived).await
}

/// One that rings; otherwise whether it was settled or never was this person's.
async fn find(conn: &mut Conn, id: InvitationId, me: UserId) -> Result<Invitation, AppError> {
    match store::ringing(conn, id, me).await? {
        Some(invitation) => Ok(invitation),
        None if store::exists(conn, id, me).await? => Err(AppError::Refused(Refusal::AlreadySettled)),
        None => Err(AppError::NotFound),
    }
}
