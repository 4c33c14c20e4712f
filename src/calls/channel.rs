//! What the two pages of a call say to each other directly, on the data channel of their connection: a message is a text of JSON.
//!
//! The channel comes and goes with connections, and what is said while there is none is not said: whoever must not lose a word keeps it elsewhere
//! too. To add a message, add a variant; a page that does not know it ignores it.

use serde::{Deserialize, Serialize};

use super::recording::RecordingMessage;
use super::verification::VerificationMessage;
use crate::messages::model::ClientId;

/// One message.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum ChannelMessage {
    /// Something was written. It goes to the server too, under the same name, and whichever comes first is shown.
    Chat {
        /// What the author's page calls it.
        client_id: ClientId,
        /// What it says.
        text: String,
    },
    /// The own picture is kept back, or comes again, because the connection does not carry it.
    VideoPaused {
        /// Whether it is kept back.
        paused: bool,
    },
    /// Whether nobody stands in between.
    Verification(VerificationMessage),
    /// Whether the call is recorded.
    Recording(RecordingMessage),
}

/// A message as it came; `None` for what this page does not know, or what is none.
pub fn read(text: &str) -> Option<ChannelMessage> {
    serde_json::from_str(text).ok()
}
