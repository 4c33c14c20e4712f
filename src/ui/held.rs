//! States that are worth a word only when they last.

use std::time::Duration;

use leptos::prelude::*;

/// Whether `state` has been true for at least `span`; false again at once.
pub fn held_for(span: Duration, state: impl Fn() -> bool + Send + Sync + 'static) -> ReadSignal<bool> {
    let state = Memo::new(move |_| state());
    let (is_held, set_held) = signal(false);
    Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
        if let Some(Some(timer)) = timer {
            timer.clear();
        }
        if state.get() {
            let hold = move || {
                set_held.try_set(true);
            };
            return set_timeout_with_handle(hold, span).ok();
        }
        set_held.set(false);
        None
    });
    is_held
}
