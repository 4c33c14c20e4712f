//! The page's clock and what runs by it or listens, for as long as the current owner lives.

use std::time::Duration;

use leptos::prelude::*;

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
