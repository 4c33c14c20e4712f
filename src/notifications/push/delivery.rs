//! The job that sends a push: it looks how things stand, and tells the browser by way of its push service.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use reqwest::header::{
    AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderName, HeaderValue, InvalidHeaderValue,
};
use serde::{Deserialize, Serialize};
use web_push::{ContentEncoding, WebPushMessage, WebPushMessageBuilder};

use super::message::{Circumstances, Parcel, topic};
use super::model::SubscriptionId;
use super::service::subscription_info;
use super::vapid::Vapid;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::notifications::settings::{is_quiet, settings_of};
use crate::notifications::store::{self, Due};
use crate::realtime::model::Presence;
use crate::server::db::{Conn, StoreError};
use crate::server::jobs::{Handler, Job, JobError, TRIES};
use crate::server::outgoing::Failure;
use crate::server::state::AppState;

pub(super) const KIND: &str = "notifications.push";
/// A ring is not to wait for push services that take their time over others.
const AT_ONCE: usize = 16;

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
pub struct Push(pub AppState);

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
    async fn deliver(&self, task: Task, attempt: i32) -> Result<(), JobError> {
        let now = self.0.clock.now();
        let Some((due, parcel)) = self.look(&task, now).await? else {
            return Ok(());
        };
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
        let mut conn = self.0.db.read().await?;
        let Some(due) = store::due(&mut conn, task.subscription, task.user, &task.subject, now).await? else {
            return Ok(None);
        };
        let here = Circumstances {
            channels: settings_of(&mut conn, task.user).await?.of(due.line.notice.kind()),
            is_quiet: is_quiet(&mut conn, task.user, now).await?,
            is_in_call: self.0.presence.of(task.user) == Presence::InCall,
            now,
        };
        Ok(Parcel::about(&due, task, &here).map(|parcel| (due, parcel)))
    }

    async fn send(&self, due: &Due, task: &Task, parcel: Parcel, now: Micros) -> Result<Sent, JobError> {
        let endpoint = match self.0.outgoing.check(&due.endpoint) {
            Ok(endpoint) => endpoint,
            Err(refused) => return Ok(Sent::Refused(refused.to_string())),
        };
        let vapid = Vapid::of(&self.0).await?;
        let unbuilt = |what: &str| JobError::new(format!("a push cannot be made: {what}"));
        let json = serde_json::to_vec(&parcel.message).map_err(|_| unbuilt("JSON"))?;
        let info = subscription_info(&due.endpoint, &due.p256dh, &due.auth);
        let signature = vapid.sign(&info, &endpoint, &self.0.config, now);
        let mut builder = WebPushMessageBuilder::new(&info);
        builder.set_ttl(u32::try_from(parcel.ttl.as_secs()).unwrap_or(u32::MAX));
        builder.set_urgency(parcel.urgency);
        builder.set_topic(topic(&task.subject));
        builder.set_vapid_signature(signature.map_err(|error| unbuilt(&error.to_string()))?);
        builder.set_payload(ContentEncoding::Aes128Gcm, &json);
        let message = builder.build().map_err(|error| unbuilt(&error.to_string()))?;
        let (headers, body) = outside(message).map_err(|_| unbuilt("headers"))?;
        let host = endpoint.host_str().unwrap_or_default();
        Ok(match self.0.outgoing.post(&due.endpoint, headers, body).await {
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
        self.0.db.transaction(work).await
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
