//! What the page shows of a recording.

use leptos::prelude::*;

use crate::calls::recording::consent::{Outcome, Shown};

/// What the page shows.
#[derive(Clone, Copy, Debug)]
pub struct Recording {
    /// Whether this browser can record a call; not before the page runs in it.
    pub can_record: RwSignal<bool>,
    /// Whether the partner's page can be asked.
    pub can_ask: RwSignal<bool>,
    /// Who asks whom, and who records.
    pub shown: RwSignal<Shown>,
    /// Why the last one ended.
    pub outcome: RwSignal<Option<Outcome>>,
    /// The name of the file that was saved last.
    pub saved: RwSignal<Option<String>>,
}

impl Recording {
    /// As the server renders it.
    pub fn new() -> Self {
        Self {
            can_record: RwSignal::new(false),
            can_ask: RwSignal::new(false),
            shown: RwSignal::new(Shown::default()),
            outcome: RwSignal::new(None),
            saved: RwSignal::new(None),
        }
    }
}

impl Default for Recording {
    fn default() -> Self {
        Self::new()
    }
}
