//! Conversations and messages.

use serde::{Deserialize, Serialize};

use crate::define_id;
use crate::kernel::error::Problem;
use crate::kernel::id::UserId;
use crate::kernel::text::multi_line;
use crate::kernel::time::LocalTime;
use crate::matching::model::PartnershipId;

define_id! {
    /// A conversation.
    ConversationId
}

define_id! {
    /// A message, as the server calls it.
    MessageId
}

define_id! {
    /// A message, as the browser calls it that it was written in. Drawn anew for each, and never twice by the same person.
    ClientId
}

impl ConversationId {
    /// That of a pair, which is there as soon as they are partners, and stays the same when they part and come together again.
    pub const fn of_pair(partnership: PartnershipId) -> Self {
        Self::from_uuid(partnership.uuid())
    }
}

/// The greatest number of characters of a message.
pub const TEXT_MAX: usize = 4_000;
/// The greatest number of messages on a page.
pub const PAGE: usize = 50;

/// The text of a message as it is kept: several lines, of which the ends are trimmed.
///
/// # Errors
/// [`Problem::Required`], [`Problem::TooLong`].
pub fn parse_text(raw: &str) -> Result<String, Problem> {
    multi_line(raw, 1, TEXT_MAX)
}

/// A message that the server keeps.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Message {
    /// Its key.
    pub id: MessageId,
    /// What its author's browser calls it.
    pub client_id: ClientId,
    /// Its number in the conversation, from 1.
    pub seq: u64,
    /// Who wrote it.
    pub author: UserId,
    /// What they wrote: text, never markup.
    pub text: String,
    /// When it was kept, in the reader's zone.
    pub at: LocalTime,
}

/// Some of the messages of a conversation, without gaps between them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MessagePage {
    /// In the order of their numbers. There are earlier ones if the first is not number 1.
    pub messages: Vec<Message>,
    /// The number of the newest message of the conversation; 0 before the first.
    pub last: u64,
    /// Up to which number the reader has read.
    pub read: u64,
    /// How many messages of others come after that.
    pub unread: u32,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_says_something_and_keeps_its_lines() {
        assert_eq!(parse_text(" one\r\n\r\ntwo \n").unwrap(), "one\n\ntwo");
        assert_eq!(parse_text(" \n\u{200b}"), Err(Problem::Required));
        let longest = "ñ".repeat(TEXT_MAX);
        assert_eq!(parse_text(&longest).unwrap(), longest);
        assert_eq!(
            parse_text(&format!("{longest}!")),
            Err(Problem::TooLong { max: TEXT_MAX })
        );
    }
}
