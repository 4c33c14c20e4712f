//! Server functions of messages.

#![allow(
    missing_docs,
    reason = "the arguments of a server function become fields that cannot be documented one by one"
)]

use leptos::prelude::*;
use server_fn::codec::{GetUrl, Json};

use super::model::{ClientId, ConversationId, Message, MessagePage};
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;

#[cfg(feature = "ssr")]
use super::service;
#[cfg(feature = "ssr")]
use crate::{accounts::service::viewer, server::state::AppState};

/// Writes a message. The same `client_id` again is answered by what was kept the first time. `author`, where it is given, is who wrote it: nobody else says it.
#[server(endpoint = "send_message", output = Json)]
pub async fn send_message(
    conversation: ConversationId,
    client_id: ClientId,
    text: String,
    author: Option<UserId>,
) -> Result<Message, AppError> {
    let viewer = viewer()?;
    if author.is_some_and(|author| author != viewer.id) {
        return Err(AppError::SignedOut);
    }
    service::send(&AppState::here()?, &viewer, conversation, client_id, &text).await
}

/// Messages: the first after number `after`, or the last before number `before`, or the newest.
#[server(endpoint = "messages", input = GetUrl, output = Json)]
pub async fn messages(
    conversation: ConversationId,
    after: Option<u64>,
    before: Option<u64>,
) -> Result<MessagePage, AppError> {
    service::messages(&AppState::here()?, &viewer()?, conversation, after, before).await
}

/// Marks everything read up to number `up_to`.
#[server(endpoint = "mark_messages_read", output = Json)]
pub async fn mark_messages_read(conversation: ConversationId, up_to: u64) -> Result<(), AppError> {
    service::mark_read(&AppState::here()?, &viewer()?, conversation, up_to).await
}
