//! Pages that ask for a recent sign-in when they are opened.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_url;

use crate::accounts::api::confirm::how_to_confirm;
use crate::kernel::query::address;
use crate::ui::use_fetched;

/// Leads to `/confirm`, which comes back to this page, where the person's sign-in is too long ago: on the server before anything of the page is
/// sent, and in the browser as soon as it knows. The forms of the page stand beside it, not inside: what came back to them is theirs.
#[component]
pub fn AskToConfirm() -> impl IntoView {
    let url = use_url();
    let here = move || url.with_untracked(|url| format!("{}{}", url.path(), query_of(url.search())));
    let asked = use_fetched(|| (), move |()| how_to_confirm(String::new()));
    let lead_there = move || {
        let is_recent = asked.get()?.go_on.is_some();
        (!is_recent)
            .then(|| view! { <Redirect path=address("/confirm", &[("next", &here())]) options=in_its_place() /> })
    };
    view! { <Transition>{lead_there}</Transition> }.into_any()
}

/// Going back from there does not lead here, and there again.
pub(super) fn in_its_place() -> NavigateOptions {
    NavigateOptions {
        replace: true,
        ..NavigateOptions::default()
    }
}

fn query_of(search: &str) -> String {
    match search.trim_start_matches('?') {
        "" => String::new(),
        query => format!("?{query}"),
    }
}
