//! SQL of sign-ins that wait for the second factor.

use sqlx::FromRow;

use crate::accounts::admission::Way;
use crate::accounts::identities::model::IdentityId;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// A sign-in that waits.
#[derive(Debug)]
pub(in crate::accounts) struct Attempt {
    pub(in crate::accounts) user: UserId,
    pub(in crate::accounts) way: Way,
    pub(in crate::accounts) tries: i64,
}

#[derive(FromRow)]
struct Row {
    user_id: UserId,
    way: String,
    password_hash: Option<String>,
    identity_id: Option<IdentityId>,
    tries: i64,
}

/// Whether a second factor is asked for at this person's sign-ins.
pub(in crate::accounts) async fn has_second_factor(conn: &mut Conn, user: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM second_factor WHERE user_id = $1 AND confirmed_at IS NOT NULL";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_one(c).await)?;
    Ok(count > 0)
}

pub(in crate::accounts) async fn insert(
    conn: &mut Conn,
    token_hash: Vec<u8>,
    user: UserId,
    way: &Way,
    now: Micros,
    expires_at: Micros,
) -> Result<(), StoreError> {
    let (hash, identity) = match way {
        Way::Password { hash } => (Some(hash.as_str()), None),
        Way::Identity { id, .. } => (None, Some(*id)),
        Way::Passkey => (None, None),
    };
    let sql =
        "INSERT INTO sign_in_attempt (token_hash, user_id, way, password_hash, identity_id, created_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(token_hash)
        .bind(user)
        .bind(way.name())
        .bind(hash)
        .bind(identity)
        .bind(now)
        .bind(expires_at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// The attempt behind a cookie's token, while its time lasts.
pub(in crate::accounts) async fn find(
    conn: &mut Conn,
    token_hash: &[u8],
    now: Micros,
) -> Result<Option<Attempt>, StoreError> {
    let sql = "SELECT user_id, way, password_hash, identity_id, tries FROM sign_in_attempt
               WHERE token_hash = $1 AND expires_at > $2";
    let row: Option<Row> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(token_hash)
        .bind(now)
        .fetch_optional(c)
        .await)?;
    row.map(|row| {
        Ok(Attempt {
            user: row.user_id,
            way: Way::parse(&row.way, row.password_hash, row.identity_id, now)
                .ok_or(StoreError::Row("sign_in_attempt.way"))?,
            tries: row.tries,
        })
    })
    .transpose()
}

/// Counts one more code, before it is looked at. Answers the how manyth it is; `None` where there were `most` or the attempt is over.
pub(in crate::accounts) async fn count_try(
    conn: &mut Conn,
    token_hash: &[u8],
    most: i64,
    now: Micros,
) -> Result<Option<i64>, StoreError> {
    let sql = "UPDATE sign_in_attempt SET tries = tries + 1
               WHERE token_hash = $1 AND tries < $2 AND expires_at > $3 RETURNING tries";
    let row: Option<(i64,)> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(token_hash)
        .bind(most)
        .bind(now)
        .fetch_optional(c)
        .await)?;
    Ok(row.map(|(tries,)| tries))
}

/// Whether it was there: of two that use it up at once, one has.
pub(in crate::accounts) async fn delete(conn: &mut Conn, token_hash: &[u8]) -> Result<bool, StoreError> {
    let sql = "DELETE FROM sign_in_attempt WHERE token_hash = $1";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(token_hash)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done > 0)
}

/// Takes all of a person's away: their password is another one, or their second factor.
pub(in crate::accounts) async fn delete_of(conn: &mut Conn, user: UserId) -> Result<(), StoreError> {
    let sql = "DELETE FROM sign_in_attempt WHERE user_id = $1";
    on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
    Ok(())
}

pub(in crate::accounts) async fn delete_expired(conn: &mut Conn, now: Micros) -> Result<(), StoreError> {
    let sql = "DELETE FROM sign_in_attempt WHERE expires_at <= $1";
    on_engine!(conn, |c| sqlx::query(sql).bind(now).execute(c).await.map(drop))?;
    Ok(())
}
