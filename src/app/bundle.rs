//! The code of pages that is loaded when somebody goes there, and what happens where it cannot be: the page is loaded anew as a whole.
//!
//! A tab that was open before a new build was put in place asks for files that are gone, and one without a connection gets none. Either
//! way the address that was wanted is loaded as a document: then it is the new build, or the service worker's page for no connection.

use std::future::{Future, pending};

use leptos::prelude::*;
use leptos::wasm_split::SplitLoaderError;
use leptos_router::hooks::use_location;

use crate::ui::storage;

/// Session storage: the address that was loaded anew for want of its code. Not a second time in a row: a page whose code cannot be had
/// even so is complete as it is, and its links and plain forms work.
const LOADED_ANEW: &str = "speakle.loaded-anew";

/// The code of a bundle cannot be had.
#[derive(Clone, Copy, Debug)]
pub(super) struct NotLoaded;

impl From<SplitLoaderError> for NotLoaded {
    fn from(_: SplitLoaderError) -> Self {
        Self
    }
}

/// A view out of a bundle. On the server the page is told to fetch the bundle of this name early.
pub(super) async fn bundle(name: &'static str, view: impl Future<Output = Result<AnyView, NotLoaded>>) -> AnyView {
    leptos::prefetch_lazy_fn_on_server(name);
    let place = use_location();
    let Ok(view) = view.await else {
        let (path, search, hash) = (place.pathname, place.search, place.hash);
        load_anew(&path.get_untracked(), &search.get_untracked(), &hash.get_untracked());
        // Until then everything stays as it is.
        return pending().await;
    };
    Effect::new(|_| forget_loading_anew());
    view
}

/// Loads the address that was wanted. While a navigation waits for its bundle, the browser's own address is still the old one.
fn load_anew(path: &str, search: &str, hash: &str) {
    let location = window().location();
    let address = match search {
        "" => path.to_owned(),
        search => format!("{path}?{search}"),
    };
    let here = [location.pathname(), location.search()]
        .map(Result::unwrap_or_default)
        .concat();
    let storage = storage::session();
    let before = storage
        .as_ref()
        .and_then(|storage| storage.get_item(LOADED_ANEW).ok().flatten());
    let is_noted = storage.is_some_and(|storage| storage.set_item(LOADED_ANEW, &address).is_ok());
    // Neither can fail for an address of our own.
    let _ = if here != address {
        location.assign(&format!("{address}{hash}"))
    } else if is_noted && before.as_deref() != Some(address.as_str()) {
        location.reload()
    } else {
        Ok(())
    };
}

fn forget_loading_anew() {
    if let Some(storage) = storage::session() {
        let _ = storage.remove_item(LOADED_ANEW);
    }
}
