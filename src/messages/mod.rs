//! What people write to each other: conversations and the messages in them.
//!
//! Promises: the messages of a conversation are numbered from 1 in the order of their commits, without gaps, so that whoever has some of them
//! knows what is missing; a message that is sent twice is kept once; only those in force as partners write, and whoever was one reads on;
//! what a person wrote is not lost while the server is away ([`outbox`]).
//!
//! Today a conversation belongs to a pair and has its key ([`model::ConversationId::of_pair`]). The chat of a call shows it. A conversation
//! of several has members and no partnership: what to add is who may write in it, in `store::standing`. To add a message about messages: a
//! variant in [`wire`].

pub mod api;
pub mod links;
pub mod model;
pub mod outbox;
pub mod wire;

#[cfg(feature = "hydrate")]
mod browser;
#[cfg(not(feature = "hydrate"))]
#[path = "browser_on_server.rs"]
mod browser;
#[cfg(feature = "ssr")]
pub mod leaving;
mod queue;
#[cfg(feature = "ssr")]
pub mod service;
#[cfg(feature = "ssr")]
mod store;
