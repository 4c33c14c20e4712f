//! Server functions of calls.

#![allow(
    missing_docs,
    reason = "the arguments of a server function become fields that cannot be documented one by one"
)]

use leptos::prelude::*;
use server_fn::codec::{GetUrl, Json};

use super::model::{CallId, CallView, RoomId, RoomView};
use crate::kernel::error::AppError;
use crate::kernel::paging::Page;

#[cfg(feature = "ssr")]
use super::service;
#[cfg(feature = "ssr")]
use crate::{accounts::service::viewer, server::state::AppState};

/// What a room's page needs.
#[server(endpoint = "room", input = GetUrl, output = Json)]
pub async fn room(room: RoomId) -> Result<RoomView, AppError> {
    service::room(&AppState::here()?, &viewer()?, room).await
}

/// One's calls, newest first.
#[server(endpoint = "call_history", input = GetUrl, output = Json)]
pub async fn history(after: Option<String>) -> Result<Page<CallView>, AppError> {
    service::history(&AppState::here()?, &viewer()?, after.as_deref()).await
}

/// One call.
#[server(endpoint = "call_summary", input = GetUrl, output = Json)]
pub async fn summary(call: CallId) -> Result<CallView, AppError> {
    service::summary(&AppState::here()?, &viewer()?, call).await
}
