//! The pages of matching: find somebody, ask, answer, be partners, part.
//!
//! A list is fetched by `use_fetched` and read inside a `<Transition>`, so that looking again (after an answer, or when news come
//! over the socket) changes only what is different, and a failure takes nothing away.
//!
//! Dialogs stand beside the list, not in its rows: a row may go while one is open. Each button that opens one is the
//! button of a plain form to a page with the same fields.

mod block;
mod end_partnership;
mod exchange;
mod filter_form;
mod find;
mod find_filters;
mod follow;
mod languages;
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

pub use block::{BlockPage, ReportPage};
pub use end_partnership::EndPartnershipPage;
pub use find::FindPage;
pub use partner::PartnerPage;
pub use partners::PartnersPage;
pub use person::PersonPage;
pub use request::RequestPage;
pub use requests::RequestsPage;

use leptos::prelude::*;

use crate::i18n::{td_string, use_locale};
use crate::ui::{FetchFailure, Fetchable, Fetched};

/// A page about one thing that is fetched, or what stands in its place.
fn shown_when_loaded<K, T>(loaded: Fetched<K, T>, show: impl Fn(T) -> AnyView + Copy + Send + Sync + 'static) -> AnyView
where
    K: Fetchable + PartialEq,
    T: Fetchable,
{
    let title = td_string!(use_locale(), ui.not_loaded_title);
    view! {
        <Transition>
            <FetchFailure of=loaded title=title />
            {move || loaded.get().map(show)}
        </Transition>
    }
    .into_any()
}
