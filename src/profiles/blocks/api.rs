//! Server functions of blocks.
#![allow(
    missing_docs,
    reason = "the arguments of a server function become fields that cannot be documented one by one"
)]

use leptos::prelude::*;
use server_fn::codec::{GetUrl, Json};

use super::model::PrivacyView;
use crate::kernel::error::AppError;

#[cfg(feature = "ssr")]
use super::service;
#[cfg(feature = "ssr")]
use crate::{accounts::service::viewer, server::state::AppState};

/// Whether one's profile is public, and whom one has blocked.
#[server(endpoint = "own_privacy", input = GetUrl, output = Json)]
pub async fn own_privacy() -> Result<PrivacyView, AppError> {
    service::own_privacy(&AppState::here()?, &viewer()?).await
}

/// Takes a block back.
#[server(endpoint = "unblock", output = Json)]
pub async fn unblock(username: String) -> Result<(), AppError> {
    service::unblock(&AppState::here()?, &viewer()?, &username).await
}
