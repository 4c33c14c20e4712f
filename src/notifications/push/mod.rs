//! Web Push: people are told while no page of ours is open, by the push service of their browser (RFC 8030, 8291, 8292).
//!
//! Promises: what is to be pushed is asked for in the transaction of what it tells of, one job per browser, so a kill loses nothing; what
//! comes later about a subject takes the place of what still waits; a ring that was pushed is taken back however it ends; a browser whose
//! person signed out, or whose push service knows it no more, is forgotten; a push says what stood in the list when it was sent.
//!
//! `ahead.rs` decides at the moment of the change who is to be told, `delivery.rs` looks again when the job runs and sends, `message.rs` has the
//! words. The worker in `public/service-worker.js` shows them.

pub mod model;

#[cfg(feature = "ssr")]
pub(in crate::notifications) mod ahead;
#[cfg(feature = "ssr")]
pub mod delivery;
#[cfg(feature = "ssr")]
mod message;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod vapid;
