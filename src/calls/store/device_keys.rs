//! SQL of the keys with which people's browsers sign.

use crate::calls::model::DeviceKeyId;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// Keeps a key of a person, or that it is used again.
pub(in crate::calls) async fn keep(conn: &mut Conn, user: UserId, key: &[u8], now: Micros) -> Result<(), StoreError> {
    let sql = "INSERT INTO device_key (id, user_id, public_key, used_at) VALUES ($1, $2, $3, $4)
               ON CONFLICT (user_id, public_key) DO UPDATE SET used_at = excluded.used_at";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(DeviceKeyId::new_at(now))
        .bind(user)
        .bind(key)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Forgets a person's keys but the `kept` that were used last.
pub(in crate::calls) async fn forget_oldest(conn: &mut Conn, user: UserId, kept: i64) -> Result<(), StoreError> {
    let sql = "DELETE FROM device_key WHERE user_id = $1 AND id NOT IN
               (SELECT id FROM device_key WHERE user_id = $1 ORDER BY used_at DESC, id DESC LIMIT $2)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(kept)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// A person's keys, the one used last first.
pub(in crate::calls) async fn of(conn: &mut Conn, user: UserId) -> Result<Vec<Vec<u8>>, StoreError> {
    let sql = "SELECT public_key FROM device_key WHERE user_id = $1 ORDER BY used_at DESC, id DESC";
    let rows: Vec<(Vec<u8>,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(key,)| key).collect())
}
