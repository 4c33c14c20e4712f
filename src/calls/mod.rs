//! Calls between two, face to face by WebRTC.
//!
//! Promises: only the two partners can enter their room or send anything into it; the server relays signals and keeps time, media go
//! between the browsers; losing a socket, or the server, never ends a call; a call ends by the timetable of [`model`] and no other way, and
//! what is kept of it was measured by the server.
//!
//! Where what is: [`channel`] is what pages say to each other directly, [`negotiation`] decides (pure), `browser` performs it with web-sys, [`stage`] holds what the page shows, `service`
//! seats people, relays and sweeps, [`records`] says what is kept of a call. To add a message: a variant in [`wire`], its arm in `service::Calls::command`.

pub mod allowance;
pub mod api;
pub mod channel;
pub mod expected;
pub mod model;
pub mod negotiation;
pub mod pages;
pub mod parting;
pub mod recording;
pub mod records;
pub mod stage;
pub mod verification;
pub mod wire;

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
#[path = "browser_on_server.rs"]
mod browser;
#[cfg(feature = "ssr")]
pub mod leaving;
#[cfg(feature = "ssr")]
mod measured;
#[cfg(feature = "ssr")]
mod seats;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod store;
#[cfg(feature = "ssr")]
mod turn;
