//! Keys of the installation: made when they are first needed, and kept in the database, because its processes share them.

use futures::FutureExt as _;

use super::db::{Conn, Db, StoreError};
use crate::kernel::time::Micros;
use crate::on_engine;

/// The key of that name. Where there is none yet, `make` makes one; of several processes that do so at once, one wins, and all have its key.
///
/// # Errors
/// When the database does not answer.
pub async fn installation_key(
    db: &Db,
    name: &'static str,
    now: Micros,
    make: fn() -> Vec<u8>,
) -> Result<Vec<u8>, StoreError> {
    if let Some(key) = find(&mut db.read().await?, name).await? {
        return Ok(key);
    }
    let made = make();
    db.transaction(move |conn| {
        async move {
            keep(conn, name, &made, now).await?;
            find(conn, name).await?.ok_or(StoreError::Row("installation_key.value"))
        }
        .boxed()
    })
    .await
}

async fn find(conn: &mut Conn, name: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT value FROM installation_key WHERE name = $1";
    let row: Option<(Vec<u8>,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(name).fetch_optional(c).await)?;
    Ok(row.map(|(key,)| key))
}

/// Keeps a key, unless there is one of that name.
async fn keep(conn: &mut Conn, name: &str, key: &[u8], now: Micros) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO installation_key (name, value, created_at) VALUES ($1, $2, $3) ON CONFLICT (name) DO NOTHING";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(name)
        .bind(key)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
