//! What a page fetches, fetches again when news come, and may fail to fetch.

use std::future::Future;

use leptos::prelude::*;
use serde::Serialize;
use serde::de::DeserializeOwned;

use super::button::{Button, ButtonKind};
use super::focus::focus_page_if_lost;
use super::not_found::NotFound;
use super::notice::{Notice, Tone};
use super::page_header::PageHeader;
use super::problem::error_text;
use crate::i18n::{td_string, use_locale};
use crate::kernel::error::AppError;
use crate::realtime::client::on_return;

/// What can be fetched, and can be asked with: it travels with the page.
pub trait Fetchable: Clone + Serialize + DeserializeOwned + Send + Sync + 'static {}

impl<T: Clone + Serialize + DeserializeOwned + Send + Sync + 'static> Fetchable for T {}

/// What was fetched for a key, as the filters of a search. A failure takes nothing away: what was there for the same key stays.
///
/// To be read inside a `Transition`, and directly, not through a `Memo` or a `Show`: on the server those may still hold what was there
/// before it was loaded.
pub struct Fetched<K: Fetchable, T: Fetchable> {
    answer: Resource<(K, Result<T, AppError>)>,
    last: StoredValue<Option<(K, T)>>,
}

impl<K: Fetchable, T: Fetchable> Clone for Fetched<K, T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<K: Fetchable, T: Fetchable> Copy for Fetched<K, T> {}

/// Fetches before the page is sent, and again in the browser whenever `key` changes.
pub fn use_fetched<K, T, F>(
    key: impl Fn() -> K + Send + Sync + 'static,
    fetch: impl Fn(K) -> F + Send + Sync + 'static,
) -> Fetched<K, T>
where
    K: Fetchable + PartialEq,
    T: Fetchable,
    F: Future<Output = Result<T, AppError>> + Send + 'static,
{
    let fetch = move |key: K| {
        let answer = fetch(key.clone());
        async move { (key, answer.await) }
    };
    Fetched {
        answer: Resource::new_blocking(key, fetch),
        last: StoredValue::new(None),
    }
}

impl<K, T> Fetched<K, T>
where
    K: Fetchable + PartialEq,
    T: Fetchable,
{
    /// The latest that could be fetched for the key of the latest answer.
    pub fn get(self) -> Option<T> {
        self.get_with_key().map(|(_, value)| value)
    }

    /// The same with its key.
    pub fn get_with_key(self) -> Option<(K, T)> {
        let (key, answer) = self.answer.get()?;
        match answer {
            Ok(value) => {
                self.last.set_value(Some((key.clone(), value.clone())));
                Some((key, value))
            }
            // What is gone is gone.
            Err(AppError::NotFound) => None,
            Err(_) => self.last.get_value().filter(|(of, _)| *of == key),
        }
    }

    /// Why the latest attempt failed.
    pub fn failure(self) -> Option<AppError> {
        self.answer.get().and_then(|(_, answer)| answer.err())
    }

    /// The key of the latest answer.
    pub fn key(self) -> Option<K> {
        self.answer.get().map(|(key, _)| key)
    }

    /// The latest answer, where nobody needs to hear of the next; for events.
    pub fn get_untracked(self) -> Option<T> {
        self.answer.get_untracked().and_then(|(_, answer)| answer.ok())
    }

    /// Follows every answer, for effects.
    pub fn track(self) {
        self.answer.track();
    }

    /// Looks again.
    pub fn refetch(self) {
        self.answer.refetch();
    }
}

/// Why the latest attempt failed, above what stands there still; nothing while all is well.
#[component]
pub fn FetchFailure<K, T>(
    /// What was fetched.
    of: Fetched<K, T>,
    /// The heading, where the page has none without its content.
    #[prop(optional, into)]
    title: Option<String>,
) -> impl IntoView
where
    K: Fetchable + PartialEq,
    T: Fetchable,
{
    move || {
        of.failure().map(|error| {
            let title = title.clone().filter(|_| of.get().is_none());
            view! { <NotLoaded error=error again=move |()| of.refetch() nostrip:title=title /> }
        })
    }
}

/// The words of an error, and the way to try again, which is gone by itself when the connection is back. What does not exist is a missing page.
#[component]
pub fn NotLoaded(
    /// What went wrong.
    error: AppError,
    /// Looks again.
    #[prop(into)]
    again: Callback<()>,
    /// The heading, where the page has none without its content.
    #[prop(optional, into)]
    title: Option<String>,
) -> impl IntoView {
    if error == AppError::NotFound {
        return view! { <NotFound /> }.into_any();
    }
    let locale = use_locale();
    on_return(move || again.run(()));
    // The button goes with the trouble.
    Effect::new(|| on_cleanup(focus_page_if_lost));
    view! {
        {title.map(|title| view! { <PageHeader title=title /> })}
        <div class="mb-6">
            <Notice tone=Tone::Danger attr:role="alert">
                <p>{error_text(locale, &error)}</p>
                <p class="mt-3">
                    <Button kind=ButtonKind::Secondary small=true on_press=move |()| again.run(())>
                        {td_string!(locale, ui.try_again)}
                    </Button>
                </p>
            </Notice>
        </div>
    }
    .into_any()
}
