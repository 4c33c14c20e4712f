//! Two-step sign-in: beside the password, a code from the person's phone (RFC 6238), or one of their recovery codes.
//!
//! Promises: it is asked for from the first code that fitted, and not before; each code works once, of two at once one; the key is shown
//! while it is set up and never again; recovery codes are kept as argon2id hashes and shown until their person says that they have them, at
//! most for ten minutes, and only in the browser that asked for them; nothing of it changes without a recent sign-in ([`super::recent`]), and
//! the person hears of each change by mail.
//!
//! Guessing: whoever has the password has five codes for each sign-in, ten wrong ones of a person at once, and one more every quarter of an
//! hour, however many sign-ins, addresses and processes they come by. With three codes in a million that fit at a moment, the 105 guesses of
//! the first day find one with 0.03 %, and so do the 96 of each day after it. A recovery code is 50 random bits; it works also while codes by time wait.
//!
//! To add another second step: a variant of [`codes::Typed`], and what it means in [`check`].

pub mod api;
pub mod model;
pub mod pages;

#[cfg(feature = "ssr")]
mod check;
#[cfg(feature = "ssr")]
mod codes;
#[cfg(feature = "ssr")]
mod letters;
#[cfg(feature = "ssr")]
mod qr;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod sign_in;
#[cfg(feature = "ssr")]
pub(super) mod store;

#[cfg(feature = "ssr")]
pub(super) use check::{Asker, Presented, check_code, present};
