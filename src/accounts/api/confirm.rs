//! Server functions of the page "Confirm it is you".

use leptos::prelude::*;
use server_fn::codec::{GetUrl, Json};

use crate::accounts::model::Confirming;
use crate::kernel::error::AppError;

#[cfg(feature = "ssr")]
use crate::accounts::{
    confirm, confirm_link, preferences,
    service::{self, Caller},
};
#[cfg(feature = "ssr")]
use crate::server::state::AppState;

/// What the page asks for, or where the person goes on to at once, whose sign-in is recent.
#[server(endpoint = "how_to_confirm", input = GetUrl, output = Json)]
pub async fn how_to_confirm(next: String) -> Result<Confirming, AppError> {
    let (state, viewer) = (AppState::here()?, service::viewer()?);
    confirm::asked(&state, &viewer, service::recent_session_here(), Some(next)).await
}

/// Shows again who one is, by the password and a code where one is asked for; answers where to go.
#[server(endpoint = "confirm", output = Json)]
pub async fn confirm_it_is_me(
    password: String,
    code: Option<String>,
    next: Option<String>,
) -> Result<String, AppError> {
    let (state, viewer) = (AppState::here()?, service::viewer()?);
    let (caller, language) = (Caller::here(&state)?, preferences::language_here(&state)?);
    let code = code.unwrap_or_default();
    let typed = confirm::Typed { password, code };
    let token = confirm::by_password(&state, &viewer, caller, typed, language).await?;
    Ok(confirm::answer(&state, &token, next))
}

/// Has a link sent to one's own address, by which one shows again who one is; it leads to `next`.
#[server(endpoint = "send_confirm_link", output = Json)]
pub async fn send_confirm_link(next: Option<String>) -> Result<(), AppError> {
    let (state, viewer) = (AppState::here()?, service::viewer()?);
    let (caller, language) = (Caller::here(&state)?, preferences::language_here(&state)?);
    confirm_link::send(&state, &viewer, caller, next, language).await
}

/// Shows again who one is, by the link and a code where one is asked for; answers where to go.
#[server(endpoint = "confirm_by_link", output = Json)]
pub async fn confirm_by_link(token: String, code: Option<String>) -> Result<String, AppError> {
    let (state, viewer) = (AppState::here()?, service::viewer()?);
    let (caller, language) = (Caller::here(&state)?, preferences::language_here(&state)?);
    let code = code.unwrap_or_default();
    let (shown, next) = confirm_link::redeem(&state, &viewer, caller, token, code, language).await?;
    Ok(confirm::answer(&state, &shown, next))
}
