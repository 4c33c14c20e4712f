//! One's calls, and the words for a call's length and end.

use leptos::prelude::*;

use crate::calls::api;
use crate::calls::model::{CallView, EndReason, Ended};
use crate::calls::wire::CallNews;
use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::paging::Page;
use crate::kernel::query::address;
use crate::kernel::time::clock_length;
use crate::realtime::client::on_news;
use crate::ui::{
    ButtonKind, EmptyState, FaceCard, Facts, FetchFailure, Fetched, Icon, LinkButton, PageHeader, When, use_fetched,
    use_query,
};

/// "Call history", at `/calls`; `?after=` says where the page starts.
#[component]
pub fn CallHistoryPage() -> impl IntoView {
    let locale = use_locale();
    let query = use_query();
    let after =
        Memo::new(move |_| query.with(|query| query.get("after").filter(|after| !after.is_empty()).map(str::to_owned)));
    let calls = use_fetched(move || after.get(), api::history);
    on_news(move |news: CallNews| {
        if matches!(news, CallNews::Ended { .. }) {
            calls.refetch();
        }
    });
    view! {
        <PageHeader title=td_string!(locale, calls.history_title) lead=td_string!(locale, calls.history_lead) />
        <Transition>
            <Calls calls=calls />
        </Transition>
    }
    .into_any()
}

#[component]
fn Calls(calls: Fetched<Option<String>, Page<CallView>>) -> impl IntoView {
    let locale = use_locale();
    let nothing = move || {
        let (after, page) = calls.get_with_key()?;
        page.items.is_empty().then(|| match after {
            Some(_) => view! { <NoEarlierCalls /> }.into_any(),
            None => view! { <NoCalls /> }.into_any(),
        })
    };
    let next = move || calls.get().and_then(|page| page.next);
    view! {
        <FetchFailure of=calls />
        {nothing}
        <div class="grid gap-5">
            <For
                each=move || calls.get().map(|page| page.items).unwrap_or_default()
                // A call that ends becomes another article.
                key=|call: &CallView| (call.id, call.ended.is_some(), call.room)
                let:call
            >
                <CallCard call=call />
            </For>
        </div>
        {move || {
            next()
                .map(|after| {
                    view! {
                        <p class="mt-8 text-center">
                            <LinkButton href=address("/calls", &[("after", &after)]) kind=ButtonKind::Secondary>
                                {td_string!(locale, calls.history_next_page)}
                                <Icon icon=icondata_lu::LuArrowRight />
                            </LinkButton>
                        </p>
                    }
                })
        }}
    }
}

#[component]
fn NoCalls() -> impl IntoView {
    let locale = use_locale();
    view! {
        <EmptyState
            icon=icondata_lu::LuVideo
            title=td_string!(locale, calls.history_empty_title)
            text=td_string!(locale, calls.history_empty_text)
        >
            <LinkButton href="/partners">{td_string!(locale, calls.history_empty_action)}</LinkButton>
        </EmptyState>
    }
}

#[component]
fn NoEarlierCalls() -> impl IntoView {
    let locale = use_locale();
    view! {
        <EmptyState
            icon=icondata_lu::LuVideo
            title=td_string!(locale, calls.history_empty_after_title)
            text=td_string!(locale, calls.history_empty_after_text)
        >
            <LinkButton href="/calls">{td_string!(locale, calls.history_first_page)}</LinkButton>
        </EmptyState>
    }
}

#[component]
fn CallCard(call: CallView) -> impl IntoView {
    let locale = use_locale();
    let ended = ended_text(locale, call.ended, &call.partner.display_name);
    let CallView {
        id,
        partner,
        at,
        seconds,
        ended: end,
        room,
    } = call;
    let room = room.filter(|_| end.is_none());
    let actions = move || {
        view! {
            {room
                .map(|room| {
                    view! {
                        <LinkButton href=format!("/call/{room}") small=true>
                            <Icon icon=icondata_lu::LuVideo />
                            {td_string!(locale, calls.history_back_to_call)}
                        </LinkButton>
                    }
                })}
            <LinkButton href=format!("/calls/{id}") kind=ButtonKind::Secondary small=true>
                {td_string!(locale, calls.history_summary)}
            </LinkButton>
        }
    };
    let href = format!("/people/{}", partner.username);
    let length = seconds.map(|seconds| view! { <Length seconds=seconds /> }.into_any());
    let facts = std::iter::once(view! { <When time=at /> }.into_any())
        .chain(length)
        .collect();
    view! {
        <FaceCard name=partner.display_name hue=partner.hue href=href actions=ViewFnOnce::from(actions)>
            <p>
                <Facts facts=facts />
            </p>
            <p class="text-[0.9375rem] text-muted">{ended}</p>
        </FaceCard>
    }
}

/// How long a call was: as a clock shows it, and in words for those who hear it.
#[component]
fn Length(seconds: u32) -> impl IntoView {
    let locale = use_locale();
    view! {
        <time datetime=format!("PT{seconds}S")>
            <span class="tabular-nums" aria-hidden="true">
                {clock_length(seconds)}
            </span>
            <span class="sr-only">{length_text(locale, seconds)}</span>
        </time>
    }
}

/// How long a call was, in words: "1 hour 2 minutes 9 seconds", without what is zero.
pub(super) fn length_text(locale: Locale, seconds: u32) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut parts = Vec::new();
    if hours > 0 {
        parts.push(td_string!(locale, calls.history_hours, count = hours));
    }
    if minutes > 0 {
        parts.push(td_string!(locale, calls.history_minutes, count = minutes));
    }
    if rest > 0 || parts.is_empty() {
        parts.push(td_string!(locale, calls.history_seconds, count = rest));
    }
    parts.join(" ")
}

/// How a call ended, from the reader's side; `name` is the other person.
pub(super) fn ended_text(locale: Locale, ended: Option<Ended>, name: &str) -> String {
    let Some(Ended { reason, by_me }) = ended else {
        return td_string!(locale, calls.history_going_on).to_owned();
    };
    match (reason, by_me) {
        (EndReason::HungUp, true) => td_string!(locale, calls.history_you_ended).to_owned(),
        (EndReason::HungUp, false) => td_string!(locale, calls.history_they_ended, name = name),
        (EndReason::Left, true) => td_string!(locale, calls.history_you_left).to_owned(),
        (EndReason::Left, false) => td_string!(locale, calls.history_they_left, name = name),
        (EndReason::ConnectionLost, _) => td_string!(locale, calls.history_lost).to_owned(),
        (EndReason::PartnershipEnded, true) => td_string!(locale, calls.history_you_parted).to_owned(),
        (EndReason::PartnershipEnded, false) => td_string!(locale, calls.history_they_parted).to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_said_in_words_without_what_is_zero() {
        for (seconds, english, spanish) in [
            (0, "0 seconds", "0 segundos"),
            (1, "1 second", "1 segundo"),
            (60, "1 minute", "1 minuto"),
            (247, "4 minutes 7 seconds", "4 minutos 7 segundos"),
            (7_325, "2 hours 2 minutes 5 seconds", "2 horas 2 minutos 5 segundos"),
        ] {
            assert_eq!(length_text(Locale::en, seconds), english);
            assert_eq!(length_text(Locale::es, seconds), spanish);
        }
    }

    #[test]
    fn an_end_is_told_from_the_readers_side() {
        let text = |reason, by_me| ended_text(Locale::en, Some(Ended { reason, by_me }), "Ben");
        assert_eq!(text(EndReason::HungUp, true), "You ended the call");
        assert_eq!(text(EndReason::HungUp, false), "Ben ended the call");
        assert_eq!(text(EndReason::Left, false), "Ben closed the page");
        assert_eq!(
            text(EndReason::ConnectionLost, false),
            text(EndReason::ConnectionLost, true)
        );
        assert_eq!(ended_text(Locale::en, None, "Ben"), "Going on now");
    }
}
