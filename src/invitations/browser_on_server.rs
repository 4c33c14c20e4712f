//! The browser's side as the server knows it: effects never run here, this only lets views name them.

use std::future::{Ready, ready};

use super::model::InvitationId;
use crate::matching::model::RoomId;

/// See the browser's side.
pub(super) fn on_accepted_elsewhere(_: impl Fn(InvitationId) + 'static) {}

/// See the browser's side.
pub(super) const fn mark_joining(_: RoomId) {}

/// See the browser's side.
pub(super) const fn mark_calling(_: Option<InvitationId>) {}

/// See the browser's side.
pub(super) const fn marked_calling() -> Option<InvitationId> {
    None
}

/// See the browser's side.
pub(super) fn claim(_: InvitationId) -> Ready<bool> {
    ready(true)
}

/// See the browser's side.
pub(super) fn after_present_call(_: String, _: impl Fn() + 'static) {}
