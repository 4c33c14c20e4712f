//! Messages: numbers without gaps, each kept once, for the two who are partners and nobody else.

mod reading;
mod writing;

use speakle::kernel::error::AppError;
use speakle::matching::service::Partnership;
use speakle::messages::model::{ClientId, ConversationId, Message, MessagePage};
use speakle::messages::wire::MessageNews;
use speakle::protocol::ServerMessage;
use uuid::Uuid;

use crate::harness::{Person, Socket};

fn conversation(pair: &Partnership) -> ConversationId {
    ConversationId::of_pair(pair.id)
}

fn new_client_id() -> ClientId {
    ClientId::from_uuid(Uuid::now_v7())
}

/// Writes something under a name of its own.
async fn write(person: &Person, conversation: ConversationId, text: &str) -> Result<Message, AppError> {
    write_as(person, conversation, new_client_id(), text).await
}

async fn write_as(
    person: &Person,
    conversation: ConversationId,
    client_id: ClientId,
    text: &str,
) -> Result<Message, AppError> {
    let (conversation, client_id) = (conversation.to_string(), client_id.to_string());
    let form = [
        ("conversation", conversation.as_str()),
        ("client_id", client_id.as_str()),
        ("text", text),
    ];
    person.tell("send_message", &form).await
}

/// A page of messages; `span` is nothing, or `after` or `before` with a number.
async fn page(
    person: &Person,
    conversation: ConversationId,
    span: Option<(&str, u64)>,
) -> Result<MessagePage, AppError> {
    let conversation = conversation.to_string();
    let span = span.map(|(name, number)| (name, number.to_string()));
    let mut query = vec![("conversation", conversation.as_str())];
    if let Some((name, number)) = &span {
        query.push((*name, number.as_str()));
    }
    person.ask("messages", &query).await
}

async fn mark_read(person: &Person, conversation: ConversationId, up_to: u64) -> Result<(), AppError> {
    let (conversation, up_to) = (conversation.to_string(), up_to.to_string());
    let form = [("conversation", conversation.as_str()), ("up_to", up_to.as_str())];
    person.tell("mark_messages_read", &form).await
}

/// Every number of a conversation, as one of the two reads it page by page.
async fn numbers(person: &Person, conversation: ConversationId) -> Vec<u64> {
    let mut found: Vec<u64> = Vec::new();
    loop {
        let after = found.last().copied().unwrap_or_default();
        let page = page(person, conversation, Some(("after", after))).await.unwrap();
        if page.messages.is_empty() {
            return found;
        }
        found.extend(page.messages.iter().map(|message| message.seq));
    }
}

/// The next message that this socket has heard or will hear of.
async fn said(socket: &mut Socket) -> (ConversationId, Message) {
    socket
        .wait("a message", |message| match message {
            ServerMessage::Messages(MessageNews::Said { conversation, message }) => {
                Some((*conversation, message.clone()))
            }
            _ => None,
        })
        .await
}

/// How often this socket has heard of messages and not been asked.
fn unheard(socket: &Socket) -> usize {
    socket
        .heard()
        .filter(|message| matches!(message, ServerMessage::Messages(_)))
        .count()
}
