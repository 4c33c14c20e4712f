//! An empty list of results, and what helps.

use leptos::prelude::*;

use super::find_filters::{address, loosened};
use crate::i18n::{Locale, td_string, use_locale};
use crate::matching::model::Filters;
use crate::ui::{ButtonKind, EmptyState, LinkButton};

/// That nobody is there, in a few words.
pub(super) fn nobody_title(locale: Locale, filters: &Filters) -> &'static str {
    if !filters.after.is_empty() {
        td_string!(locale, matching.find.empty_after_title)
    } else if filters.is_any() {
        td_string!(locale, matching.find.empty_filtered_title)
    } else {
        td_string!(locale, matching.find.empty_title)
    }
}

/// What the list shows while nobody is in it.
#[component]
pub(super) fn NobodyFound(
    /// What was asked for.
    filters: Filters,
) -> impl IntoView {
    let locale = use_locale();
    let title = nobody_title(locale, &filters);
    if !filters.after.is_empty() {
        let first = address(&Filters {
            after: String::new(),
            ..filters
        });
        return view! {
            <EmptyState
                icon=icondata_lu::LuUsers
                title=title
                text=td_string!(locale, matching.find.empty_after_text)
            >
                <LinkButton href=first>{td_string!(locale, matching.find.first_page)}</LinkButton>
            </EmptyState>
        }
        .into_any();
    }
    if !filters.is_any() {
        return view! {
            <EmptyState
                icon=icondata_lu::LuUsers
                title=title
                text=td_string!(locale, matching.find.empty_text)
            >
                <LinkButton href="/settings/profile">{td_string!(locale, matching.find.complete_profile)}</LinkButton>
            </EmptyState>
        }
        .into_any();
    }
    let links = loosened(locale, &filters)
        .into_iter()
        .map(|(words, rest)| {
            view! {
                <li>
                    <LinkButton href=address(&rest) kind=ButtonKind::Secondary small=true>
                        {td_string!(locale, matching.find.loosen, filter = words)}
                    </LinkButton>
                </li>
            }
        })
        .collect_view();
    view! {
        <EmptyState
            icon=icondata_lu::LuSearch
            title=title
            text=td_string!(locale, matching.find.empty_filtered_text)
        >
            <ul class="flex flex-wrap justify-center gap-2.5">{links}</ul>
        </EmptyState>
    }
    .into_any()
}
