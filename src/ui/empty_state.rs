//! What a list shows while nothing is in it.

use leptos::prelude::*;

use super::icon::Icon;

/// An empty list: what would be here, and what to do next.
#[component]
pub fn EmptyState(
    /// A picture of what would be here.
    icon: icondata_core::Icon,
    /// One line: what there is nothing of.
    #[prop(into)]
    title: String,
    /// It is all there is on the page: its title is the page's heading.
    #[prop(optional)]
    is_page: bool,
    /// What to do next, in a sentence or two.
    #[prop(into)]
    text: String,
    /// The action, usually a `LinkButton`.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let title = if is_page {
        view! { <h1 class="empty-state-title">{title}</h1> }.into_any()
    } else {
        view! { <h2 class="empty-state-title">{title}</h2> }.into_any()
    };
    view! {
        <div class="empty-state">
            <span class="empty-state-icon">
                <Icon icon=icon />
            </span>
            {title}
            <p class="empty-state-text">{text}</p>
            {children.map(|children| view! { <div class="empty-state-action">{children()}</div> })}
        </div>
    }
}
