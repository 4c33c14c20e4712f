//! Use cases of Web Push: a browser that wants to be told, and one that does not any more.

use axum::http::request::Parts;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures::FutureExt as _;
use leptos::prelude::use_context;
use leptos_i18n::Locale as _;
use web_push::{ContentEncoding, SubscriptionInfo, WebPushMessageBuilder};

use super::model::{ENDPOINT_MAX, SUBSCRIPTIONS, SubscriptionId};
use super::vapid::Vapid;
use crate::accounts::model::{SessionId, Viewer};
use crate::accounts::preferences;
use crate::accounts::service::Caller;
use crate::kernel::error::{AppError, Problem, Problems};
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::notifications::store::{self, NewSubscription};
use crate::server::db::Conn;
use crate::server::limits::Limit;
use crate::server::outgoing::Outgoing;
use crate::server::state::AppState;

/// What a browser says of itself, as it was sent: `PushSubscription.toJSON`.
#[derive(Clone, Debug)]
pub struct SubscriptionForm {
    /// Its address at its push service.
    pub endpoint: String,
    /// Its public key, in base64url.
    pub p256dh: String,
    /// What both sides know, in base64url.
    pub auth: String,
}

impl SubscriptionForm {
    /// Address, key and secret; checked by encrypting something for it.
    fn parse(&self, outgoing: &Outgoing) -> Result<(String, Vec<u8>, Vec<u8>), AppError> {
        let mut problems = Problems::new();
        let endpoint = problems.check("endpoint", parse_endpoint(&self.endpoint, outgoing));
        let p256dh = problems.check("p256dh", bytes(&self.p256dh, 65));
        let auth = problems.check("auth", bytes(&self.auth, 16));
        let (Some(endpoint), Some(p256dh), Some(auth)) = (endpoint, p256dh, auth) else {
            return Err(problems.into_error());
        };
        let info = subscription_info(&endpoint, &p256dh, &auth);
        let mut trial = WebPushMessageBuilder::new(&info);
        trial.set_payload(ContentEncoding::Aes128Gcm, b"?");
        // Only the uncompressed form begins with 4; whether the point lies on the curve shows when it is used.
        if p256dh.first() != Some(&4) || trial.build().is_err() {
            return Err(AppError::field("p256dh", Problem::Unknown));
        }
        Ok((endpoint, p256dh, auth))
    }
}

fn parse_endpoint(raw: &str, outgoing: &Outgoing) -> Result<String, Problem> {
    if raw.is_empty() {
        return Err(Problem::Required);
    }
    let url = outgoing.check(raw).map_err(|_| Problem::Unknown)?;
    if url.as_str().len() > ENDPOINT_MAX {
        return Err(Problem::TooLong { max: ENDPOINT_MAX });
    }
    Ok(url.into())
}

fn bytes(raw: &str, length: usize) -> Result<Vec<u8>, Problem> {
    let bytes = URL_SAFE_NO_PAD.decode(raw.trim_end_matches('='));
    bytes.ok().filter(|bytes| bytes.len() == length).ok_or(Problem::Unknown)
}

/// As the library takes it.
pub(super) fn subscription_info(endpoint: &str, p256dh: &[u8], auth: &[u8]) -> SubscriptionInfo {
    SubscriptionInfo::new(
        endpoint.to_owned(),
        URL_SAFE_NO_PAD.encode(p256dh),
        URL_SAFE_NO_PAD.encode(auth),
    )
}

/// The browser of the request at hand.
#[derive(Clone, Debug)]
pub struct Device {
    /// Its sign-in, with which its subscription ends.
    pub session: SessionId,
    /// The language of its pages.
    pub language: String,
}

impl Device {
    /// # Errors
    /// As [`Caller::own_session`], and [`AppError::Internal`] outside of a request.
    pub fn here(state: &AppState) -> Result<Self, AppError> {
        let parts = use_context::<Parts>().ok_or(AppError::Internal)?;
        let language = preferences::language(&state.config, &parts.headers, None);
        Ok(Self {
            // By the token that it has now: what is subscribed by the one before would outlive it.
            session: Caller::here(state)?.own_session()?,
            language: language.as_str().to_owned(),
        })
    }
}

/// What browsers subscribe with: the public key, in base64url without padding.
///
/// # Errors
/// When the database does not answer.
pub async fn key(state: &AppState) -> Result<String, AppError> {
    Ok(Vapid::of(state).await?.public_key())
}

/// Whether pushes go to some browser of this person, so that what they want to hear of reaches them with no page open.
///
/// # Errors
/// When the database does not answer.
pub async fn has_browser(conn: &mut Conn, user: UserId, now: Micros) -> Result<bool, AppError> {
    Ok(!store::subscriptions(conn, user, now).await?.is_empty())
}

/// Tells this person by this browser from now on. One that somebody else had saved moves, if it comes with the key and secret that are kept: a
/// browser has the three together, and who knows the address alone is not to take it. Beyond [`SUBSCRIPTIONS`] the oldest goes.
///
/// # Errors
/// [`Problem::Unknown`] for what is no address, key or secret, [`Problem::Taken`] for an address that is somebody else's, and
/// [`AppError::Limited`].
pub async fn save(state: &AppState, viewer: &Viewer, device: Device, form: SubscriptionForm) -> Result<(), AppError> {
    let (user, now) = (viewer.id, state.clock.now());
    state.limits.check(Limit::Change, &user.to_string())?;
    let (endpoint, p256dh, auth) = form.parse(&state.outgoing)?;
    let new = NewSubscription {
        id: SubscriptionId::new_at(now),
        user,
        session: device.session,
        endpoint,
        p256dh,
        auth,
        language: device.language,
    };
    state
        .db
        .transaction(move |conn| {
            async move {
                conn.lock(&format!("push subscriptions of {user}")).await?;
                if !store::save_subscription(conn, &new, now).await? {
                    return Err(AppError::field("endpoint", Problem::Taken));
                }
                Ok(store::forget_oldest_subscriptions(conn, user, SUBSCRIPTIONS).await?)
            }
            .boxed()
        })
        .await
}

/// Tells this person by this browser no more; once more is fine.
///
/// # Errors
/// [`AppError::Limited`], or when the database does not answer.
pub async fn forget(state: &AppState, viewer: &Viewer, endpoint: &str) -> Result<(), AppError> {
    let user = viewer.id;
    state.limits.check(Limit::Change, &user.to_string())?;
    // What was never taken is not there.
    let Ok(endpoint) = parse_endpoint(endpoint, &state.outgoing) else {
        return Ok(());
    };
    state
        .db
        .transaction(move |conn| async move { Ok(store::forget_endpoint(conn, user, &endpoint).await?) }.boxed())
        .await
}
