//! How the connection is: in words while it is weak, and as figures on demand.

use leptos::prelude::*;

use super::Room;

/// What is wrong with the connection, in words, while something is.
#[component]
pub(super) fn QualityWords(room: Room) -> impl IntoView {
    let _ = room;
}

/// Opens and closes the panel of figures; stands in the menu of further things.
#[component]
pub(super) fn QualityItem(room: Room) -> impl IntoView {
    let _ = room;
}

/// The figures, while they are asked for.
#[component]
pub(super) fn QualityPanel(room: Room) -> impl IntoView {
    let _ = room;
}
