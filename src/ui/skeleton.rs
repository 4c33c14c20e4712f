//! The shape of what is still coming, only where something really takes time.

use leptos::prelude::*;

/// Grey lines in the shape of text. Size it with utilities at the call site: `<Skeleton attr:class="skeleton h-24"/>`.
#[component]
pub fn Skeleton(
    /// How many lines.
    #[prop(default = 3)]
    lines: usize,
) -> impl IntoView {
    let lines = (0..lines)
        .map(|_| view! { <span class="skeleton-line"></span> })
        .collect_view();
    view! {
        <div class="skeleton" aria-hidden="true">
            {lines}
        </div>
    }
}
