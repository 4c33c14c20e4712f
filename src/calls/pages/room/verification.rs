//! The security words.

use leptos::prelude::*;

use super::Room;

/// Opens the words; stands in the menu of further things.
#[component]
pub(super) fn VerificationItem(room: Room) -> impl IntoView {
    let _ = room;
}

/// The words to compare, and warnings.
#[component]
pub(super) fn VerificationPanel(room: Room) -> impl IntoView {
    let _ = room;
}
