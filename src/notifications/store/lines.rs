//! The lines of the list.

use sqlx::FromRow;
use sqlx::types::Json;

use super::{LineRow, Wall, count};
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::notifications::model::{Notice, Notification, NotificationId};
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// A line to put on top.
pub(in crate::notifications) struct NewLine<'a> {
    pub(in crate::notifications) subject: &'a str,
    pub(in crate::notifications) actor: Option<UserId>,
    pub(in crate::notifications) notice: &'a Notice,
    pub(in crate::notifications) is_read: bool,
    /// Until when it rings, if that is pushed.
    pub(in crate::notifications) rings_until: Option<Micros>,
}

/// Puts a line on top: a new one, or the subject's own, which then says what happened now.
pub(in crate::notifications) async fn put(
    conn: &mut Conn,
    user: UserId,
    seq: i64,
    line: &NewLine<'_>,
    now: Micros,
) -> Result<NotificationId, StoreError> {
    let sql = "INSERT INTO notification (id, user_id, subject, kind, actor_id, body, seq, created_at, read_at, rings_until)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)
               ON CONFLICT (user_id, subject) DO UPDATE SET kind = excluded.kind, actor_id = excluded.actor_id, body = excluded.body,
                   seq = excluded.seq, created_at = excluded.created_at, read_at = excluded.read_at,
                   rings_until = excluded.rings_until
               RETURNING id";
    let (id,): (NotificationId,) = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(NotificationId::new_at(now))
        .bind(user)
        .bind(line.subject)
        .bind(line.notice.kind().name())
        .bind(line.actor)
        .bind(Json(line.notice))
        .bind(seq)
        .bind(now)
        .bind(line.is_read.then_some(now))
        .bind(line.rings_until)
        .fetch_one(c)
        .await)?;
    Ok(id)
}

#[derive(FromRow)]
struct RecordedRow {
    unread: i64,
    time_zone: Option<String>,
    #[sqlx(flatten)]
    line: LineRow,
}

/// A line as its reader sees it, and how many are unread.
pub(in crate::notifications) async fn line(
    conn: &mut Conn,
    user: UserId,
    id: NotificationId,
    now: Micros,
) -> Result<(Notification, u32), StoreError> {
    let sql = concat!(
        "SELECT (SELECT COUNT(*) FROM notification WHERE user_id = $1 AND read_at IS NULL) AS unread, me.time_zone, ",
        line_columns!(),
        " FROM notification n JOIN users me ON me.id = n.user_id LEFT JOIN users a ON a.id = n.actor_id
          WHERE n.user_id = $1 AND n.id = $2"
    );
    let row: RecordedRow = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).bind(id).fetch_one(c).await)?;
    let wall = Wall {
        zone: row.time_zone.as_deref(),
        now,
    };
    Ok((row.line.seen(wall), count(row.unread)))
}

/// A line as its reader sees it, if it is there still.
pub(in crate::notifications) async fn line_if_any(
    conn: &mut Conn,
    user: UserId,
    id: NotificationId,
    now: Micros,
) -> Result<Option<Notification>, StoreError> {
    if exists(conn, user, id).await? {
        let (line, _) = line(conn, user, id, now).await?;
        Ok(Some(line))
    } else {
        Ok(None)
    }
}

/// How many lines of a person are unread.
pub(in crate::notifications) async fn unread(conn: &mut Conn, user: UserId) -> Result<u32, StoreError> {
    let sql = "SELECT COUNT(*) FROM notification WHERE user_id = $1 AND read_at IS NULL";
    let (unread,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_one(c).await)?;
    Ok(count(unread))
}

/// Marks the unread line of a subject; which it was, if there was one.
pub(in crate::notifications) async fn mark_subject_read(
    conn: &mut Conn,
    user: UserId,
    subject: &str,
    now: Micros,
) -> Result<Option<NotificationId>, StoreError> {
    let sql =
        "UPDATE notification SET read_at = $3 WHERE user_id = $1 AND subject = $2 AND read_at IS NULL RETURNING id";
    let row: Option<(NotificationId,)> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(subject)
        .bind(now)
        .fetch_optional(c)
        .await)?;
    Ok(row.map(|(id,)| id))
}

/// Marks one line; `false` if it was read, or is no line of this person's.
pub(in crate::notifications) async fn mark_read(
    conn: &mut Conn,
    user: UserId,
    id: NotificationId,
    now: Micros,
) -> Result<bool, StoreError> {
    let sql = "UPDATE notification SET read_at = $3 WHERE user_id = $1 AND id = $2 AND read_at IS NULL";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(id)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done == 1)
}

/// Whether a line is this person's.
pub(in crate::notifications) async fn exists(
    conn: &mut Conn,
    user: UserId,
    id: NotificationId,
) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM notification WHERE user_id = $1 AND id = $2";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).bind(id).fetch_one(c).await)?;
    Ok(count > 0)
}

/// Marks every line up to a number; how many were unread.
pub(in crate::notifications) async fn mark_all_read(
    conn: &mut Conn,
    user: UserId,
    up_to: i64,
    now: Micros,
) -> Result<u64, StoreError> {
    let sql = "UPDATE notification SET read_at = $3 WHERE user_id = $1 AND seq <= $2 AND read_at IS NULL";
    Ok(on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(up_to)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?)
}

/// Lines below a number, newest first.
pub(in crate::notifications) async fn list(
    conn: &mut Conn,
    user: UserId,
    below: i64,
    limit: i64,
    zone: &str,
    now: Micros,
) -> Result<Vec<Notification>, StoreError> {
    let sql = concat!(
        "SELECT ",
        line_columns!(),
        " FROM notification n LEFT JOIN users a ON a.id = n.actor_id
          WHERE n.user_id = $1 AND n.seq < $2 ORDER BY n.seq DESC LIMIT $3"
    );
    let rows: Vec<LineRow> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(below)
        .bind(limit)
        .fetch_all(c)
        .await)?;
    let wall = Wall { zone: Some(zone), now };
    Ok(rows.into_iter().map(|row| row.seen(wall)).collect())
}
