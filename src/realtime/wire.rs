//! The frame around every message, and the socket's own messages.

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::model::{Presence, Status};
use crate::kernel::id::{ConnectionId, UserId};

/// Messages that a browser sends for one feature.
pub trait ClientWire: Serialize + DeserializeOwned + 'static {
    /// The feature's name in the frame.
    const FEATURE: &'static str;
}

/// Messages that the server sends for one feature.
pub trait ServerWire: Serialize + DeserializeOwned + 'static {
    /// The feature's name in the frame.
    const FEATURE: &'static str;
}

/// The text of a frame: `{"feature": message}`.
///
/// # Errors
/// When the message cannot be JSON (a map with keys that are no text); none of ours is such.
pub fn encode<M: Serialize>(feature: &str, message: &M) -> Result<String, serde_json::Error> {
    serde_json::to_string(&std::collections::BTreeMap::from([(feature, message)]))
}

/// Takes a frame apart: the feature's name and its message, still as JSON.
pub fn open(frame: &str) -> Option<(String, serde_json::Value)> {
    let mut frame: std::collections::BTreeMap<String, serde_json::Value> = serde_json::from_str(frame).ok()?;
    if frame.len() == 1 { frame.pop_first() } else { None }
}

/// What the server says about the socket itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SocketNews {
    /// First on every socket: its name.
    Welcome {
        /// The server's name for this socket.
        connection: ConnectionId,
    },
    /// Still there? Answered by [`SocketCommand::Heartbeat`].
    Heartbeat,
    /// The answer to [`SocketCommand::Probe`].
    Alive,
    /// A message could not be taken.
    Refused {
        /// Why.
        reason: RefusedFrame,
    },
    /// Somebody whom this person may see came or went, or says something else of themselves.
    Presence {
        /// Who.
        user: UserId,
        /// How they can be reached now.
        presence: Presence,
        /// What they say of themselves now.
        #[serde(default, skip_serializing_if = "Status::is_nothing")]
        status: Status,
    },
}

/// Why a frame was not taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum RefusedFrame {
    /// Not a frame, or a message that nobody knows.
    Malformed,
    /// Well formed, but not this person's to send, or too late.
    NotAllowed,
}

impl ServerWire for SocketNews {
    const FEATURE: &'static str = "realtime";
}

/// What a browser says about the socket itself.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum SocketCommand {
    /// The answer to [`SocketNews::Heartbeat`].
    Heartbeat,
    /// Is this socket still one? Answered at once by [`SocketNews::Alive`].
    Probe,
    /// Nobody has touched this tab for [`IDLE_AFTER`](super::model::IDLE_AFTER).
    Idle,
    /// Somebody touches it again.
    Active,
}

impl ClientWire for SocketCommand {
    const FEATURE: &'static str = "realtime";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_frame_names_its_feature_and_type() {
        let frame = encode(
            SocketNews::FEATURE,
            &SocketNews::Refused {
                reason: RefusedFrame::NotAllowed,
            },
        )
        .unwrap();
        assert_eq!(frame, r#"{"realtime":{"type":"refused","reason":"not_allowed"}}"#);
        let (feature, message) = open(&frame).unwrap();
        assert_eq!(feature, "realtime");
        assert_eq!(
            serde_json::from_value::<SocketNews>(message).unwrap(),
            SocketNews::Refused {
                reason: RefusedFrame::NotAllowed
            }
        );
    }

    #[test]
    fn unknown_fields_are_tolerated_and_unknown_messages_are_not() {
        assert!(serde_json::from_str::<SocketCommand>(r#"{"type":"heartbeat","later":1}"#).is_ok());
        assert!(serde_json::from_str::<SocketCommand>(r#"{"type":"dance"}"#).is_err());
        assert!(open("[1]").is_none());
        assert!(open(r#"{"a":{},"b":{}}"#).is_none());
    }
}
