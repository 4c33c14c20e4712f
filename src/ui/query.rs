//! What the address of the page asks for.

use leptos::prelude::*;
use leptos::web_sys::FormData;
use leptos_router::hooks::use_url;

use crate::kernel::query::Query;

/// The query of this page's address, also after going on and back within the page.
pub fn use_query() -> Memo<Query> {
    let url = use_url();
    Memo::new(move |_| url.with(|url| Query::parse(url.search())))
}

/// What a form with the method GET does before its values become an address: fields that are empty, and buttons without a name, are left out. No two fields
/// have one name.
pub fn leave_out_blanks(form: &FormData) {
    let names: Vec<String> = form
        .keys()
        .into_iter()
        .flatten()
        .filter_map(|name| name.as_string())
        .collect();
    for name in names {
        if form.get(&name).as_string().is_some_and(|value| value.is_empty()) {
            form.delete(&name);
        }
    }
}
