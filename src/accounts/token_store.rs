//! SQL of the links in mails, and of what they change.

use sqlx::FromRow;

use super::links::Purpose;
use super::model::SessionId;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// Whom a mail goes to. Who is going has the names that they have had.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Mailbox {
    pub(super) id: UserId,
    pub(super) email: String,
    pub(super) username: String,
    pub(super) display_name: String,
    pub(super) locale: Option<String>,
    pub(super) time_zone: Option<String>,
    pub(super) email_verified_at: Option<Micros>,
}

/// Where a link to confirm was asked for.
pub(super) struct AskedIn {
    /// The session that it works in.
    pub(super) session: SessionId,
    /// Where its person wants to go.
    pub(super) next: Option<String>,
}

/// A link that is there, and its person.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Found {
    pub(super) user_id: UserId,
    /// Where the mail went.
    pub(super) email: String,
    /// Where it works only.
    pub(super) session_id: Option<SessionId>,
    pub(super) next: Option<String>,
    pub(super) expires_at: Micros,
    /// What the person's address is now.
    pub(super) current_email: String,
    pub(super) username: String,
    pub(super) display_name: String,
}

pub(super) async fn mailbox(conn: &mut Conn, user: UserId) -> Result<Option<Mailbox>, StoreError> {
    let sql = "SELECT id, email, COALESCE(d.username, users.username) AS username,
                      COALESCE(d.display_name, users.display_name) AS display_name, locale, time_zone, email_verified_at
               FROM users LEFT JOIN account_deletion d ON d.user_id = users.id WHERE id = $1 AND deleted_at IS NULL";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .fetch_optional(c)
        .await)?)
}

/// By the folded address.
pub(super) async fn mailbox_by_email(conn: &mut Conn, key: &str) -> Result<Option<Mailbox>, StoreError> {
    let sql = "SELECT id, email, COALESCE(d.username, users.username) AS username,
                      COALESCE(d.display_name, users.display_name) AS display_name, locale, time_zone, email_verified_at
               FROM users LEFT JOIN account_deletion d ON d.user_id = users.id WHERE email_key = $1";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(key)
        .fetch_optional(c)
        .await)?)
}

pub(super) async fn insert(
    conn: &mut Conn,
    token_hash: Vec<u8>,
    to: &Mailbox,
    purpose: Purpose,
    asked: Option<&AskedIn>,
    now: Micros,
) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO account_token (token_hash, user_id, purpose, email, session_id, next, created_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(token_hash)
        .bind(to.id)
        .bind(purpose.name())
        .bind(&to.email)
        .bind(asked.map(|asked| asked.session))
        .bind(asked.and_then(|asked| asked.next.as_deref()))
        .bind(now)
        .bind(now.plus(purpose.age()))
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

pub(super) async fn find(conn: &mut Conn, token_hash: &[u8], purpose: Purpose) -> Result<Option<Found>, StoreError> {
    let sql = "SELECT t.user_id, t.email, t.session_id, t.next, t.expires_at, users.email AS current_email,
                      COALESCE(d.username, users.username) AS username,
                      COALESCE(d.display_name, users.display_name) AS display_name
               FROM account_token t JOIN users ON users.id = t.user_id
               LEFT JOIN account_deletion d ON d.user_id = users.id
               WHERE t.token_hash = $1 AND t.purpose = $2";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(token_hash)
        .bind(purpose.name())
        .fetch_optional(c)
        .await)?)
}

/// Takes the person's links of the kind away.
pub(super) async fn delete_of(conn: &mut Conn, user: UserId, purpose: Purpose) -> Result<(), StoreError> {
    let sql = "DELETE FROM account_token WHERE user_id = $1 AND purpose = $2";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(purpose.name())
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

pub(super) async fn delete_expired(conn: &mut Conn, before: Micros) -> Result<(), StoreError> {
    on_engine!(conn, |c| sqlx::query(
        "DELETE FROM account_token WHERE expires_at <= $1"
    )
    .bind(before)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

/// Since when who comes into the account is known to read its mail as well.
pub(super) async fn owned_since(conn: &mut Conn, user: UserId) -> Result<Option<Micros>, StoreError> {
    let sql = "SELECT owned_since FROM users WHERE id = $1";
    let row: Option<(Option<Micros>,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_optional(c).await)?;
    Ok(row.and_then(|(since,)| since))
}

/// The first time counts.
pub(super) async fn set_owned(conn: &mut Conn, user: UserId, now: Micros) -> Result<(), StoreError> {
    let sql = "UPDATE users SET owned_since = $2 WHERE id = $1 AND owned_since IS NULL";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Whether it was not shown before: the first time counts.
pub(super) async fn set_verified(conn: &mut Conn, user: UserId, now: Micros) -> Result<bool, StoreError> {
    let sql = "UPDATE users SET email_verified_at = $2 WHERE id = $1 AND email_verified_at IS NULL";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done > 0)
}
