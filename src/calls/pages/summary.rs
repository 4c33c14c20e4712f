//! What is kept of one call.

use std::str::FromStr as _;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::history::{ended_text, length_text};
use crate::calls::api;
use crate::calls::model::{CallId, CallView};
use crate::calls::wire::CallNews;
use crate::i18n::{td_string, use_locale};
use crate::kernel::error::AppError;
use crate::kernel::time::clock_length;
use crate::matching::call_button::CallButton;
use crate::realtime::client::on_news;
use crate::ui::{AvatarSize, ButtonKind, FaceHeader, FetchFailure, Icon, LinkButton, When, use_fetched};

/// "Call summary", at `/calls/{call_id}`.
#[component]
pub fn CallSummaryPage() -> impl IntoView {
    let locale = use_locale();
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("call_id").and_then(|id| CallId::from_str(&id).ok())));
    let call = use_fetched(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => api::summary(id).await,
                None => Err(AppError::NotFound),
            }
        },
    );
    on_news(move |news: CallNews| {
        if matches!(news, CallNews::Ended { call: ended, .. } if Some(ended) == id.get_untracked()) {
            call.refetch();
        }
    });
    view! {
        <Transition>
            <FetchFailure of=call title=td_string!(locale, ui.not_loaded_title) />
            {move || call.get().map(|call| view! { <Summary call=call /> })}
        </Transition>
    }
    .into_any()
}

#[component]
fn Summary(call: CallView) -> impl IntoView {
    let locale = use_locale();
    let CallView {
        partner,
        at,
        seconds,
        ended,
        room,
        ..
    } = call;
    let name = partner.display_name.clone();
    let with = td_string!(locale, calls.summary_with, name = name.clone());
    let end = ended_text(locale, ended, &name);
    let length = match seconds {
        Some(seconds) => view! {
            <span class="block text-4xl font-bold tracking-tight tabular-nums" aria-hidden="true">
                {clock_length(seconds)}
            </span>
            <span class="sr-only">{length_text(locale, seconds)}</span>
        }
        .into_any(),
        None if ended.is_none() => end.clone().into_any(),
        None => td_string!(locale, calls.history_never_met).into_any(),
    };
    view! {
        <div class="mx-auto grid max-w-2xl gap-8">
            <FaceHeader
                name=name.clone()
                hue=partner.hue
                size=AvatarSize::Large
                title=td_string!(locale, calls.summary_title)
            >
                <p class="lead">{with}</p>
            </FaceHeader>
            <dl class="card grid gap-6 sm:grid-cols-3">
                <div>
                    <dt class="mb-1 text-[0.9375rem] text-muted">{td_string!(locale, calls.summary_length)}</dt>
                    <dd>{length}</dd>
                </div>
                <div>
                    <dt class="mb-1 text-[0.9375rem] text-muted">{td_string!(locale, calls.summary_when)}</dt>
                    <dd>
                        <When time=at />
                    </dd>
                </div>
                <div>
                    <dt class="mb-1 text-[0.9375rem] text-muted">{td_string!(locale, calls.summary_end)}</dt>
                    <dd>{end}</dd>
                </div>
            </dl>
            <div class="flex flex-wrap gap-3">
                {match (room, ended) {
                    (Some(room), None) => {
                        view! {
                            <LinkButton href=format!("/call/{room}")>
                                <Icon icon=icondata_lu::LuVideo />
                                {td_string!(locale, calls.history_back_to_call)}
                            </LinkButton>
                        }
                            .into_any()
                    }
                    (Some(_), Some(_)) => {
                        view! {
                            <CallButton
                                person=partner.clone()
                                label=td_string!(locale, calls.summary_call_again)
                            />
                        }
                            .into_any()
                    },
                    (None, _) => ().into_any(),
                }}
                <LinkButton href="/calls" kind=ButtonKind::Secondary>
                    {td_string!(locale, calls.summary_to_history)}
                </LinkButton>
                <LinkButton href=format!("/people/{}", partner.username) kind=ButtonKind::Quiet>
                    {td_string!(locale, calls.summary_to_person, name = name)}
                </LinkButton>
            </div>
        </div>
    }
}
