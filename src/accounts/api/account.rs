//! Server functions of the page "Account".

use leptos::prelude::*;
use server_fn::codec::{GetUrl, Json};

use crate::accounts::model::{Account, SessionId};
use crate::kernel::error::AppError;

#[cfg(feature = "ssr")]
use crate::accounts::{
    preferences,
    service::{self, Caller, password, sessions},
    session_layer,
};
#[cfg(feature = "ssr")]
use crate::server::{http::forms, state::AppState};

/// With what one comes in, and where one is signed in.
#[server(endpoint = "own_account", input = GetUrl, output = Json)]
pub async fn own_account() -> Result<Account, AppError> {
    let (state, viewer) = (AppState::here()?, service::viewer()?);
    sessions::own_account(&state, &viewer, service::session_here()).await
}

/// Signs out where the session is.
#[server(endpoint = "end_session", output = Json)]
pub async fn end_session(session: SessionId) -> Result<(), AppError> {
    let (state, viewer) = (AppState::here()?, service::viewer()?);
    sessions::end(&state, &viewer, Caller::here(&state)?, session).await
}

/// Signs out everywhere but here.
#[server(endpoint = "end_other_sessions", output = Json)]
pub async fn end_other_sessions() -> Result<(), AppError> {
    let (state, viewer) = (AppState::here()?, service::viewer()?);
    sessions::end_others(&state, &viewer, Caller::here(&state)?).await
}

/// Whether one has a password.
#[server(endpoint = "has_password", input = GetUrl, output = Json)]
pub async fn has_password() -> Result<bool, AppError> {
    password::is_there(&AppState::here()?, &service::viewer()?).await
}

/// Sets a password for who has none, which signs out everywhere but here.
#[server(endpoint = "set_password", output = Json)]
pub async fn set_password(new_password: String) -> Result<(), AppError> {
    let (state, viewer) = (AppState::here()?, service::viewer()?);
    let (caller, language) = (Caller::here(&state)?, preferences::language_here(&state)?);
    let token = password::set_first(&state, &viewer, caller, new_password, language).await?;
    forms::set_cookie(session_layer::cookie(&state.config, &token));
    Ok(())
}

/// Changes the password, which signs out everywhere but here.
#[server(endpoint = "change_password", output = Json)]
pub async fn change_password(current_password: String, new_password: String) -> Result<(), AppError> {
    let (state, viewer) = (AppState::here()?, service::viewer()?);
    let (caller, language) = (Caller::here(&state)?, preferences::language_here(&state)?);
    let token = password::change(&state, &viewer, caller, current_password, new_password, language).await?;
    forms::set_cookie(session_layer::cookie(&state.config, &token));
    Ok(())
}
