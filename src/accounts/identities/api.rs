//! Server functions of accounts elsewhere.
#![allow(
    missing_docs,
    reason = "the arguments of a server function become fields that cannot be documented one by one"
)]

use leptos::prelude::*;
use server_fn::codec::{GetUrl, Json};

use super::model::{IdentityId, IdentityView, Offered};
use crate::kernel::error::AppError;

#[cfg(feature = "ssr")]
use super::{
    http,
    model::Purpose,
    service::{self, Wish, entering},
};
#[cfg(feature = "ssr")]
use crate::{
    accounts::{
        admission,
        new_device::listener_here,
        preferences::language_here,
        service::{Caller, viewer},
    },
    server::{http::forms, state::AppState},
};

/// One's own.
#[server(endpoint = "own_identities", input = GetUrl, output = Json)]
pub async fn own_identities() -> Result<Vec<IdentityView>, AppError> {
    service::own(&AppState::here()?, &viewer()?).await
}

/// Begins a way to Google; answers where to go.
#[server(endpoint = "start_google", output = Json)]
pub async fn start_google(purpose: String, next: Option<String>, code: Option<String>) -> Result<String, AppError> {
    let (state, viewer) = (AppState::here()?, viewer().ok());
    let (caller, language) = (Caller::here(&state)?, language_here(&state)?);
    let (purpose, code) = (Purpose::parse(&purpose)?, code.unwrap_or_default());
    let wish = Wish {
        purpose,
        page: http::page_here(&state, purpose)?,
        next,
        code,
    };
    let begun = service::start(
        &state,
        viewer.as_ref(),
        caller,
        http::browser_here(&state)?,
        wish,
        language,
    )
    .await?;
    Ok(http::sent_off(&state, &begun))
}

/// Takes one of one's own away.
#[server(endpoint = "remove_identity", output = Json)]
pub async fn remove_identity(identity: IdentityId) -> Result<(), AppError> {
    let (state, viewer) = (AppState::here()?, viewer()?);
    let language = language_here(&state)?;
    service::remove(&state, &viewer, Caller::here(&state)?, identity, language).await
}

/// Who has come from Google and is not known yet.
#[server(endpoint = "google_offer", input = GetUrl, output = Json)]
pub async fn google_offer() -> Result<Option<Offered>, AppError> {
    let state = AppState::here()?;
    entering::offered(&state, http::offer_here(&state)?).await
}

/// Links who has come from Google to the account that has the address, and signs in; answers where to go.
#[server(endpoint = "link_google", output = Json)]
pub async fn link_google(password: String, code: Option<String>) -> Result<String, AppError> {
    let (state, listener) = (AppState::here()?, listener_here()?);
    let (caller, language) = (Caller::here(&state)?, language_here(&state)?);
    let code = code.unwrap_or_default();
    let typed = entering::Typed { password, code };
    let token = http::offer_here(&state)?;
    let (admission, next) = entering::link(&state, token, typed, caller, listener, language).await?;
    forms::set_cookie(http::offer_removal(&state));
    Ok(admission::answer(&state, &admission, next))
}
