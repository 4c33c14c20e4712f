//! What stands where there is nothing, or nothing for this person.

use leptos::prelude::*;
use leptos_meta::Title;

use super::empty_state::EmptyState;
use crate::i18n::{td_string, use_locale};

/// The words of a missing page; on the server the answer becomes a 404. A page that a stranger may not see shows the same.
#[component]
pub fn NotFound() -> impl IntoView {
    answer_not_found();
    let locale = use_locale();
    view! {
        <Title text=td_string!(locale, ui.not_found_title) />
        <EmptyState
            is_page=true
            icon=icondata_lu::LuCompass
            title=td_string!(locale, ui.not_found_title)
            text=td_string!(locale, ui.not_found_text)
        >
            <a class="btn btn-primary" href="/">
                {td_string!(locale, ui.not_found_home)}
            </a>
        </EmptyState>
    }
}

#[cfg(feature = "ssr")]
fn answer_not_found() {
    if let Some(response) = use_context::<leptos_axum::ResponseOptions>() {
        response.set_status(axum::http::StatusCode::NOT_FOUND);
    }
}

#[cfg(not(feature = "ssr"))]
const fn answer_not_found() {}
