//! Navigation between the pages of one section, as the settings.

use leptos::prelude::*;
use leptos_router::components::A;

/// One page of a section.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SectionLink {
    /// Its address.
    pub href: &'static str,
    /// Its name.
    pub label: String,
}

/// A row of links (a column beside wide pages); the one that is open, or above the page that is open, is marked `aria-current`.
#[component]
pub fn SectionNav(
    /// The accessible name of the navigation, as "Settings".
    #[prop(into)]
    label: String,
    /// The pages.
    links: Vec<SectionLink>,
) -> impl IntoView {
    let links = links
        .into_iter()
        .map(|SectionLink { href, label }| {
            view! {
                <li>
                    <A href=href attr:class="section-nav-link">
                        {label}
                    </A>
                </li>
            }
        })
        .collect_view();
    view! {
        <nav class="section-nav" aria-label=label>
            <ul>{links}</ul>
        </nav>
    }
}
