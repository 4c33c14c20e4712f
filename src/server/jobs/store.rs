//! SQL of jobs.

use super::{JobId, NewJob};
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};
use sqlx::FromRow;
use sqlx::types::Json;

/// A job that a worker has taken, with what proves that it still has it.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Taken {
    pub(super) id: JobId,
    pub(super) kind: String,
    pub(super) payload: Json<serde_json::Value>,
    pub(super) attempts: i32,
    version: i32,
    /// Another worker can take it only after this, and for longer: nobody else has the same.
    pub(super) leased_until: Micros,
}

pub(super) async fn insert(conn: &mut Conn, job: &NewJob) -> Result<(), StoreError> {
    let sql = "INSERT INTO job (id, kind, unique_key, payload, run_at, created_at) VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (unique_key) DO UPDATE SET
                   payload = excluded.payload, version = job.version + 1, dead_at = NULL,
                   attempts = CASE WHEN job.leased_until IS NULL THEN 0 ELSE job.attempts END,
                   run_at = CASE WHEN job.dead_at IS NULL AND job.leased_until IS NULL AND job.run_at < excluded.run_at
                                 THEN job.run_at ELSE excluded.run_at END";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(JobId::new_at(job.now))
        .bind(job.kind)
        .bind(job.key.as_deref())
        .bind(Json(&job.payload))
        .bind(job.run_at)
        .bind(job.now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Work that comes back by itself, unless it is there.
pub(super) async fn seed(conn: &mut Conn, kind: &str, now: Micros) -> Result<(), StoreError> {
    let sql = "INSERT INTO job (id, kind, unique_key, payload, run_at, created_at) VALUES ($1, $2, $2, $3, $4, $4)
               ON CONFLICT (unique_key) DO NOTHING";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(JobId::new_at(now))
        .bind(kind)
        .bind(Json(serde_json::Value::Null))
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Some kinds as one argument.
fn list(kinds: &[&str]) -> Json<Vec<String>> {
    Json(kinds.iter().map(|kind| (*kind).to_owned()).collect())
}

/// When the next of these kinds is due that nobody works on; in the past if it is due already.
pub(super) async fn next(conn: &mut Conn, kinds: &[&str], now: Micros) -> Result<Option<Micros>, StoreError> {
    let sql = conn.sql(
        "SELECT run_at FROM job WHERE dead_at IS NULL AND (leased_until IS NULL OR leased_until <= $1)
         AND kind IN (SELECT value FROM json_each($2)) ORDER BY run_at LIMIT 1",
        "SELECT run_at FROM job WHERE dead_at IS NULL AND (leased_until IS NULL OR leased_until <= $1)
         AND kind IN (SELECT jsonb_array_elements_text($2)) ORDER BY run_at LIMIT 1",
    );
    let row: Option<(Micros,)> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(now)
        .bind(list(kinds))
        .fetch_optional(c)
        .await)?;
    Ok(row.map(|(at,)| at))
}

/// Takes one of these kinds that is due, until `leased_until`.
pub(super) async fn take(
    conn: &mut Conn,
    kinds: &[&str],
    now: Micros,
    leased_until: Micros,
) -> Result<Option<Taken>, StoreError> {
    let sql = conn.sql(
        "UPDATE job SET attempts = attempts + 1, leased_until = $3 WHERE id = (
             SELECT id FROM job WHERE dead_at IS NULL AND run_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
             AND kind IN (SELECT value FROM json_each($2)) ORDER BY run_at LIMIT 1)
         RETURNING id, kind, payload, attempts, version, leased_until",
        // Jobs that another worker is taking at this moment are passed over, not waited for.
        "UPDATE job SET attempts = attempts + 1, leased_until = $3 WHERE id = (
             SELECT id FROM job WHERE dead_at IS NULL AND run_at <= $1 AND (leased_until IS NULL OR leased_until <= $1)
             AND kind IN (SELECT jsonb_array_elements_text($2)) ORDER BY run_at LIMIT 1 FOR UPDATE SKIP LOCKED)
         RETURNING id, kind, payload, attempts, version, leased_until",
    );
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(now)
        .bind(list(kinds))
        .bind(leased_until)
        .fetch_optional(c)
        .await)?)
}

/// Moves the end of a lease; `false` where it is another's by now.
pub(super) async fn renew(conn: &mut Conn, job: &Taken, until: Micros) -> Result<bool, StoreError> {
    let sql = "UPDATE job SET leased_until = $3 WHERE id = $1 AND leased_until = $2";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(job.id)
        .bind(job.leased_until)
        .bind(until)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done > 0)
}

/// Takes a job away that is done; one that was asked for again meanwhile stays, as if it were new.
pub(super) async fn done(conn: &mut Conn, job: &Taken) -> Result<(), StoreError> {
    let sql = "DELETE FROM job WHERE id = $1 AND leased_until = $2 AND version = $3";
    let deleted = on_engine!(conn, |c| sqlx::query(sql)
        .bind(job.id)
        .bind(job.leased_until)
        .bind(job.version)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if deleted == 0 {
        give_back(conn, job, None, None, None).await?;
    }
    Ok(())
}

/// Puts work that comes back by itself off until `next`.
pub(super) async fn done_until(conn: &mut Conn, job: &Taken, next: Micros) -> Result<(), StoreError> {
    give_back(conn, job, Some(next), None, None).await
}

/// Puts a job that failed off until `next`, or keeps it as dead since `dead_at`.
pub(super) async fn failed(
    conn: &mut Conn,
    job: &Taken,
    next: Micros,
    error: &str,
    dead_at: Option<Micros>,
) -> Result<(), StoreError> {
    give_back(conn, job, Some(next), Some(error), dead_at).await
}

/// Ends the lease, if it is still this one. Without an error the tries are counted anew; a time that was asked for meanwhile stands.
async fn give_back(
    conn: &mut Conn,
    job: &Taken,
    next: Option<Micros>,
    error: Option<&str>,
    dead_at: Option<Micros>,
) -> Result<(), StoreError> {
    let sql = "UPDATE job SET leased_until = NULL, last_error = $5,
                   attempts = CASE WHEN $5 IS NULL THEN 0 ELSE attempts END,
                   run_at = CASE WHEN version = $3 THEN COALESCE($4, run_at) ELSE run_at END,
                   dead_at = CASE WHEN version = $3 THEN $6 END
               WHERE id = $1 AND leased_until = $2";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(job.id)
        .bind(job.leased_until)
        .bind(job.version)
        .bind(next)
        .bind(error)
        .bind(dead_at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Forgets what was given up before `before`, and what has been due since then without being of one of these kinds.
pub(super) async fn forget(conn: &mut Conn, kinds: &[&str], before: Micros, now: Micros) -> Result<(), StoreError> {
    let sql = conn.sql(
        "DELETE FROM job WHERE dead_at < $1 OR (dead_at IS NULL AND run_at < $1 AND (leased_until IS NULL OR leased_until <= $2)
         AND kind NOT IN (SELECT value FROM json_each($3)))",
        "DELETE FROM job WHERE dead_at < $1 OR (dead_at IS NULL AND run_at < $1 AND (leased_until IS NULL OR leased_until <= $2)
         AND kind NOT IN (SELECT jsonb_array_elements_text($3)))",
    );
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(before)
        .bind(now)
        .bind(list(kinds))
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Deletes those of a kind whose payload has this text in a field.
pub(super) async fn withdraw(conn: &mut Conn, kind: &str, field: &str, text: &str) -> Result<(), StoreError> {
    let sql = conn.sql(
        "DELETE FROM job WHERE kind = $1 AND json_extract(payload, '$.' || $2) = $3",
        "DELETE FROM job WHERE kind = $1 AND payload ->> $2 = $3",
    );
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(kind)
        .bind(field)
        .bind(text)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
