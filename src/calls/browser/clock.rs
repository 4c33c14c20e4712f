//! The page's clock and what runs by it or listens, for as long as the current owner lives.

use std::time::Duration;

use js_sys::{Array, Function, Promise};
use leptos::prelude::*;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

/// The wall's clock, since 1970.
pub(super) fn wall() -> Duration {
    Duration::from_secs_f64(js_sys::Date::now().max(0.0) / 1_000.0)
}

/// A clock that goes steadily.
pub(super) fn now() -> Duration {
    Duration::from_secs_f64(
        window()
            .performance()
            .map_or(0.0, |performance| performance.now())
            .max(0.0)
            / 1_000.0,
    )
}

/// Calls `act` with every event of this name that reaches the window.
pub(super) fn on_window(name: &'static str, act: impl Fn(web_sys::Event) + 'static) {
    let handle = window_event_listener_untyped(name, act);
    on_cleanup(move || handle.remove());
}

/// Calls `act` again and again.
pub(super) fn every(span: Duration, act: impl Fn() + 'static) {
    if let Ok(interval) = set_interval_with_handle(act, span) {
        on_cleanup(move || interval.clear());
    }
}

/// The promise's result, or a rejection when it has not settled within `span`.
pub(super) async fn in_time(promise: Promise, span: Duration) -> Result<JsValue, JsValue> {
    let mut timer = None;
    let too_late = Promise::new(&mut |_, reject: Function| {
        let give_up = move || {
            let _ = reject.call0(&JsValue::NULL);
        };
        timer = set_timeout_with_handle(give_up, span).ok();
    });
    let result = JsFuture::from(Promise::race(&Array::of2(&promise, &too_late))).await;
    if let Some(timer) = timer {
        timer.clear();
    }
    result
}

/// Waits for a moment.
pub(super) async fn pause(span: Duration) {
    let _ = in_time(Promise::new(&mut |_, _| {}), span).await;
}
