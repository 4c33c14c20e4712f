//! What lives in every tab beside the page: the socket, ringing, toasts, the state of the connection.

use std::time::Duration;

use leptos::prelude::*;

use super::{MemberPage, member_page};
use crate::accounts::model::CurrentViewer;
use crate::accounts::remember_time_zone;
use crate::calls::pages::OngoingCallBar;
use crate::i18n::{td_string, use_locale};
use crate::invitations::pages::Ringing;
use crate::kernel::query::address;
use crate::matching::wire::MatchingNews;
use crate::realtime;
use crate::realtime::client::use_socket;
use crate::realtime::model::Link;
use crate::ui::{Icon, RequestsWaiting, Toast, ToastAction, ToastRegion, Tone, held_for, use_toasts};

/// How long a lost socket is nobody's business.
const CALM: Duration = Duration::from_secs(2);

/// Put once, beside the pages, so that it outlives them. Visitors have nothing live, and do not load the code of it: it comes with the
/// members' bundle, after the page has been taken over.
#[component]
pub fn Live() -> impl IntoView {
    let is_signed_in = use_context::<CurrentViewer>().is_some_and(|viewer| viewer.0.is_some());
    let (is_running, set_running) = signal(false);
    Effect::new(move |_| {
        remember_time_zone();
        set_running.set(is_signed_in);
    });
    move || is_running.get().then(|| Suspend::new(member_page(MemberPage::Live)))
}

/// The live parts themselves. The socket opens when everything that listens to it does.
#[component]
pub fn MemberLive() -> impl IntoView {
    let socket = use_socket();
    follow_requests();
    let live = view! {
        <Ringing />
        <ToastRegion />
        <div class="standing-notes">
            <OngoingCallBar />
            <ConnectionState />
        </div>
    };
    // Effects run in the order in which they were made: after those of all subscribers.
    Effect::new(move |_| realtime::connect(socket));
    live
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
        // Nor does anything lead out of a call.
        let leads = |href: &str, label: &'static str| {
            let is_offered = path != href && !path.starts_with("/call/");
            is_offered.then(|| ToastAction {
                label: label.to_owned(),
                href: href.to_owned(),
            })
        };
        let toast = match news {
            MatchingNews::RequestReceived { from, .. } if path != "/requests" => Toast {
                kind: Tone::Info,
                title: td_string!(locale, matching.toast_received, name = from.display_name),
                text: None,
                action: leads("/requests", td_string!(locale, matching.toast_see_requests)),
            },
            MatchingNews::RequestAccepted { by, .. } => Toast {
                kind: Tone::Success,
                title: td_string!(locale, matching.toast_accepted, name = by.display_name),
                text: None,
                action: leads("/partners", td_string!(locale, matching.toast_see_partners)),
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
    let is_away = held_for(CALM, move || link.get() == Link::Reconnecting);
    // Asked for in the browser only: nothing is shown before a socket was there.
    let way_back = || {
        let location = window().location();
        let (path, search) = (location.pathname(), location.search());
        let here = path.unwrap_or_default() + &search.unwrap_or_default();
        address("/login", &[("next", &here)])
    };
    view! {
        <div role="status">
            {move || match link.get() {
                Link::Reconnecting if is_away.get() => {
                    view! {
                        <p class="standing-note">
                            <Icon icon=icondata_lu::LuWifiOff />
                            {td_string!(locale, realtime.reconnecting)}
                        </p>
                    }
                        .into_any()
                }
                Link::SignedOut => {
                    view! {
                        <p class="standing-note">
                            {td_string!(locale, realtime.signed_out)}
                            <a href=way_back rel="external">
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
