//! SQL of people who take their messages along, and of those who go.

use sqlx::FromRow;

use crate::accounts::own_data::portable::{Moment, ROWS};
use crate::kernel::id::UserId;
use crate::messages::model::ConversationId;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// A conversation, with the name of the other one.
#[derive(FromRow)]
pub(in crate::messages) struct ConversationRow {
    pub(in crate::messages) id: ConversationId,
    pub(in crate::messages) display_name: String,
}

/// All that a person is in.
pub(in crate::messages) async fn conversations(
    conn: &mut Conn,
    user: UserId,
) -> Result<Vec<ConversationRow>, StoreError> {
    let sql = "SELECT c.id, u.display_name FROM conversation_member m JOIN conversation c ON c.id = m.conversation_id
               JOIN partnership p ON p.id = c.partnership_id
               JOIN users u ON u.id = CASE WHEN p.low_id = $1 THEN p.high_id ELSE p.low_id END
               WHERE m.user_id = $1 ORDER BY c.created_at, c.id";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?)
}

/// A message.
#[derive(FromRow)]
pub(in crate::messages) struct MessageRow {
    pub(in crate::messages) seq: i64,
    pub(in crate::messages) by_me: bool,
    pub(in crate::messages) created_at: Moment,
    pub(in crate::messages) text: String,
}

/// Some of a conversation, above a number.
pub(in crate::messages) async fn messages(
    conn: &mut Conn,
    conversation: ConversationId,
    user: UserId,
    after: i64,
) -> Result<Vec<MessageRow>, StoreError> {
    let sql = "SELECT seq, author_id = $2 AS by_me, created_at, text FROM message
               WHERE conversation_id = $1 AND seq > $3 ORDER BY seq LIMIT $4";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(conversation)
        .bind(user)
        .bind(after)
        .bind(ROWS)
        .fetch_all(c)
        .await)?)
}

/// How far a person has read is theirs alone.
pub(in crate::messages) async fn erase(conn: &mut Conn, user: UserId) -> Result<(), StoreError> {
    let sql = "DELETE FROM conversation_member WHERE user_id = $1";
    on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
    Ok(())
}
