//! Short facts in a line.

use leptos::prelude::*;

/// Short facts beside each other with a dot between two of them. The style sheet draws the dots, and none where a line ends or begins.
#[component]
pub fn Facts(
    /// Each fact, in a few words.
    facts: Vec<AnyView>,
) -> impl IntoView {
    let facts = facts
        .into_iter()
        .map(|fact| view! { <span>{fact}</span> " " })
        .collect_view();
    view! { <span class="facts">{facts}</span> }
}
