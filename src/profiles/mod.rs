//! Who a person is to others: languages with role and level, interests, what they want of an exchange and when they have time, a few words
//! about themselves.
//!
//! Promises: a language stands once per person; native speakers have no level; everybody speaks at least one language and learns at
//! least one; interests compare equal however they were typed; a year of birth is read by others only where its person shows it, and young
//! people and adults are kept apart by it; who has blocked somebody does not meet them again ([`blocks`]).
//!
//! To add something to a profile: a column in a new migration, a field of [`model::Profile`], its line in `store.rs` and in the form.

pub mod about;
pub mod api;
pub mod blocks;
pub mod completeness;
pub mod countries;
pub mod crop;
pub mod hours;
pub mod interests;
pub mod languages;
pub mod model;
pub mod pages;
pub mod time_zones;
pub mod words;

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
#[path = "browser_on_server.rs"]
mod browser;
#[cfg(feature = "ssr")]
pub mod changed;
#[cfg(feature = "ssr")]
pub mod leaving;
#[cfg(feature = "ssr")]
pub mod pictures;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod store;
