//! Use cases of requests to become partners: ask, answer, take back; those that nobody answers run out.

use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::model::{MESSAGE_MAX, PartnershipId, RequestId, RequestStatus, RequestView, Requests, RoomId};
use super::store::{self, Actor, Settled};
use super::wire::MatchingNews;
use crate::accounts::deletion::service as deletion;
use crate::accounts::model::Viewer;
use crate::accounts::service as accounts;
use crate::accounts::verification;
use crate::kernel::error::{AppError, Problem, Refusal};
use crate::kernel::id::UserId;
use crate::kernel::text::multi_line;
use crate::kernel::time::Micros;
use crate::notifications::model::Notice;
use crate::notifications::service::{self as notifications, Entry, Reading};
use crate::profiles::service as profiles;
use crate::server::db::Conn;
use crate::server::jobs::{Handler, Job, JobError};
use crate::server::limits::Limit;
use crate::server::state::AppState;

/// How long a request waits for an answer.
pub const REQUEST_AGE: Duration = Duration::from_secs(14 * 24 * 3600);
/// Requests that run out in one transaction.
const BATCH: i64 = 100;

/// Asks `to` (a username) to become partners.
///
/// # Errors
/// A message that is too long; [`AppError::NotFound`] where either of the two is going; [`Refusal`]s: oneself, an address that is not confirmed, partners already, asked already.
pub async fn send_request(state: &AppState, viewer: &Viewer, to: &str, message: &str) -> Result<(), AppError> {
    let message = multi_line(message, 0, MESSAGE_MAX).map_err(|problem| AppError::field("message", problem))?;
    state.limits.check(Limit::Request, &viewer.id.to_string())?;
    let recipient = accounts::person_by_username(&mut state.db.read().await?, to).await?;
    if recipient.id == viewer.id {
        return Err(AppError::Refused(Refusal::Oneself));
    }
    verification::may_reach_others(state, viewer.id).await?;
    let (now, sender) = (state.clock.now(), viewer.id);
    let recorded = state
        .db
        .transaction(move |conn| {
            async move {
                lock_pair(conn, sender, recipient.id).await?;
                // Both, in one order: either may be going at this moment.
                let (low, high) = store::ordered(sender, recipient.id);
                deletion::require_there(conn, low).await?;
                deletion::require_there(conn, high).await?;
                if store::between(conn, sender, recipient.id).await?.is_some() {
                    return Err(AppError::Refused(Refusal::AlreadyPartners));
                }
                let id = RequestId::new_at(now);
                if !store::insert_request(conn, id, sender, recipient.id, &message, now).await? {
                    return Err(AppError::Refused(Refusal::AlreadyAsked));
                }
                notifications::record_all(conn, now, vec![received(id, sender, recipient.id, message)]).await
            }
            .boxed()
        })
        .await?;
    notifications::publish(state, recorded);
    let from = viewer.card();
    tell(state, recipient.id, |waiting| MatchingNews::RequestReceived {
        from,
        waiting,
    })
    .await;
    Ok(())
}

/// Open requests of a person.
///
/// # Errors
/// When the database does not answer.
pub async fn requests(state: &AppState, viewer: &Viewer) -> Result<Requests, AppError> {
    let mut conn = state.db.read().await?;
    let incoming = store::open_requests(&mut conn, viewer.id, true).await?;
    let outgoing = store::open_requests(&mut conn, viewer.id, false).await?;
    let ids: Vec<UserId> = incoming
        .iter()
        .chain(&outgoing)
        .map(|request| request.person.id)
        .collect();
    let profiles = profiles::profiles(&mut conn, &ids).await?;
    let view = |request: store::OpenRequest| RequestView {
        languages: profiles
            .get(&request.person.id)
            .map(|profile| profile.languages.clone())
            .unwrap_or_default(),
        id: request.id,
        person: request.person,
        message: request.message,
        at: state.clock.local(request.created_at, &viewer.time_zone),
    };
    Ok(Requests {
        incoming: incoming.into_iter().map(view).collect(),
        outgoing: outgoing.into_iter().map(view).collect(),
    })
}

/// How many requests wait for a person's answer.
///
/// # Errors
/// When the database does not answer.
pub async fn waiting(state: &AppState, user: UserId) -> Result<u32, AppError> {
    Ok(store::waiting(&mut state.db.read().await?, user).await?)
}

/// Accepts a request: the two are partners, and whatever else was open between them is settled with it.
///
/// # Errors
/// [`AppError::NotFound`] for a request that is not for this person, [`Refusal::AlreadySettled`].
pub async fn accept(state: &AppState, viewer: &Viewer, request: RequestId) -> Result<(), AppError> {
    let (me, now) = (viewer.id, state.clock.now());
    let (sender, recorded) = state
        .db
        .transaction(move |conn| {
            async move {
                let (sender, _) = store::parties(conn, request, me, Actor::Recipient)
                    .await?
                    .ok_or(AppError::NotFound)?;
                lock_pair(conn, me, sender).await?;
                let settled = store::settle_request(conn, request, RequestStatus::Accepted, now).await?;
                let first = settled.ok_or(AppError::Refused(Refusal::AlreadySettled))?;
                let crossed = store::settle_between(conn, me, sender, RequestStatus::Accepted, now).await?;
                store::begin_partnership(conn, PartnershipId::new_at(now), me, sender, RoomId::random(), now).await?;
                let mut notices: Vec<Entry> = [first].iter().chain(&crossed).map(answered).collect();
                notices.push(Entry::Put {
                    user: sender,
                    subject: subject(request),
                    actor: Some(me),
                    notice: Notice::RequestAccepted,
                    reading: Reading::Unread,
                });
                Ok::<_, AppError>((sender, notifications::record_all(conn, now, notices).await?))
            }
            .boxed()
        })
        .await?;
    notifications::publish(state, recorded);
    let by = viewer.card();
    tell(state, sender, |waiting| MatchingNews::RequestAccepted { by, waiting }).await;
    tell_changed(state, &[me]).await;
    Ok(())
}

/// Declines a request.
///
/// # Errors
/// As for [`accept`].
pub async fn decline(state: &AppState, viewer: &Viewer, request: RequestId) -> Result<(), AppError> {
    settle(state, viewer, request, Actor::Recipient, RequestStatus::Declined).await
}

/// Takes a request back.
///
/// # Errors
/// [`AppError::NotFound`] for a request that this person did not send, [`Refusal::AlreadySettled`].
pub async fn cancel(state: &AppState, viewer: &Viewer, request: RequestId) -> Result<(), AppError> {
    settle(state, viewer, request, Actor::Sender, RequestStatus::Cancelled).await
}

async fn settle(
    state: &AppState,
    viewer: &Viewer,
    request: RequestId,
    actor: Actor,
    status: RequestStatus,
) -> Result<(), AppError> {
    let (me, now) = (viewer.id, state.clock.now());
    let (sender, recipient, recorded) = state
        .db
        .transaction(move |conn| {
            async move {
                let (sender, recipient) = store::parties(conn, request, me, actor)
                    .await?
                    .ok_or(AppError::NotFound)?;
                let settled = store::settle_request(conn, request, status, now).await?;
                let settled = settled.ok_or(AppError::Refused(Refusal::AlreadySettled))?;
                let recorded = notifications::record_all(conn, now, vec![answered(&settled)]).await?;
                Ok::<_, AppError>((sender, recipient, recorded))
            }
            .boxed()
        })
        .await?;
    notifications::publish(state, recorded);
    tell_changed(state, &[sender, recipient]).await;
    Ok(())
}

/// Stores an open request of a given time, for demo data.
///
/// # Errors
/// A message that is too long.
pub async fn insert_request(
    conn: &mut Conn,
    from: UserId,
    to: UserId,
    message: &str,
    at: Micros,
) -> Result<bool, AppError> {
    let message: Result<String, Problem> = multi_line(message, 0, MESSAGE_MAX);
    let message = message.map_err(|problem| AppError::field("message", problem))?;
    let id = RequestId::new_at(at);
    let is_new = store::insert_request(conn, id, from, to, &message, at).await?;
    if is_new {
        notifications::record_all(conn, at, vec![received(id, from, to, message)]).await?;
    }
    Ok(is_new)
}

/// What a new socket is told.
///
/// # Errors
/// When the database does not answer.
pub async fn snapshot(state: &AppState, user: UserId) -> Result<MatchingNews, AppError> {
    Ok(MatchingNews::Waiting {
        requests: waiting(state, user).await?,
    })
}

/// What a request is called in lists of notifications.
fn subject(request: RequestId) -> String {
    format!("request:{request}")
}

/// Somebody asks.
fn received(request: RequestId, from: UserId, to: UserId, message: String) -> Entry {
    Entry::Put {
        user: to,
        subject: subject(request),
        actor: Some(from),
        notice: Notice::RequestReceived { message },
        reading: Reading::Unread,
    }
}

/// There is nothing to answer any more.
pub(super) fn answered(settled: &Settled) -> Entry {
    Entry::MarkRead {
        user: settled.recipient_id,
        subject: subject(settled.id),
    }
}

/// The job that lets requests run out which nobody has answered for long. Nobody is told: an answer that did not come is none.
pub struct RunOut(pub AppState);

impl RunOut {
    async fn run_out(&self) -> Result<(), AppError> {
        let state = &self.0;
        loop {
            let now = state.clock.now();
            let (settled, recorded) = state
                .db
                .transaction(move |conn| {
                    async move {
                        let settled = store::settle_old(conn, now.minus(REQUEST_AGE), now, BATCH).await?;
                        let notices = settled.iter().map(answered).collect();
                        let recorded = notifications::record_all(conn, now, notices).await?;
                        Ok::<_, AppError>((settled, recorded))
                    }
                    .boxed()
                })
                .await?;
            notifications::publish(state, recorded);
            for Settled {
                sender_id,
                recipient_id,
                ..
            } in &settled
            {
                tell_changed(state, &[*sender_id, *recipient_id]).await;
            }
            if settled.len() < BATCH as usize {
                return Ok(());
            }
        }
    }
}

impl Handler for RunOut {
    fn kind(&self) -> &'static str {
        "matching.requests_run_out"
    }

    fn every(&self) -> Option<Duration> {
        Some(Duration::from_secs(600))
    }

    fn run(&self, _: Job) -> BoxFuture<'_, Result<(), JobError>> {
        async move { Ok(self.run_out().await?) }.boxed()
    }
}

/// Tells tabs to look again.
pub(super) async fn tell_changed(state: &AppState, people: &[UserId]) {
    for user in people {
        tell(state, *user, |waiting| MatchingNews::Changed { waiting }).await;
    }
}

/// Tells a person's tabs, with the number of requests that wait. The change is stored by then: that somebody could not be told is no
/// reason to call it failed, and the next page or socket knows.
async fn tell(state: &AppState, user: UserId, news: impl FnOnce(u32) -> MatchingNews) {
    match waiting(state, user).await {
        Ok(waiting) => state.hub.to_user(user, &news(waiting)),
        Err(error) => tracing::warn!(%error, "a change of requests or partners is stored but not told"),
    }
}

/// One transaction at a time for a pair, whoever of the two began it.
async fn lock_pair(conn: &mut Conn, one: UserId, other: UserId) -> Result<(), AppError> {
    let (low, high) = store::ordered(one, other);
    Ok(conn.lock(&format!("pair {low} {high}")).await?)
}
