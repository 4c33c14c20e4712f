//! Server functions of calls.

#![allow(
    missing_docs,
    reason = "the arguments of a server function become fields that cannot be documented one by one"
)]

use leptos::prelude::*;
use server_fn::codec::{GetUrl, Json};

use super::model::{CallId, CallView, IceConfiguration, RoomId, RoomView};
use super::records::log::{CallLog, LogFilters};
use super::records::summary::CallSummary;
use crate::kernel::error::AppError;
use crate::kernel::paging::Page;

#[cfg(feature = "ssr")]
use super::service;
#[cfg(feature = "ssr")]
use crate::{accounts::service::viewer, server::state::AppState};

/// What a room's page needs.
#[server(endpoint = "room", input = GetUrl, output = Json)]
pub async fn room(room: RoomId) -> Result<RoomView, AppError> {
    service::room(&service::Calls::here()?, &viewer()?, room).await
}

/// How a browser looks for a path to the partner, with fresh credentials.
#[server(endpoint = "fresh_ice", input = GetUrl, output = Json)]
pub async fn fresh_ice(room: RoomId) -> Result<IceConfiguration, AppError> {
    service::fresh_ice(&service::Calls::here()?, &viewer()?, room).await
}

/// Which STUN and TURN servers there are, for a check of the connection outside of any room.
#[server(endpoint = "ice_check", input = GetUrl, output = Json)]
pub async fn ice_check() -> Result<IceConfiguration, AppError> {
    service::ice_of(&AppState::here()?, viewer()?.id)
}

/// One's calls, newest first.
#[server(endpoint = "call_history", input = GetUrl, output = Json)]
pub async fn history(after: Option<String>) -> Result<Page<CallView>, AppError> {
    service::history(&AppState::here()?, &viewer()?, after.as_deref()).await
}

/// One call.
#[server(endpoint = "call_summary", input = GetUrl, output = Json)]
pub async fn summary(call: CallId) -> Result<CallSummary, AppError> {
    service::summary(&AppState::here()?, &viewer()?, call).await
}

/// One's calls and what rang in vain, newest first, and what they come to.
#[server(endpoint = "call_log", input = GetUrl, output = Json)]
pub async fn log(#[server(default)] filters: LogFilters) -> Result<CallLog, AppError> {
    service::log(&AppState::here()?, &viewer()?, &filters).await
}

/// Keeps what one thinks of a call. `stars` is 1 to 5, `tags[]` the name of each tag that fits.
#[server(endpoint = "save_call_feedback", output = Json)]
pub async fn save_call_feedback(
    call: CallId,
    #[server(default)] stars: String,
    #[server(default)] tags: Vec<String>,
    note: String,
) -> Result<(), AppError> {
    let form = service::FeedbackForm { stars, tags, note };
    service::save_feedback(&AppState::here()?, &viewer()?, call, &form).await
}

/// This browser signs what it sees of connections with this key: an uncompressed point on P-256, in base64url.
#[server(endpoint = "register_device_key", output = Json)]
pub async fn register_device_key(key: String) -> Result<(), AppError> {
    service::device_keys::register(&AppState::here()?, &viewer()?, &key).await
}

/// The keys with which the partner's browsers sign, the one used last first.
#[server(endpoint = "device_keys", input = GetUrl, output = Json)]
pub async fn device_keys(room: RoomId) -> Result<Vec<String>, AppError> {
    service::device_keys::of_partner(&AppState::here()?, &viewer()?, room).await
}
