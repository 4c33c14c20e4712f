//! What a push carries, as the worker in the browser reads it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::define_id;

define_id! {
    /// A browser that wants to be told while no page is open.
    SubscriptionId
}

/// The longest address of a browser at its push service, in bytes.
pub const ENDPOINT_MAX: usize = 2048;
/// Browsers of one person; the one that has not been seen for longest gives way.
pub const SUBSCRIPTIONS: i64 = 20;
/// The longest message, in bytes of JSON: encrypted and padded it stays within the 4096 that every push service takes (RFC 8030 §7.2).
pub const MESSAGE_MAX: usize = 3_000;

/// What a push carries, as JSON.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushMessage {
    /// The subject: what is shown under it already is replaced.
    pub tag: String,
    /// The number in the person's log. A worker drops what is not newer than what it has shown under the tag.
    pub seq: u64,
    /// The first line.
    pub title: String,
    /// The words under it; may be empty.
    pub body: String,
    /// The language of both, as `en`.
    pub lang: String,
    /// Where a press leads, a path of this site.
    pub url: String,
    /// What it is.
    pub state: PushState,
    /// Of a ring: until when it rings, in milliseconds since 1970. What arrives much later is not shown as ringing; clocks of devices are wrong
    /// by a minute or so.
    pub until: Option<i64>,
    /// Whether the system keeps quiet about it.
    pub is_silent: bool,
    /// Of a ring: its buttons, else none.
    pub actions: Vec<PushAction>,
    /// Of a ring: the invitation that "decline" declines.
    pub invitation: Option<Uuid>,
}

/// What a push is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PushState {
    /// A call that rings now; shown until it is answered.
    Ringing,
    /// An ordinary notification.
    News,
    /// The ring has ended by being answered somewhere, or in a way that the person does not want to hear of: takes the place of what is shown,
    /// silently, and goes away by itself.
    Over,
}

/// A button of a system notification.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PushAction {
    /// `answer` or `decline`.
    pub action: String,
    /// What it says.
    pub title: String,
}
