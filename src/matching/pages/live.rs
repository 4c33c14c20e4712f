//! Keeping a page as things stand.

use leptos::prelude::*;

use crate::matching::wire::MatchingNews;
use crate::realtime::client::use_socket;

/// Calls `handler` with the news of requests and partnerships while the page is open.
pub(super) fn on_matching_news(handler: impl Fn(MatchingNews) + Clone + 'static) {
    let socket = use_socket();
    // An effect runs in the browser alone, and there are no news elsewhere.
    Effect::new(move || socket.subscribe(handler.clone()));
}
