//! What somebody has here, as they may read it, and taking it away.

use serde::Serialize;
use serde_json::Value;
use sqlx::FromRow;
use sqlx::types::Json;

use crate::accounts::own_data::portable::{Moment, ROWS};
use crate::kernel::id::UserId;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// A line of the list, with the name of who had a part in it.
#[derive(FromRow)]
pub(in crate::notifications) struct LineRow {
    pub(in crate::notifications) seq: i64,
    pub(in crate::notifications) created_at: Moment,
    pub(in crate::notifications) subject: String,
    pub(in crate::notifications) display_name: Option<String>,
    pub(in crate::notifications) body: Json<Value>,
    pub(in crate::notifications) read_at: Option<Moment>,
}

/// Some lines above a number.
pub(in crate::notifications) async fn lines(
    conn: &mut Conn,
    user: UserId,
    after: i64,
) -> Result<Vec<LineRow>, StoreError> {
    let sql = "SELECT n.seq, n.created_at, n.subject, a.display_name, n.body, n.read_at
               FROM notification n LEFT JOIN users a ON a.id = n.actor_id
               WHERE n.user_id = $1 AND n.seq > $2 ORDER BY n.seq LIMIT $3";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(after)
        .bind(ROWS)
        .fetch_all(c)
        .await)?)
}

#[derive(FromRow, Serialize)]
pub(in crate::notifications) struct SettingRow {
    kind: String,
    in_app: bool,
    desktop: bool,
    sound: bool,
    email: bool,
}

pub(in crate::notifications) async fn settings(conn: &mut Conn, user: UserId) -> Result<Vec<SettingRow>, StoreError> {
    let sql = "SELECT kind, in_app, desktop, sound, email FROM notification_setting WHERE user_id = $1 ORDER BY kind";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?)
}

#[derive(FromRow, Serialize)]
pub(in crate::notifications) struct QuietRow {
    is_on: bool,
    from_minute_of_day: i64,
    to_minute_of_day: i64,
}

pub(in crate::notifications) async fn quiet(conn: &mut Conn, user: UserId) -> Result<Option<QuietRow>, StoreError> {
    let sql =
        "SELECT is_on, CAST(from_minute AS BIGINT) AS from_minute_of_day, CAST(to_minute AS BIGINT) AS to_minute_of_day
               FROM quiet_hours WHERE user_id = $1";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .fetch_optional(c)
        .await)?)
}

/// A browser that is told while no page is open.
#[derive(FromRow)]
pub(in crate::notifications) struct BrowserRow {
    pub(in crate::notifications) endpoint: String,
    pub(in crate::notifications) language: String,
    pub(in crate::notifications) saved_at: Moment,
    pub(in crate::notifications) failing_since: Option<Moment>,
}

pub(in crate::notifications) async fn browsers(conn: &mut Conn, user: UserId) -> Result<Vec<BrowserRow>, StoreError> {
    let sql = "SELECT endpoint, language, saved_at, failing_since FROM push_subscription
               WHERE user_id = $1 ORDER BY saved_at, id";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?)
}

const ERASE: [&str; 7] = [
    "DELETE FROM push_subscription WHERE user_id = $1",
    "DELETE FROM notification WHERE user_id = $1",
    "DELETE FROM event WHERE user_id = $1",
    "DELETE FROM event_log WHERE user_id = $1",
    "DELETE FROM notification_setting WHERE user_id = $1",
    "DELETE FROM quiet_hours WHERE user_id = $1",
    // In others' lists: what the person asked was withdrawn and read long ago.
    "DELETE FROM notification WHERE actor_id = $1 AND kind IN ('request_received', 'request_reminder')",
];

/// Takes everything of a person's away; from what stands in others' lists, the words that they sent along with calls.
pub(in crate::notifications) async fn erase(conn: &mut Conn, user: UserId) -> Result<(), StoreError> {
    for sql in ERASE {
        on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
    }
    let sql = conn.sql(
        "UPDATE notification SET body = json_set(body, '$.message', '')
         WHERE actor_id = $1 AND json_extract(body, '$.message') <> ''",
        "UPDATE notification SET body = jsonb_set(body, '{message}', '\"\"')
         WHERE actor_id = $1 AND body ->> 'message' <> ''",
    );
    on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
    Ok(())
}
