//! What somebody says of themselves.

use leptos::prelude::*;

use crate::i18n::{td_string, use_locale};

/// A person's line in their own words, in their script's direction. Who does not see where it stands hears what it is.
#[component]
pub fn StatusMessage(
    /// The line.
    message: String,
) -> impl IntoView {
    let locale = use_locale();
    view! {
        <p class="status-message">
            <span class="sr-only">{td_string!(locale, ui.status)} " "</span>
            <span dir="auto">{message}</span>
        </p>
    }
}
