//! The job that sends a push: it looks how things stand, and tells the browser by way of its push service.
//!
//! A push service may take its time, and anybody may name one. So a person has few of the places of [`Push`] at a time, and a browser that
//! nothing comes through to has none: theirs are sent by [`PushAside`], and nobody else's ring waits for them. One that comes late that way does
//! no harm, because the browser drops what is older than what it has shown.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use futures::FutureExt as _;
use futures::future::BoxFuture;
use reqwest::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, InvalidHeaderValue,
};
use serde::{Deserialize, Serialize};
use tokio::sync::OnceCell;
use web_push::{ContentEncoding, WebPushMessage, WebPushMessageBuilder};

use super::message::{Circumstances, Parcel, topic};
use super::model::SubscriptionId;
use super::service::subscription_info;
use super::vapid::Vapid;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::notifications::settings::{channels, is_quiet};
use crate::notifications::store::{self, Due};
use crate::realtime::model::Presence;
use crate::server::db::{Conn, StoreError};
use crate::server::jobs::{self, Handler, Job, JobError, NewJob, TRIES};
use crate::server::outgoing::Failure;
use crate::server::state::AppState;

pub(super) const KIND: &str = "notifications.push";
/// A ring is not to wait for push services that take their time over others.
const AT_ONCE: usize = 16;
/// … nor for one person's many browsers.
const AT_ONCE_EACH: usize = 2;

/// The kind for what found no place, or most likely comes to nothing.
const KIND_ASIDE: &str = "notifications.push_aside";
const AT_ONCE_ASIDE: usize = 4;

/// A push that was asked for. What it says is looked up when it is sent.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(super) struct Task {
    pub(super) subscription: SubscriptionId,
    /// Whose the browser was: it may be somebody else's by now.
    pub(super) user: UserId,
    pub(super) subject: String,
    /// The number of the change in the person's log.
    pub(super) seq: u64,
    /// Whether something ends that rings by a push.
    pub(super) ends_ring: bool,
}

/// Sends pushes.
pub struct Push {
    sender: Sender,
    /// How many are being sent to each person.
    busy: Mutex<HashMap<UserId, usize>>,
}

/// Sends the pushes that others are not to wait for.
pub struct PushAside(Sender);

struct Sender {
    state: AppState,
    /// Read once: it stays as long as the installation.
    vapid: OnceCell<Vapid>,
}

/// One of a person's places, until it is dropped.
struct Place<'p> {
    push: &'p Push,
    user: UserId,
}

/// What a push service made of it.
enum Sent {
    /// It takes care of it.
    Taken,
    /// It knows the browser no more.
    Gone,
    /// Not now.
    Later(String),
    /// Never like this.
    Refused(String),
}

impl Push {
    /// With nobody's places taken.
    pub fn new(state: AppState) -> Self {
        Self {
            sender: Sender::new(state),
            busy: Mutex::default(),
        }
    }

    /// A place for one more push to this person, if they have one left.
    fn place(&self, user: UserId) -> Option<Place<'_>> {
        let mut busy = self.busy.lock().unwrap_or_else(PoisonError::into_inner);
        let count = busy.entry(user).or_default();
        if *count >= AT_ONCE_EACH {
            return None;
        }
        *count += 1;
        drop(busy);
        Some(Place { push: self, user })
    }

    async fn deliver(&self, task: Task, attempt: i32) -> Result<(), JobError> {
        let now = self.sender.state.clock.now();
        let Some((due, parcel)) = self.sender.look(&task, now).await? else {
            return Ok(());
        };
        let place = if due.is_failing { None } else { self.place(task.user) };
        if place.is_none() {
            return Ok(self.sender.put_aside(task, now).await?);
        }
        self.sender.tell(task, due, parcel, attempt, now).await
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        let mut busy = self.push.busy.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = busy.get_mut(&self.user) {
            *count -= 1;
            if *count == 0 {
                busy.remove(&self.user);
            }
        }
    }
}

impl PushAside {
    /// Beside [`Push`].
    pub fn new(state: AppState) -> Self {
        Self(Sender::new(state))
    }

    async fn deliver(&self, task: Task, attempt: i32) -> Result<(), JobError> {
        let now = self.0.state.clock.now();
        match self.0.look(&task, now).await? {
            Some((due, parcel)) => self.0.tell(task, due, parcel, attempt, now).await,
            None => Ok(()),
        }
    }
}

impl Sender {
    fn new(state: AppState) -> Self {
        Self {
            state,
            vapid: OnceCell::new(),
        }
    }

    /// Asks for it under the other kind. What is asked for there already takes the newer number.
    async fn put_aside(&self, task: Task, now: Micros) -> Result<(), StoreError> {
        let key = format!("{KIND_ASIDE}:{}:{}", task.subscription, task.subject);
        let job = NewJob::new(KIND_ASIDE, now).key(key).payload(&task);
        self.write(move |conn| async move { jobs::enqueue(conn, job).await }.boxed())
            .await
    }

    async fn tell(&self, task: Task, due: Due, parcel: Parcel, attempt: i32, now: Micros) -> Result<(), JobError> {
        let id = task.subscription;
        match self.send(&due, &task, parcel, now).await? {
            Sent::Taken if due.is_failing => self.note(id, None).await?,
            Sent::Taken => {}
            Sent::Gone => {
                self.write(move |conn| store::forget_subscription(conn, id, now).boxed())
                    .await?;
            }
            Sent::Refused(reason) => {
                tracing::warn!(reason, "a push is refused");
                self.note(id, Some(now)).await?;
            }
            Sent::Later(reason) => {
                self.note(id, Some(now)).await?;
                // After hours it is no news any more, and nothing that anybody should look into.
                if attempt < TRIES {
                    return Err(JobError::new(reason));
                }
                tracing::warn!(reason, "a push is given up");
            }
        }
        Ok(())
    }

    /// The browser, and what there is to send to it now; `None` if nothing is.
    async fn look(&self, task: &Task, now: Micros) -> Result<Option<(Due, Parcel)>, AppError> {
        let mut conn = self.state.db.read().await?;
        let Some(due) = store::due(&mut conn, task.subscription, task.user, &task.subject, now).await? else {
            return Ok(None);
        };
        let here = Circumstances {
            channels: channels(&mut conn, task.user, due.line.notice.kind()).await?,
            is_quiet: is_quiet(&mut conn, task.user, now).await?,
            is_in_call: self.state.presence.of(task.user) == Presence::InCall,
            now,
        };
        Ok(Parcel::about(&due, task, &here).map(|parcel| (due, parcel)))
    }

    async fn send(&self, due: &Due, task: &Task, parcel: Parcel, now: Micros) -> Result<Sent, JobError> {
        let endpoint = match self.state.outgoing.check(&due.endpoint) {
            Ok(endpoint) => endpoint,
            Err(refused) => return Ok(Sent::Refused(refused.to_string())),
        };
        let vapid = self.vapid.get_or_try_init(|| Vapid::of(&self.state)).await?;
        let unbuilt = |what: &str| JobError::new(format!("a push cannot be made: {what}"));
        let json = serde_json::to_vec(&parcel.message).map_err(|_| unbuilt("JSON"))?;
        let info = subscription_info(&due.endpoint, &due.p256dh, &due.auth);
        let signature = vapid.sign(&info, &endpoint, &self.state.config, now);
        let mut builder = WebPushMessageBuilder::new(&info);
        builder.set_ttl(u32::try_from(parcel.ttl.as_secs()).unwrap_or(u32::MAX));
        builder.set_urgency(parcel.urgency);
        builder.set_topic(topic(&task.subject));
        builder.set_vapid_signature(signature.map_err(|error| unbuilt(&error.to_string()))?);
        builder.set_payload(ContentEncoding::Aes128Gcm, &json);
        let message = builder.build().map_err(|error| unbuilt(&error.to_string()))?;
        let (headers, body) = outside(message).map_err(|_| unbuilt("headers"))?;
        let host = endpoint.host_str().unwrap_or_default();
        Ok(match self.state.outgoing.post(&due.endpoint, headers, body).await {
            Ok(answer) => match answer.status {
                200..=299 => Sent::Taken,
                404 | 410 => Sent::Gone,
                status @ (408 | 429 | 500..) => Sent::Later(format!("{host} answered {status}")),
                status => Sent::Refused(format!("{host} answered {status}")),
            },
            Err(failure @ Failure::Refused { .. }) => Sent::Refused(failure.to_string()),
            Err(failure @ Failure::Unreachable { .. }) => Sent::Later(failure.to_string()),
        })
    }

    /// Notes since when nothing comes through, or that something does again.
    async fn note(&self, id: SubscriptionId, failing_since: Option<Micros>) -> Result<(), StoreError> {
        self.write(move |conn| store::set_failing(conn, id, failing_since).boxed())
            .await
    }

    async fn write(
        &self,
        work: impl for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<(), StoreError>> + Send + 'static,
    ) -> Result<(), StoreError> {
        self.state.db.transaction(work).await
    }
}

/// Headers and body of a message (RFC 8030 §5, RFC 8291 §4, RFC 8292 §3).
fn outside(message: WebPushMessage) -> Result<(HeaderMap, Vec<u8>), InvalidHeaderValue> {
    let mut headers = HeaderMap::new();
    headers.insert(HeaderName::from_static("ttl"), HeaderValue::from(message.ttl));
    if let Some(urgency) = message.urgency {
        let value = HeaderValue::try_from(urgency.to_string())?;
        headers.insert(HeaderName::from_static("urgency"), value);
    }
    if let Some(topic) = message.topic {
        headers.insert(HeaderName::from_static("topic"), HeaderValue::try_from(topic)?);
    }
    let Some(payload) = message.payload else {
        return Ok((headers, Vec::new()));
    };
    headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/octet-stream"));
    headers.insert(
        CONTENT_ENCODING,
        HeaderValue::from_static(payload.content_encoding.to_str()),
    );
    // With aes128gcm the only one is the signed word.
    for (_, value) in payload.crypto_headers {
        let mut value = HeaderValue::try_from(value)?;
        value.set_sensitive(true);
        headers.insert(AUTHORIZATION, value);
    }
    Ok((headers, payload.content))
}

impl Handler for Push {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn at_once(&self) -> usize {
        AT_ONCE
    }

    fn run(&self, job: Job) -> BoxFuture<'_, Result<(), JobError>> {
        async move { self.deliver(job.payload()?, job.attempt).await }.boxed()
    }
}

impl Handler for PushAside {
    fn kind(&self) -> &'static str {
        KIND_ASIDE
    }

    fn at_once(&self) -> usize {
        AT_ONCE_ASIDE
    }

    fn run(&self, job: Job) -> BoxFuture<'_, Result<(), JobError>> {
        async move { self.deliver(job.payload()?, job.attempt).await }.boxed()
    }
}
