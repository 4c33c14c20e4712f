//! That something worked.

use leptos::prelude::*;

use super::notice::{Notice, Tone};

/// Words that appear when a form was taken, and stay until it is sent again.
#[component]
pub fn Said(
    /// Whether it was: `form.succeeded()`, mostly.
    #[prop(into)]
    when: Signal<bool>,
    /// What to say.
    words: &'static str,
) -> impl IntoView {
    move || {
        when.get().then(|| {
            view! {
                <Notice tone=Tone::Success attr:role="status">
                    {words}
                </Notice>
            }
        })
    }
}
