//! Whether the signed-in person appears offline, as this tab knows it: the switch in the account menu and the page of settings agree.

use leptos::prelude::*;

use super::model::CurrentViewer;

/// The context.
#[derive(Clone, Copy, Debug)]
pub struct AppearsOffline(pub RwSignal<bool>);

/// Begins with what the document says. Call once, at the root, after the viewer is known.
pub fn provide_appears_offline() {
    let viewer = use_context::<CurrentViewer>().and_then(|viewer| viewer.0);
    let is_invisible = viewer.is_some_and(|viewer| viewer.visibility.is_invisible);
    provide_context(AppearsOffline(RwSignal::new(is_invisible)));
}

/// Whether the person appears offline.
pub fn use_appears_offline() -> RwSignal<bool> {
    use_context::<AppearsOffline>().map_or_else(|| RwSignal::new(false), |AppearsOffline(signal)| signal)
}
