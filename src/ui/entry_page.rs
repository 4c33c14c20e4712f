//! Pages by which people come in: one form, and the way to the other one.

use leptos::prelude::*;
use leptos::server_fn::ServerFn;

use super::form::{Form, use_form};
use super::page_header::PageHeader;
use super::query::use_query;
use crate::kernel::error::AppError;
use crate::kernel::query::address;

/// What the form of such a page needs beyond its fields.
#[derive(Clone)]
pub struct Entry {
    /// Its fields and errors.
    pub form: Form,
    /// It is being sent, or the next page is being loaded.
    pub busy: Signal<bool>,
    /// Where the address asks to go afterwards. It may say anything: the server follows addresses of this site only.
    pub next: Option<String>,
}

/// The form whose `action` lets a person in and answers where they go.
pub fn use_entry<S>(action: ServerAction<S>) -> Entry
where
    S: ServerFn<Error = AppError, Output = String> + Clone + Send + Sync + 'static,
{
    let form = use_form(action);
    let answer = action.value();
    Effect::new(move || {
        // The whole page is made for the person, so it is loaded anew.
        if let Some(Ok(next)) = answer.get()
            && window().location().assign(&next).is_err()
        {
            answer.set(None);
        }
    });
    Entry {
        form,
        busy: Signal::derive(move || form.pending().get() || answer.with(|answer| matches!(answer, Some(Ok(_))))),
        next: use_query().read_untracked().get("next").map(str::to_owned),
    }
}

/// The page that leads in otherwise.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OtherWay {
    /// For whom it is, as a question.
    pub question: &'static str,
    /// Its address.
    pub page: &'static str,
    /// The link's words.
    pub link: &'static str,
}

/// A page that is one form. The link to the other way in keeps where the person wanted to go.
#[component]
pub fn EntryPage(
    /// The heading.
    title: &'static str,
    /// A sentence under it.
    lead: &'static str,
    /// Where the person goes afterwards, as [`Entry::next`].
    next: Option<String>,
    /// The other way in.
    other: OtherWay,
    /// The form.
    children: Children,
) -> impl IntoView {
    let OtherWay { question, page, link } = other;
    let href = address(page, &[("next", next.as_deref().unwrap_or_default())]);
    view! {
        <div class="narrow">
            <PageHeader title=title lead=lead />
            {children()}
            <p class="mt-8 text-center text-muted">
                {question} " "
                <a class="text-link" href=href>
                    {link}
                </a>
            </p>
        </div>
    }
}

/// The field in which the form takes [`Entry::next`] along.
#[component]
pub fn NextField(
    /// Where to go afterwards.
    next: Option<String>,
) -> impl IntoView {
    next.map(|next| view! { <input type="hidden" name="next" value=next /> })
}
