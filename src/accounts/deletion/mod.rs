//! Going for good: an account is deleted [`GRACE`] after its person has asked for it, and they may change their mind
//! until then.
//!
//! Promises: from the moment when it is asked for, the person is signed out everywhere and gone to everybody: no
//! query can show who they are, since what it would show is not where it looks (`account_deletion`); signing in leads
//! to one page, which asks whether they want to stay; staying brings back everything but open requests. Afterwards
//! everything that is theirs is deleted, with its files. What others keep of them (what the two wrote to each other,
//! that they talked) hangs on a row without a name, and reads "A deleted person".
//!
//! Features above do their part by [`erasing::Erase`], and `serve.rs` lists them. A new table that refers to people
//! needs an answer there: a test walks over all of them (`tests/it/accounts/deletion/tables.rs`).

pub mod api;
#[cfg(feature = "ssr")]
pub mod erasing;
#[cfg(feature = "ssr")]
mod letters;
#[cfg(feature = "ssr")]
pub mod service;

use std::time::Duration;

use leptos::prelude::use_context;
use serde::{Deserialize, Serialize};

use super::model::Viewer;
use crate::kernel::time::LocalTime;

/// How long one may change one's mind.
pub const GRACE: Duration = Duration::from_secs(14 * 24 * 3600);
/// The page on which one asks for it.
pub const ASK_PAGE: &str = "/settings/account/delete";
/// The one page of somebody whose account is to be deleted.
pub const LEAVERS_PAGE: &str = "/settings/account/deletion";

/// Somebody who is signed in and whose account is to be deleted.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Leaver {
    /// Who, under the name that they have had.
    pub viewer: Viewer,
    /// When it will be.
    pub at: LocalTime,
}

/// The leaver at this browser, in context on both sides. To everything that does not ask for one they are signed out,
/// so that what is new keeps to that by itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct CurrentLeaver(pub Option<Leaver>);

/// Whether who looks at this page is going.
pub fn is_leaving() -> bool {
    use_context::<CurrentLeaver>().is_some_and(|leaver| leaver.0.is_some())
}
