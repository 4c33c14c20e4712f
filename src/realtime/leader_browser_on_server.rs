//! The browser's side as the server knows it: effects never run here, this only lets elections name it.

use leptos::prelude::Signal;

use super::leader::Election;

/// See the browser's side.
pub(super) const fn stand(_: Election, _: Signal<bool>, _: Signal<bool>) {}

/// See the browser's side.
pub(super) fn visibility() -> Signal<bool> {
    Signal::stored(false)
}
