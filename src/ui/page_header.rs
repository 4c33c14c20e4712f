//! The top of a page.

use leptos::prelude::*;
use leptos_meta::Title;

/// The page's only level-1 heading, which is the page's title too, and a sentence under it.
#[component]
pub fn PageHeader(
    /// The heading.
    #[prop(into)]
    title: String,
    /// A sentence that says what the page is for.
    #[prop(optional, into)]
    lead: Option<String>,
) -> impl IntoView {
    view! {
        <Title text=title.clone() />
        <header class="page-header">
            <div class="page-header-words">
                <h1>{title}</h1>
                {lead.map(|lead| view! { <p class="lead">{lead}</p> })}
            </div>
        </header>
    }
}
