//! Keeps the screen of a device on during a call (W3C Screen Wake Lock).

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::parts::Part;

/// After a refusal (an empty battery, as a rule) it is asked for again only so much later.
const AGAIN: Duration = Duration::from_secs(30);

/// The lock, while there is one. The browser takes it back when the page is hidden, so it is looked after.
#[derive(Default)]
pub(super) struct WakeLock {
    sentinel: RefCell<Option<JsValue>>,
    is_asking: Cell<bool>,
    refused_at: Cell<Option<Duration>>,
    /// Raised with every end: an answer that comes later is given back.
    call: Cell<u32>,
    this: std::rc::Weak<Self>,
}

impl WakeLock {
    pub(super) fn new() -> Rc<Self> {
        Rc::new_cyclic(|this| Self {
            this: std::rc::Weak::clone(this),
            ..Self::default()
        })
    }

    fn is_held(&self) -> bool {
        let is_released = |sentinel: &JsValue| {
            Reflect::get(sentinel, &"released".into()).is_ok_and(|released| released.as_bool() == Some(true))
        };
        self.sentinel
            .borrow()
            .as_ref()
            .is_some_and(|sentinel| !is_released(sentinel))
    }

    fn ask(&self, now: Duration) {
        let Some(lock) = self.this.upgrade() else { return };
        let navigator: JsValue = window().navigator().into();
        let Ok(wake_lock) = Reflect::get(&navigator, &"wakeLock".into()) else {
            return;
        };
        let Some(promise) = call(&wake_lock, "request", Some(&"screen".into())) else {
            return;
        };
        let asked_in = self.call.get();
        self.is_asking.set(true);
        spawn_local(async move {
            let answer = JsFuture::from(promise).await;
            lock.is_asking.set(false);
            match answer {
                Ok(sentinel) if lock.call.get() == asked_in => {
                    lock.sentinel.replace(Some(sentinel));
                }
                Ok(sentinel) => give_back(&sentinel),
                Err(_) if lock.call.get() == asked_in => lock.refused_at.set(Some(now)),
                Err(_) => {}
            }
        });
    }
}

impl Part for WakeLock {
    fn tick(&self, now: Duration) {
        let is_refused = self
            .refused_at
            .get()
            .is_some_and(|refused| now.saturating_sub(refused) < AGAIN);
        if !document().hidden() && !is_refused && !self.is_asking.get() && !self.is_held() {
            self.ask(now);
        }
    }

    fn over(&self) {
        self.call.set(self.call.get().wrapping_add(1));
        self.refused_at.set(None);
        if let Some(sentinel) = self.sentinel.take() {
            give_back(&sentinel);
        }
    }
}

fn give_back(sentinel: &JsValue) {
    if let Some(promise) = call(sentinel, "release", None) {
        spawn_local(async move {
            let _ = JsFuture::from(promise).await;
        });
    }
}

/// Calls a method that answers with a promise; `None` where there is none.
fn call(object: &JsValue, name: &str, argument: Option<&JsValue>) -> Option<Promise> {
    if !object.is_object() {
        return None;
    }
    let method: Function = Reflect::get(object, &name.into()).ok()?.dyn_into().ok()?;
    let answer = match argument {
        Some(argument) => method.call1(object, argument),
        None => method.call0(object),
    };
    answer.ok()?.dyn_into().ok()
}
