//! Forms of passkeys: one's own, and the button by which they let in.

mod add;
mod card;
mod section;
mod sign_in;
mod words;

use leptos::prelude::use_context;

use super::model::{PasskeysHere, Place};

pub use section::Passkeys;
pub use sign_in::{PasskeySignIn, Purpose};

/// Whether there can be passkeys at the address of the page.
pub fn are_possible() -> bool {
    use_context::<PasskeysHere>().is_some_and(|here| here.place == Place::Fits)
}
