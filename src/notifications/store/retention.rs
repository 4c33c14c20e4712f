//! What is forgotten.

use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// People whose log holds more events than `kept`, or one from before `before`; some of them, if there are many.
pub(in crate::notifications) async fn with_old_events(
    conn: &mut Conn,
    before: Micros,
    kept: i64,
    limit: i64,
) -> Result<Vec<UserId>, StoreError> {
    let sql = "SELECT user_id FROM event_log WHERE last_seq - first_seq + 1 > $2
               OR user_id IN (SELECT user_id FROM event WHERE created_at < $1) LIMIT $3";
    let rows: Vec<(UserId,)> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(before)
        .bind(kept)
        .bind(limit)
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(|(user,)| user).collect())
}

/// Forgets a person's events but the newest `kept`, and those from before `before`; the log begins after them. It has to be locked.
pub(in crate::notifications) async fn forget_events(
    conn: &mut Conn,
    user: UserId,
    before: Micros,
    kept: i64,
) -> Result<(), StoreError> {
    // By number and not by time alone, so that no gap is left if a clock went back between two events.
    let sql =
        "DELETE FROM event WHERE user_id = $1 AND (seq <= (SELECT last_seq - $3 FROM event_log WHERE user_id = $1)
               OR seq <= (SELECT MAX(seq) FROM event WHERE user_id = $1 AND created_at < $2))";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(before)
        .bind(kept)
        .execute(c)
        .await
        .map(drop))?;
    let sql = "UPDATE event_log SET first_seq = COALESCE((SELECT MIN(seq) FROM event WHERE user_id = $1), last_seq + 1)
               WHERE user_id = $1";
    on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
    Ok(())
}

/// Forgets some of the lines from before `before` that were read; how many.
pub(in crate::notifications) async fn forget_lines(
    conn: &mut Conn,
    before: Micros,
    limit: i64,
) -> Result<u64, StoreError> {
    let sql = "DELETE FROM notification WHERE id IN
               (SELECT id FROM notification WHERE created_at < $1 AND read_at IS NOT NULL LIMIT $2)";
    Ok(on_engine!(conn, |c| sqlx::query(sql)
        .bind(before)
        .bind(limit)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?)
}
