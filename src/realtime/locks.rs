//! Locks of the browser (W3C Web Locks), which all tabs of one person see. Called by name: web-sys counts them among what may still change.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::prelude::window;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

/// `navigator.locks`, which only secure contexts have.
pub(super) fn manager() -> Option<JsValue> {
    let locks = Reflect::get(&window().navigator(), &JsValue::from_str("locks")).ok()?;
    locks.is_object().then_some(locks)
}

/// Asks for the lock `name`: `granted` gets it, and it is held until the promise that this returns is kept. The answer settles with that
/// promise, or when the lock is taken away.
pub(super) fn request(locks: &JsValue, name: &str, options: &Object, granted: &JsValue) -> Option<Promise> {
    let request: Function = Reflect::get(locks, &JsValue::from_str("request"))
        .ok()?
        .dyn_into()
        .ok()?;
    let outcome = request.call3(locks, &JsValue::from_str(name), options, granted);
    outcome.ok()?.dyn_into().ok()
}

/// Sets an option of [`request`].
pub(super) fn set(options: &Object, name: &str, value: &JsValue) {
    // A plain object takes every property.
    let _ = Reflect::set(options, &JsValue::from_str(name), value);
}

/// Takes the lock `name` until this page is left, and answers whether this tab has it: `false` where another tab was first. Where the
/// browser has no locks, everybody gets it.
pub async fn claim(name: &str) -> bool {
    let Some(locks) = manager() else { return true };
    let options = Object::new();
    set(&options, "ifAvailable", &JsValue::TRUE);
    let tell = Rc::new(RefCell::new(None::<Function>));
    let answer = Promise::new(&mut |keep, _| {
        tell.replace(Some(keep));
    });
    let granted = Closure::once_into_js(move |lock: JsValue| -> JsValue {
        let is_ours = !lock.is_null();
        if let Some(tell) = tell.take() {
            let _ = tell.call1(&JsValue::UNDEFINED, &JsValue::from_bool(is_ours));
        }
        if is_ours {
            return Promise::new(&mut |_, _| {}).into();
        }
        JsValue::UNDEFINED
    });
    let Some(outcome) = request(&locks, name, &options, &granted) else {
        return true;
    };
    // A browser that refuses to lock never calls back.
    let first = JsFuture::from(Promise::race(&Array::of2(&answer, &outcome))).await;
    first.ok().and_then(|first| first.as_bool()).unwrap_or(true)
}
