//! Server functions of leaving.
#![allow(
    missing_docs,
    reason = "the arguments of a server function become fields that cannot be documented one by one"
)]

use leptos::prelude::*;
use server_fn::codec::{GetUrl, Json};

use crate::kernel::error::AppError;
use crate::kernel::time::LocalTime;

#[cfg(feature = "ssr")]
use super::{erasing::Erasers, service};
#[cfg(feature = "ssr")]
use crate::accounts::{
    preferences,
    service::{Caller, recent_session_here, viewer},
    session_layer,
};
#[cfg(feature = "ssr")]
use crate::server::{http::forms, state::AppState};

/// The login page, which says what was asked for.
#[cfg(feature = "ssr")]
const LOGIN_AFTER_ASKING: &str = "/login?deletion=asked";

/// When one's account would be deleted, asked for now. Only for who has shown not long ago who they are.
#[server(endpoint = "deletion_terms", input = GetUrl, output = Json)]
pub async fn deletion_terms() -> Result<LocalTime, AppError> {
    service::terms(&AppState::here()?, &viewer()?, recent_session_here()).await
}

/// Asks for one's account to be deleted, which signs out everywhere; answers where to go.
#[server(endpoint = "delete_account", output = Json)]
pub async fn delete_account(username: String) -> Result<String, AppError> {
    let (state, viewer) = (AppState::here()?, viewer()?);
    let (caller, language) = (Caller::here(&state)?, preferences::language_here(&state)?);
    service::ask(&state, &viewer, caller, &username, language, &Erasers::here()?).await?;
    forms::set_cookie(session_layer::removal(&state.config));
    forms::go_to(LOGIN_AFTER_ASKING);
    Ok(LOGIN_AFTER_ASKING.to_owned())
}

/// Keeps the account that was to be deleted; answers where to go.
#[server(endpoint = "keep_account", output = Json)]
pub async fn keep_account() -> Result<String, AppError> {
    let state = AppState::here()?;
    let leaver = service::leaver()?;
    let (caller, language) = (Caller::here(&state)?, preferences::language_here(&state)?);
    service::keep(&state, &leaver, caller, language, &Erasers::here()?).await?;
    forms::go_to("/");
    Ok("/".to_owned())
}
