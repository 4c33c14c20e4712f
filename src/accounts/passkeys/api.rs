//! Server functions of passkeys. Those that a device answers come in pairs: one begins and one ends.
#![allow(
    missing_docs,
    reason = "the arguments of a server function become fields that cannot be documented one by one"
)]

use leptos::prelude::*;
use server_fn::codec::{GetUrl, Json};

use super::model::{CeremonyId, Challenge, PasskeyId, PasskeyView};
use crate::kernel::error::AppError;

#[cfg(feature = "ssr")]
use super::{
    ceremony::{Begun, Here},
    service::{self, adding, signing},
};
#[cfg(feature = "ssr")]
use crate::{
    accounts::{
        admission, confirm,
        new_device::listener_here,
        preferences::language_here,
        service::{Caller, viewer},
    },
    server::{http::forms, state::AppState},
};

/// One's own.
#[server(endpoint = "own_passkeys", input = GetUrl, output = Json)]
pub async fn own_passkeys() -> Result<Vec<PasskeyView>, AppError> {
    service::own(&AppState::here()?, &viewer()?).await
}

/// Begins to add one of this name.
#[server(endpoint = "start_passkey", output = Json)]
pub async fn start_passkey(name: String) -> Result<Challenge, AppError> {
    let (state, viewer) = (AppState::here()?, viewer()?);
    let begun = adding::begin(&state, &viewer, &Here::of(&state)?, &name).await?;
    Ok(handed_out(&state, begun))
}

/// Adds the one that a device has made: `credential` is `RegistrationResponseJSON` (WebAuthn Level 3, §5.1.8).
#[server(endpoint = "add_passkey", output = Json)]
pub async fn add_passkey(ceremony: CeremonyId, credential: String, name: String) -> Result<(), AppError> {
    let (state, viewer) = (AppState::here()?, viewer()?);
    let (here, language) = (Here::of(&state)?, language_here(&state)?);
    adding::end(&state, &viewer, here, ceremony, &credential, &name, language).await
}

/// Gives one of one's own another name.
#[server(endpoint = "rename_passkey", output = Json)]
pub async fn rename_passkey(passkey: PasskeyId, name: String) -> Result<(), AppError> {
    let (state, viewer) = (AppState::here()?, viewer()?);
    service::rename(&state, &viewer, Caller::here(&state)?, passkey, &name).await
}

/// Takes one of one's own away.
#[server(endpoint = "remove_passkey", output = Json)]
pub async fn remove_passkey(passkey: PasskeyId) -> Result<(), AppError> {
    let (state, viewer) = (AppState::here()?, viewer()?);
    let language = language_here(&state)?;
    service::remove(&state, &viewer, Caller::here(&state)?, passkey, language).await
}

/// Begins a sign-in.
#[server(endpoint = "start_passkey_sign_in", output = Json)]
pub async fn start_passkey_sign_in() -> Result<Challenge, AppError> {
    let state = AppState::here()?;
    let begun = signing::begin(&state, &Here::of(&state)?).await?;
    Ok(handed_out(&state, begun))
}

/// Signs in whom a device names: `credential` is `AuthenticationResponseJSON` (WebAuthn Level 3, §5.1.8). Answers where to go.
#[server(endpoint = "passkey_sign_in", output = Json)]
pub async fn passkey_sign_in(
    ceremony: CeremonyId,
    credential: String,
    next: Option<String>,
) -> Result<String, AppError> {
    let state = AppState::here()?;
    let admission = signing::end(&state, Here::of(&state)?, ceremony, &credential, listener_here()?).await?;
    Ok(admission::answer(&state, &admission, next))
}

/// Begins to show that one is still there.
#[server(endpoint = "start_passkey_confirm", output = Json)]
pub async fn start_passkey_confirm() -> Result<Challenge, AppError> {
    let (state, viewer) = (AppState::here()?, viewer()?);
    let begun = signing::begin_confirming(&state, &viewer, &Here::of(&state)?).await?;
    Ok(handed_out(&state, begun))
}

/// Shows it. Answers where to go.
#[server(endpoint = "passkey_confirm", output = Json)]
pub async fn passkey_confirm(
    ceremony: CeremonyId,
    credential: String,
    next: Option<String>,
) -> Result<String, AppError> {
    let (state, viewer) = (AppState::here()?, viewer()?);
    let token = signing::end_confirming(&state, &viewer, Here::of(&state)?, ceremony, &credential).await?;
    Ok(confirm::answer(&state, &token, next))
}

/// With the cookie of it.
#[cfg(feature = "ssr")]
fn handed_out(state: &AppState, begun: Begun) -> Challenge {
    forms::set_cookie(begun.cookie(state));
    begun.challenge
}
