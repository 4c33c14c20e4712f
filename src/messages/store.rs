//! SQL of conversations and messages.

pub(super) mod leaving;

use sqlx::FromRow;

use super::model::{ClientId, ConversationId, MessageId};
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

fn number(value: i64) -> u64 {
    u64::try_from(value).unwrap_or_default()
}

/// For comparing: no message has a number that does not fit.
fn bound(number: u64) -> i64 {
    i64::try_from(number).unwrap_or(i64::MAX)
}

#[derive(FromRow)]
struct StandingRow {
    low_id: UserId,
    high_id: UserId,
    is_in_force: bool,
}

/// How a person stands in a conversation.
pub(super) struct Standing {
    /// Everybody in it.
    pub(super) members: [UserId; 2],
    /// Whether they may write.
    pub(super) may_write: bool,
}

/// How `me` stands in a conversation, whether anybody has written in it or not; `None` if it is not theirs.
pub(super) async fn standing(conn: &mut Conn, id: ConversationId, me: UserId) -> Result<Option<Standing>, StoreError> {
    let sql = "SELECT low_id, high_id, ended_at IS NULL AS is_in_force FROM partnership
               WHERE id = $1 AND (low_id = $2 OR high_id = $2)";
    let row: Option<StandingRow> = on_engine!(conn, |c| sqlx::query_as(sql).bind(id).bind(me).fetch_optional(c).await)?;
    Ok(row.map(|row| Standing {
        members: [row.low_id, row.high_id],
        may_write: row.is_in_force,
    }))
}

/// Whether the pair of a conversation may write, and until the end of the transaction: nobody parts meanwhile. On SQLite nobody else writes anyway.
pub(super) async fn may_write(conn: &mut Conn, id: ConversationId) -> Result<bool, StoreError> {
    let sql = conn.sql(
        "SELECT ended_at IS NULL AS is_in_force FROM partnership WHERE id = $1",
        "SELECT ended_at IS NULL AS is_in_force FROM partnership WHERE id = $1 FOR SHARE",
    );
    let row: Option<(bool,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(id).fetch_optional(c).await)?;
    Ok(row.is_some_and(|(is_in_force,)| is_in_force))
}

/// Locks a conversation until the end of the transaction; `false` if it has no row yet.
pub(super) async fn lock(conn: &mut Conn, id: ConversationId) -> Result<bool, StoreError> {
    let sql = "UPDATE conversation SET last_seq = last_seq WHERE id = $1";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done == 1)
}

/// Makes the row of a pair's conversation, if nobody was faster.
pub(super) async fn open(
    conn: &mut Conn,
    id: ConversationId,
    members: [UserId; 2],
    now: Micros,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO conversation (id, partnership_id, last_seq, created_at) VALUES ($1, $1, 0, $2) ON CONFLICT DO NOTHING";
    on_engine!(conn, |c| sqlx::query(sql).bind(id).bind(now).execute(c).await.map(drop))?;
    let sql = "INSERT INTO conversation_member (conversation_id, user_id, read_seq) VALUES ($1, $2, 0) ON CONFLICT DO NOTHING";
    for member in members {
        on_engine!(conn, |c| sqlx::query(sql)
            .bind(id)
            .bind(member)
            .execute(c)
            .await
            .map(drop))?;
    }
    Ok(())
}

/// Takes the next number of a conversation, which stays locked until the end of the transaction.
pub(super) async fn next_number(conn: &mut Conn, id: ConversationId) -> Result<u64, StoreError> {
    let sql = "UPDATE conversation SET last_seq = last_seq + 1 WHERE id = $1 RETURNING last_seq";
    let (seq,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql).bind(id).fetch_one(c).await)?;
    Ok(number(seq))
}

#[derive(FromRow)]
struct MessageRow {
    id: MessageId,
    conversation_id: ConversationId,
    client_id: ClientId,
    seq: i64,
    author_id: UserId,
    text: String,
    created_at: Micros,
}

/// A message as it is kept.
#[derive(Clone, Debug)]
pub(super) struct Kept {
    pub(super) id: MessageId,
    pub(super) conversation: ConversationId,
    pub(super) client_id: ClientId,
    pub(super) seq: u64,
    pub(super) author: UserId,
    pub(super) text: String,
    pub(super) at: Micros,
}

impl From<MessageRow> for Kept {
    fn from(row: MessageRow) -> Self {
        Self {
            id: row.id,
            conversation: row.conversation_id,
            client_id: row.client_id,
            seq: number(row.seq),
            author: row.author_id,
            text: row.text,
            at: row.created_at,
        }
    }
}

pub(super) async fn insert(conn: &mut Conn, message: &Kept) -> Result<(), StoreError> {
    let sql = "INSERT INTO message (id, conversation_id, seq, author_id, client_id, text, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(message.id)
        .bind(message.conversation)
        .bind(bound(message.seq))
        .bind(message.author)
        .bind(message.client_id)
        .bind(&message.text)
        .bind(message.at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// What an author's browser calls so, wherever it was written.
pub(super) async fn by_client_id(
    conn: &mut Conn,
    author: UserId,
    client_id: ClientId,
) -> Result<Option<Kept>, StoreError> {
    let sql = "SELECT id, conversation_id, client_id, seq, author_id, text, created_at FROM message WHERE author_id = $1 AND client_id = $2";
    let row: Option<MessageRow> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(author)
        .bind(client_id)
        .fetch_optional(c)
        .await)?;
    Ok(row.map(Kept::from))
}

/// Which messages of a conversation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Span {
    /// The first ones after this number.
    After(u64),
    /// The last ones before this number.
    Before(u64),
    /// The newest.
    Latest,
}

/// Some messages, up to `limit`, in the order of their numbers.
pub(super) async fn messages(
    conn: &mut Conn,
    id: ConversationId,
    span: Span,
    limit: usize,
) -> Result<Vec<Kept>, StoreError> {
    let (sql, from) = match span {
        Span::After(seq) => (
            "SELECT id, conversation_id, client_id, seq, author_id, text, created_at FROM message
             WHERE conversation_id = $1 AND seq > $2 ORDER BY seq LIMIT $3",
            bound(seq),
        ),
        Span::Before(seq) => (BEFORE, bound(seq)),
        Span::Latest => (BEFORE, i64::MAX),
    };
    let rows: Vec<MessageRow> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(id)
        .bind(from)
        .bind(limit as i64)
        .fetch_all(c)
        .await)?;
    let mut messages: Vec<Kept> = rows.into_iter().map(Kept::from).collect();
    messages.sort_by_key(|message| message.seq);
    Ok(messages)
}

const BEFORE: &str = "SELECT id, conversation_id, client_id, seq, author_id, text, created_at FROM message
                      WHERE conversation_id = $1 AND seq < $2 ORDER BY seq DESC LIMIT $3";

#[derive(FromRow)]
struct HeadRow {
    last_seq: i64,
    read_seq: i64,
    unread: i64,
}

/// How far a conversation has come, and its reader.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Head {
    pub(super) last: u64,
    pub(super) read: u64,
    pub(super) unread: u32,
}

/// How a conversation is for one of its members; `None` before the first message, and for anybody else.
pub(super) async fn head(conn: &mut Conn, id: ConversationId, me: UserId) -> Result<Option<Head>, StoreError> {
    let sql = "SELECT c.last_seq, m.read_seq,
                      (SELECT COUNT(*) FROM message x WHERE x.conversation_id = $1 AND x.seq > m.read_seq AND x.author_id <> $2) AS unread
               FROM conversation c JOIN conversation_member m ON m.conversation_id = c.id WHERE c.id = $1 AND m.user_id = $2";
    let row: Option<HeadRow> = on_engine!(conn, |c| sqlx::query_as(sql).bind(id).bind(me).fetch_optional(c).await)?;
    Ok(row.map(|row| Head {
        last: number(row.last_seq),
        read: number(row.read_seq),
        unread: u32::try_from(row.unread).unwrap_or(u32::MAX),
    }))
}

/// Notes that a member has read up to a number, which becomes that of the newest message if there is none so great. Answers up to which they have
/// read then; `None` if they had before.
pub(super) async fn mark_read(
    conn: &mut Conn,
    id: ConversationId,
    me: UserId,
    up_to: u64,
) -> Result<Option<u64>, StoreError> {
    // The number is compared with the newest in the same statement: what is written meanwhile stays unread.
    let sql = "UPDATE conversation_member SET read_seq = (
                   SELECT CASE WHEN c.last_seq < $3 THEN c.last_seq ELSE $3 END FROM conversation c WHERE c.id = $1)
               WHERE conversation_id = $1 AND user_id = $2
                 AND read_seq < (SELECT CASE WHEN c.last_seq < $3 THEN c.last_seq ELSE $3 END FROM conversation c WHERE c.id = $1)
               RETURNING read_seq";
    let row: Option<(i64,)> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(id)
        .bind(me)
        .bind(bound(up_to))
        .fetch_optional(c)
        .await)?;
    Ok(row.map(|(read,)| number(read)))
}

#[derive(FromRow)]
struct MemberRow {
    user_id: UserId,
    time_zone: Option<String>,
}

/// Somebody in a conversation.
pub(super) struct Member {
    pub(super) user: UserId,
    /// By which they read times.
    pub(super) time_zone: String,
}

/// Everybody in a conversation.
pub(super) async fn members(conn: &mut Conn, id: ConversationId) -> Result<Vec<Member>, StoreError> {
    let sql = "SELECT m.user_id, u.time_zone FROM conversation_member m JOIN users u ON u.id = m.user_id WHERE m.conversation_id = $1";
    let rows: Vec<MemberRow> = on_engine!(conn, |c| sqlx::query_as(sql).bind(id).fetch_all(c).await)?;
    Ok(rows
        .into_iter()
        .map(|row| Member {
            user: row.user_id,
            time_zone: row.time_zone.unwrap_or_default(),
        })
        .collect())
}
