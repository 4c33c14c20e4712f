//! SQL of a person's own sessions, and of the password that they were opened with.

use std::time::Duration;

use sqlx::FromRow;

use crate::accounts::model::SessionId;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// A session as its person may read of it.
#[derive(FromRow)]
pub(in crate::accounts) struct KeptSession {
    pub(in crate::accounts) id: SessionId,
    pub(in crate::accounts) user_agent: String,
    pub(in crate::accounts) address: String,
    pub(in crate::accounts) created_at: Micros,
    pub(in crate::accounts) last_used_at: Micros,
}

/// What a person comes in with.
#[derive(FromRow)]
pub(in crate::accounts) struct OwnAccount {
    pub(in crate::accounts) email: String,
    pub(in crate::accounts) username: String,
    pub(in crate::accounts) display_name: String,
    pub(in crate::accounts) password_hash: String,
}

/// Of what ends several sessions of `user` or uses up their links, one is done after the other.
pub(in crate::accounts) async fn lock(conn: &mut Conn, user: UserId) -> Result<(), StoreError> {
    conn.lock(&format!("account {user}")).await
}

/// The sessions in force, the one used last first.
pub(in crate::accounts) async fn sessions_of(
    conn: &mut Conn,
    user: UserId,
    now: Micros,
) -> Result<Vec<KeptSession>, StoreError> {
    let sql = "SELECT id, user_agent, address, created_at, last_used_at FROM session
               WHERE user_id = $1 AND expires_at > $2 ORDER BY last_used_at DESC, id DESC";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(now)
        .fetch_all(c)
        .await)?)
}

/// Takes one session away, `of` this person only where one is given. Answers whose it was, if it was there.
pub(in crate::accounts) async fn delete_session(
    conn: &mut Conn,
    id: SessionId,
    of: Option<UserId>,
) -> Result<Option<UserId>, StoreError> {
    let sql = "DELETE FROM session WHERE id = $1 AND user_id = COALESCE($2, user_id) RETURNING user_id";
    let row: Option<(UserId,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(id).bind(of).fetch_optional(c).await)?;
    Ok(row.map(|(user,)| user))
}

/// Takes all of a person's away, but the one that `stays`. Answers which.
pub(in crate::accounts) async fn delete_sessions(
    conn: &mut Conn,
    user: UserId,
    stays: Option<SessionId>,
) -> Result<Vec<SessionId>, StoreError> {
    let sql = "DELETE FROM session WHERE user_id = $1 AND id IS DISTINCT FROM $2 RETURNING id";
    let rows: Vec<(SessionId,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).bind(stays).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// For how long the token before is known: a second press, and a page whose answer with the new one never came.
pub(in crate::accounts) const TOKEN_BEFORE: Duration = Duration::from_secs(30);

/// Gives a session another token; the one before is good for [`TOKEN_BEFORE`], and for nothing that asks for a recent sign-in. Whether the
/// session was there.
pub(in crate::accounts) async fn set_token(
    conn: &mut Conn,
    id: SessionId,
    token_hash: Vec<u8>,
    now: Micros,
) -> Result<bool, StoreError> {
    let sql = "UPDATE session SET before_hash = token_hash, before_until = $3, token_hash = $2 WHERE id = $1";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(token_hash)
        .bind(now.plus(TOKEN_BEFORE))
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done > 0)
}

/// The hash of the token that a session has in place of the one that somebody comes with, for [`TOKEN_BEFORE`].
pub(in crate::accounts) async fn token_after(
    conn: &mut Conn,
    before_hash: &[u8],
    now: Micros,
) -> Result<Option<Vec<u8>>, StoreError> {
    let sql = "SELECT token_hash FROM session WHERE before_hash = $1 AND before_until > $2";
    let row: Option<(Vec<u8>,)> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(before_hash)
        .bind(now)
        .fetch_optional(c)
        .await)?;
    Ok(row.map(|(hash,)| hash))
}

pub(in crate::accounts) async fn own_account(conn: &mut Conn, user: UserId) -> Result<Option<OwnAccount>, StoreError> {
    let sql = "SELECT email, username, display_name, password_hash FROM users WHERE id = $1";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .fetch_optional(c)
        .await)?)
}

/// Whether the account is there, and not an empty row of somebody who is gone.
pub(in crate::accounts) async fn is_somebodys(conn: &mut Conn, user: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM users WHERE id = $1 AND deleted_at IS NULL";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_one(c).await)?;
    Ok(count > 0)
}

/// Whether `password_hash` is the person's still; it stays so until the transaction ends.
pub(in crate::accounts) async fn has_password(
    conn: &mut Conn,
    user: UserId,
    password_hash: &str,
) -> Result<bool, StoreError> {
    let sql = conn.sql(
        "SELECT password_hash FROM users WHERE id = $1",
        "SELECT password_hash FROM users WHERE id = $1 FOR SHARE",
    );
    let row: Option<(String,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_optional(c).await)?;
    Ok(row.is_some_and(|(kept,)| kept == password_hash))
}

/// Puts another hash in place, of `before` only where that is given; `false` where it is not the person's any more.
pub(in crate::accounts) async fn set_password(
    conn: &mut Conn,
    user: UserId,
    before: Option<&str>,
    after: &str,
) -> Result<bool, StoreError> {
    let sql = "UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = COALESCE($2, password_hash)";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(before)
        .bind(after)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done > 0)
}

/// When the person of a session in force showed last who they are.
pub(in crate::accounts) async fn confirmed_at(
    conn: &mut Conn,
    id: SessionId,
    now: Micros,
) -> Result<Option<Micros>, StoreError> {
    let sql = "SELECT s.confirmed_at FROM session s JOIN users u ON u.id = s.user_id
               WHERE s.id = $1 AND s.expires_at > $2 AND u.deleted_at IS NULL";
    let row: Option<(Micros,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(id).bind(now).fetch_optional(c).await)?;
    Ok(row.map(|(at,)| at))
}

/// Whose a session in force is.
pub(in crate::accounts) async fn person_of(
    conn: &mut Conn,
    id: SessionId,
    now: Micros,
) -> Result<Option<UserId>, StoreError> {
    let sql = "SELECT s.user_id FROM session s JOIN users u ON u.id = s.user_id
               WHERE s.id = $1 AND s.expires_at > $2 AND u.deleted_at IS NULL";
    let row: Option<(UserId,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(id).bind(now).fetch_optional(c).await)?;
    Ok(row.map(|(user,)| user))
}

/// Writes down when they have. Whether the session was there.
pub(in crate::accounts) async fn set_confirmed(conn: &mut Conn, id: SessionId, at: Micros) -> Result<bool, StoreError> {
    let sql = "UPDATE session SET confirmed_at = $2 WHERE id = $1";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done > 0)
}
