//! What the frame around every page shows of notifications. The application's root provides it, the frame shows it, and the live parts,
//! which come later and only to members, fill it.

use leptos::prelude::*;

use super::model::Head;

/// The `id` of the panel that the bell opens.
pub const PANEL: &str = "notifications-panel";

/// The bell in the frame.
#[derive(Clone, Copy)]
pub struct Bell {
    /// How far the log was when the server made the page; `None` until the frame has said so.
    pub at_first: RwSignal<Option<Head>>,
    /// How many are unread, as this tab was told; `None` until it was.
    pub told: RwSignal<Option<u32>>,
    /// What the button opens; until it is there, the button leads to the page of the list.
    pub panel: RwSignal<Option<ViewFn>>,
}

/// Makes a place for the bell's number and panel. Call once, at the root.
pub fn provide_bell() -> Bell {
    let bell = Bell {
        at_first: RwSignal::new(None),
        told: RwSignal::new(None),
        panel: RwSignal::new(None),
    };
    provide_context(bell);
    bell
}
