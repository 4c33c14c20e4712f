//! What people say of themselves.

use sqlx::FromRow;

use crate::accounts::model::Visibility;
use crate::accounts::status::{Availability, Wanted};
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

#[derive(FromRow)]
struct SaidRow {
    is_invisible: bool,
    is_busy: bool,
    status: String,
    status_until: Option<Micros>,
    time_zone: Option<String>,
}

/// What somebody says of themselves, whether its time is over or not.
pub(in crate::accounts) struct Said {
    pub(in crate::accounts) availability: Availability,
    /// Empty for none.
    pub(in crate::accounts) message: String,
    pub(in crate::accounts) until: Option<Micros>,
    pub(in crate::accounts) time_zone: String,
}

pub(in crate::accounts) async fn said(conn: &mut Conn, user: UserId) -> Result<Option<Said>, StoreError> {
    let sql = "SELECT is_invisible, is_busy, status, status_until, time_zone FROM users WHERE id = $1";
    let row: Option<SaidRow> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_optional(c).await)?;
    Ok(row.map(|row| Said {
        availability: Availability::of(row.is_invisible, row.is_busy),
        message: row.status,
        until: row.status_until,
        time_zone: row.time_zone.unwrap_or_else(|| "UTC".to_owned()),
    }))
}

/// What others may see of somebody's being here, with the message that is shown now, empty for none.
pub(in crate::accounts) async fn shown(
    conn: &mut Conn,
    user: UserId,
    now: Micros,
) -> Result<Option<(Visibility, String)>, StoreError> {
    let sql = "SELECT show_online, is_invisible, is_busy,
                      CASE WHEN status_until IS NULL OR status_until > $2 THEN status ELSE '' END AS status
               FROM users WHERE id = $1";
    let row: Option<(bool, bool, bool, String)> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(now)
        .fetch_optional(c)
        .await)?;
    Ok(row.map(|(show_online, is_invisible, is_busy, message)| {
        let availability = Availability::of(is_invisible, is_busy);
        let visibility = Visibility {
            show_online,
            availability,
        };
        (visibility, message)
    }))
}

/// Who becomes invisible was seen last now. Answers whether anything has changed.
pub(in crate::accounts) async fn set_availability(
    conn: &mut Conn,
    user: UserId,
    wanted: Wanted,
    now: Micros,
) -> Result<bool, StoreError> {
    let (chosen, is_anybody) = match wanted {
        Wanted::One(chosen) => (chosen, true),
        Wanted::Visible => (Availability::Available, false),
    };
    let sql = "UPDATE users SET is_invisible = $2, is_busy = $3,
                      last_seen_at = CASE WHEN $2 AND NOT is_invisible THEN $4 ELSE last_seen_at END
               WHERE id = $1 AND ($5 OR is_invisible) AND (is_invisible <> $2 OR (NOT $2 AND is_busy <> $3))";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(chosen == Availability::Invisible)
        .bind(chosen == Availability::Busy)
        .bind(now)
        .bind(is_anybody)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done > 0)
}

/// An empty message is none, and has no end.
pub(in crate::accounts) async fn set_message(
    conn: &mut Conn,
    user: UserId,
    message: &str,
    until: Option<Micros>,
) -> Result<(), StoreError> {
    let sql = "UPDATE users SET status = $2, status_until = $3 WHERE id = $1";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(message)
        .bind(until)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Takes the message away if its time is over.
pub(in crate::accounts) async fn clear_ended(conn: &mut Conn, user: UserId, now: Micros) -> Result<(), StoreError> {
    let sql = "UPDATE users SET status = '', status_until = NULL WHERE id = $1 AND status_until <= $2";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
