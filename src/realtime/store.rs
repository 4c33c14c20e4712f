//! SQL of what processes tell each other: that they live, and who is at them.

use serde_json::json;
use sqlx::FromRow;

use super::model::Presence;
use super::presence::shared::ProcessId;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError, id_list};

/// A process that has told of itself.
#[derive(Clone, Debug, PartialEq, Eq, FromRow)]
pub(super) struct Process {
    pub(super) id: ProcessId,
    /// Where it listens: a place that only one process has at a time.
    pub(super) place: String,
    pub(super) seen_at: Micros,
    /// Raised with each change of who is at it.
    pub(super) version: i64,
}

/// Every process that has told of itself, in a fixed order.
pub(super) async fn processes(conn: &mut Conn) -> Result<Vec<Process>, StoreError> {
    let sql = "SELECT id, place, seen_at, version FROM process ORDER BY id";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).fetch_all(c).await)?)
}

/// A process lives; `false` if nobody knows of it (any more).
pub(super) async fn beat(
    conn: &mut Conn,
    process: ProcessId,
    is_changed: bool,
    now: Micros,
) -> Result<bool, StoreError> {
    let sql = "UPDATE process SET seen_at = $2, version = version + $3 WHERE id = $1";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(process)
        .bind(now)
        .bind(i64::from(is_changed))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done > 0)
}

/// A process tells of itself for the first time.
pub(super) async fn insert(conn: &mut Conn, process: ProcessId, place: &str, now: Micros) -> Result<(), StoreError> {
    let sql = "INSERT INTO process (id, place, seen_at, version) VALUES ($1, $2, $3, 0)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(process)
        .bind(place)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Writes down who is at a process and how, all in one statement.
pub(super) async fn put(
    conn: &mut Conn,
    process: ProcessId,
    people: &[(UserId, usize, Presence)],
) -> Result<(), StoreError> {
    if people.is_empty() {
        return Ok(());
    }
    macro_rules! text {
        ($rows:literal) => {
            concat!(
                "INSERT INTO presence (process_id, user_id, connections, state) ",
                $rows,
                " ON CONFLICT (process_id, user_id) DO UPDATE SET connections = excluded.connections, state = excluded.state"
            )
        };
    }
    let sql = conn.sql(
        text!(
            "SELECT $1, unhex(value ->> 'user'), value ->> 'connections', value ->> 'state' FROM json_each($2) WHERE true"
        ),
        text!(
            "SELECT $1, (value ->> 'user')::uuid, (value ->> 'connections')::bigint, value ->> 'state'
             FROM jsonb_array_elements($2::jsonb)"
        ),
    );
    let rows = people.iter().map(|(user, connections, presence)| {
        json!({"user": user.uuid().simple().to_string(), "connections": connections, "state": presence.name()})
    });
    let rows = serde_json::Value::Array(rows.collect()).to_string();
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(process)
        .bind(rows)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// These people are at a process no more.
pub(super) async fn take_out(conn: &mut Conn, process: ProcessId, people: &[UserId]) -> Result<(), StoreError> {
    if people.is_empty() {
        return Ok(());
    }
    let sql = conn.sql(
        "DELETE FROM presence WHERE process_id = $1 AND user_id IN (SELECT unhex(value) FROM json_each($2))",
        "DELETE FROM presence WHERE process_id = $1 AND user_id IN (SELECT value::uuid FROM jsonb_array_elements_text($2::jsonb))",
    );
    let ids = id_list(people.iter().map(|user| user.uuid()));
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(process)
        .bind(ids)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

#[derive(FromRow)]
struct PresenceRow {
    user_id: UserId,
    state: String,
}

/// Who is at these processes; somebody may be at several.
pub(super) async fn people_at(conn: &mut Conn, processes: &[ProcessId]) -> Result<Vec<(UserId, Presence)>, StoreError> {
    let sql = conn.sql(
        "SELECT user_id, state FROM presence WHERE process_id IN (SELECT unhex(value) FROM json_each($1))",
        "SELECT user_id, state FROM presence WHERE process_id IN (SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb))",
    );
    let ids = id_list(processes.iter().map(|process| process.uuid()));
    let rows: Vec<PresenceRow> = on_engine!(conn, |c| sqlx::query_as(sql).bind(ids).fetch_all(c).await)?;
    let presence = |row: PresenceRow| {
        let presence = Presence::parse(&row.state).ok_or(StoreError::Row("presence.state"))?;
        Ok((row.user_id, presence))
    };
    rows.into_iter().map(presence).collect()
}

/// Forgets a process that was seen last at `seen_at`, with who was at it; `false` if it has told of itself since, or somebody was faster.
pub(super) async fn forget(conn: &mut Conn, process: ProcessId, seen_at: Micros) -> Result<bool, StoreError> {
    let sql = "DELETE FROM process WHERE id = $1 AND seen_at = $2";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(process)
        .bind(seen_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done > 0)
}
