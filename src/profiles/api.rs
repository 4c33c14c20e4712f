//! Server functions of profiles.
#![allow(
    missing_docs,
    reason = "the arguments of a server function become fields that cannot be documented one by one"
)]

use leptos::prelude::*;
use server_fn::codec::Json;

use super::model::{LanguageRow, Profile};
use crate::kernel::error::AppError;

#[cfg(feature = "ssr")]
use super::{pictures, service};
#[cfg(feature = "ssr")]
use crate::{accounts, server::state::AppState};

/// One's own profile, to edit.
#[server(endpoint = "own_profile", input = server_fn::codec::GetUrl, output = Json)]
pub async fn own_profile() -> Result<Profile, AppError> {
    let viewer = accounts::service::viewer()?;
    let state = AppState::here()?;
    service::profile(&mut state.db.read().await?, viewer.id).await
}

/// Saves one's own profile. With `add_language` nothing is saved: the form comes back with one more row.
#[server(endpoint = "save_profile", output = Json)]
pub async fn save_profile(
    display_name: String,
    bio: String,
    time_zone: String,
    interests: String,
    #[server(default)] languages: Vec<LanguageRow>,
    add_language: Option<String>,
) -> Result<(), AppError> {
    let viewer = accounts::service::viewer()?;
    if add_language.is_some() {
        return Err(AppError::Invalid(Vec::new()));
    }
    let form = service::ProfileForm {
        display_name,
        bio,
        time_zone,
        interests,
        languages,
    };
    service::save(&AppState::here()?, &viewer, form).await
}

/// Takes one's own picture away. One is saved by `POST /api/save_picture`, which is no server function ([`super::pictures::http`]).
#[server(endpoint = "remove_picture", output = Json)]
pub async fn remove_picture() -> Result<(), AppError> {
    let viewer = accounts::service::viewer()?;
    pictures::remove(&AppState::here()?, &viewer).await
}
