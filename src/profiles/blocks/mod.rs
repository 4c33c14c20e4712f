//! Whom somebody wants nothing to do with, and what they report of people.
//!
//! Promises: a block holds both ways and is never announced: each is to the other as somebody who does not exist. Only whoever blocked reads of it,
//! and only they take it back. What else ends with it belongs to the features above, in the same transaction.

pub mod api;
pub mod model;

#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub(super) mod store;
