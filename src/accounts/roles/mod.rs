//! Who looks after the others: members, moderators, administrators.
//!
//! Promises: a role is given on the command line of the machine and nowhere else; with another role everybody signs in anew, so that no session has
//! more, or less, than it was opened with; it is written down; to who has too little, what asks for more is not there (404).
//!
//! To ask for a role: [`service::require`] in the use case. To add one: a variant of [`model::Role`], in the order of what they may.

pub mod model;

#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod store;
