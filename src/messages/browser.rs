//! What was written and not yet kept, remembered by the browser: a message is an entry of the local storage of its own, so that tabs do not overwrite each
//! other's.
//!
//! A browser may refuse to remember (private windows, full storage). Then a message lives as long as the page.

use leptos::prelude::window;
use uuid::{Builder, Uuid};
use web_sys::Storage;

use super::model::{ClientId, ConversationId};
use super::queue::{Standing, Unsent};
use crate::kernel::id::UserId;

/// Local storage: `speakle.unsent {author} {conversation} {client id}` → the text.
const UNSENT: &str = "speakle.unsent";

fn storage() -> Option<Storage> {
    window().local_storage().ok().flatten()
}

fn key(me: UserId, message: &Unsent) -> String {
    format!("{UNSENT} {me} {} {}", message.conversation, message.client_id)
}

/// What `me` wrote on this or an earlier page and the server has not said to keep, in the order of writing.
pub(super) fn remembered(me: UserId) -> Vec<Unsent> {
    let Some(storage) = storage() else {
        return Vec::new();
    };
    let mut found: Vec<Unsent> = (0..storage.length().unwrap_or_default())
        .filter_map(|index| {
            let key = storage.key(index).ok().flatten()?;
            let (of, ids) = key.strip_prefix(UNSENT)?.strip_prefix(' ')?.split_once(' ')?;
            let (conversation, client_id) = ids.split_once(' ')?;
            (of == me.to_string()).then_some(())?;
            Some(Unsent {
                conversation: conversation.parse::<ConversationId>().ok()?,
                client_id: client_id.parse::<ClientId>().ok()?,
                text: storage.get_item(&key).ok().flatten()?,
                standing: Standing::Sending,
            })
        })
        .collect();
    found.sort_by_key(|message| message.client_id);
    found
}

/// Remembers a message beyond this page.
pub(super) fn remember(me: UserId, message: &Unsent) {
    if let Some(storage) = storage() {
        let _ = storage.set_item(&key(me, message), &message.text);
    }
}

/// Remembers it no more.
pub(super) fn forget(me: UserId, message: &Unsent) {
    if let Some(storage) = storage() {
        let _ = storage.remove_item(&key(me, message));
    }
}

/// Remembers nothing of anybody any more, but for `but`.
pub(super) fn forget_all(but: Option<UserId>) {
    let Some(storage) = storage() else { return };
    let theirs = but.map(|but| format!("{UNSENT} {but} "));
    let stays = |key: &str| theirs.as_ref().is_some_and(|theirs| key.starts_with(theirs));
    let keys: Vec<String> = (0..storage.length().unwrap_or_default())
        .filter_map(|index| storage.key(index).ok().flatten())
        .filter(|key| key.starts_with(UNSENT) && !stays(key))
        .collect();
    for key in keys {
        let _ = storage.remove_item(&key);
    }
}

/// A name for a message that is written now; names sort by the time of writing.
pub(super) fn new_client_id() -> ClientId {
    let mut random = [0; 10];
    // Every browser has it that this runs in; without it two messages of a millisecond would be taken for one.
    if let Ok(crypto) = window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut random);
    }
    let millis = js_sys::Date::now().max(0.0) as u64;
    let id: Uuid = Builder::from_unix_timestamp_millis(millis, &random).into_uuid();
    ClientId::from_uuid(id)
}
