//! What is tried out before a call: the microphone, the loudspeaker, the connection.

use leptos::prelude::*;

use super::Device;
use super::check::Findings;
use super::hearing::Hearing;

/// What is tried out, for the page.
#[derive(Clone, Copy, Debug)]
pub struct Trial {
    /// How well the microphone hears.
    pub hearing: RwSignal<Hearing>,
    /// The loudspeaker.
    pub speaker: RwSignal<SpeakerTest>,
    /// The connection.
    pub check: RwSignal<Check>,
    /// Devices that were taken in place of those that were chosen, which are not there.
    pub replaced: RwSignal<Vec<Replaced>>,
}

/// The test of the loudspeaker.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SpeakerTest {
    /// Not begun.
    #[default]
    Idle,
    /// It sounds.
    Playing,
    /// It has sounded; only the person knows whether they heard it.
    Played,
    /// It did not come to that; the chosen loudspeaker may be gone.
    Failed,
}

/// The check of the connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Check {
    /// Not begun, or stopped.
    #[default]
    Idle,
    /// Under way.
    Running(Stretch),
    /// Through.
    Done(Findings),
}

/// How far a check has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stretch {
    /// Asking the server.
    Server,
    /// Looking for ways out of the network.
    Ways,
    /// Holding a call with itself.
    Measuring,
}

/// A device in place of another.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Replaced {
    /// What kind.
    pub device: Device,
    /// What the chosen one called itself.
    pub gone: String,
    /// What the new one calls itself.
    pub by: String,
}

impl Trial {
    /// As the server renders it.
    pub fn new() -> Self {
        Self {
            hearing: RwSignal::new(Hearing::NotYet),
            speaker: RwSignal::new(SpeakerTest::Idle),
            check: RwSignal::new(Check::Idle),
            replaced: RwSignal::new(Vec::new()),
        }
    }
}

impl Default for Trial {
    fn default() -> Self {
        Self::new()
    }
}
