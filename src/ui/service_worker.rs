//! The service worker of the site (`public/service-worker.js`), as pages see it. All of this is for the browser; where there is no
//! worker, for want of a secure context or of the browser's will, nothing here does anything, and nothing depends on it.

use std::cell::Cell;

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::prelude::Closure;
use leptos::wasm_bindgen::{JsCast as _, JsValue};
use leptos::web_sys::{Cache, MessageEvent, MessagePort, ServiceWorkerContainer, ServiceWorkerRegistration};
use send_wrapper::SendWrapper;
use wasm_bindgen_futures::JsFuture;

use super::storage;

/// Its address; it may act for everything beneath.
const WORKER: &str = "/service-worker.js";
/// The page that it shows where there is no connection, and the cache that holds it: named there as well.
const OFFLINE_PAGE: &str = "/offline";
const OFFLINE_CACHE: &str = "offline";
/// Local storage: how the offline page looked when it was last kept.
const KEPT: &str = "speakle.offline";
/// Browsers look for a new worker when a page is loaded. A tab that is only come back to looks after so many milliseconds.
const STALE: f64 = 3_600_000.0;

/// Makes the worker the site's own, and keeps it and its offline page as new as this page, until the current owner is cleaned up.
pub fn keep_service_worker() {
    Effect::new(move |_| {
        spawn_local(async {
            if register().await.is_some() {
                keep_offline_page().await;
            }
        });
        let looked = Cell::new(js_sys::Date::now());
        let back = window_event_listener_untyped("visibilitychange", move |_| {
            let now = js_sys::Date::now();
            if !document().hidden() && now - looked.replace(now) > STALE {
                spawn_local(async {
                    update().await;
                });
            }
        });
        on_cleanup(move || back.remove());
    });
}

/// The registration, if its worker is at work.
pub async fn registration() -> Option<ServiceWorkerRegistration> {
    let found = JsFuture::from(container()?.get_registration()).await.ok()?;
    let registration: ServiceWorkerRegistration = found.dyn_into().ok()?;
    registration.active().is_some().then_some(registration)
}

/// The same as soon as it is. `None` where none can be registered: one that is not would never be ready.
pub async fn registration_when_ready() -> Option<ServiceWorkerRegistration> {
    register().await?;
    let found = JsFuture::from(container()?.ready().ok()?).await.ok()?;
    found.dyn_into().ok()
}

/// Calls `answer` with what the worker says to this page under `name`, and sends back what it answers; `None` is silence, after which the worker
/// turns to another page. Until the current owner is cleaned up. In the browser only.
pub fn answer_worker(name: &'static str, answer: impl Fn(JsValue) -> Option<JsValue> + 'static) {
    let Some(container) = container() else { return };
    let heard = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
        let said = js_sys::Reflect::get(&event.data(), &name.into()).unwrap_or_default();
        if said.is_undefined() {
            return;
        }
        let port = event.ports().get(0).dyn_into::<MessagePort>();
        if let (Some(answer), Ok(port)) = (answer(said), port) {
            // Refused only for what cannot be copied.
            let _ = port.post_message(&answer);
        }
    });
    // Refused only for a name that is no event's.
    let _ = container.add_event_listener_with_callback("message", heard.as_ref().unchecked_ref());
    let kept = SendWrapper::new((container, heard));
    on_cleanup(move || {
        let (container, heard) = &*kept;
        let _ = container.remove_event_listener_with_callback("message", heard.as_ref().unchecked_ref());
    });
}

/// Asks the worker of this page for something, if it has one. In the browser only.
pub fn ask_worker(question: &str) {
    if let Some(worker) = container().and_then(|container| container.controller()) {
        // A text can be copied.
        let _ = worker.post_message(&question.into());
    }
}

/// Only secure contexts have one, and not all of those.
fn container() -> Option<ServiceWorkerContainer> {
    let found = js_sys::Reflect::get(&window().navigator(), &JsValue::from_str("serviceWorker")).ok()?;
    found.is_object().then(|| found.unchecked_into())
}

async fn register() -> Option<JsValue> {
    let registered = JsFuture::from(container()?.register(WORKER)).await.ok()?;
    // What keeps workers away may do so by answering with nothing.
    registered.is_object().then_some(registered)
}

async fn update() -> Option<JsValue> {
    JsFuture::from(registration().await?.update().ok()?).await.ok()
}

/// Fetches the offline page anew when it would look otherwise: in another language or theme, or since a new build.
async fn keep_offline_page() -> Option<()> {
    let storage = storage::local()?;
    let look = look();
    if storage.get_item(KEPT).ok()?.as_deref() == Some(look.as_str()) {
        return None;
    }
    let opened = window().caches().ok()?.open(OFFLINE_CACHE);
    let cache: Cache = JsFuture::from(opened).await.ok()?.dyn_into().ok()?;
    JsFuture::from(cache.add_with_str(OFFLINE_PAGE)).await.ok()?;
    storage.set_item(KEPT, &look).ok()
}

fn look() -> String {
    let html = document().document_element();
    let of_html = |name: &str| html.as_ref().and_then(|html| html.get_attribute(name));
    // Its name tells builds apart.
    let styles = document().get_element_by_id("styles");
    let styles = styles.and_then(|styles| styles.get_attribute("href"));
    [of_html("lang"), of_html("data-theme"), styles]
        .map(Option::unwrap_or_default)
        .join(" ")
}
