//! SQL of accounts elsewhere, of ways to the provider that have begun, and of who has come and is not known yet.

use sqlx::FromRow;

use super::model::{IdentityId, Purpose};
use crate::accounts::model::SessionId;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};
use crate::server::openid::{Claims, Secrets};

/// One of a person's own.
#[derive(FromRow)]
pub(in crate::accounts) struct Kept {
    pub(in crate::accounts) id: IdentityId,
    pub(in crate::accounts) email: String,
    pub(in crate::accounts) created_at: Micros,
}

pub(in crate::accounts) async fn of_user(conn: &mut Conn, user: UserId) -> Result<Vec<Kept>, StoreError> {
    let sql = "SELECT id, email, created_at FROM identity WHERE user_id = $1 ORDER BY created_at, id";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?)
}

/// Whose account here it is.
pub(super) async fn find(
    conn: &mut Conn,
    issuer: &str,
    subject: &str,
) -> Result<Option<(IdentityId, UserId)>, StoreError> {
    let sql = "SELECT id, user_id FROM identity WHERE issuer = $1 AND subject = $2";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(issuer)
        .bind(subject)
        .fetch_optional(c)
        .await)?)
}

/// Whether it is this person's still.
pub(in crate::accounts) async fn is_of(conn: &mut Conn, id: IdentityId, user: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM identity WHERE id = $1 AND user_id = $2";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql).bind(id).bind(user).fetch_one(c).await)?;
    Ok(count > 0)
}

/// One to keep.
pub(super) struct NewIdentity<'a> {
    pub(super) id: IdentityId,
    pub(super) user: UserId,
    pub(super) issuer: &'a str,
    pub(super) subject: &'a str,
    pub(super) email: &'a str,
}

/// # Errors
/// [`StoreError::violates`] `identity_issuer` when it is somebody's already.
pub(super) async fn insert(conn: &mut Conn, new: &NewIdentity<'_>, now: Micros) -> Result<(), StoreError> {
    let sql = "INSERT INTO identity (id, user_id, issuer, subject, email, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(new.id)
        .bind(new.user)
        .bind(new.issuer)
        .bind(new.subject)
        .bind(new.email)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// The address there, as it is now.
pub(super) async fn set_email(conn: &mut Conn, id: IdentityId, email: &str) -> Result<(), StoreError> {
    let sql = "UPDATE identity SET email = $2 WHERE id = $1 AND email <> $2";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(email)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// What is left to say of one that was taken away.
#[derive(FromRow)]
pub(super) struct Removed {
    pub(super) issuer: String,
    pub(super) email: String,
}

/// Takes one of the person's own away; `None` if they have it not.
pub(super) async fn delete(conn: &mut Conn, user: UserId, id: IdentityId) -> Result<Option<Removed>, StoreError> {
    let sql = "DELETE FROM identity WHERE id = $2 AND user_id = $1 RETURNING issuer, email";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(id)
        .fetch_optional(c)
        .await)?)
}

/// A way to the provider that begins.
pub(super) struct NewAttempt {
    pub(super) state_hash: Vec<u8>,
    pub(super) browser_hash: Vec<u8>,
    pub(super) secrets: Secrets,
    pub(super) purpose: Purpose,
    pub(super) session: Option<SessionId>,
    pub(super) page: String,
    pub(super) next: Option<String>,
}

pub(super) async fn insert_attempt(
    conn: &mut Conn,
    new: &NewAttempt,
    now: Micros,
    expires_at: Micros,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO oidc_attempt (state_hash, browser_hash, nonce, verifier, purpose, session_id, page, next, created_at, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(&new.state_hash)
        .bind(&new.browser_hash)
        .bind(&new.secrets.nonce)
        .bind(&new.secrets.verifier)
        .bind(new.purpose.name())
        .bind(new.session)
        .bind(&new.page)
        .bind(new.next.as_deref())
        .bind(now)
        .bind(expires_at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// One that has begun.
pub(super) struct Attempt {
    pub(super) secrets: Secrets,
    pub(super) purpose: Purpose,
    pub(super) session: Option<SessionId>,
    pub(super) page: String,
    pub(super) next: Option<String>,
}

#[derive(FromRow)]
struct AttemptRow {
    nonce: String,
    verifier: String,
    purpose: String,
    session_id: Option<SessionId>,
    page: String,
    next: Option<String>,
}

impl AttemptRow {
    fn read(self) -> Result<Attempt, StoreError> {
        Ok(Attempt {
            secrets: Secrets {
                nonce: self.nonce,
                verifier: self.verifier,
            },
            purpose: Purpose::parse(&self.purpose).map_err(|_| StoreError::Row("oidc_attempt.purpose"))?,
            session: self.session_id,
            page: self.page,
            next: self.next,
        })
    }
}

/// The attempt that a browser has begun, while its time lasts.
pub(super) async fn attempt(
    conn: &mut Conn,
    state_hash: &[u8],
    browser_hash: &[u8],
    now: Micros,
) -> Result<Option<Attempt>, StoreError> {
    let sql = "SELECT nonce, verifier, purpose, session_id, page, next FROM oidc_attempt
               WHERE state_hash = $1 AND browser_hash = $2 AND expires_at > $3";
    let row: Option<AttemptRow> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(state_hash)
        .bind(browser_hash)
        .bind(now)
        .fetch_optional(c)
        .await)?;
    row.map(AttemptRow::read).transpose()
}

/// The same, used up: of two that come back with one state, one has it.
pub(super) async fn take_attempt(
    conn: &mut Conn,
    state_hash: &[u8],
    browser_hash: &[u8],
    now: Micros,
) -> Result<Option<Attempt>, StoreError> {
    let sql = "DELETE FROM oidc_attempt WHERE state_hash = $1 AND browser_hash = $2 AND expires_at > $3
               RETURNING nonce, verifier, purpose, session_id, page, next";
    let row: Option<AttemptRow> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(state_hash)
        .bind(browser_hash)
        .bind(now)
        .fetch_optional(c)
        .await)?;
    row.map(AttemptRow::read).transpose()
}

/// Whether a browser is on another way still.
pub(super) async fn has_attempt(conn: &mut Conn, browser_hash: &[u8], now: Micros) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM oidc_attempt WHERE browser_hash = $1 AND expires_at > $2 LIMIT 1";
    let found = on_engine!(conn, |c| sqlx::query(sql)
        .bind(browser_hash)
        .bind(now)
        .fetch_optional(c)
        .await
        .map(|row| row.is_some()))?;
    Ok(found)
}

/// Somebody who has come and is not known yet.
#[derive(Clone, FromRow)]
pub(super) struct Offer {
    pub(super) issuer: String,
    pub(super) subject: String,
    pub(super) email: String,
    pub(super) email_verified: bool,
    pub(super) name: String,
    pub(super) next: Option<String>,
}

pub(super) async fn insert_offer(
    conn: &mut Conn,
    token_hash: Vec<u8>,
    claims: &Claims,
    email: &str,
    next: Option<&str>,
    expires_at: Micros,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO identity_offer (token_hash, issuer, subject, email, email_verified, name, next, expires_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(token_hash)
        .bind(&claims.issuer)
        .bind(&claims.subject)
        .bind(email)
        .bind(claims.email_verified)
        .bind(&claims.name)
        .bind(next)
        .bind(expires_at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

pub(super) async fn offer(conn: &mut Conn, token_hash: &[u8], now: Micros) -> Result<Option<Offer>, StoreError> {
    let sql = "SELECT issuer, subject, email, email_verified, name, next FROM identity_offer
               WHERE token_hash = $1 AND expires_at > $2";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(token_hash)
        .bind(now)
        .fetch_optional(c)
        .await)?)
}

/// The same, used up: of two that take it up at once, one has it.
pub(super) async fn take_offer(conn: &mut Conn, token_hash: &[u8], now: Micros) -> Result<Option<Offer>, StoreError> {
    let sql = "DELETE FROM identity_offer WHERE token_hash = $1 AND expires_at > $2
               RETURNING issuer, subject, email, email_verified, name, next";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(token_hash)
        .bind(now)
        .fetch_optional(c)
        .await)?)
}

/// Takes away what has run out.
pub(in crate::accounts) async fn delete_expired(conn: &mut Conn, now: Micros) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM oidc_attempt WHERE expires_at <= $1",
        "DELETE FROM identity_offer WHERE expires_at <= $1",
    ] {
        on_engine!(conn, |c| sqlx::query(sql).bind(now).execute(c).await.map(drop))?;
    }
    Ok(())
}
