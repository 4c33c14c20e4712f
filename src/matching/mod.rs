//! Who suits whom, and how two people become partners.
//!
//! Promises: nobody is suggested to themselves, to their partners, or to people whom they have asked; there is one partnership per pair,
//! even when both ask and both accept at the same moment; an ended partnership closes the pair's room; a block ends what is between two
//! people, and neither finds, reads or reaches the other until it is taken back.
//!
//! To add a criterion: its weight and rule in [`model::score`], what it needs of people in `index.rs` and `store/search.rs`, its words in `pages/reason.rs`.

pub mod api;
pub mod call_button;
pub mod model;
pub mod pages;
pub mod start_call;
pub mod wire;

#[cfg(feature = "ssr")]
mod blocking;
#[cfg(feature = "ssr")]
mod following;
#[cfg(feature = "ssr")]
pub mod index;
#[cfg(feature = "ssr")]
pub mod leaving;
#[cfg(feature = "ssr")]
mod requests;
#[cfg(feature = "ssr")]
mod search;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod store;
#[cfg(feature = "ssr")]
pub mod talked;
