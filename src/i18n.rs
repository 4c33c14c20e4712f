//! The interface's languages: every text of `locales/*.json` as a checked key.
//!
//! The language of a page is settled on the server (profile, then cookie, then `Accept-Language`) and never changes without a page
//! load, so texts are plain strings: `td_string!(locale, matching.title)`.

use leptos::prelude::*;

mod generated {
    #![allow(
        missing_docs,
        clippy::all,
        clippy::pedantic,
        clippy::expect_used,
        reason = "written by build.rs"
    )]
    include!(concat!(env!("OUT_DIR"), "/i18n.rs"));
}

pub use generated::i18n::*;

/// The language of this page. English where none was provided, as in unit tests of single views.
pub fn use_locale() -> Locale {
    use_context::<Locale>().unwrap_or_default()
}
