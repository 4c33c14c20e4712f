//! What is kept of one call.

mod chart;
mod connection;
mod feedback;

use std::str::FromStr as _;
use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use self::connection::ConnectionSection;
use self::feedback::{FeedbackForm, Sending};
use super::words::{device_text, ended_text, first_media_text, length_text};
use crate::accounts::names::{profile_address, shown_name};
use crate::calls::api;
use crate::calls::model::{CallId, CallView, DeviceClass};
use crate::calls::records::summary::CallSummary;
use crate::calls::wire::CallNews;
use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::error::AppError;
use crate::kernel::time::{LocalTime, clock_length};
use crate::matching::call_button::CallButton;
use crate::realtime::client::on_news;
use crate::ui::{
    AvatarSize, ButtonKind, FaceHeader, FetchFailure, Icon, LinkButton, When, held_for, use_fetched, when_text,
};

/// How long the summary may take before anything is said of it.
const LATE: Duration = Duration::from_secs(2);

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
    let sending = Sending::new();
    view! {
        <Transition fallback=|| view! { <Awaited /> }>
            <FetchFailure of=call title=td_string!(locale, ui.not_loaded_title) />
            {move || call.get().map(|call| view! { <Summary call=call sending=sending /> })}
        </Transition>
    }
    .into_any()
}

/// The network may be why the call was left: what does not come soon is said to be on its way.
#[component]
fn Awaited() -> impl IntoView {
    let locale = use_locale();
    let is_late = held_for(LATE, || true);
    view! {
        <p class="text-muted" role="status">
            {move || is_late.get().then(|| td_string!(locale, calls.summary_loading))}
        </p>
    }
}

#[component]
fn Summary(call: CallSummary, sending: Sending) -> impl IntoView {
    let locale = use_locale();
    let CallSummary {
        call,
        ended_at,
        first_media_ms,
        my_device,
        their_device,
        connection,
        feedback,
    } = call;
    let CallView {
        id,
        partner,
        at,
        seconds,
        ended,
        room,
    } = call;
    let name = shown_name(locale, &partner);
    let with = td_string!(locale, calls.summary_with, name = name.clone());
    // Of two who never met, and of a call that goes on, there is no connection to tell of.
    let talked = ended.is_some() && seconds.is_some();
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
    let terms = view! {
        <dl class="card grid gap-6 sm:grid-cols-2">
            <div>
                <dt class="mb-1 text-[0.9375rem] text-muted">{td_string!(locale, calls.summary_length)}</dt>
                <dd>{length}</dd>
            </div>
            <div>
                <dt class="mb-1 text-[0.9375rem] text-muted">{td_string!(locale, calls.summary_when)}</dt>
                <dd>
                    <When time=at />
                    {ended_at.map(|end| until(locale, &at, end))}
                </dd>
            </div>
            <div>
                <dt class="mb-1 text-[0.9375rem] text-muted">{td_string!(locale, calls.summary_end)}</dt>
                <dd>{end}</dd>
            </div>
            <div>
                <dt class="mb-1 text-[0.9375rem] text-muted">{td_string!(locale, calls.record.devices)}</dt>
                <dd>{devices(locale, my_device, their_device, &name)}</dd>
            </div>
            {talked
                .then(|| {
                    view! {
                        <div>
                            <dt class="mb-1 text-[0.9375rem] text-muted">
                                {td_string!(locale, calls.record.first_media)}
                            </dt>
                            <dd>{first_media_text(locale, first_media_ms)}</dd>
                        </div>
                    }
                })}
        </dl>
    }
    .into_any();
    let connection = talked.then(|| view! { <ConnectionSection connection=connection name=name.clone() /> });
    view! {
        <div class="mx-auto grid max-w-2xl gap-8">
            <FaceHeader
                name=name.clone()
                hue=partner.hue
                picture=partner.picture
                size=AvatarSize::Large
                title=td_string!(locale, calls.summary_title)
            >
                <p class="lead">{with}</p>
            </FaceHeader>
            {terms}
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
                {profile_address(&partner)
                    .map(|address| {
                        view! {
                            <LinkButton href=address kind=ButtonKind::Quiet>
                                {td_string!(locale, calls.summary_to_person, name = name.clone())}
                            </LinkButton>
                        }
                    })}
            </div>
            {ended.map(|_| view! { <FeedbackForm call=id feedback=feedback sending=sending /> })}
            {connection}
        </div>
    }
    .into_any()
}

/// When it ended: the hour, where it began on the same day.
fn until(locale: Locale, began: &LocalTime, end: LocalTime) -> AnyView {
    let words = if end.days_ago == began.days_ago {
        format!("{:02}:{:02}", end.hour, end.minute)
    } else {
        when_text(locale, &end)
    };
    view! {
        <span class="block text-muted">
            <time datetime=end.machine()>{td_string!(locale, calls.record.until, time = words)}</time>
        </span>
    }
    .into_any()
}

/// With what each took part.
fn devices(locale: Locale, mine: Option<DeviceClass>, theirs: Option<DeviceClass>, name: &str) -> AnyView {
    let mine = match mine {
        Some(device) => td_string!(locale, calls.record.device_mine, device = device_text(locale, device)),
        None => td_string!(locale, calls.record.device_none_me).to_owned(),
    };
    let theirs = theirs.map_or(td_string!(locale, calls.record.device_none), |device| {
        device_text(locale, device)
    });
    let theirs = td_string!(locale, calls.record.device_theirs, name = name, device = theirs);
    view! {
        <ul>
            <li>{mine}</li>
            <li>{theirs}</li>
        </ul>
    }
    .into_any()
}
