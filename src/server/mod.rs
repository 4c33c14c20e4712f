//! What the process is made of, without a word of any feature: settings, state, database, HTTP.

pub mod audit;
pub mod check;
pub mod config;
pub mod db;
pub mod http;
pub mod jobs;
pub mod keys;
pub mod limits;
pub mod mail;
pub mod media;
pub mod openid;
pub mod outgoing;
pub mod passwords;
pub mod site;
pub mod state;
pub mod supervise;
pub mod telemetry;
pub mod tokens;
