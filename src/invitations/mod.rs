//! Ringing: one person proposes a call, the other answers.
//!
//! Promises: an invitation is ringing and then exactly one of accepted, declined, cancelled, missed, expired, decided by the server's
//! clock and one compare-and-set; a pair rings once at a time, and two who call each other at the same moment are connected; it reaches
//! every tab of the callee on any page, also one that opens or comes back while it rings; answering anywhere settles it everywhere;
//! a tab that hears nothing more stops by itself when the time is up; only the tab whose answer counted goes to the room.
//!
//! Accepting opens the call in the same transaction. Calls are above this feature, so they register a [`service::CallOpener`].

pub mod api;
pub mod model;
pub mod pages;
pub mod wire;

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
#[path = "browser_on_server.rs"]
mod browser;
#[cfg(feature = "ssr")]
pub mod expiry;
#[cfg(feature = "ssr")]
pub mod leaving;
#[cfg(feature = "ssr")]
mod notices;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod store;
