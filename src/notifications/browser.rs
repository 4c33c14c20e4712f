//! What a tab remembers of its person's log across a reload, the number on the application's icon, and the subscription to pushes.

mod subscription;

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::inbox::Inbox;
use super::model::Head;
use crate::ui::storage;

pub(super) use subscription::keep_subscribed;

/// The key under which a tab keeps how far it has heard the log. Per tab: each shows what is new to it, and that once.
const HEARD: &str = "speakle.notifications";

/// How far earlier pages of this tab have heard a log. Not what they have heard: somebody else may sign in in the same tab, and epochs tell
/// their logs apart.
pub(super) fn remembered() -> Option<Head> {
    let text = storage::session()?.get_item(HEARD).ok()??;
    serde_json::from_str(&text).ok()
}

/// Keeps it for the next page of this tab.
pub(super) fn remember(inbox: &Inbox) {
    let Some(head) = inbox.head() else { return };
    if let (Some(storage), Ok(text)) = (storage::session(), serde_json::to_string(&head)) {
        // Without storage, a page that is loaded anew shows as new what came since it was made.
        let _ = storage.set_item(HEARD, &text);
    }
}

/// Whether nobody looks at this tab.
pub(super) fn is_hidden() -> bool {
    document().hidden()
}

/// Whether the popover of this `id` is open.
pub(super) fn is_open(id: &str) -> bool {
    let popover = document().get_element_by_id(id);
    popover.is_some_and(|popover| popover.matches(":popover-open").unwrap_or(false))
}

/// Shows a number on the icon of an installed application (W3C Badging API); 0 takes it away.
pub fn show_app_badge(count: u32) {
    let navigator = window().navigator();
    let name = if count > 0 { "setAppBadge" } else { "clearAppBadge" };
    let Some(function) = Reflect::get(&navigator, &name.into())
        .ok()
        .and_then(|function| function.dyn_into::<Function>().ok())
    else {
        return;
    };
    let answer = if count > 0 {
        function.call1(&navigator, &JsValue::from(count))
    } else {
        function.call0(&navigator)
    };
    if let Some(promise) = answer.ok().and_then(|answer| answer.dyn_into::<Promise>().ok()) {
        spawn_local(async move {
            // A browser that refuses has no icon to put it on.
            let _ = JsFuture::from(promise).await;
        });
    }
}
