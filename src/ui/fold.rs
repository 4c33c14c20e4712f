//! What there is no room for on phones.

use leptos::prelude::*;

use super::icon::Icon;

/// Folded away on narrow pages until it is asked for; on wide ones (from 48rem on) it is simply there. The style sheet decides, so it
/// works without JavaScript and nothing moves on hydration.
#[component]
pub fn Fold(
    /// What is folded away, in a few words.
    #[prop(into)]
    summary: String,
    /// What is folded away.
    children: Children,
) -> impl IntoView {
    view! {
        <details class="fold">
            <summary class="fold-summary">
                <span>{summary}</span>
                <Icon icon=icondata_lu::LuChevronDown />
            </summary>
            <div class="fold-content">{children()}</div>
        </details>
    }
}
