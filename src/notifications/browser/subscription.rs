//! The browser's subscription to its push service (W3C Push API), and that the server knows whose it is.

use std::cell::Cell;

use js_sys::Uint8Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;
use web_sys::{PushManager, PushSubscription, PushSubscriptionOptionsInit, Storage};

use crate::accounts::model::{SessionId, SessionMark};
use crate::notifications::api::{forget_push_subscription, push_key, save_push_subscription};
use crate::ui::service_worker::registration_when_ready;
use crate::ui::{Standing, use_desktop};

/// Local storage: what the server was told last.
const SAVED: &str = "speakle.push";

/// What the server was told, and under which key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
struct Saved {
    endpoint: String,
    session: Option<SessionId>,
    key: String,
}

thread_local! {
    /// One thing at a time: a subscription that is being ended still looks as though it were there.
    static IS_BUSY: Cell<bool> = const { Cell::new(false) };
}

/// Keeps the browser subscribed for the session of this page while notifications are on here, and not when they are turned off. Where a
/// browser does not let itself be subscribed, there are notifications while a page is open, and that is all.
pub(in crate::notifications) fn keep_subscribed(session: SessionMark) {
    let standing = use_desktop().standing();
    Effect::new(move |_| {
        if matches!(standing.get(), Some(Standing::On | Standing::Off)) && !IS_BUSY.replace(true) {
            spawn_local(async move {
                follow(session.0).await;
                IS_BUSY.set(false);
            });
        }
    });
}

/// Does what is wanted, until that is what is still wanted afterwards.
async fn follow(session: Option<SessionId>) {
    let mut done = None;
    while done != Some(Standing::now()) {
        let wanted = Standing::now();
        match wanted {
            Standing::On => subscribe(session).await,
            Standing::Off => unsubscribe().await,
            // What the browser refuses, it has ended.
            _ => None,
        };
        done = Some(wanted);
    }
}

async fn subscribe(session: Option<SessionId>) -> Option<()> {
    let manager = manager().await?;
    let key = push_key().await.ok()?;
    let saved = saved();
    let subscription = match existing(&manager).await {
        Some(old) if key_of(&old).or_else(|| Some(saved.clone()?.key)).as_ref() == Some(&key) => old,
        // Made for another installation, or for this one before it lost its keys: there can be one only.
        Some(old) => {
            JsFuture::from(old.unsubscribe().ok()?).await.ok()?;
            make(&manager, &key).await?
        }
        None => make(&manager, &key).await?,
    };
    let fresh = Saved {
        endpoint: subscription.endpoint(),
        session,
        key,
    };
    if saved.as_ref() == Some(&fresh) {
        return Some(());
    }
    let keys = subscription.to_json().ok()?.get_keys()?;
    save_push_subscription(fresh.endpoint.clone(), keys.get_p256dh()?, keys.get_auth()?)
        .await
        .ok()?;
    let text = serde_json::to_string(&fresh).ok()?;
    // Without storage the server is told again by the next page.
    storage()?.set_item(SAVED, &text).ok()
}

async fn unsubscribe() -> Option<()> {
    let subscription = existing(&manager().await?).await?;
    // Should this not come through, the push service will say that it is gone.
    let _ = forget_push_subscription(subscription.endpoint()).await;
    JsFuture::from(subscription.unsubscribe().ok()?).await.ok()?;
    storage()?.remove_item(SAVED).ok()
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
    let text = storage()?.get_item(SAVED).ok()??;
    serde_json::from_str(&text).ok()
}

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}
