//! Passkeys: keys that a person's devices keep, by which they sign in without a name and without a password (WebAuthn).
//!
//! Promises: a device is asked for the person's finger, face or PIN each time, so that a passkey is two factors by itself; a challenge works
//! once, for five minutes, in the browser that was given it, and for what it was given for; a key that nobody has here, one that was taken away
//! and a signature that does not fit cost and hear the same; the last way into an account stays.
//!
//! Browsers bind a passkey to the name of the site: where it has none, because somebody comes by an address of numbers, there are no passkeys
//! ([`model::Place`]).
//!
//! To ask a device for something else: a [`model::Kind`], a use case that begins one and one that ends it, a form in `pages/`.

pub mod api;
#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
#[path = "browser_on_server.rs"]
mod browser;
#[cfg(feature = "ssr")]
mod ceremony;
#[cfg(feature = "ssr")]
mod letters;
pub mod model;
pub mod pages;
#[cfg(feature = "ssr")]
pub mod place;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub(super) mod store;
