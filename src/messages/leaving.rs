//! What messages put into somebody's archive, and what becomes of it when they go.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde::Serialize;

use super::store::leaving::{self as store, MessageRow};
use crate::accounts::deletion::erasing::Erase;
use crate::accounts::own_data::archive::Archive;
use crate::accounts::own_data::portable::{About, Moment, Portable, ROWS, Whose};
use crate::i18n::{Locale, td_string};
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;

/// Conversations.
pub struct OfMessages;

/// A message of a conversation that the person is in.
#[derive(Serialize)]
struct Message {
    conversation_with: String,
    by_me: bool,
    at: Moment,
    text: String,
}

impl Portable for OfMessages {
    fn about(&self, locale: Locale) -> Vec<About> {
        vec![About {
            file: "messages.json",
            words: td_string!(locale, messages.data),
        }]
    }

    fn collect<'a>(
        &'a self,
        conn: &'a mut Conn,
        whose: &'a Whose,
        archive: &'a mut Archive,
    ) -> BoxFuture<'a, Result<(), AppError>> {
        async move {
            archive.open_list("messages.json").await?;
            for conversation in store::conversations(conn, whose.user).await? {
                let with = whose.name_of(conversation.display_name);
                let mut after = 0;
                loop {
                    let rows = store::messages(conn, conversation.id, whose.user, after).await?;
                    let is_last = (rows.len() as i64) < ROWS;
                    after = rows.last().map_or(after, |row| row.seq);
                    let message = |row: MessageRow| Message {
                        conversation_with: with.clone(),
                        by_me: row.by_me,
                        at: row.created_at,
                        text: row.text,
                    };
                    let messages: Vec<Message> = rows.into_iter().map(message).collect();
                    archive.items(&messages).await?;
                    if is_last {
                        break;
                    }
                }
            }
            archive.close_list().await
        }
        .boxed()
    }
}

impl Erase for OfMessages {
    /// What the two wrote to each other stays with the other one.
    fn erase<'c>(&'c self, conn: &'c mut Conn, user: UserId, _: Micros) -> BoxFuture<'c, Result<(), AppError>> {
        async move { Ok(store::erase(conn, user).await?) }.boxed()
    }
}
