//! Server functions of one's own archive.

use leptos::prelude::*;
use server_fn::codec::{GetUrl, Json};

use super::OwnData;
use crate::kernel::error::AppError;

#[cfg(feature = "ssr")]
use super::service;
#[cfg(feature = "ssr")]
use crate::accounts::{
    preferences,
    service::{Caller, viewer},
};
#[cfg(feature = "ssr")]
use crate::server::state::AppState;

/// How it stands with one's archive.
#[server(endpoint = "own_archive", input = GetUrl, output = Json)]
pub async fn own_archive() -> Result<OwnData, AppError> {
    service::own(&AppState::here()?, &viewer()?).await
}

/// Asks for an archive of everything that is one's own.
#[server(endpoint = "ask_for_data", output = Json)]
pub async fn ask_for_data() -> Result<(), AppError> {
    let (state, viewer) = (AppState::here()?, viewer()?);
    let language = preferences::language_here(&state)?;
    service::ask(&state, &viewer, Caller::here(&state)?, language).await
}
