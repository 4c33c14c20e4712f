//! Socket messages of notifications: a person's log, live and from where a client lost it.

use serde::{Deserialize, Serialize};

use super::model::{Change, Epoch, Notification};
use crate::realtime::wire::{ClientWire, ServerWire};

/// What the server says about notifications. `inbox::Inbox` is what a client makes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum NotificationNews {
    /// What happened after `after`, in order and without gaps; nothing, if the client has all of it.
    Changes {
        /// The life of the log that the numbers belong to.
        epoch: Epoch,
        /// The number before the first change.
        after: u64,
        /// One for each number from `after` + 1 on.
        changes: Vec<Change>,
        /// How many are unread after the last of them.
        unread: u32,
    },
    /// The log does not reach back that far, or the reader is new: start from here.
    Snapshot {
        /// The life of the log.
        epoch: Epoch,
        /// The last number so far.
        last: u64,
        /// How many are unread.
        unread: u32,
        /// The newest ones, newest first.
        latest: Vec<Notification>,
    },
}

impl ServerWire for NotificationNews {
    const FEATURE: &'static str = "notifications";
}

/// What a tab says about notifications.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum NotificationCommand {
    /// Send what came after `after`: on each new socket, and after a gap. Answered to this connection only, by `Changes` (several, if one
    /// frame cannot hold them) or by `Snapshot`.
    Resume {
        /// The life of the log that the client knows; `None` for a new client.
        epoch: Option<Epoch>,
        /// The last number that it has.
        after: u64,
    },
}

impl ClientWire for NotificationCommand {
    const FEATURE: &'static str = "notifications";
}
