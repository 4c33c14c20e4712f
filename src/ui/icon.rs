//! Pictures beside words.

use leptos::prelude::*;

/// A decorative icon in the size and colour of the text around it. It has no name: the words beside it, or the `aria-label` of the
/// button around it, say what it means. Icons come from `icondata_lu` (Lucide).
#[component]
pub fn Icon(
    /// As `icondata_lu::LuVideo`.
    icon: icondata_core::Icon,
) -> impl IntoView {
    view! { <leptos_icons::Icon icon=icon attr:class="icon" attr:aria-hidden="true" /> }
}
