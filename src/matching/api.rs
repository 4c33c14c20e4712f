//! Server functions of matching.

#![allow(
    missing_docs,
    reason = "the arguments of a server function become fields that cannot be documented one by one"
)]

use leptos::prelude::*;
use server_fn::codec::{GetUrl, Json};

use super::model::{Filters, PartnerView, PersonView, RequestId, Requests, Suggestions};
use crate::kernel::error::AppError;

#[cfg(feature = "ssr")]
use super::{service, talked::counter_here};
#[cfg(feature = "ssr")]
use crate::{
    accounts::service::viewer,
    server::{http::forms, state::AppState},
};

/// People who fit.
#[server(endpoint = "find_partners", input = GetUrl, output = Json)]
pub async fn find_partners(#[server(default)] filters: Filters) -> Result<Suggestions, AppError> {
    service::find(&AppState::here()?, &viewer()?, &filters).await
}

/// A public profile.
#[server(endpoint = "person", input = GetUrl, output = Json)]
pub async fn person(username: String) -> Result<PersonView, AppError> {
    service::person(&AppState::here()?, viewer().ok().as_ref(), &username).await
}

/// Asks somebody to become partners; answers where to go without JavaScript.
#[server(endpoint = "send_request", output = Json)]
pub async fn send_request(to: String, message: String) -> Result<(), AppError> {
    service::send_request(&AppState::here()?, &viewer()?, &to, &message).await?;
    forms::go_to("/requests");
    Ok(())
}

/// Open requests in both directions.
#[server(endpoint = "open_requests", input = GetUrl, output = Json)]
pub async fn open_requests() -> Result<Requests, AppError> {
    service::requests(&AppState::here()?, &viewer()?).await
}

/// How many requests wait for one's answer.
#[server(endpoint = "requests_waiting", input = GetUrl, output = Json)]
pub async fn requests_waiting() -> Result<u32, AppError> {
    service::waiting(&AppState::here()?, viewer()?.id).await
}

/// Accepts a request.
#[server(endpoint = "accept_request", output = Json)]
pub async fn accept_request(request: RequestId) -> Result<(), AppError> {
    service::accept(&AppState::here()?, &viewer()?, request).await
}

/// Declines a request.
#[server(endpoint = "decline_request", output = Json)]
pub async fn decline_request(request: RequestId) -> Result<(), AppError> {
    service::decline(&AppState::here()?, &viewer()?, request).await
}

/// Takes a request back.
#[server(endpoint = "cancel_request", output = Json)]
pub async fn cancel_request(request: RequestId) -> Result<(), AppError> {
    service::cancel(&AppState::here()?, &viewer()?, request).await
}

/// One's partners, those who are here first.
#[server(endpoint = "partners", input = GetUrl, output = Json)]
pub async fn partners() -> Result<Vec<PartnerView>, AppError> {
    service::partners(&AppState::here()?, &viewer()?).await
}

/// One partner.
#[server(endpoint = "partner", input = GetUrl, output = Json)]
pub async fn partner(username: String) -> Result<PartnerView, AppError> {
    service::partner(&AppState::here()?, &viewer()?, &username, &*counter_here()?).await
}

/// Ends a partnership.
#[server(endpoint = "end_partnership", output = Json)]
pub async fn end_partnership(username: String) -> Result<(), AppError> {
    service::end_partnership(&AppState::here()?, &viewer()?, &username).await?;
    forms::go_to("/partners");
    Ok(())
}
