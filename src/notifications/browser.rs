//! What a tab remembers of its person's log across a reload, the number on the application's icon, and the subscription to pushes.

mod subscription;

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use serde::{Deserialize, Serialize};
use wasm_bindgen::JsCast as _;
use wasm_bindgen::JsValue;
use wasm_bindgen_futures::JsFuture;

use super::inbox::Inbox;
use super::model::Epoch;
use crate::ui::storage;

pub(super) use subscription::keep_subscribed;

/// The key under which a tab keeps how far it has heard the log. Per tab: each shows what is new to it, and that once.
const HEARD: &str = "speakle.notifications";

/// How far a log was heard. Not what was heard: somebody else may sign in in the same tab, and epochs tell their logs apart.
#[derive(Serialize, Deserialize)]
struct Mark {
    epoch: Epoch,
    last: u64,
    unread: u32,
}

/// The log as far as earlier pages of this tab have heard it.
pub(super) fn remembered() -> Inbox {
    storage::session()
        .and_then(|storage| storage.get_item(HEARD).ok().flatten())
        .and_then(|text| serde_json::from_str::<Mark>(&text).ok())
        .map(|Mark { epoch, last, unread }| Inbox::at(epoch, last, unread))
        .unwrap_or_default()
}

/// Keeps it for the next page of this tab.
pub(super) fn remember(inbox: &Inbox) {
    let Some(epoch) = inbox.epoch else { return };
    let mark = Mark {
        epoch,
        last: inbox.last,
        unread: inbox.unread,
    };
    if let (Some(storage), Ok(text)) = (storage::session(), serde_json::to_string(&mark)) {
        // Without storage, a page that is loaded anew starts from how things stand, and shows nothing as new.
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
