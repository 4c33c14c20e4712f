//! The pages of matching: find somebody, ask, answer, be partners, part.
//!
//! A list is fetched by a blocking resource and read inside a `<Transition>`, so that looking again (after an answer, or
//! when news come over the socket) changes only what is different. The resource is read directly, not through a `Memo` or
//! a `Show`: on the server those may still hold what was there before it was loaded.
//!
//! Dialogs stand beside the list, not in its rows: a row may go while one is open. Each button that opens one is the
//! button of a plain form to a page with the same fields.

mod call_button;
mod end_partnership;
mod filter_form;
mod find;
mod find_filters;
mod languages;
mod live;
mod nobody_found;
mod partner;
mod partners;
mod person;
mod person_form;
mod presence;
mod reason;
mod request;
mod requests;
mod standing;
mod suggestion;

pub use call_button::CallButton;
pub use end_partnership::EndPartnershipPage;
pub use find::FindPage;
pub use partner::PartnerPage;
pub use partners::PartnersPage;
pub use person::PersonPage;
pub use request::RequestPage;
pub use requests::RequestsPage;

use leptos::prelude::*;

use crate::i18n::use_locale;
use crate::kernel::error::AppError;
use crate::ui::{NotFound, Notice, Tone, error_text};

/// A page about one thing that is fetched, or what stands in its place.
fn shown_when_loaded<T>(
    loaded: Resource<Result<T, AppError>>,
    show: impl Fn(T) -> AnyView + Copy + Send + Sync + 'static,
) -> AnyView
where
    T: Clone + Send + Sync + 'static,
{
    let page = move |answer| match answer {
        Ok(content) => show(content),
        Err(error) => not_loaded(&error),
    };
    view! { <Transition>{move || loaded.get().map(page)}</Transition> }.into_any()
}

/// What stands in place of a page, or of its list, that could not be loaded.
fn not_loaded(error: &AppError) -> AnyView {
    let locale = use_locale();
    match error {
        AppError::NotFound => view! { <NotFound /> }.into_any(),
        error => {
            let words = error_text(locale, error);
            view! {
                <Notice tone=Tone::Danger attr:role="alert">
                    {words}
                </Notice>
            }
            .into_any()
        }
    }
}
