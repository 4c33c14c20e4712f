//! SQL of the addresses at which calendars fetch appointments.

use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// Gives a person an address, in the place of the one before.
pub(in crate::appointments) async fn set(
    conn: &mut Conn,
    user: UserId,
    token_hash: &[u8],
    now: Micros,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO calendar_feed (user_id, token_hash, created_at) VALUES ($1, $2, $3)
               ON CONFLICT (user_id) DO UPDATE SET token_hash = excluded.token_hash, created_at = excluded.created_at";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(token_hash)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Takes it away.
pub(in crate::appointments) async fn remove(conn: &mut Conn, user: UserId) -> Result<(), StoreError> {
    let sql = "DELETE FROM calendar_feed WHERE user_id = $1";
    on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
    Ok(())
}

/// The hash of a person's token, if they have an address.
pub(in crate::appointments) async fn hash_of(conn: &mut Conn, user: UserId) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT token_hash FROM calendar_feed WHERE user_id = $1";
    let row: Option<(Vec<u8>,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_optional(c).await)?;
    Ok(row.map(|(hash,)| hash))
}

/// Whose address it is, with the language and the time zone that they have chosen.
pub(in crate::appointments) async fn owner(
    conn: &mut Conn,
    token_hash: &[u8],
) -> Result<Option<(UserId, Option<String>, Option<String>)>, StoreError> {
    let sql = "SELECT u.id, u.locale, u.time_zone FROM calendar_feed f JOIN users u ON u.id = f.user_id
               WHERE f.token_hash = $1 AND u.deleted_at IS NULL";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(token_hash)
        .fetch_optional(c)
        .await)?)
}
