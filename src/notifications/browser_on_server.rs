//! The browser's side as the server knows it: effects never run here, this only lets views name them.

use super::inbox::Inbox;
use super::model::Head;
use crate::accounts::model::SessionMark;

/// See the browser's side.
pub(super) const fn remembered() -> Option<Head> {
    None
}

/// See the browser's side.
pub(super) const fn remember(_: &Inbox) {}

/// See the browser's side.
pub(super) const fn is_hidden() -> bool {
    true
}

/// See the browser's side.
pub(super) const fn is_open(_: &str) -> bool {
    false
}

/// See the browser's side.
pub const fn show_app_badge(_: u32) {}

/// See the browser's side.
pub(super) const fn keep_subscribed(_: SessionMark) {}
