//! Server functions of what one says of oneself.
#![allow(
    missing_docs,
    reason = "the arguments of a server function become fields that cannot be documented one by one"
)]

use leptos::prelude::*;
use server_fn::codec::Json;

use super::OwnStatus;
use crate::kernel::error::AppError;

#[cfg(feature = "ssr")]
use super::{Availability, Wanted, choose};
#[cfg(feature = "ssr")]
use crate::{accounts::service::viewer, server::state::AppState};

/// Chooses one of `available`, `busy` and `invisible`. Answers what one says of oneself then.
#[server(endpoint = "set_availability", output = Json)]
pub async fn set_availability(availability: String) -> Result<OwnStatus, AppError> {
    let chosen = Availability::parse(&availability).map_err(|problem| AppError::field("availability", problem))?;
    choose::set_availability(&AppState::here()?, &viewer()?, Wanted::One(chosen)).await
}

/// Says one line of oneself, `span` being `hour`, `today`, `week`, `cleared` (until it is cleared) or `kept` (as it was chosen before); an
/// empty one takes it away. With `availability` that is chosen as well. Answers what one says of oneself then.
#[server(endpoint = "set_status", output = Json)]
pub async fn set_status(message: String, span: String, availability: Option<String>) -> Result<OwnStatus, AppError> {
    let form = choose::StatusForm {
        message,
        span,
        availability,
    };
    choose::set_status(&AppState::here()?, &viewer()?, form).await
}
