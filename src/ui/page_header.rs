//! The top of a page.

use leptos::prelude::*;
use leptos_meta::Title;

/// The page's only level-1 heading, which is the page's title too, a sentence under it, and what can be done with the whole page.
#[component]
pub fn PageHeader(
    /// The heading.
    #[prop(into)]
    title: String,
    /// A sentence that says what the page is for.
    #[prop(optional, into)]
    lead: Option<String>,
    /// Actions at the side.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <Title text=title.clone() />
        <header class="page-header">
            <div class="page-header-words">
                <h1>{title}</h1>
                {lead.map(|lead| view! { <p class="lead">{lead}</p> })}
            </div>
            {children.map(|children| view! { <div class="page-header-actions">{children()}</div> })}
        </header>
    }
}
