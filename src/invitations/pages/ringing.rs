//! Ringing in this tab: its state in context, and the two dialogs that show it.

use std::sync::Arc;

use leptos::prelude::*;
use leptos_router::hooks::use_navigate;

use super::alarm::raise_alarm;
use super::incoming::IncomingDialog;
use super::outgoing::OutgoingDialog;
use super::state::{Calling, Navigate, RingingState};
use crate::invitations::wire::InvitationNews;
use crate::matching::model::RoomId;
use crate::matching::start_call::StartCall;
use crate::realtime::client::use_socket;
use crate::realtime::leader::provide_elections;
use crate::realtime::model::Link;
use crate::ui::provide_sounds;

/// Makes the state of ringing and lets pages start calls by [`StartCall`]. Call once, at the root.
pub fn provide_ringing() {
    provide_sounds();
    provide_elections();
    let state = RingingState::new();
    provide_context(state);
    provide_context(StartCall(Callback::new(move |person| {
        state.calling.set(Some(Calling::Asking(person)));
    })));
}

/// Whether this tab shows a call that rings, for or from its person. Under [`provide_ringing`].
pub fn use_is_ringing() -> Signal<bool> {
    let state = expect_context::<RingingState>();
    Memo::new(move |_| state.is_ringing()).into()
}

/// The rooms in which a call begins if what rings in this tab is answered. Under [`provide_ringing`].
pub fn use_ringing_rooms() -> Signal<Vec<RoomId>> {
    let state = expect_context::<RingingState>();
    Memo::new(move |_| state.rooms()).into()
}

/// Listens for calls and shows the dialogs. Stands once beside the pages, under [`provide_ringing`], so that it outlives them.
#[component]
pub fn Ringing() -> impl IntoView {
    let state = expect_context::<RingingState>();
    let navigate: Navigate = Arc::new(use_navigate());
    let go = Arc::clone(&navigate);
    Effect::new(move |_| {
        if let Some(Ok(started)) = state.start.value().get() {
            state.started(started, &go);
        }
    });
    let socket = use_socket();
    socket.subscribe(move |news: InvitationNews| state.hear(news, &navigate));
    // Nothing is told any more to who has signed out, the end of a call neither.
    Effect::new(move |_| {
        if socket.link().get() == Link::SignedOut {
            state.clear();
        }
    });
    let alarm = raise_alarm(state);
    view! {
        <IncomingDialog state alarm />
        <OutgoingDialog state />
    }
}
