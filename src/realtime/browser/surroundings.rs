//! What happens around the tab: it wakes, it is touched, it is watched.

use leptos::prelude::*;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{EventTarget, HtmlMediaElement};

/// Calls `act` whenever the world may have changed without a word to the socket: the tab is seen again, comes back from the back-forward
/// cache or from being frozen, the network is another one.
pub(super) fn on_wake(act: impl Fn() + Clone + 'static) {
    let (page, window): (EventTarget, EventTarget) = (document().into(), window().into());
    for (target, name) in [
        (&window, "online"),
        (&window, "pageshow"),
        (&window, "focus"),
        // Of a page that was frozen; it does not bubble (Page Lifecycle).
        (&page, "resume"),
        (&page, "visibilitychange"),
    ] {
        on(target, name, when_visible(act.clone()));
    }
    on_other_network(act);
}

/// Calls `act` with every sign of somebody at the tab.
pub(super) fn on_touch(act: impl Fn() + Clone + 'static) {
    let window: EventTarget = window().into();
    for name in [
        "pointerdown",
        "pointermove",
        "wheel",
        "keydown",
        "focus",
        "visibilitychange",
    ] {
        on(&window, name, when_visible(act.clone()));
    }
}

fn when_visible(act: impl Fn() + 'static) -> impl Fn() + 'static {
    move || {
        if !document().hidden() {
            act();
        }
    }
}

/// Whether a picture moves in the page.
pub(super) fn is_watched() -> bool {
    let Ok(videos) = document().query_selector_all("video") else {
        return false;
    };
    let mut videos = (0..videos.length()).filter_map(|index| videos.get(index)?.dyn_into::<HtmlMediaElement>().ok());
    videos.any(|video| !video.paused())
}

/// Not every browser tells of it (Network Information, a draft of the WICG).
fn on_other_network(act: impl Fn() + 'static) {
    let navigator = JsValue::from(window().navigator());
    let connection = js_sys::Reflect::get(&navigator, &JsValue::from_str("connection"));
    if let Some(connection) = connection.ok().and_then(|found| found.dyn_into::<EventTarget>().ok()) {
        on(&connection, "change", act);
    }
}

/// Calls `act` with each event until the current owner is cleaned up.
fn on(target: &EventTarget, name: &'static str, act: impl Fn() + 'static) {
    let handler = Closure::<dyn FnMut()>::new(act);
    // Only a name that is no event's could be refused.
    let _ = target.add_event_listener_with_callback(name, handler.as_ref().unchecked_ref());
    let kept = send_wrapper::SendWrapper::new((target.clone(), handler));
    on_cleanup(move || {
        let (target, handler) = kept.take();
        let _ = target.remove_event_listener_with_callback(name, handler.as_ref().unchecked_ref());
    });
}
