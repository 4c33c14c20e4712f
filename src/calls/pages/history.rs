//! One's calls, and what rang without becoming one.

mod cards;
mod filters;
mod totals;

use leptos::prelude::*;

use self::cards::{AttemptCard, CallCard};
use self::filters::{FilterForm, PAGE, address, from_query};
use self::totals::Totals;
use crate::calls::api;
use crate::calls::model::{CallId, RoomId};
use crate::calls::records::log::{CallLog, LogEntry, LogFilters};
use crate::calls::wire::CallNews;
use crate::i18n::{td_string, use_locale};
use crate::invitations::model::{InvitationId, Outcome};
use crate::invitations::wire::InvitationNews;
use crate::realtime::client::on_news;
use crate::ui::{ButtonKind, EmptyState, FetchFailure, Fetched, Icon, LinkButton, PageHeader, use_fetched, use_query};

type Log = Fetched<LogFilters, CallLog>;

/// "Call history", at `/calls`. What it is narrowed to stands in the address.
#[component]
pub fn CallHistoryPage() -> impl IntoView {
    let locale = use_locale();
    let query = use_query();
    let filters = Memo::new(move |_| query.with(from_query));
    let log: Log = use_fetched(move || filters.get(), api::log);
    on_news(move |news: CallNews| {
        if matches!(news, CallNews::Ended { .. }) {
            log.refetch();
        }
    });
    on_news(move |news: InvitationNews| {
        // What was answered has become a call, which is told of when it ends.
        let is_answered = |outcome: &Outcome| matches!(outcome, Outcome::Accepted { .. });
        if matches!(&news, InvitationNews::Settled { outcome, .. } if !is_answered(outcome)) {
            log.refetch();
        }
    });
    view! {
        <PageHeader title=td_string!(locale, calls.history_title) lead=td_string!(locale, calls.log.lead) />
        <Transition>
            <FetchFailure of=log />
            <FilterForm log=log filters=filters />
            <Totals log=log filters=filters />
            <Entries log=log />
        </Transition>
    }
    .into_any()
}

/// What makes a line another one: a call that ends becomes another article.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
enum Key {
    Call(CallId, bool, Option<RoomId>),
    Attempt(InvitationId, bool),
}

fn key(entry: &LogEntry) -> Key {
    match entry {
        LogEntry::Call(call) => Key::Call(call.id, call.ended.is_some(), call.room),
        LogEntry::Attempt(attempt) => Key::Attempt(attempt.id, attempt.is_partner),
    }
}

#[component]
fn Entries(log: Log) -> impl IntoView {
    let locale = use_locale();
    let nothing = move || {
        let (filters, page) = log.get_with_key()?;
        page.entries
            .items
            .is_empty()
            .then(|| view! { <Nothing filters=filters /> })
    };
    let next = move || {
        let (filters, page) = log.get_with_key()?;
        page.entries.next.map(|after| address(&LogFilters { after, ..filters }))
    };
    view! {
        {nothing}
        <div class="grid gap-5">
            <For each=move || log.get().map(|log| log.entries.items).unwrap_or_default() key=key let:entry>
                {match entry {
                    LogEntry::Call(call) => view! { <CallCard call=call /> }.into_any(),
                    LogEntry::Attempt(attempt) => view! { <AttemptCard attempt=attempt /> }.into_any(),
                }}
            </For>
        </div>
        {move || {
            next()
                .map(|href| {
                    view! {
                        <p class="mt-8 text-center">
                            <LinkButton href=href kind=ButtonKind::Secondary>
                                {td_string!(locale, calls.history_next_page)}
                                <Icon icon=icondata_lu::LuArrowRight />
                            </LinkButton>
                        </p>
                    }
                })
        }}
    }
    .into_any()
}

/// Why the list is empty: it ended on the page before, the filters leave nothing, or there is nothing yet.
#[component]
fn Nothing(filters: LogFilters) -> impl IntoView {
    let locale = use_locale();
    let (title, text, href, action) = if !filters.after.is_empty() {
        let first = LogFilters {
            after: String::new(),
            ..filters
        };
        (
            td_string!(locale, calls.history_empty_after_title),
            td_string!(locale, calls.history_empty_after_text),
            address(&first),
            td_string!(locale, calls.history_first_page),
        )
    } else if filters.is_any() {
        (
            td_string!(locale, calls.log.nothing_title),
            td_string!(locale, calls.log.nothing_text),
            PAGE.to_owned(),
            td_string!(locale, calls.log.clear),
        )
    } else {
        (
            td_string!(locale, calls.history_empty_title),
            td_string!(locale, calls.history_empty_text),
            "/partners".to_owned(),
            td_string!(locale, calls.history_empty_action),
        )
    };
    view! {
        <EmptyState icon=icondata_lu::LuVideo title=title text=text>
            <LinkButton href=href>{action}</LinkButton>
        </EmptyState>
    }
}
