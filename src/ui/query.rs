//! What the address of the page asks for.

use leptos::prelude::*;
use leptos_router::hooks::use_url;

use crate::kernel::query::Query;

/// The query of this page's address, also after going on and back within the page.
pub fn use_query() -> Memo<Query> {
    let url = use_url();
    Memo::new(move |_| url.with(|url| Query::parse(url.search())))
}
