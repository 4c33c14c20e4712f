//! What happens around the tab: it wakes, it is touched, it is watched.

use leptos::prelude::*;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{EventTarget, HtmlMediaElement};

/// Calls `act` whenever the world may have changed without a word to the socket: the tab is seen again, comes back from the back-forward
/// cache or from being frozen, the network is another one.
pub(super) fn on_wake(act: impl Fn() + Clone + 'static) {
    for name in ["online", "pageshow", "focus", "resume", "visibilitychange"] {
        let act = act.clone();
        on_window(name, move || {
            if !document().hidden() {
                act();
            }
        });
    }
    on_other_network(act);
}

/// Calls `act` with every sign of somebody at the tab.
pub(super) fn on_touch(act: impl Fn() + Clone + 'static) {
    for name in [
        "pointerdown",
        "pointermove",
        "wheel",
        "keydown",
        "focus",
        "visibilitychange",
    ] {
        let act = act.clone();
        on_window(name, move || {
            if !document().hidden() {
                act();
            }
        });
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

fn on_window(name: &'static str, act: impl Fn() + 'static) {
    let handle = window_event_listener_untyped(name, move |_| act());
    on_cleanup(move || handle.remove());
}

/// Not every browser tells of it (Network Information, a draft of the WICG).
fn on_other_network(act: impl Fn() + 'static) {
    let navigator = JsValue::from(window().navigator());
    let connection = js_sys::Reflect::get(&navigator, &JsValue::from_str("connection"));
    let Some(connection) = connection.ok().and_then(|found| found.dyn_into::<EventTarget>().ok()) else {
        return;
    };
    let handler = Closure::<dyn FnMut()>::new(act);
    let listener = handler.as_ref().unchecked_ref();
    if connection.add_event_listener_with_callback("change", listener).is_ok() {
        let kept = send_wrapper::SendWrapper::new((connection, handler));
        on_cleanup(move || {
            let (connection, handler) = kept.take();
            let listener = handler.as_ref().unchecked_ref();
            // Refused only when it was never there.
            let _ = connection.remove_event_listener_with_callback("change", listener);
        });
    }
}
