//! Server functions of onboarding.

#![allow(
    missing_docs,
    reason = "the arguments of a server function become fields that cannot be documented one by one"
)]

use leptos::prelude::*;
use server_fn::codec::Json;

use crate::kernel::error::AppError;

#[cfg(feature = "ssr")]
use super::service::{self, Registration};
#[cfg(feature = "ssr")]
use crate::{
    accounts::session_layer,
    server::{
        http::{forms, origin::is_local_path},
        state::AppState,
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
    let next = next
        .filter(|path| is_local_path(path))
        .unwrap_or_else(|| service::FIRST_PAGE.to_owned());
    forms::set_cookie(session_layer::cookie(&state.config, &token));
    forms::go_to(&next);
    Ok(next)
}
