//! Recording a call, which both have to agree to.

use leptos::prelude::*;

use super::Room;

/// Asks for a recording, or ends it; stands in the menu of further things.
#[component]
pub(super) fn RecordingItem(room: Room) -> impl IntoView {
    let _ = room;
}

/// That is being asked, or recorded, and by whom.
#[component]
pub(super) fn RecordingNotice(room: Room) -> impl IntoView {
    let _ = room;
}
