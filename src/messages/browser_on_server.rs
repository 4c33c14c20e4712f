//! The server's side of `browser`: the same names, nothing behind them. Nobody writes on the server.

use super::model::ClientId;
use super::queue::Unsent;
use crate::kernel::id::UserId;

/// In the browser: what waits there.
pub(super) fn remembered(_me: UserId) -> Vec<Unsent> {
    Vec::new()
}

/// In the browser: remembers a message.
pub(super) fn remember(_me: UserId, _message: &Unsent) {}

/// In the browser: forgets it.
pub(super) fn forget(_me: UserId, _message: &Unsent) {}

/// In the browser: forgets everything.
pub(super) fn forget_all(_but: Option<UserId>) {}

/// In the browser: a name that no other message has.
pub(super) fn new_client_id() -> ClientId {
    ClientId::from_uuid(uuid::Uuid::nil())
}
