//! Speakle: find a language partner who fits both ways, and talk face to face in the browser.

#![recursion_limit = "512"]

pub mod i18n;
pub mod kernel;
pub mod ui;
pub mod realtime;
#[cfg(feature = "ssr")]
pub mod server;

pub mod accounts;
pub mod profiles;
pub mod matching;
