//! What lives in every tab beside the page: the socket, ringing, notifications, the state of the connection.

mod connection_state;
mod polling;

use leptos::prelude::*;
use leptos::task::spawn_local;

use self::connection_state::ConnectionState;
use self::polling::poll_while_away;
use super::{MemberPage, load_rooms, member_page};
use crate::accounts::model::CurrentViewer;
use crate::accounts::pages::StatusDialog;
use crate::accounts::remember_time_zone;
use crate::accounts::status::own::follow_own_status;
use crate::calls::expected::Expected;
use crate::calls::model::RoomId;
use crate::calls::pages::{OngoingCallBar, RecordingsToSave};
use crate::invitations::pages::{Ringing, RingingAside, use_ringing_rooms};
use crate::matching::wire::MatchingNews;
use crate::messages::outbox::{forget_unsent, use_outbox};
use crate::notifications::pages::follow_notifications;
use crate::notifications::show_app_badge;
use crate::realtime;
use crate::realtime::client::use_socket;
use crate::ui::{RequestsWaiting, ToastRegion, keep_service_worker, system_notification};

/// Put once, beside the pages, so that it outlives them. Visitors have nothing live, and do not load the code of it: it comes with the
/// members' bundle, after the page has been taken over.
#[component]
pub fn Live() -> impl IntoView {
    let is_signed_in = use_context::<CurrentViewer>().is_some_and(|viewer| viewer.0.is_some());
    let (is_running, set_running) = signal(false);
    keep_service_worker();
    Effect::new(move |_| {
        remember_time_zone();
        if !is_signed_in {
            show_app_badge(0);
            // What somebody left on the screen who has signed out, and in the storage.
            system_notification::take_away(|_| true);
            forget_unsent();
        }
        set_running.set(is_signed_in);
    });
    move || is_running.get().then(|| Suspend::new(member_page(MemberPage::Live)))
}

/// The live parts themselves. The socket opens when everything that listens to it does.
#[component]
pub fn MemberLive() -> impl IntoView {
    let socket = use_socket();
    count_requests();
    expect_call();
    poll_while_away(follow_notifications());
    use_outbox().open();
    follow_own_status();
    let live = view! {
        <Ringing />
        <StatusDialog />
        <ToastRegion />
        <div class="standing-notes">
            <RingingAside />
            <RecordingsToSave />
            <OngoingCallBar />
            <ConnectionState />
        </div>
    };
    // Effects run in the order in which they were made: after those of all subscribers.
    Effect::new(move |_| realtime::connect(socket));
    live
}

/// Fetches the room and its code while it rings, so that both are there when the call is answered. In the tab that is looked at: answers are
/// given there.
fn expect_call() {
    let (rooms, expected) = (use_ringing_rooms(), expect_context::<Expected>());
    Effect::new(move |before: Option<Vec<RoomId>>| {
        let (before, rooms) = (before.unwrap_or_default(), rooms.get());
        let is_new = |room: &&RoomId| !before.contains(room);
        if !document().hidden() {
            rooms.iter().filter(is_new).for_each(|room| expected.expect(*room));
        }
        if !rooms.is_empty() {
            spawn_local(async {
                // What cannot be loaded now may be on the way there.
                let _ = load_rooms().await;
            });
        }
        rooms
    });
}

/// Keeps the count of requests that wait.
fn count_requests() {
    let waiting = use_context::<RequestsWaiting>();
    use_socket().subscribe(move |news: MatchingNews| {
        if let Some(RequestsWaiting(count)) = waiting {
            count.try_set(news.waiting());
        }
    });
}
