//! Server functions of onboarding.

#![allow(
    missing_docs,
    reason = "the arguments of a server function become fields that cannot be documented one by one"
)]

use leptos::prelude::*;
use server_fn::codec::Json;

use crate::kernel::error::AppError;

#[cfg(feature = "ssr")]
use super::service::{self, GoogleRegistration, Registration};
#[cfg(feature = "ssr")]
use crate::{
    accounts::{identities, session_layer},
    server::{
        http::{forms, origin::is_local_path},
        state::AppState,
        tokens::Token,
    },
};

/// Makes an account with its profile and signs in; answers where to go.
#[server(endpoint = "register", output = Json)]
pub async fn register(
    email: String,
    username: String,
    password: String,
    speaks: String,
    learns: String,
    level: String,
    next: Option<String>,
) -> Result<String, AppError> {
    let state = AppState::here()?;
    let form = Registration {
        email,
        username,
        password,
        speaks,
        learns,
        level,
    };
    let token = service::register(&state, form, service::Visitor::here(&state)?).await?;
    Ok(go_in(&state, &token, next))
}

/// Makes an account with its profile for who has come from Google, and signs in; answers where to go.
#[server(endpoint = "register_google", output = Json)]
pub async fn register_google(
    username: String,
    speaks: String,
    learns: String,
    level: String,
) -> Result<String, AppError> {
    let state = AppState::here()?;
    let form = GoogleRegistration {
        offer: identities::http::offer_here(&state)?,
        username,
        speaks,
        learns,
        level,
    };
    let (token, next) = service::register_google(&state, form, service::Visitor::here(&state)?).await?;
    forms::set_cookie(identities::http::offer_removal(&state));
    Ok(go_in(&state, &token, next))
}

/// With the session's cookie on the answer, to `next` if that is on this site, else to the first page.
#[cfg(feature = "ssr")]
fn go_in(state: &AppState, token: &Token, next: Option<String>) -> String {
    let next = next
        .filter(|path| is_local_path(path))
        .unwrap_or_else(|| service::FIRST_PAGE.to_owned());
    forms::set_cookie(session_layer::cookie(&state.config, token));
    forms::go_to(&next);
    next
}
