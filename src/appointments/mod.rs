//! Times to talk that two partners have agreed on: proposed from the hours that both have, moved, cancelled, reminded of, and in their calendars.
//!
//! Promises: nothing is agreed that the other one has not said yes to, as they read it ([`model::AppointmentView::edition`]); what was agreed stands
//! until a change of it is; each of the two reads times by their own clock, and a series stays at the same time on the wall of whoever proposed it
//! when the clocks change (`series.rs`); both are reminded once of each time; of two who part nothing holds.
//!
//! To add a way to repeat: a variant of [`model::Repeats`], what it means in `series.rs`, and its rule in `calendar.rs`.

pub mod api;
pub mod model;
pub mod pages;
pub mod wire;

#[cfg(feature = "ssr")]
mod calendar;
#[cfg(feature = "ssr")]
mod chosen;
#[cfg(feature = "ssr")]
pub mod feed;
#[cfg(feature = "ssr")]
pub mod http;
#[cfg(feature = "ssr")]
pub mod leaving;
#[cfg(feature = "ssr")]
mod notices;
#[cfg(feature = "ssr")]
pub mod reminders;
#[cfg(feature = "ssr")]
mod series;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod slots;
#[cfg(feature = "ssr")]
mod store;
