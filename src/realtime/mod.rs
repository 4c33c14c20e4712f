//! The one socket of each tab: frames, hub, presence, and the client that comes back by itself.
//!
//! It carries frames `{"feature": {"type": "…", …}}` and knows features only by the traits of [`wire`]: a service publishes its own
//! messages through [`hub::Hub`], a page subscribes to them through [`client::Socket`], and neither imports `protocol.rs`.
//!
//! Promises: one person's tabs each get every message meant for that person; a consumer too slow for its queue is closed rather
//! than waited for; a dead socket is noticed within two heartbeats, and within two seconds of a wake; a blip shorter than
//! [`presence::GRACE`] makes nobody look gone; who asks over HTTP, because no socket comes through, is here as well; the people of a process that is killed are gone within 30 seconds.
//!
//! To add a message: a variant in your feature's `wire.rs`; see CONTRIBUTING.md.

pub mod client;
pub mod leader;
#[cfg(any(feature = "hydrate", test))]
mod liveness;
pub mod model;
pub mod wire;

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
#[path = "browser_on_server.rs"]
mod browser;
#[cfg(feature = "ssr")]
pub mod hub;
#[cfg(feature = "hydrate")]
mod leader_browser;
#[cfg(not(feature = "hydrate"))]
#[path = "leader_browser_on_server.rs"]
mod leader_browser;
#[cfg(feature = "hydrate")]
pub mod locks;
#[cfg(feature = "ssr")]
mod polls;
#[cfg(feature = "ssr")]
pub mod presence;
#[cfg(feature = "ssr")]
pub mod socket;
#[cfg(feature = "ssr")]
mod store;

pub use browser::connect;
