//! What must not be missed: a person's list of notifications, and the log by which every tab and device hears of each change exactly once.
//!
//! Promises: a notification is written in the transaction of what it tells of, or not at all; a person's log has no gaps and reaches every
//! client from where it lost it, or says so by a snapshot ([`wire`]); one line per subject, so that a call that rings becomes the call
//! that was missed; what a person did or saw elsewhere counts as read everywhere; the badge is the number of unread lines, on every tab.
//!
//! Features above record what happened in their own transaction ([`service::record_all`]) and publish it after the commit
//! ([`service::publish`]). They are named here by nothing but the text of a subject. A person's log is locked by the first thing recorded and
//! until the commit: record last in a transaction, and for several people in one call, which takes their logs in the order of their ids.
//!
//! To add a kind: a variant of [`model::Notice`] and of [`model::Kind`] (the compiler says where else), and how it reads, a template in
//! `words.rs`.

pub mod api;
pub mod bell;
pub mod inbox;
pub mod model;
pub mod pages;
pub mod push;
pub mod wire;
pub mod words;

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
#[path = "browser_on_server.rs"]
mod browser;
#[cfg(feature = "ssr")]
pub mod by_mail;
#[cfg(feature = "ssr")]
pub mod data_ready;
#[cfg(test)]
mod example;
#[cfg(feature = "ssr")]
pub mod leaving;
#[cfg(feature = "ssr")]
pub mod new_device;
#[cfg(feature = "ssr")]
pub mod retention;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod settings;
#[cfg(feature = "ssr")]
mod store;

pub use browser::show_app_badge;
