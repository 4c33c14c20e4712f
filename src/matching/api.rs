//! Server functions of matching.

#![allow(
    missing_docs,
    reason = "the arguments of a server function become fields that cannot be documented one by one"
)]

use leptos::prelude::*;
use server_fn::codec::{GetUrl, Json};

use super::model::{Filters, PartnerView, PersonView, RequestId, Requests, Suggestions};
use crate::accounts::model::PersonCard;
use crate::kernel::error::AppError;

#[cfg(feature = "ssr")]
use super::{
    service::{self, EndForm, Sent},
    talked::talks_here,
};
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

/// Wants nothing to do with somebody any more.
#[server(endpoint = "block", output = Json)]
pub async fn block(username: String) -> Result<(), AppError> {
    service::block(&AppState::here()?, &viewer()?, &username).await?;
    forms::go_to("/settings/privacy");
    Ok(())
}

/// Reports somebody to those who look after this place; with `block` (`on`) they are blocked as well.
#[server(endpoint = "report", output = Json)]
pub async fn report(
    username: String,
    #[server(default)] kind: String,
    words: String,
    block: Option<String>,
) -> Result<(), AppError> {
    let (state, viewer) = (AppState::here()?, viewer()?);
    service::report(&state, &viewer, &username, (&kind, &words), block.is_some()).await?;
    forms::go_to("/partners/find");
    Ok(())
}

/// A public profile.
#[server(endpoint = "person", input = GetUrl, output = Json)]
pub async fn person(username: String) -> Result<PersonView, AppError> {
    service::person(&AppState::here()?, viewer().ok().as_ref(), &username).await
}

/// Follows somebody, who is not told.
#[server(endpoint = "follow", output = Json)]
pub async fn follow(username: String) -> Result<(), AppError> {
    service::follow(&AppState::here()?, &viewer()?, &username).await
}

/// Follows somebody no more.
#[server(endpoint = "unfollow", output = Json)]
pub async fn unfollow(username: String) -> Result<(), AppError> {
    service::unfollow(&AppState::here()?, &viewer()?, &username).await
}

/// Whom one follows, the latest first.
#[server(endpoint = "followed", input = GetUrl, output = Json)]
pub async fn followed() -> Result<Vec<PersonCard>, AppError> {
    service::followed(&AppState::here()?, &viewer()?).await
}

/// Asks somebody to become partners; answers where to go without JavaScript.
#[server(endpoint = "send_request", output = Json)]
pub async fn send_request(to: String, message: String) -> Result<(), AppError> {
    let sent = service::send_request(&AppState::here()?, &viewer()?, &to, &message).await?;
    forms::go_to(match sent {
        Sent::Waits => "/requests",
        Sent::Crossed => "/partners",
    });
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

/// Declines a request; the words may be left out.
#[server(endpoint = "decline_request", output = Json)]
pub async fn decline_request(request: RequestId, #[server(default)] words: String) -> Result<(), AppError> {
    service::decline(&AppState::here()?, &viewer()?, request, &words).await
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
    service::partner(&AppState::here()?, &viewer()?, &username, &talks_here()?).await
}

/// Ends a partnership; why may be left out.
#[server(endpoint = "end_partnership", output = Json)]
pub async fn end_partnership(
    username: String,
    #[server(default)] reason: String,
    #[server(default)] words: String,
) -> Result<(), AppError> {
    let form = EndForm {
        reason: &reason,
        words: &words,
    };
    service::end_partnership(&AppState::here()?, &viewer()?, &username, form).await?;
    forms::go_to("/partners");
    Ok(())
}
