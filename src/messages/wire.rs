//! Socket messages of conversations. What is written goes over HTTP, whose answer says that it is kept.

use serde::{Deserialize, Serialize};

use super::model::{ConversationId, Message};
use crate::realtime::wire::ServerWire;

/// What the server says about messages. Two that are kept at the same moment may be told of in the wrong order, and a socket that was away has
/// heard of none: whoever misses a number asks for it (`api::messages`).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum MessageNews {
    /// A message was kept. To every tab of everybody in the conversation, its author too.
    Said {
        /// Where.
        conversation: ConversationId,
        /// What.
        message: Message,
    },
    /// The reader has read on, in another tab perhaps.
    Read {
        /// Where.
        conversation: ConversationId,
        /// Everything up to this number is read.
        up_to: u64,
    },
}

impl ServerWire for MessageNews {
    const FEATURE: &'static str = "messages";
}
