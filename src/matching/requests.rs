//! Use cases of requests to become partners: ask, answer, take back; those that nobody answers are brought back to mind, and run out.

use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::model::{ANSWER_MAX, MESSAGE_MAX, PartnershipId, RequestId, RequestStatus, RequestView, Requests, RoomId};
use super::store::{self, Actor, Reminded, Settled};
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
use crate::profiles::blocks::service::{lock_pair, require_none_between};
use crate::profiles::service as profiles;
use crate::server::db::Conn;
use crate::server::jobs::{Handler, Job, JobError};
use crate::server::limits::Limit;
use crate::server::state::AppState;

/// How long a request waits for an answer.
pub const REQUEST_AGE: Duration = Duration::from_secs(14 * 24 * 3600);
/// How long a request waits until its recipient is told of it again.
pub const REMINDER_AGE: Duration = Duration::from_secs(7 * 24 * 3600);
/// How long after a no the same person may be asked again.
pub const ASK_AGAIN: Duration = Duration::from_secs(90 * 24 * 3600);
/// Requests that may come to one person in a day without an answer of theirs: who is liked by many is not buried.
pub const OPEN_A_DAY: i64 = 10;
/// Requests that one person may send in a day: who means somebody in particular needs no more.
pub const SENT_A_DAY: i64 = 30;
/// What these two count.
const A_DAY: Duration = Duration::from_secs(24 * 3600);
/// Requests that run out, or are brought back to mind, in one transaction.
const BATCH: i64 = 100;

/// What became of a request that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// It waits for an answer.
    Waits,
    /// The other one had asked as well: the two are partners.
    Crossed,
}

/// Asks `to` (a username) to become partners. Who has been asked by them says yes with it.
///
/// # Errors
/// A message that is too long; [`AppError::NotFound`] where either of the two is going, or one is a young person and the other an adult, or
/// has blocked the other, or shows their profile to partners alone and has not asked; [`Refusal`]s: oneself, an address that is not confirmed,
/// partners already, asked already, declined within [`ASK_AGAIN`], and too many in a day, of this person ([`SENT_A_DAY`]) or to the other
/// ([`OPEN_A_DAY`]).
pub async fn send_request(state: &AppState, viewer: &Viewer, to: &str, message: &str) -> Result<Sent, AppError> {
    let message = multi_line(message, 0, MESSAGE_MAX).map_err(|problem| AppError::field("message", problem))?;
    state.limits.check(Limit::Request, &viewer.id.to_string())?;
    let recipient = accounts::person_by_username(&mut state.db.read().await?, to).await?;
    if recipient.id == viewer.id {
        return Err(AppError::Refused(Refusal::Oneself));
    }
    verification::may_reach_others(state, viewer.id).await?;
    let (now, sender, this_year) = (state.clock.now(), viewer.id, state.clock.this_year());
    let are_counted = state.limits.are_on();
    let (sent, recorded) = state
        .db
        .transaction(move |conn| {
            async move {
                lock_pair(conn, sender, recipient.id).await?;
                // Both, in one order: either may be going at this moment.
                let (low, high) = store::ordered(sender, recipient.id);
                deletion::require_there(conn, low).await?;
                deletion::require_there(conn, high).await?;
                profiles::require_same_age_group(conn, Some(sender), recipient.id, this_year).await?;
                require_none_between(conn, sender, recipient.id).await?;
                require_open_to(conn, sender, recipient.id).await?;
                if store::between(conn, sender, recipient.id).await?.is_some() {
                    return Err(AppError::Refused(Refusal::AlreadyPartners));
                }
                let is_answer = store::has_asked(conn, recipient.id, sender).await?;
                if !is_answer {
                    may_ask(conn, sender, recipient.id, are_counted, now).await?;
                }
                let id = RequestId::new_at(now);
                if !store::insert_request(conn, id, sender, recipient.id, &message, now).await? {
                    return Err(AppError::Refused(Refusal::AlreadyAsked));
                }
                let (sent, notices) = if is_answer {
                    (
                        Sent::Crossed,
                        cross(conn, id, sender, recipient.id, message, now).await?,
                    )
                } else {
                    let notice = received(id, sender, recipient.id, message, Reading::Unread);
                    (Sent::Waits, vec![notice])
                };
                Ok::<_, AppError>((sent, notifications::record_all(conn, now, notices).await?))
            }
            .boxed()
        })
        .await?;
    notifications::publish(state, recorded);
    let card = viewer.card();
    match sent {
        Sent::Waits => {
            let received = |waiting| MatchingNews::RequestReceived { from: card, waiting };
            tell(state, recipient.id, received).await;
        }
        Sent::Crossed => {
            let accepted = |waiting| MatchingNews::RequestAccepted { by: card, waiting };
            tell(state, recipient.id, accepted).await;
            tell_changed(state, &[sender]).await;
        }
    }
    Ok(sent)
}

/// Whether one may ask the other now, who has not asked them. Counted one at a time for each of the two, or two that come at the same moment
/// would both be the last.
async fn may_ask(
    conn: &mut Conn,
    sender: UserId,
    recipient: UserId,
    are_counted: bool,
    now: Micros,
) -> Result<(), AppError> {
    if store::has_asked(conn, sender, recipient).await? {
        return Err(AppError::Refused(Refusal::AlreadyAsked));
    }
    if store::has_declined(conn, sender, recipient, now.minus(ASK_AGAIN)).await? {
        return Err(AppError::Refused(Refusal::AskedBefore));
    }
    if !are_counted {
        return Ok(());
    }
    // In this order by everybody: nobody waits for somebody who waits for them.
    conn.lock(&format!("asked {recipient}")).await?;
    if store::came(conn, recipient, now.minus(A_DAY)).await? >= OPEN_A_DAY {
        return Err(AppError::Refused(Refusal::AskedByMany));
    }
    conn.lock(&format!("asks {sender}")).await?;
    if store::went(conn, sender, now.minus(A_DAY)).await? >= SENT_A_DAY {
        return Err(AppError::Refused(Refusal::AskedMany));
    }
    Ok(())
}

/// Whether `sender` may know of `recipient`: who shows their profile to partners alone is asked by nobody whom they have not asked.
async fn require_open_to(conn: &mut Conn, sender: UserId, recipient: UserId) -> Result<(), AppError> {
    let knows = profiles::is_public(conn, recipient).await?
        || store::between(conn, sender, recipient).await?.is_some()
        || store::has_asked(conn, recipient, sender).await?
        || store::has_asked(conn, sender, recipient).await?;
    if knows { Ok(()) } else { Err(AppError::NotFound) }
}

/// A request to somebody who has asked too: both are accepted. Each of the two hears it of what they asked; the words of the later one stand
/// in the list of the other.
async fn cross(
    conn: &mut Conn,
    id: RequestId,
    sender: UserId,
    recipient: UserId,
    message: String,
    now: Micros,
) -> Result<Vec<Entry>, AppError> {
    let settled = store::settle_between(conn, sender, recipient, RequestStatus::Accepted, now).await?;
    store::begin_partnership(
        conn,
        PartnershipId::new_at(now),
        sender,
        recipient,
        RoomId::random(),
        now,
    )
    .await?;
    let mut notices = vec![received(id, sender, recipient, message, Reading::Read)];
    notices.extend(settled.iter().filter(|one| one.id != id).map(answered));
    notices.extend(settled.iter().map(accepted));
    Ok(notices)
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
/// [`AppError::NotFound`] for a request that is not for this person, or is of a young person to an adult or the other way round, as one of
/// the two has said since; [`Refusal::AlreadySettled`].
pub async fn accept(state: &AppState, viewer: &Viewer, request: RequestId) -> Result<(), AppError> {
    let (me, now, this_year) = (viewer.id, state.clock.now(), state.clock.this_year());
    let (sender, recorded) = state
        .db
        .transaction(move |conn| {
            async move {
                let (sender, _) = store::parties(conn, request, me, Actor::Recipient)
                    .await?
                    .ok_or(AppError::NotFound)?;
                lock_pair(conn, me, sender).await?;
                profiles::require_same_age_group(conn, Some(me), sender, this_year).await?;
                let settled = store::settle_request(conn, request, RequestStatus::Accepted, now).await?;
                let first = settled.ok_or(AppError::Refused(Refusal::AlreadySettled))?;
                let crossed = store::settle_between(conn, me, sender, RequestStatus::Accepted, now).await?;
                store::begin_partnership(conn, PartnershipId::new_at(now), me, sender, RoomId::random(), now).await?;
                let mut notices: Vec<Entry> = [first].iter().chain(&crossed).map(answered).collect();
                notices.push(accepted(&first));
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

/// Declines a request, with some words or without. Who asked hears of it where there are words.
///
/// # Errors
/// Words that are too long; else as for [`accept`].
pub async fn decline(state: &AppState, viewer: &Viewer, request: RequestId, words: &str) -> Result<(), AppError> {
    let words = multi_line(words, 0, ANSWER_MAX).map_err(|problem| AppError::field("words", problem))?;
    settle(state, viewer, request, Actor::Recipient, RequestStatus::Declined, words).await
}

/// Takes a request back.
///
/// # Errors
/// [`AppError::NotFound`] for a request that this person did not send, [`Refusal::AlreadySettled`].
pub async fn cancel(state: &AppState, viewer: &Viewer, request: RequestId) -> Result<(), AppError> {
    let (actor, status) = (Actor::Sender, RequestStatus::Cancelled);
    settle(state, viewer, request, actor, status, String::new()).await
}

async fn settle(
    state: &AppState,
    viewer: &Viewer,
    request: RequestId,
    actor: Actor,
    status: RequestStatus,
    words: String,
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
                let mut notices = vec![answered(&settled)];
                if !words.is_empty() {
                    store::save_answer(conn, request, &words).await?;
                    notices.push(declined(&settled, words));
                }
                let recorded = notifications::record_all(conn, now, notices).await?;
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
        let notice = received(id, from, to, message, Reading::Unread);
        notifications::record_all(conn, at, vec![notice]).await?;
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
fn received(request: RequestId, from: UserId, to: UserId, message: String, reading: Reading) -> Entry {
    Entry::Put {
        user: to,
        subject: subject(request),
        actor: Some(from),
        notice: Notice::RequestReceived { message },
        reading,
    }
}

/// They said yes.
fn accepted(settled: &Settled) -> Entry {
    Entry::Put {
        user: settled.sender_id,
        subject: subject(settled.id),
        actor: Some(settled.recipient_id),
        notice: Notice::RequestAccepted,
        reading: Reading::Unread,
    }
}

/// They said no, and something with it.
fn declined(settled: &Settled, message: String) -> Entry {
    Entry::Put {
        user: settled.sender_id,
        subject: subject(settled.id),
        actor: Some(settled.recipient_id),
        notice: Notice::RequestDeclined { message },
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

/// The job that brings requests back to mind which have waited for half of their time: once each.
pub struct Remind(pub AppState);

impl Remind {
    async fn remind(&self) -> Result<(), AppError> {
        let state = &self.0;
        loop {
            let now = state.clock.now();
            // What has run out, and is not settled yet, is not worth a reminder.
            let (after, before) = (now.minus(REQUEST_AGE), now.minus(REMINDER_AGE));
            let (count, recorded) = state
                .db
                .transaction(move |conn| {
                    async move {
                        let waiting = store::remind(conn, after, before, now, BATCH).await?;
                        let count = waiting.len();
                        let notices = waiting.into_iter().map(reminder).collect();
                        let recorded = notifications::record_all(conn, now, notices).await?;
                        Ok::<_, AppError>((count, recorded))
                    }
                    .boxed()
                })
                .await?;
            notifications::publish(state, recorded);
            if count < BATCH as usize {
                return Ok(());
            }
        }
    }
}

impl Handler for Remind {
    fn kind(&self) -> &'static str {
        "matching.requests_remind"
    }

    fn every(&self) -> Option<Duration> {
        Some(Duration::from_secs(600))
    }

    fn run(&self, _: Job) -> BoxFuture<'_, Result<(), JobError>> {
        async move { Ok(self.remind().await?) }.boxed()
    }
}

/// It still waits. The line of the request says so from now on, on top of the list.
fn reminder(request: Reminded) -> Entry {
    Entry::Put {
        user: request.recipient_id,
        subject: subject(request.id),
        actor: Some(request.sender_id),
        notice: Notice::RequestReminder {
            message: request.message,
        },
        reading: Reading::Unread,
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
