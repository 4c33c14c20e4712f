//! The chat of a call.

use leptos::prelude::*;

use super::Room;

/// Opens and closes the chat; tells how much of it is unread.
#[component]
pub(super) fn ChatButton(room: Room) -> impl IntoView {
    let _ = room;
}

/// What was written, and the field to write in.
#[component]
pub(super) fn ChatPanel(room: Room) -> impl IntoView {
    let _ = room;
}
