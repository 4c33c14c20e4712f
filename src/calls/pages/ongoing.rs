//! The way back to a call, on every page but the call's own.

use std::time::Duration;

use leptos::prelude::*;
use leptos_router::hooks::use_location;

use crate::accounts::names::shown_name;
use crate::calls::expected::Expected;
use crate::calls::model::OngoingCall;
use crate::calls::parting::use_partings;
use crate::calls::wire::CallNews;
use crate::i18n::{td_string, use_locale};
use crate::matching::start_call::InCallWith;
use crate::realtime::client::use_socket;
use crate::ui::{Icon, held_for};

/// Who has just accepted is on the way to the room already.
const CALM: Duration = Duration::from_millis(1_500);

/// How things stand with the person's call, and the link to it, while one goes on, in this tab or another. Put once, beside the pages,
/// under an [`InCallWith`] and an [`Expected`].
#[component]
pub fn OngoingCallBar() -> impl IntoView {
    let locale = use_locale();
    let ongoing = expect_context::<Expected>().ongoing;
    use_socket().subscribe(move |news: CallNews| {
        match news {
            CallNews::Ongoing { call } => ongoing.try_set(call),
            CallNews::Ended { call, .. } => {
                if ongoing.with_untracked(|ongoing| ongoing.as_ref().is_some_and(|ongoing| ongoing.id == call)) {
                    ongoing.try_set(None);
                }
                None
            }
            _ => None,
        };
    });
    if let Some(InCallWith(with)) = use_context() {
        Effect::new(move |_| {
            with.set(ongoing.with(|call| call.as_ref().map(|call| (call.partner.id, call.room))));
        });
    }
    let (path, partings) = (use_location().pathname, use_partings());
    let elsewhere = Memo::new(move |_| {
        let path = path.get();
        // Whoever has left is not led back while that is on its way to the server.
        let is_elsewhere = |call: &OngoingCall| path != format!("/call/{}", call.room) && !partings.is_unheard(call.id);
        ongoing.get().filter(is_elsewhere)
    });
    let is_shown = held_for(CALM, move || elsewhere.with(Option::is_some));
    let words = move |call: &OngoingCall| {
        let name = shown_name(locale, &call.partner);
        if call.is_here {
            td_string!(locale, calls.ongoing.here, name = name)
        } else {
            td_string!(locale, calls.ongoing.away, name = name)
        }
    };
    view! {
        <div role="status">
            {move || {
                elsewhere
                    .get()
                    .filter(|_| is_shown.get())
                    .map(|call| {
                        view! {
                            <p class="standing-note">
                                <Icon icon=icondata_lu::LuVideo />
                                <span>{words(&call)}</span>
                                <a href=format!("/call/{}", call.room)>{td_string!(locale, calls.ongoing.back)}</a>
                            </p>
                        }
                    })
            }}
        </div>
    }
}
