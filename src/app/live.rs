//! What lives in every tab beside the page: the socket, ringing, toasts, the state of the connection.

use std::time::Duration;

use leptos::prelude::*;

use crate::accounts::model::CurrentViewer;
use crate::accounts::remember_time_zone;
use crate::i18n::{td_string, use_locale};
use crate::invitations::pages::Ringing;
use crate::matching::wire::MatchingNews;
use crate::realtime;
use crate::realtime::client::use_socket;
use crate::realtime::model::Link;
use crate::ui::{Icon, RequestsWaiting, Toast, ToastAction, ToastRegion, Tone, use_toasts};

/// How long a lost socket is nobody's business.
const CALM: Duration = Duration::from_secs(2);

/// Put once, beside the pages, so that it outlives them.
#[component]
pub fn Live() -> impl IntoView {
    let socket = use_socket();
    let is_signed_in = use_context::<CurrentViewer>().is_some_and(|viewer| viewer.0.is_some());
    Effect::new(move |_| {
        remember_time_zone();
        if is_signed_in {
            realtime::connect(socket);
        }
    });
    if is_signed_in {
        follow_requests();
    }
    view! {
        {is_signed_in.then(|| view! { <Ringing /> })}
        <ToastRegion />
        {is_signed_in.then(|| view! { <ConnectionState /> })}
    }
}

/// Keeps the count of waiting requests, and says when a request comes or is accepted.
fn follow_requests() {
    let locale = use_locale();
    let toasts = use_toasts();
    let waiting = use_context::<RequestsWaiting>();
    use_socket().subscribe(move |news: MatchingNews| {
        if let Some(RequestsWaiting(count)) = waiting {
            count.try_set(news.waiting());
        }
        // What is on the screen already needs no toast.
        let path = window().location().pathname().unwrap_or_default();
        let toast = match news {
            MatchingNews::RequestReceived { from, .. } if path != "/requests" => Toast {
                kind: Tone::Info,
                title: td_string!(locale, matching.toast_received, name = from.display_name),
                text: None,
                action: Some(ToastAction {
                    label: td_string!(locale, matching.toast_see_requests).to_owned(),
                    href: "/requests".to_owned(),
                }),
            },
            MatchingNews::RequestAccepted { by, .. } => Toast {
                kind: Tone::Success,
                title: td_string!(locale, matching.toast_accepted, name = by.display_name),
                text: None,
                action: (path != "/partners").then(|| ToastAction {
                    label: td_string!(locale, matching.toast_see_partners).to_owned(),
                    href: "/partners".to_owned(),
                }),
            },
            _ => return,
        };
        toasts.push(toast);
    });
}

/// Nothing for two seconds, then a calm word; an ended session says so, since nothing that is pressed would work any more.
#[component]
fn ConnectionState() -> impl IntoView {
    let locale = use_locale();
    let link = use_socket().link();
    let shown = RwSignal::new(None);
    Effect::new(move |timer: Option<Option<TimeoutHandle>>| {
        if let Some(Some(timer)) = timer {
            timer.clear();
        }
        match link.get() {
            Link::Reconnecting => set_timeout_with_handle(move || shown.set(Some(Link::Reconnecting)), CALM).ok(),
            Link::SignedOut => {
                shown.set(Some(Link::SignedOut));
                None
            }
            Link::Idle | Link::Open => {
                shown.set(None);
                None
            }
        }
    });
    view! {
        <div class="connection-state" role="status">
            {move || match shown.get() {
                Some(Link::Reconnecting) => {
                    view! {
                        <p class="connection-state-words">
                            <Icon icon=icondata_lu::LuWifiOff />
                            {td_string!(locale, realtime.reconnecting)}
                        </p>
                    }
                        .into_any()
                }
                Some(Link::SignedOut) => {
                    view! {
                        <p class="connection-state-words">
                            {td_string!(locale, realtime.signed_out)}
                            <a href="/login" rel="external">
                                {td_string!(locale, realtime.sign_in_again)}
                            </a>
                        </p>
                    }
                        .into_any()
                }
                _ => ().into_any(),
            }}
        </div>
    }
}
