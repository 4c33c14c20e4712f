//! Server functions of another address.
#![allow(
    missing_docs,
    reason = "the arguments of a server function become fields that cannot be documented one by one"
)]

use leptos::prelude::*;
use server_fn::codec::{GetUrl, Json};

use super::model::EmailStanding;
use crate::kernel::error::AppError;

#[cfg(feature = "ssr")]
use super::service as change;
#[cfg(feature = "ssr")]
use crate::accounts::{
    preferences,
    service::{self, Caller},
};
#[cfg(feature = "ssr")]
use crate::server::state::AppState;

/// One's own address, and what waits to take its place.
#[server(endpoint = "own_email", input = GetUrl, output = Json)]
pub async fn own_email() -> Result<EmailStanding, AppError> {
    change::own(&AppState::here()?, &service::viewer()?).await
}

/// Has a link sent to the address that one wants.
#[server(endpoint = "change_email", output = Json)]
pub async fn change_email(email: String) -> Result<(), AppError> {
    let (state, viewer) = (AppState::here()?, service::viewer()?);
    let (caller, language) = (Caller::here(&state)?, preferences::language_here(&state)?);
    change::ask(&state, &viewer, caller, &email, language).await
}

/// Takes that back.
#[server(endpoint = "cancel_email_change", output = Json)]
pub async fn cancel_email_change() -> Result<(), AppError> {
    change::cancel(&AppState::here()?, &service::viewer()?).await
}

/// Puts the new address in place by its link.
#[server(endpoint = "confirm_email_change", output = Json)]
pub async fn confirm_email_change(token: String) -> Result<(), AppError> {
    let state = AppState::here()?;
    let (caller, language) = (Caller::here(&state)?, preferences::language_here(&state)?);
    change::confirm(&state, token, caller, language).await
}
