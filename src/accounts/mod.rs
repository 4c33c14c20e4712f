//! Who may come in: accounts, sessions, and how a person wants the interface.
//!
//! Promises: a password is only ever kept as an argon2id hash, a session's token only as its SHA-256; an unknown person costs the same
//! and hears the same as a wrong password; nobody's e-mail address leaves this feature but to its owner; an ended session closes its
//! sockets; what happens to an account is written down.
//!
//! To add a way to sign in: a table of its own beside `session`, and a use case that ends in `admission::admit`.

pub mod api;
pub mod confirm_email;
pub mod deletion;
pub mod email_change;
pub mod identities;
pub mod model;
pub mod names;
pub mod own_data;
pub mod own_picture;
pub mod pages;
pub mod passkeys;
pub mod roles;
pub mod second_factor;
pub mod status;
pub mod wire;

#[cfg(feature = "ssr")]
pub mod admission;
#[cfg(feature = "ssr")]
mod audit;
#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
#[path = "browser_on_server.rs"]
mod browser;
#[cfg(feature = "ssr")]
pub mod clean_up;
#[cfg(feature = "ssr")]
pub mod confirm;
#[cfg(feature = "ssr")]
pub mod confirm_link;
#[cfg(feature = "ssr")]
mod device;
#[cfg(feature = "ssr")]
pub mod last_seen;
#[cfg(feature = "ssr")]
mod links;
#[cfg(feature = "ssr")]
pub mod mailbox;
#[cfg(feature = "ssr")]
pub mod new_device;
#[cfg(feature = "ssr")]
mod password_strength;
#[cfg(feature = "ssr")]
pub mod preferences;
#[cfg(feature = "ssr")]
pub mod recent;
#[cfg(feature = "ssr")]
pub mod reset;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
pub mod session_layer;
#[cfg(feature = "ssr")]
mod store;
#[cfg(feature = "ssr")]
mod token_store;
#[cfg(feature = "ssr")]
pub mod verification;
#[cfg(feature = "ssr")]
pub mod visibility;
#[cfg(feature = "ssr")]
pub mod ways_in;

pub use browser::remember_time_zone;
