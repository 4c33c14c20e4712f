//! Server functions of two-step sign-in.
#![allow(
    missing_docs,
    reason = "the arguments of a server function become fields that cannot be documented one by one"
)]

use leptos::prelude::*;
use server_fn::codec::{GetUrl, Json};

use super::model::{Shown, Standing};
use crate::kernel::error::AppError;

#[cfg(feature = "ssr")]
use super::{service, sign_in};
#[cfg(feature = "ssr")]
use crate::accounts::{
    new_device::listener_here,
    preferences,
    service::{Caller, recent_session_here, viewer},
};
#[cfg(feature = "ssr")]
use crate::server::{
    http::{
        cookies::{self, Readable},
        forms,
    },
    state::AppState,
    tokens::Token,
};

/// The page, to which each of its forms leads back.
#[cfg(feature = "ssr")]
const PAGE: &str = "/settings/account/second-factor";
/// What recovery codes are made of, while they are shown.
#[cfg(feature = "ssr")]
const CODES_COOKIE: &str = "recovery_codes";

/// Has the browser keep what recovery codes are made of; nothing takes it away.
#[cfg(feature = "ssr")]
fn keep_in_browser(state: &AppState, token: Option<&Token>) {
    let (text, age) = token.map_or(("", 0), |token| (token.secret(), service::SHOWN_FOR.as_secs()));
    forms::set_cookie(cookies::set(&state.config, CODES_COOKIE, text, age, Readable::ByServer));
}

#[cfg(feature = "ssr")]
fn kept_in_browser(state: &AppState) -> Option<Token> {
    let parts = use_context::<axum::http::request::Parts>()?;
    cookies::get(&state.config, &parts.headers, CODES_COOKIE).and_then(Token::parse)
}

/// Whether it is on, and how many recovery codes are left.
#[server(endpoint = "second_factor", input = GetUrl, output = Json)]
pub async fn second_factor() -> Result<Standing, AppError> {
    service::standing(&AppState::here()?, &viewer()?).await
}

/// What its page shows.
#[server(endpoint = "second_factor_page", input = GetUrl, output = Json)]
pub async fn second_factor_page() -> Result<Shown, AppError> {
    let state = AppState::here()?;
    let token = kept_in_browser(&state);
    service::shown(&state, &viewer()?, recent_session_here(), token.as_ref()).await
}

/// Offers a key to be taken over by an authenticator.
#[server(endpoint = "begin_second_factor", output = Json)]
pub async fn begin_second_factor() -> Result<(), AppError> {
    service::begin(&AppState::here()?, &viewer()?, recent_session_here()).await?;
    forms::go_to(PAGE);
    Ok(())
}

/// Turns it on by the first code; `end_others` comes where it signs out everywhere else.
#[server(endpoint = "turn_on_second_factor", output = Json)]
pub async fn turn_on_second_factor(code: String, end_others: Option<String>) -> Result<(), AppError> {
    let state = AppState::here()?;
    let change = change_here(&state, end_others.is_some())?;
    let token = service::turn_on(&state, &viewer()?, change, &code).await?;
    keep_in_browser(&state, Some(&token));
    forms::go_to(PAGE);
    Ok(())
}

/// Turns it off; `end_others` comes where it signs out everywhere else.
#[server(endpoint = "turn_off_second_factor", output = Json)]
pub async fn turn_off_second_factor(end_others: Option<String>) -> Result<(), AppError> {
    let state = AppState::here()?;
    let change = change_here(&state, end_others.is_some())?;
    service::turn_off(&state, &viewer()?, change).await?;
    keep_in_browser(&state, None);
    forms::go_to(PAGE);
    Ok(())
}

/// Makes other recovery codes, which the page shows.
#[server(endpoint = "make_recovery_codes", output = Json)]
pub async fn make_recovery_codes() -> Result<(), AppError> {
    let state = AppState::here()?;
    let (caller, language) = (Caller::here(&state)?, preferences::language_here(&state)?);
    let token = service::make_codes(&state, &viewer()?, caller, language).await?;
    keep_in_browser(&state, Some(&token));
    forms::go_to(PAGE);
    Ok(())
}

/// Shows the recovery codes no more.
#[server(endpoint = "keep_recovery_codes", output = Json)]
pub async fn keep_recovery_codes() -> Result<(), AppError> {
    let state = AppState::here()?;
    service::keep_codes(&state, &viewer()?).await?;
    keep_in_browser(&state, None);
    forms::go_to(PAGE);
    Ok(())
}

/// Whether a sign-in of this browser waits for a code.
#[server(endpoint = "sign_in_waits", input = GetUrl, output = Json)]
pub async fn sign_in_waits() -> Result<bool, AppError> {
    let state = AppState::here()?;
    let attempt = sign_in::attempt_here(&state);
    sign_in::is_waiting(&state, attempt).await
}

/// Ends a sign-in by a code; answers where to go.
#[server(endpoint = "enter_code", output = Json)]
pub async fn enter_code(code: String, next: Option<String>) -> Result<String, AppError> {
    let state = AppState::here()?;
    let (caller, language) = (Caller::here(&state)?, preferences::language_here(&state)?);
    let attempt = sign_in::attempt_here(&state);
    let entered = sign_in::enter(&state, attempt, code, caller, language, listener_here()?).await?;
    Ok(sign_in::answer(&state, &entered, next))
}

#[cfg(feature = "ssr")]
fn change_here(state: &AppState, ends_others: bool) -> Result<service::Change, AppError> {
    Ok(service::Change {
        caller: Caller::here(state)?,
        ends_others,
        language: preferences::language_here(state)?,
    })
}
