//! The integration tests: whole applications over HTTP and sockets, on SQLite and on PostgreSQL.
//!
//! Files are named after features. Every test has an application and a database of its own (`harness::TestApp`), waits for conditions
//! and never for time, and most run once per engine (`both_engines!`).

#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on says so by panicking"
)]

#[macro_use]
mod harness;

mod accounts;
mod appointments;
mod calls;
mod database;
mod documents;
mod hostile;
mod http;
mod invitations;
mod jobs;
mod layers;
mod mail;
mod matching;
mod messages;
mod notifications;
mod onboarding;
mod pages;
mod pictures;
mod presence;
mod processes;
mod profiles;
mod program;
mod protocol;
mod races;
mod realtime;
mod ringing;
mod soak;
mod status;
mod timeouts;
