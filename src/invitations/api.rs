//! Server functions of ringing.

#![allow(
    missing_docs,
    reason = "the arguments of a server function become fields that cannot be documented one by one"
)]

use leptos::prelude::*;
use server_fn::codec::{GetUrl, Json};

use super::model::{InvitationId, Started};
use super::wire::InvitationNews;
use crate::kernel::error::AppError;
use crate::kernel::id::ConnectionId;
use crate::matching::model::RoomId;

#[cfg(feature = "ssr")]
use super::service::Invitations;
#[cfg(feature = "ssr")]
use crate::{
    accounts::service::{session_here, viewer},
    realtime::model::Attention,
};

/// Calls a partner.
#[server(endpoint = "start_call", output = Json)]
pub async fn start_call(to: String, message: String) -> Result<Started, AppError> {
    Invitations::here()?.start(&viewer()?, &to, &message).await
}

/// Answers a call; the result is the room to go to.
#[server(endpoint = "accept_call", output = Json)]
pub async fn accept_call(invitation: InvitationId) -> Result<RoomId, AppError> {
    Invitations::here()?.accept(&viewer()?, invitation).await
}

/// Declines a call.
#[server(endpoint = "decline_call", output = Json)]
pub async fn decline_call(invitation: InvitationId) -> Result<(), AppError> {
    Invitations::here()?.decline(&viewer()?, invitation).await
}

/// Stops calling.
#[server(endpoint = "cancel_call", output = Json)]
pub async fn cancel_call(invitation: InvitationId) -> Result<(), AppError> {
    Invitations::here()?.cancel(&viewer()?, invitation).await
}

/// What rings at this moment, as a new socket is told: for browsers whose sockets are blocked.
#[server(endpoint = "ringing", input = GetUrl, output = Json)]
pub async fn ringing() -> Result<InvitationNews, AppError> {
    Invitations::here()?.ringing(&viewer()?).await
}

/// A tab without a socket is here: for a good minute it counts like one with a socket, so that calls ring to its person. `tab` is a random
/// name that the tab keeps, `idle` says that nobody has touched it for a while.
#[server(endpoint = "still_here", output = Json)]
pub async fn still_here(tab: ConnectionId, idle: bool) -> Result<(), AppError> {
    let session = session_here().ok_or(AppError::SignedOut)?;
    let attention = if idle { Attention::Idle } else { Attention::Active };
    Invitations::here()?.still_here(&viewer()?, session, tab, attention)
}

/// A tab without a socket shows a call: whoever does not answer has missed it.
#[server(endpoint = "call_reached", output = Json)]
pub async fn call_reached(invitation: InvitationId) -> Result<(), AppError> {
    Invitations::here()?.reached(&viewer()?, invitation).await
}
