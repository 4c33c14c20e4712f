//! SQL of second factors and recovery codes.

use sqlx::FromRow;

use super::codes::Fresh;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// Somebody's second factor, offered or on.
#[derive(FromRow)]
pub(super) struct Factor {
    pub(super) secret: Vec<u8>,
    pub(super) created_at: Micros,
    /// Since when it is asked for.
    pub(super) confirmed_at: Option<Micros>,
    /// Of the recovery codes.
    pub(super) codes_salt: Option<Vec<u8>>,
    /// The hash of the token that the codes are made of, while they are shown.
    pub(super) codes_shown: Option<Vec<u8>>,
    /// How long that is.
    pub(super) codes_shown_until: Option<Micros>,
    /// Up to when wrong codes count against the next.
    pub(super) wrong_until: Micros,
}

pub(super) async fn find(conn: &mut Conn, user: UserId) -> Result<Option<Factor>, StoreError> {
    let sql = "SELECT secret, created_at, confirmed_at, codes_salt, codes_shown, codes_shown_until, wrong_until
               FROM second_factor
               WHERE user_id = $1";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .fetch_optional(c)
        .await)?)
}

/// Offers a key, in place of one that was offered before; `false` where it is on already.
pub(super) async fn offer(conn: &mut Conn, user: UserId, secret: Vec<u8>, now: Micros) -> Result<bool, StoreError> {
    let sql = "INSERT INTO second_factor (user_id, secret, created_at) VALUES ($1, $2, $3)
               ON CONFLICT (user_id) DO UPDATE SET secret = excluded.secret, created_at = excluded.created_at
               WHERE second_factor.confirmed_at IS NULL";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(secret)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done > 0)
}

/// From now on it is asked for; the code of this step has been used. `false` where this key is not what is offered any more.
pub(super) async fn turn_on(
    conn: &mut Conn,
    user: UserId,
    secret: &[u8],
    step: i64,
    now: Micros,
) -> Result<bool, StoreError> {
    let sql = "UPDATE second_factor SET confirmed_at = $4, last_step = $3
               WHERE user_id = $1 AND secret = $2 AND confirmed_at IS NULL";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(secret)
        .bind(step)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done > 0)
}

/// Takes it away with its recovery codes; `false` where it was not on.
pub(super) async fn turn_off(conn: &mut Conn, user: UserId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM second_factor WHERE user_id = $1 AND confirmed_at IS NOT NULL";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if done > 0 {
        delete_codes(conn, user).await?;
    }
    Ok(done > 0)
}

/// Uses up the codes of this step and of all before it: of two that come with one code at once, one does.
pub(super) async fn use_step(conn: &mut Conn, user: UserId, step: i64) -> Result<bool, StoreError> {
    let sql = "UPDATE second_factor SET last_step = $2
               WHERE user_id = $1 AND confirmed_at IS NOT NULL AND last_step < $2";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(step)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done > 0)
}

pub(super) async fn set_wrong_until(conn: &mut Conn, user: UserId, until: Micros) -> Result<(), StoreError> {
    let sql = "UPDATE second_factor SET wrong_until = $2 WHERE user_id = $1";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(until)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Puts recovery codes in the place of those before, and shows them `until` then; `false` where there is no second factor that is on.
pub(super) async fn set_codes(conn: &mut Conn, user: UserId, fresh: &Fresh, until: Micros) -> Result<bool, StoreError> {
    let sql = "UPDATE second_factor SET codes_salt = $2, codes_shown = $3, codes_shown_until = $4
               WHERE user_id = $1 AND confirmed_at IS NOT NULL";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(&fresh.salt)
        .bind(fresh.token.hash())
        .bind(until)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if done == 0 {
        return Ok(false);
    }
    delete_codes(conn, user).await?;
    let sql = "INSERT INTO recovery_code (user_id, code_hash) VALUES ($1, $2)";
    for hash in &fresh.hashes {
        on_engine!(conn, |c| sqlx::query(sql)
            .bind(user)
            .bind(hash)
            .execute(c)
            .await
            .map(drop))?;
    }
    Ok(true)
}

async fn delete_codes(conn: &mut Conn, user: UserId) -> Result<(), StoreError> {
    let sql = "DELETE FROM recovery_code WHERE user_id = $1";
    on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
    Ok(())
}

pub(super) async fn codes_left(conn: &mut Conn, user: UserId) -> Result<u32, StoreError> {
    let sql = "SELECT COUNT(*) FROM recovery_code WHERE user_id = $1";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_one(c).await)?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Whether it was there: it is used up by this.
pub(super) async fn use_code(conn: &mut Conn, user: UserId, hash: &[u8]) -> Result<bool, StoreError> {
    let sql = "DELETE FROM recovery_code WHERE user_id = $1 AND code_hash = $2";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(hash)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done > 0)
}

/// The codes are not to be shown any more.
pub(super) async fn hide_codes(conn: &mut Conn, user: UserId) -> Result<(), StoreError> {
    let sql = "UPDATE second_factor SET codes_shown = NULL, codes_shown_until = NULL WHERE user_id = $1";
    on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
    Ok(())
}

/// Keys that were offered before this and never used.
pub(in crate::accounts) async fn delete_old_offers(conn: &mut Conn, before: Micros) -> Result<(), StoreError> {
    let sql = "DELETE FROM second_factor WHERE confirmed_at IS NULL AND created_at < $1";
    on_engine!(conn, |c| sqlx::query(sql).bind(before).execute(c).await.map(drop))?;
    Ok(())
}
