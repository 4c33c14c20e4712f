//! Server functions of accounts.
#![allow(
    missing_docs,
    reason = "the arguments of a server function become fields that cannot be documented one by one"
)]

use leptos::prelude::*;
use server_fn::codec::{GetUrl, Json};

use super::model::AddressPrivacy;
use crate::kernel::error::AppError;

pub mod account;
pub mod confirm;

#[cfg(feature = "ssr")]
use super::{
    admission,
    new_device::listener_here,
    preferences, reset, service, session_layer,
    status::{Wanted, choose},
    verification, visibility,
};
#[cfg(feature = "ssr")]
use crate::server::{
    http::{
        cookies::{self, Readable},
        forms,
        origin::is_local_path,
    },
    state::AppState,
};

/// The login page, which says that the new password is set. Anybody can make a link to it: the word asks for nothing but what the page is for.
#[cfg(feature = "ssr")]
const LOGIN_AFTER_RESET: &str = "/login?password=set";

/// Signs in; answers where to go.
#[server(endpoint = "log_in", output = Json)]
pub async fn log_in(login: String, password: String, next: Option<String>) -> Result<String, AppError> {
    let state = AppState::here()?;
    let caller = service::Caller::here(&state)?;
    let admission = service::log_in(&state, &login, password, caller, listener_here()?).await?;
    Ok(admission::answer(&state, &admission, next))
}

/// Signs out and goes to the start page.
#[server(endpoint = "log_out", output = Json)]
pub async fn log_out() -> Result<String, AppError> {
    let state = AppState::here()?;
    service::sessions::log_out(&state, service::Caller::here(&state)?).await?;
    forms::set_cookie(session_layer::removal(&state.config));
    forms::forget_waiting(&state);
    forms::go_to("/");
    Ok("/".to_owned())
}

/// Has a link to set a new password sent, if somebody has an account with the address. The answer is the same if nobody has.
#[server(endpoint = "forgot_password", output = Json)]
pub async fn forgot_password(email: String) -> Result<(), AppError> {
    let state = AppState::here()?;
    let address = service::Caller::here(&state)?.address;
    reset::ask(&state, &email, preferences::language_here(&state)?, address).await
}

/// Sets a new password by a link, which ends all sessions; answers where to go.
#[server(endpoint = "reset_password", output = Json)]
pub async fn reset_password(token: String, password: String) -> Result<String, AppError> {
    let state = AppState::here()?;
    let (caller, language) = (service::Caller::here(&state)?, preferences::language_here(&state)?);
    reset::set_password(&state, token, password, caller, language).await?;
    forms::go_to(LOGIN_AFTER_RESET);
    Ok(LOGIN_AFTER_RESET.to_owned())
}

/// Confirms an e-mail address by a link.
#[server(endpoint = "verify_email", output = Json)]
pub async fn verify_email(token: String) -> Result<(), AppError> {
    let state = AppState::here()?;
    let caller = service::Caller::here(&state)?;
    verification::confirm(&state, token, caller).await
}

/// Has another link sent to one's own address.
#[server(endpoint = "send_verification", output = Json)]
pub async fn send_verification() -> Result<(), AppError> {
    let (state, viewer) = (AppState::here()?, service::viewer()?);
    verification::send_again(&state, &viewer, preferences::language_here(&state)?).await
}

/// Sets language and theme.
#[server(endpoint = "set_appearance", output = Json)]
pub async fn set_appearance(language: String, theme: String) -> Result<(), AppError> {
    let state = AppState::here()?;
    let theme = service::set_appearance(&state, &service::viewer()?, &language, &theme).await?;
    for (name, value) in [
        (preferences::LANGUAGE_COOKIE, language.as_str()),
        (preferences::THEME_COOKIE, theme.name()),
    ] {
        forms::set_cookie(cookies::set(
            &state.config,
            name,
            value,
            preferences::COOKIE_AGE,
            Readable::ByServer,
        ));
    }
    Ok(())
}

/// Sets the language alone, for visitors as well, and goes back to the page `next`.
#[server(endpoint = "set_language", output = Json)]
pub async fn set_language(language: String, next: String) -> Result<String, AppError> {
    let state = AppState::here()?;
    let language = preferences::parse_language(&language).map_err(|problem| AppError::field("language", problem))?;
    forms::set_cookie(cookies::set(
        &state.config,
        preferences::LANGUAGE_COOKIE,
        &language,
        preferences::COOKIE_AGE,
        Readable::ByServer,
    ));
    if let Ok(viewer) = service::viewer() {
        service::set_language(&state, &viewer, language).await?;
    }
    let next = if is_local_path(&next) { next } else { "/".to_owned() };
    forms::go_to(&next);
    Ok(next)
}

/// Appears offline to everybody, or as one is. Answers which.
#[server(endpoint = "set_invisible", output = Json)]
pub async fn set_invisible(invisible: bool) -> Result<bool, AppError> {
    choose::set_availability(&AppState::here()?, &service::viewer()?, Wanted::invisible(invisible)).await?;
    Ok(invisible)
}

/// In which calls one's address is hidden.
#[server(endpoint = "address_hiding", input = GetUrl, output = Json)]
pub async fn address_hiding() -> Result<AddressPrivacy, AppError> {
    let (state, viewer) = (AppState::here()?, service::viewer()?);
    Ok(AddressPrivacy {
        chosen: visibility::hide_address(&mut state.db.read().await?, viewer.id).await?,
        is_possible: state.config.has_turn(),
    })
}
