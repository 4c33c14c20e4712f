//! What composes several features: the landing page, registration, home, the frame around every page, and the demo people.
//!
//! Promises: an account and its profile are made together or not at all; a form tells every problem of every field at once; the demo
//! people only ever come into an empty database.
//!
//! To add something to the home page: its question to the feature's `api`, its section in `pages/home.rs`.

pub mod api;
pub mod pages;

#[cfg(feature = "ssr")]
mod crowd;
#[cfg(feature = "ssr")]
mod demo;
#[cfg(feature = "ssr")]
mod demo_people;
#[cfg(feature = "ssr")]
pub mod service;
