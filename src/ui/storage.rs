//! What a browser keeps for the site, where it keeps anything: whoever refuses it has pages that remember nothing. In the browser only.

use leptos::prelude::window;
use leptos::web_sys::Storage;

/// Kept until it is taken away, for every tab.
pub fn local() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

/// Kept for this tab, over reloads, until it closes.
pub fn session() -> Option<Storage> {
    window().session_storage().ok().flatten()
}
