//! A sign that something takes time.

use leptos::prelude::*;

/// A turning ring in the colour of the text; still when reduced motion is asked for. Decorative: say what is going on in words.
#[component]
pub fn Spinner() -> impl IntoView {
    view! { <span class="spinner" aria-hidden="true"></span> }
}
