//! Locks of the browser (W3C Web Locks), which all tabs of one person see. Called by name: web-sys counts them among what may still change.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Function, Object, Promise, Reflect};
use leptos::prelude::{set_timeout_with_handle, window};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::AbortController;

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

/// Whether a tab of this browser, be it this one, holds the lock `name`. Where the browser has no locks, none does.
pub async fn is_held(name: &str) -> bool {
    let Some(locks) = manager() else { return false };
    let query = || -> Option<Promise> {
        let query: Function = Reflect::get(&locks, &JsValue::from_str("query"))
            .ok()?
            .dyn_into()
            .ok()?;
        query.call0(&locks).ok()?.dyn_into().ok()
    };
    let Some(asked) = query() else { return false };
    let Ok(known) = JsFuture::from(asked).await else {
        return false;
    };
    let held = Reflect::get(&known, &JsValue::from_str("held")).map(|held| Array::from(&held));
    let is_it = |lock: JsValue| {
        let other = Reflect::get(&lock, &JsValue::from_str("name"));
        other.is_ok_and(|other| other.as_string().as_deref() == Some(name))
    };
    held.is_ok_and(|held| held.iter().any(is_it))
}

/// A lock that this page holds until this is dropped, or until the page goes.
pub struct Hold {
    /// `None` where the browser has no locks.
    release: Option<Function>,
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(release) = &self.release {
            let _ = release.call0(&JsValue::UNDEFINED);
        }
    }
}

/// What to do about a lock that another tab holds.
#[derive(Clone, Copy, Debug)]
pub enum Held {
    /// Wait for so long.
    Wait(Duration),
    /// Take it away.
    Take,
}

/// Holds the lock `name`; `None` where another tab goes on holding it. Where the browser has no locks, everybody gets it.
pub async fn hold(name: &str, otherwise: Held) -> Option<Hold> {
    let Some(locks) = manager() else {
        return Some(Hold { release: None });
    };
    let options = Object::new();
    let mut timer = None;
    match otherwise {
        Held::Take => set(&options, "steal", &JsValue::TRUE),
        Held::Wait(span) => {
            if let Ok(controller) = AbortController::new() {
                set(&options, "signal", &controller.signal());
                timer = set_timeout_with_handle(move || controller.abort(), span).ok();
            }
        }
    }
    let (tell, release) = (Rc::new(RefCell::new(None::<Function>)), Rc::default());
    let answer = Promise::new(&mut |keep, _| {
        tell.replace(Some(keep));
    });
    let kept: Rc<RefCell<Option<Function>>> = Rc::clone(&release);
    let granted = Closure::once_into_js(move |_lock: JsValue| -> JsValue {
        let held = Promise::new(&mut |keep, _| {
            kept.replace(Some(keep));
        });
        if let Some(tell) = tell.take() {
            let _ = tell.call0(&JsValue::UNDEFINED);
        }
        held.into()
    });
    let outcome = request(&locks, name, &options, &granted);
    let settled = match outcome {
        // What becomes of the lock later is nobody's concern, and so no uncaught error.
        Some(outcome) => JsFuture::from(Promise::race(&Array::of2(&answer, &outcome))).await,
        None => Ok(JsValue::UNDEFINED),
    };
    if let Some(timer) = timer {
        timer.clear();
    }
    let is_kept_elsewhere = settled.is_err_and(|error| {
        let name = Reflect::get(&error, &JsValue::from_str("name"));
        name.is_ok_and(|name| name.as_string().as_deref() == Some("AbortError"))
    });
    (!is_kept_elsewhere).then(|| Hold {
        release: release.take(),
    })
}
