//! Another e-mail address for an account.
//!
//! Promises: an address becomes the person's only by a link that was sent there, asked for after a recent sign-in ([`super::recent`]) and pressed in
//! a session of theirs, and nobody learns by it whether somebody else has it: the answer, what is written down and the work are the same, and it is the mail that differs. One change waits
//! at a time. With the change every other link of the account dies, and the address before is told. Another password ends a change that waits.
//!
//! A mail goes to an address that somebody has, too: so both cost the same, and who has it learns that somebody tried, or finds that the second
//! account of theirs is there. It names nobody.

pub mod api;
pub mod model;
pub mod pages;

#[cfg(feature = "ssr")]
mod letters;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod store;
