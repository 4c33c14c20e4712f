//! What the signed-in person says of themselves, as this tab knows it: the menu, the dialog and the pages of settings agree, with those of
//! other tabs and devices too.

use leptos::prelude::*;

use super::{Availability, OwnStatus};
use crate::accounts::model::CurrentViewer;
use crate::accounts::wire::AccountNews;
use crate::realtime::client::on_news;

/// The context.
#[derive(Clone, Copy, Debug)]
struct Own(RwSignal<OwnStatus>);

/// The dialog in which the message is written.
#[derive(Clone, Copy, Debug)]
pub struct StatusDialogState {
    /// Whether it is shown.
    pub is_open: RwSignal<bool>,
    /// Whether there is one: its code comes after the page's. Until then a form leads to the page with the same fields.
    pub is_there: RwSignal<bool>,
}

/// Begins with what the document says. Call once, at the root, after the viewer is known.
pub fn provide_own_status() {
    let viewer = use_context::<CurrentViewer>().and_then(|viewer| viewer.0);
    let status = viewer.map_or_else(OwnStatus::default, |viewer| OwnStatus {
        availability: viewer.visibility.availability,
        message: viewer.message,
    });
    provide_context(Own(RwSignal::new(status)));
    provide_context(StatusDialogState {
        is_open: RwSignal::new(false),
        is_there: RwSignal::new(false),
    });
}

/// What the person says of themselves.
pub fn use_own_status() -> RwSignal<OwnStatus> {
    use_context::<Own>().map_or_else(RwSignal::default, |Own(signal)| signal)
}

/// How the person wants to be reached and seen.
pub fn use_own_availability() -> Memo<Availability> {
    let own = use_own_status();
    Memo::new(move |_| own.with(|own| own.availability))
}

/// Follows what is chosen in other tabs and on other devices, and what passes by itself, while the current owner lives.
pub fn follow_own_status() {
    let own = use_own_status();
    on_news(move |news: AccountNews| {
        if let AccountNews::Status { status } = news {
            own.set(status);
        }
    });
}
