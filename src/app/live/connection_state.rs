//! How the connection is, in calm words.

use std::time::Duration;

use leptos::ev;
use leptos::prelude::*;

use crate::i18n::{td_string, use_locale};
use crate::kernel::query::address;
use crate::matching::start_call::InCallWith;
use crate::realtime::client::use_socket;
use crate::realtime::model::Link;
use crate::ui::{Icon, held_for};

/// How long a lost socket is nobody's business.
const CALM: Duration = Duration::from_secs(2);
/// After how many seconds it is said for how long.
const LONG: u32 = 10;

/// Nothing for two seconds, then a calm word, then for how long. Where a session has ended, nothing that is pressed would work any more: the tab
/// goes to the login page, or says so where a call goes on.
/// The seconds stand beside the status: nobody wants to hear each of them.
#[component]
pub(super) fn ConnectionState() -> impl IntoView {
    let locale = use_locale();
    let link = use_socket().link();
    let is_lost = Memo::new(move |_| link.get() == Link::Reconnecting);
    let is_away = held_for(CALM, move || is_lost.get());
    let seconds = seconds_of(is_lost);
    leave_when_signed_out(link);
    let is_reconnecting = move || is_lost.get() && is_away.get();
    let is_shown = move || is_reconnecting() || link.get() == Link::SignedOut;
    let for_how_long = move || {
        let seconds = seconds.get();
        (is_reconnecting() && seconds >= LONG).then(|| td_string!(locale, realtime.reconnecting_for, seconds = seconds))
    };
    view! {
        <div class:standing-note=is_shown>
            {move || is_reconnecting().then(|| view! { <Icon icon=icondata_lu::LuWifiOff /> })}
            <div role="status">
                {move || {
                    if is_reconnecting() {
                        view! { <p>{td_string!(locale, realtime.reconnecting)}</p> }.into_any()
                    } else if link.get() == Link::SignedOut {
                        view! {
                            <p class="flex flex-wrap gap-x-2.5">
                                {td_string!(locale, realtime.signed_out)}
                                <a href=way_back rel="external" target="_self">
                                    {td_string!(locale, realtime.sign_in_again)}
                                </a>
                            </p>
                        }
                            .into_any()
                    } else {
                        ().into_any()
                    }
                }}
            </div>
            <span class="tabular-nums empty:hidden" aria-hidden="true">
                {for_how_long}
            </span>
        </div>
    }
}

/// The login page, which comes back here. Asked for in the browser only: nothing is shown before a socket was there.
fn way_back() -> String {
    let (path, search) = here();
    let next = if is_way_in(&path) {
        String::new()
    } else {
        path + &search
    };
    address("/login", &[("next", &next)])
}

/// Path and query of the page that is shown.
fn here() -> (String, String) {
    let location = window().location();
    let (path, search) = (location.pathname(), location.search());
    (path.unwrap_or_default(), search.unwrap_or_default())
}

/// Pages of people who are signed out: they work on, and setting a new password ends the session of its own tab too.
fn is_way_in(path: &str) -> bool {
    let ways_in = [
        "/login",
        "/register",
        "/forgot-password",
        "/reset-password",
        "/verify-email",
    ];
    ways_in.contains(&path)
}

/// Not out of a call, whose picture and sound go on, nor from a page that needs nobody to be signed in, and not while the tab is on its way
/// already: whoever logs out here is led elsewhere.
fn leave_when_signed_out(link: Signal<Link>) {
    let in_call = use_context::<InCallWith>().map(|InCallWith(with)| with);
    let is_leaving = StoredValue::new(false);
    Effect::new(move || {
        let leaving = window_event_listener(ev::beforeunload, move |_| is_leaving.set_value(true));
        on_cleanup(move || leaving.remove());
    });
    Effect::new(move || {
        let is_in_call = in_call.is_some_and(|with| with.with_untracked(Option::is_some));
        if link.get() == Link::SignedOut && !is_in_call && !is_leaving.get_value() && !is_way_in(&here().0) {
            // What stays shown where the browser does not go says it too.
            let _ = window().location().replace(&way_back());
        }
    });
}

/// For how many whole seconds `state` has held.
fn seconds_of(state: Memo<bool>) -> ReadSignal<u32> {
    let (seconds, set_seconds) = signal(0);
    Effect::new(move |_| {
        set_seconds.set(0);
        if !state.get() {
            return;
        }
        // By the clock, not by counting: timers of hidden tabs come late.
        let since = js_sys::Date::now();
        let tick = move || {
            let held = ((js_sys::Date::now() - since) / 1_000.0).max(0.0);
            set_seconds.try_set(held as u32);
        };
        if let Ok(interval) = set_interval_with_handle(tick, Duration::from_secs(1)) {
            on_cleanup(move || interval.clear());
        }
    });
    seconds
}
