//! Server functions of profiles.
#![allow(
    missing_docs,
    reason = "the arguments of a server function become fields that cannot be documented one by one"
)]
#![allow(clippy::too_many_arguments, reason = "they are the fields of one form")]

use leptos::prelude::*;
use server_fn::codec::Json;

use super::model::{LanguageRow, WholeProfile};
use crate::kernel::error::AppError;

#[cfg(feature = "ssr")]
use super::{changed, pictures, service};
#[cfg(feature = "ssr")]
use crate::{
    accounts::{self, model::HideAddress, visibility},
    server::state::AppState,
};

/// One's own profile, to edit.
#[server(endpoint = "own_profile", input = server_fn::codec::GetUrl, output = Json)]
pub async fn own_profile() -> Result<WholeProfile, AppError> {
    let viewer = accounts::service::viewer()?;
    let state = AppState::here()?;
    service::own_profile(&mut state.db.read().await?, viewer.id, state.clock.this_year()).await
}

/// Saves one's own profile. `goals[]` is the name of each goal that is ticked, `hours[]` the day and hour of each box of the week
/// (`mon-18`). With `add_language` nothing is saved: the form comes back with one more row.
#[server(endpoint = "save_profile", output = Json)]
pub async fn save_profile(
    display_name: String,
    bio: String,
    time_zone: String,
    interests: String,
    #[server(default)] languages: Vec<LanguageRow>,
    #[server(default)] topics: String,
    #[server(default)] goals: Vec<String>,
    #[server(default)] correction: String,
    #[server(default)] hours: Vec<String>,
    #[server(default)] country: String,
    #[server(default)] birth_year: String,
    #[server(default)] show_birth_year: String,
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
        topics,
        goals,
        correction,
        hours,
        country,
        birth_year,
        show_birth_year,
    };
    service::save(&AppState::here()?, &viewer, form, changed::listener_here()?).await
}

/// Says what others may see: boxes that are ticked come as `on`, others not at all. Without `hide_address` that stays as it is, and so does who may
/// read one's profile where the form does not say `asks_public` (`on`).
#[server(endpoint = "save_privacy", output = Json)]
pub async fn save_privacy(
    asks_public: Option<String>,
    public_profile: Option<String>,
    show_online: Option<String>,
    appear_offline: Option<String>,
    hide_address: Option<String>,
) -> Result<(), AppError> {
    let address = hide_address.map(|name| HideAddress::parse(&name)).transpose();
    let address = address.map_err(|problem| AppError::field("hide_address", problem))?;
    let (state, viewer) = (AppState::here()?, accounts::service::viewer()?);
    if asks_public.is_some() {
        service::set_public(&state, &viewer, public_profile.is_some(), changed::listener_here()?).await?;
    }
    let (online, offline) = (show_online.is_some(), appear_offline.is_some());
    visibility::save(&state, &viewer, online, offline, address).await
}

/// Takes one's own picture away. One is saved by `POST /api/save_picture`, which is no server function ([`super::pictures::http`]).
#[server(endpoint = "remove_picture", output = Json)]
pub async fn remove_picture() -> Result<(), AppError> {
    let viewer = accounts::service::viewer()?;
    pictures::remove(&AppState::here()?, &viewer).await
}
