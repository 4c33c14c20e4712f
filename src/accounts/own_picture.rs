//! The signed-in person's picture, as this tab knows it: what stands around every page shows a new one at once.

use leptos::prelude::*;

use super::model::CurrentViewer;
use crate::kernel::picture::PictureId;

/// The context.
#[derive(Clone, Copy, Debug)]
struct OwnPicture(RwSignal<Option<PictureId>>);

/// Begins with what the document says. Call once, at the root, after the viewer is known.
pub fn provide_own_picture() {
    let viewer = use_context::<CurrentViewer>().and_then(|viewer| viewer.0);
    provide_context(OwnPicture(RwSignal::new(viewer.and_then(|viewer| viewer.picture))));
}

/// The person's picture, if they have one.
pub fn use_own_picture() -> RwSignal<Option<PictureId>> {
    use_context::<OwnPicture>().map_or_else(|| RwSignal::new(None), |OwnPicture(signal)| signal)
}
