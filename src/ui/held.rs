//! States that are worth a word only when they last.

use std::time::Duration;

use leptos::prelude::*;

/// Whether `state` has been true for at least `span`; false again at once.
pub fn held_for(span: Duration, state: impl Fn() -> bool + Send + Sync + 'static) -> ReadSignal<bool> {
    let state = Memo::new(move |_| state());
    let (is_held, set_held) = signal(false);
    Effect::new(move |_| {
        if !state.get() {
            return set_held.set(false);
        }
        let hold = move || {
            set_held.try_set(true);
        };
        if let Ok(timer) = set_timeout_with_handle(hold, span) {
            on_cleanup(move || timer.clear());
        }
    });
    is_held
}
