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

/// What is longer, in bytes, is not read: the longest message with every letter written as an escape is shorter.
pub const LONGEST: usize = 1 << 16;

/// A message as it came; `None` for what this page does not know, what is none, or what is too long.
pub fn read(text: &str) -> Option<ChannelMessage> {
    if text.len() > LONGEST {
        return None;
    }
    serde_json::from_str(text).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::messages::model::TEXT_MAX;

    #[test]
    fn the_longest_message_is_read_and_nothing_longer() {
        let chat = |letters| ChannelMessage::Chat {
            client_id: ClientId::from_uuid(uuid::Uuid::nil()),
            text: "\u{1F600}".repeat(letters),
        };
        let text = serde_json::to_string(&chat(TEXT_MAX)).unwrap();
        assert_eq!(read(&text), Some(chat(TEXT_MAX)));
        let escaped = text.replace('\u{1F600}', r"\ud83d\ude00");
        assert_eq!(read(&escaped), Some(chat(TEXT_MAX)), "{} bytes", escaped.len());
        assert_eq!(read(&serde_json::to_string(&chat(LONGEST)).unwrap()), None);
    }
}
