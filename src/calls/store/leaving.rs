//! SQL of people who take their calls along, and of those who go.

use serde_json::Value;
use sqlx::FromRow;
use sqlx::types::Json;
use uuid::Uuid;

use crate::accounts::own_data::portable::{Moment, ROWS};
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// A call with one side of it, and the name of the other one.
#[derive(FromRow)]
pub(in crate::calls) struct CallRow {
    pub(in crate::calls) id: Uuid,
    pub(in crate::calls) display_name: String,
    pub(in crate::calls) created_at: Moment,
    pub(in crate::calls) started_at: Option<Moment>,
    pub(in crate::calls) first_media_at: Option<Moment>,
    pub(in crate::calls) ended_at: Option<Moment>,
    pub(in crate::calls) end_reason: Option<String>,
    pub(in crate::calls) ended_by_me: Option<bool>,
    pub(in crate::calls) device: Option<String>,
    pub(in crate::calls) joined_at: Option<Moment>,
    pub(in crate::calls) left_at: Option<Moment>,
    pub(in crate::calls) totals: Option<Json<Value>>,
    pub(in crate::calls) stars: Option<i64>,
    pub(in crate::calls) tags: Option<Json<Value>>,
    pub(in crate::calls) note: Option<String>,
    pub(in crate::calls) saved_at: Option<Moment>,
}

/// Some calls of a person, after the one of that key: keys sort by time.
pub(in crate::calls) async fn calls(conn: &mut Conn, user: UserId, after: Uuid) -> Result<Vec<CallRow>, StoreError> {
    let sql = "SELECT c.id, u.display_name, c.created_at, c.started_at, c.first_media_at, c.ended_at, c.end_reason,
                      c.ended_by = $1 AS ended_by_me, me.device, me.joined_at, me.left_at, me.totals,
                      CAST(f.stars AS BIGINT) AS stars, f.tags, f.note, f.saved_at
               FROM call_participant me JOIN call c ON c.id = me.call_id JOIN partnership p ON p.id = c.partnership_id
               JOIN users u ON u.id = CASE WHEN p.low_id = $1 THEN p.high_id ELSE p.low_id END
               LEFT JOIN call_feedback f ON f.call_id = c.id AND f.user_id = $1
               WHERE me.user_id = $1 AND c.id > $2 ORDER BY c.id LIMIT $3";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(after)
        .bind(ROWS)
        .fetch_all(c)
        .await)?)
}

/// What was measured.
#[derive(FromRow)]
pub(in crate::calls) struct SampleRow {
    pub(in crate::calls) call_id: Uuid,
    pub(in crate::calls) at: Moment,
    pub(in crate::calls) figures: Json<Value>,
}

/// Some of what a person's browsers measured, after one of a call.
pub(in crate::calls) async fn samples(
    conn: &mut Conn,
    user: UserId,
    (call, at): (Uuid, Micros),
) -> Result<Vec<SampleRow>, StoreError> {
    let sql = "SELECT call_id, at, figures FROM call_sample
               WHERE user_id = $1 AND (call_id > $2 OR (call_id = $2 AND at > $3)) ORDER BY call_id, at LIMIT $4";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(call)
        .bind(at)
        .bind(ROWS)
        .fetch_all(c)
        .await)?)
}

/// A key of a browser.
#[derive(FromRow)]
pub(in crate::calls) struct KeyRow {
    pub(in crate::calls) public_key: Vec<u8>,
    pub(in crate::calls) used_at: Moment,
}

pub(in crate::calls) async fn device_keys(conn: &mut Conn, user: UserId) -> Result<Vec<KeyRow>, StoreError> {
    let sql = "SELECT public_key, used_at FROM device_key WHERE user_id = $1 ORDER BY used_at, id";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?)
}

const ERASE: [&str; 4] = [
    "DELETE FROM call_sample WHERE user_id = $1",
    "DELETE FROM call_feedback WHERE user_id = $1",
    "DELETE FROM device_key WHERE user_id = $1",
    // The kind of device stays: the other one reads with what they talked.
    "UPDATE call_participant SET seat_id = NULL, connection_id = NULL, totals = NULL WHERE user_id = $1",
];

/// What was measured and said by a person, and the keys of their browsers.
pub(in crate::calls) async fn erase(conn: &mut Conn, user: UserId) -> Result<(), StoreError> {
    for sql in ERASE {
        on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
    }
    Ok(())
}
