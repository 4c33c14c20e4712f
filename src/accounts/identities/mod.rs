//! Accounts elsewhere that people come in with: Google, or the provider that the settings name in its place.
//!
//! Promises: who comes is known by who vouches and by the name there, never by an e-mail address alone; an account that is there already is
//! linked after its password only, and after its code where a second factor is on; a way to the provider is for the browser that began it, works
//! once, for ten minutes, and brings back nothing that does not hold ([`crate::server::openid`]); the last way into an account stays; what fails
//! says so in words and changes nothing.
//!
//! The way of somebody who signs in: `start` (a form of ours) writes an attempt down and leads to `/auth/google/go`, a page that leads on to the
//! provider; that sends the browser to `/auth/google/callback` ([`http`]), and [`service::coming`] says what comes of it. Who is not known yet
//! becomes an offer, which `/register/google` or `/link-google` take up ([`service::entering`]).
//!
//! To add another provider: a column in `oidc_attempt` that says which, and a `Provider` of its own in the state.

pub mod api;
#[cfg(feature = "ssr")]
pub mod http;
#[cfg(feature = "ssr")]
mod letters;
pub mod model;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub(super) mod store;
