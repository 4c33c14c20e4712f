//! What happens around the page and may have changed the way to the partner.

use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::EventTarget;

/// Calls `act` when the network is another one, as far as the browser tells, until the current owner is cleaned up.
pub(super) fn on_other_network(act: impl Fn() + Clone + 'static) {
    on(&window().into(), "online", act.clone());
    let Some(connection) = connection() else { return };
    // `change` also tells of every new estimate of its speed (Network Information, a draft of the WICG): only another kind is another network.
    let known = std::cell::RefCell::new(kind_of(&connection));
    on(&Clone::clone(&connection), "change", move || {
        let kind = kind_of(&connection);
        if known.replace(kind.clone()) != kind {
            act();
        }
    });
}

/// Calls `act` when the page is seen again or is no longer frozen, until the current owner is cleaned up.
pub(super) fn on_return(act: impl Fn() + Clone + 'static) {
    let page: EventTarget = document().into();
    for name in ["visibilitychange", "resume"] {
        let act = act.clone();
        on(&page, name, move || {
            if !document().hidden() {
                act();
            }
        });
    }
}

fn connection() -> Option<EventTarget> {
    let navigator = JsValue::from(window().navigator());
    let connection = js_sys::Reflect::get(&navigator, &JsValue::from_str("connection")).ok()?;
    connection.dyn_into().ok()
}

/// `wifi`, `cellular`, … where the browser tells.
fn kind_of(connection: &EventTarget) -> Option<String> {
    let kind = js_sys::Reflect::get(connection, &JsValue::from_str("type")).ok()?;
    kind.as_string()
}

fn on(target: &EventTarget, name: &'static str, act: impl Fn() + 'static) {
    let handler = Closure::<dyn FnMut()>::new(act);
    // Only a name that is no event's could be refused.
    let _ = target.add_event_listener_with_callback(name, handler.as_ref().unchecked_ref());
    let kept = SendWrapper::new((target.clone(), handler));
    on_cleanup(move || {
        let (target, handler) = kept.take();
        let _ = target.remove_event_listener_with_callback(name, handler.as_ref().unchecked_ref());
    });
}
