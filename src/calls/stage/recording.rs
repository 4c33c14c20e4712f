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
}

impl Recording {
    /// As the server renders it.
    pub fn new() -> Self {
        Self {
            can_record: RwSignal::new(false),
            can_ask: RwSignal::new(false),
            shown: RwSignal::new(Shown::default()),
            outcome: RwSignal::new(None),
        }
    }
}

impl Default for Recording {
    fn default() -> Self {
        Self::new()
    }
}

/// A file that the browser was told to save.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finished {
    /// What it is called.
    pub name: String,
    /// Where it can be had again until the page is left: a `blob:` address.
    pub address: String,
}

/// The files that this page can still hand over, over all its calls, in the order in which they were made. Copied freely.
#[derive(Clone, Copy, Debug)]
pub struct Recordings {
    /// The files.
    pub all: RwSignal<Vec<Finished>>,
    /// Whether a call shows them among its own notes.
    pub is_in_call: RwSignal<bool>,
}

impl Recordings {
    /// There is another one.
    pub fn add(self, recording: Finished) {
        self.all.try_update(|all| all.push(recording));
    }

    /// A call shows them, until the current owner is cleaned up.
    pub fn show_in_call(self) {
        self.is_in_call.set(true);
        on_cleanup(move || {
            self.is_in_call.try_set(false);
        });
    }

    /// The person has this one.
    pub fn let_go(self, address: &str) {
        self.all.try_update(|all| all.retain(|one| one.address != address));
    }
}

/// Puts the page's recordings in context. Call once, at the root.
pub fn provide_recordings() -> Recordings {
    let recordings = Recordings {
        all: RwSignal::new(Vec::new()),
        is_in_call: RwSignal::new(false),
    };
    provide_context(recordings);
    recordings
}

/// The page's recordings.
pub fn use_recordings() -> Recordings {
    use_context::<Recordings>().unwrap_or_else(provide_recordings)
}
