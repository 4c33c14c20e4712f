//! What a tab remembers across a reload, and the sound of ringing.

use leptos::prelude::*;
use web_sys::Storage;

use super::model::InvitationId;
use crate::matching::model::RoomId;

/// The key under which the room's page finds that this tab comes from an answered call, and joins without asking.
const JOINING: &str = "speakle.joining";
/// The key under which a tab finds after a reload that it was the one that calls.
const CALLING: &str = "speakle.calling";

fn storage() -> Option<Storage> {
    window().session_storage().ok().flatten()
}

/// This tab goes to the room by itself, because a call was answered.
pub(super) fn mark_joining(room: RoomId) {
    if let Some(storage) = storage() {
        // Without storage the page asks once more before it joins.
        let _ = storage.set_item(JOINING, &room.to_string());
    }
}

/// This tab shows that it calls.
pub(super) fn mark_calling(id: Option<InvitationId>) {
    let Some(storage) = storage() else { return };
    let _ = match id {
        Some(id) => storage.set_item(CALLING, &id.to_string()),
        None => storage.remove_item(CALLING),
    };
}

/// The call that this tab was showing before a reload.
pub(super) fn marked_calling() -> Option<InvitationId> {
    storage()?.get_item(CALLING).ok()??.parse().ok()
}
