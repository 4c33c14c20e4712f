//! The browser's subscription to its push service (W3C Push API), and that the server knows whose it is.

use std::cell::Cell;

use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;
use web_sys::{PushManager, PushSubscription, PushSubscriptionOptionsInit};

use crate::accounts::model::{SessionId, SessionMark};
use crate::notifications::api::{forget_push_subscription, push_key, save_push_subscription};
use crate::realtime::client::use_socket;
use crate::ui::service_worker::registration_when_ready;
use crate::ui::{Standing, storage, use_desktop};

/// Local storage: what the server was told last.
const SAVED: &str = "speakle.push";

/// After so many milliseconds the server is told again: it may have lost what it knew.
const DAY: i64 = 24 * 3_600_000;

/// What the server was told, and under which key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Saved {
    endpoint: String,
    session: Option<SessionId>,
    key: String,
    /// When, in milliseconds since 1970 by the clock of this device.
    #[serde(default)]
    at: i64,
}

impl Saved {
    /// Whether it need not be told this now.
    fn covers(&self, fresh: &Self) -> bool {
        let (one, other) = (
            (&self.endpoint, self.session, &self.key),
            (&fresh.endpoint, fresh.session, &fresh.key),
        );
        one == other && is_of_today(self.at, fresh.at)
    }
}

thread_local! {
    /// One thing at a time: a subscription that is being ended still looks as though it were there.
    static IS_BUSY: Cell<bool> = const { Cell::new(false) };
    /// When the server has last agreed with this page.
    static AGREED: Cell<Option<i64>> = const { Cell::new(None) };
}

/// Keeps the browser subscribed for the session of this page while notifications are on here, and not when they are turned off. Where a
/// browser does not let itself be subscribed, there are notifications while a page is open, and that is all: the page can say so. What has
/// failed, and what is of yesterday, is done again when the socket comes back.
pub(in crate::notifications) fn keep_subscribed(session: SessionMark) {
    let desktop = use_desktop();
    let standing = desktop.standing();
    let connection = use_socket().connection();
    Effect::new(move |before: Option<Option<Standing>>| {
        connection.track();
        let standing = standing.get();
        let is_known = matches!(standing, Some(Standing::On | Standing::Off));
        let is_due = before.flatten() != standing || !AGREED.get().is_some_and(|at| is_of_today(at, now()));
        if is_known && is_due && !IS_BUSY.replace(true) {
            spawn_local(async move {
                let agreed = follow(session.0).await;
                AGREED.set(agreed.map(|()| now()));
                IS_BUSY.set(false);
                // Where only the server could not be asked, what it was told before holds.
                let is_known = agreed.is_some() || saved().is_some_and(|saved| saved.session == session.0);
                desktop.set_needs_page(Standing::now() == Standing::On && !is_known);
            });
        }
        standing
    });
}

fn now() -> i64 {
    js_sys::Date::now() as i64
}

/// Whether the time is within a day of `now`.
fn is_of_today(at: i64, now: i64) -> bool {
    (0..DAY).contains(&(now - at))
}

/// Does what is wanted, until that is what is still wanted afterwards. `None` if it could not be done.
async fn follow(session: Option<SessionId>) -> Option<()> {
    loop {
        let wanted = Standing::now();
        let done = match wanted {
            Standing::On => subscribe(session).await,
            Standing::Off => unsubscribe().await,
            // What the browser refuses, it has ended.
            _ => Some(()),
        };
        if wanted == Standing::now() {
            return done;
        }
    }
}

async fn subscribe(session: Option<SessionId>) -> Option<()> {
    let manager = manager().await?;
    let key = push_key().await.ok()?;
    let saved = saved();
    let existing = existing(&manager).await;
    let subscription = match existing {
        Some(old) if key_of(&old).or_else(|| Some(saved.clone()?.key)).as_ref() == Some(&key) => old,
        old => {
            // What the server was told of is no more.
            forget_saved();
            // Made for another installation, or for this one before it lost its keys: there can be one only.
            if let Some(old) = old {
                JsFuture::from(old.unsubscribe().ok()?).await.ok()?;
            }
            make(&manager, &key).await?
        }
    };
    let fresh = Saved {
        endpoint: subscription.endpoint(),
        session,
        key,
        at: now(),
    };
    if saved.is_some_and(|saved| saved.covers(&fresh)) {
        return Some(());
    }
    let keys = subscription.to_json().ok()?.get_keys()?;
    save_push_subscription(fresh.endpoint.clone(), keys.get_p256dh()?, keys.get_auth()?)
        .await
        .ok()?;
    let text = serde_json::to_string(&fresh).ok()?;
    // Without storage the server is told again by the next page.
    let _ = storage::local().map(|storage| storage.set_item(SAVED, &text));
    Some(())
}

async fn unsubscribe() -> Option<()> {
    let Some(subscription) = existing(&manager().await?).await else {
        return Some(());
    };
    // Should this not come through, the push service will say that it is gone.
    let _ = forget_push_subscription(subscription.endpoint()).await;
    JsFuture::from(subscription.unsubscribe().ok()?).await.ok()?;
    forget_saved()
}

async fn manager() -> Option<PushManager> {
    let manager = registration_when_ready().await?.push_manager().ok()?;
    // Absent in browsers that know no pushes.
    manager.is_object().then_some(manager)
}

async fn existing(manager: &PushManager) -> Option<PushSubscription> {
    let found = JsFuture::from(manager.get_subscription().ok()?).await.ok()?;
    found.is_object().then(|| found.unchecked_into())
}

async fn make(manager: &PushManager, key: &str) -> Option<PushSubscription> {
    let options = PushSubscriptionOptionsInit::new();
    // Browsers subscribe only those who show something for each push.
    options.set_user_visible_only(true);
    options.set_application_server_key_opt_str(Some(key));
    let made = JsFuture::from(manager.subscribe_with_options(&options).ok()?);
    Some(made.await.ok()?.unchecked_into())
}

/// The key that it was made with, as the server writes it; not every browser tells.
fn key_of(subscription: &PushSubscription) -> Option<String> {
    let key = subscription.options().application_server_key().ok()??;
    let bytes: String = Uint8Array::new(&key).to_vec().into_iter().map(char::from).collect();
    let text = window().btoa(&bytes).ok()?;
    Some(text.trim_end_matches('=').replace('+', "-").replace('/', "_"))
}

fn saved() -> Option<Saved> {
    let text = storage::local()?.get_item(SAVED).ok()??;
    serde_json::from_str(&text).ok()
}

fn forget_saved() -> Option<()> {
    storage::local()?.remove_item(SAVED).ok()
}
