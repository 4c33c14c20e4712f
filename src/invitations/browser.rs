//! What a tab remembers across a reload, and how it leaves one call for another.

use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsValue;

use super::model::InvitationId;
use crate::matching::model::RoomId;
use crate::realtime::locks;
use crate::ui::service_worker::{answer_worker, ask_worker};
use crate::ui::storage;

/// The key under which the room's page finds that this tab comes from an answered call, and joins without asking.
const JOINING: &str = "speakle.joining";
/// The key under which a tab finds after a reload that it was the one that calls.
const CALLING: &str = "speakle.calling";
/// With an invitation behind it, the lock of the tab that goes to its room.
const GOES: &str = "speakle.goes:";

/// How long the page of a call that is over may take to leave by itself.
const LEAVING: Duration = Duration::from_secs(3);
/// How often to look whether it has.
const LOOK: Duration = Duration::from_millis(50);

/// What a new page asks the service worker, and the name under which that says which call (`public/service-worker.js`).
const ASKS: &str = "answer?";
const ANSWER: &str = "answer";

/// Calls `answer` for a call that somebody has accepted in a notification of the system: in this tab, because the worker brought it to the
/// front, or has opened it for that. Until the current owner is cleaned up.
pub(super) fn on_accepted_elsewhere(answer: impl Fn(InvitationId) + 'static) {
    answer_worker(ANSWER, move |id| {
        answer(id.as_string()?.parse().ok()?);
        Some(JsValue::TRUE)
    });
    ask_worker(ASKS);
}

/// This tab goes to the room by itself, because a call was answered.
pub(super) fn mark_joining(room: RoomId) {
    if let Some(storage) = storage::session() {
        // Without storage the page asks once more before it joins.
        let _ = storage.set_item(JOINING, &room.to_string());
    }
}

/// This tab shows that it calls.
pub(super) fn mark_calling(id: Option<InvitationId>) {
    let Some(storage) = storage::session() else { return };
    let _ = match id {
        Some(id) => storage.set_item(CALLING, &id.to_string()),
        None => storage.remove_item(CALLING),
    };
}

/// The call that this tab was showing before a reload.
pub(super) fn marked_calling() -> Option<InvitationId> {
    storage::session()?.get_item(CALLING).ok()??.parse().ok()
}

/// Whether this tab is the one that goes to the room of the accepted call `id`: another that shows the same call may have been faster. It is
/// settled for as long as that tab's page lives.
pub(super) async fn claim(id: InvitationId) -> bool {
    locks::claim(&format!("{GOES}{id}")).await
}

/// Goes on to `room`, the address of another call, by `go`: at once from most pages. The page of a call that has just ended leads to
/// its summary, and would do so after us: it goes first. From a room that does not let go, the new one is loaded anew.
pub(super) fn after_present_call(room: String, go: impl Fn() + 'static) {
    let is_free = move |room: &str| {
        let here = window().location().pathname().unwrap_or_default();
        !here.starts_with("/call/") || here == room
    };
    if is_free(&room) {
        return go();
    }
    let looks = Cell::new(0);
    let turns = Rc::new(Cell::new(None::<IntervalHandle>));
    let own = Rc::clone(&turns);
    let look = move || {
        looks.set(looks.get() + 1);
        let (is_free, is_late) = (is_free(&room), LOOK * looks.get() >= LEAVING);
        if !is_free && !is_late {
            return;
        }
        if let Some(turns) = own.take() {
            turns.clear();
        }
        if is_free {
            go();
        } else {
            // Refused only for an address that is none.
            let _ = window().location().assign(&room);
        }
    };
    turns.set(set_interval_with_handle(look, LOOK).ok());
}
