//! Recording a call: who has agreed to it, and how the file is put together. No browser object and no clock.
//!
//! The file is made by the browser of whoever asks and stays on their device. It is made only while the other one agrees, which they say again every
//! second: [`consent`] is the rule. [`picture`] says what stands where in it, [`webm`] writes down how long it is.

pub mod consent;
pub mod picture;
pub mod webm;

#[cfg(test)]
mod tests;

use serde::{Deserialize, Serialize};

/// What the two pages say to each other about it, on the data channel. `id` is a number of the side that records, one for each time it asks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "step", rename_all = "snake_case")]
pub enum RecordingMessage {
    /// "May I record this call?"
    Ask {
        /// Which time.
        id: u32,
    },
    /// "I do not want to any more", before an answer.
    Withdraw {
        /// Which time.
        id: u32,
    },
    /// The answer to [`RecordingMessage::Ask`], and "yes, still" to each [`RecordingMessage::Going`].
    Answer {
        /// Which time.
        id: u32,
        /// Whether they may.
        is_allowed: bool,
    },
    /// "I am recording", every second.
    Going {
        /// Which time.
        id: u32,
    },
    /// "I record no longer."
    Stopped {
        /// Which time.
        id: u32,
    },
    /// "You may no longer."
    Revoke {
        /// Which time.
        id: u32,
    },
}
