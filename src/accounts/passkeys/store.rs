//! SQL of passkeys, and of what devices are asked at this moment.

use sqlx::FromRow;
use webauthn_rs::prelude::Passkey;

use super::model::{CeremonyId, Kind, PasskeyId};
use crate::accounts::model::SessionId;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// A passkey that is here.
#[derive(Clone, Debug)]
pub(in crate::accounts) struct Kept {
    pub(in crate::accounts) id: PasskeyId,
    pub(in crate::accounts) user: UserId,
    pub(in crate::accounts) name: String,
    pub(in crate::accounts) created_at: Micros,
    pub(in crate::accounts) last_used_at: Option<Micros>,
    /// What a signature is compared with.
    pub(in crate::accounts) passkey: Passkey,
    /// The same as it was read, by which is seen whether it has changed since.
    pub(in crate::accounts) as_read: String,
}

#[derive(FromRow)]
struct Row {
    id: PasskeyId,
    user_id: UserId,
    credential: String,
    name: String,
    created_at: Micros,
    last_used_at: Option<Micros>,
}

impl TryFrom<Row> for Kept {
    type Error = StoreError;

    fn try_from(row: Row) -> Result<Self, StoreError> {
        Ok(Self {
            id: row.id,
            user: row.user_id,
            name: row.name,
            created_at: row.created_at,
            last_used_at: row.last_used_at,
            passkey: serde_json::from_str(&row.credential).map_err(|_| StoreError::Row("passkey.credential"))?,
            as_read: row.credential,
        })
    }
}

fn written(passkey: &Passkey) -> Result<String, StoreError> {
    serde_json::to_string(passkey).map_err(|_| StoreError::Row("passkey.credential"))
}

/// A person's, the oldest first.
pub(in crate::accounts) async fn of_user(conn: &mut Conn, user: UserId) -> Result<Vec<Kept>, StoreError> {
    let sql = "SELECT id, user_id, credential, name, created_at, last_used_at FROM passkey WHERE user_id = $1 ORDER BY created_at, id";
    let rows: Vec<Row> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?;
    rows.into_iter().map(Kept::try_from).collect()
}

/// How many a person has.
pub(in crate::accounts) async fn count(conn: &mut Conn, user: UserId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM passkey WHERE user_id = $1";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_one(c).await)?;
    Ok(count)
}

/// The one that a device knows by this name, whosever it is.
pub(super) async fn by_credential(conn: &mut Conn, credential_id: &[u8]) -> Result<Option<Kept>, StoreError> {
    let sql = "SELECT id, user_id, credential, name, created_at, last_used_at FROM passkey WHERE credential_id = $1";
    let row: Option<Row> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(credential_id)
        .fetch_optional(c)
        .await)?;
    row.map(Kept::try_from).transpose()
}

/// # Errors
/// [`StoreError::violates`] `passkey_credential_id` where somebody has it already.
pub(super) async fn insert(
    conn: &mut Conn,
    id: PasskeyId,
    user: UserId,
    passkey: &Passkey,
    name: &str,
    now: Micros,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO passkey (id, user_id, credential_id, credential, name, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
    let (credential_id, credential): (&[u8], _) = (passkey.cred_id().as_ref(), written(passkey)?);
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(user)
        .bind(credential_id)
        .bind(credential)
        .bind(name)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Writes a use down, with what the device says of itself by now. `false` if it is gone or was used meanwhile: `before` is what was read.
pub(super) async fn note_use(
    conn: &mut Conn,
    id: PasskeyId,
    before: &str,
    after: &Passkey,
    now: Micros,
) -> Result<bool, StoreError> {
    let sql = "UPDATE passkey SET credential = $3, last_used_at = $4 WHERE id = $1 AND credential = $2";
    let after = written(after)?;
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(before)
        .bind(after)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done > 0)
}

/// Whether it was there, and `user`'s.
pub(super) async fn rename(conn: &mut Conn, user: UserId, id: PasskeyId, name: &str) -> Result<bool, StoreError> {
    let sql = "UPDATE passkey SET name = $3 WHERE id = $1 AND user_id = $2";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(user)
        .bind(name)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done > 0)
}

/// Its name, if it was there, and `user`'s.
pub(super) async fn delete(conn: &mut Conn, user: UserId, id: PasskeyId) -> Result<Option<String>, StoreError> {
    let sql = "DELETE FROM passkey WHERE id = $1 AND user_id = $2 RETURNING name";
    let row: Option<(String,)> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(id)
        .bind(user)
        .fetch_optional(c)
        .await)?;
    Ok(row.map(|(name,)| name))
}

/// What a device is asked.
pub(super) struct NewCeremony {
    pub(super) id: CeremonyId,
    pub(super) token_hash: Vec<u8>,
    pub(super) kind: Kind,
    pub(super) user: Option<UserId>,
    pub(super) session: Option<SessionId>,
    pub(super) state: String,
    pub(super) expires_at: Micros,
}

pub(super) async fn insert_ceremony(conn: &mut Conn, new: NewCeremony) -> Result<(), StoreError> {
    let sql = "INSERT INTO passkey_ceremony (id, token_hash, kind, user_id, session_id, state, expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(new.id)
        .bind(new.token_hash)
        .bind(new.kind.name())
        .bind(new.user)
        .bind(new.session)
        .bind(new.state)
        .bind(new.expires_at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Whether anything is asked of the browser with this token.
pub(super) async fn is_asked(conn: &mut Conn, token_hash: &[u8], now: Micros) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM passkey_ceremony WHERE token_hash = $1 AND expires_at > $2";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(token_hash)
        .bind(now)
        .fetch_one(c)
        .await)?;
    Ok(count > 0)
}

/// What was asked, which is asked no more.
#[derive(FromRow)]
pub(super) struct Asked {
    pub(super) user_id: Option<UserId>,
    pub(super) session_id: Option<SessionId>,
    pub(super) state: String,
}

/// Uses it up, while its time lasts: of two answers at once, one finds it.
pub(super) async fn take_ceremony(
    conn: &mut Conn,
    id: CeremonyId,
    token_hash: &[u8],
    kind: Kind,
    now: Micros,
) -> Result<Option<Asked>, StoreError> {
    let sql = "DELETE FROM passkey_ceremony WHERE id = $1 AND token_hash = $2 AND kind = $3 AND expires_at > $4
               RETURNING user_id, session_id, state";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(id)
        .bind(token_hash)
        .bind(kind.name())
        .bind(now)
        .fetch_optional(c)
        .await)?)
}

pub(in crate::accounts) async fn delete_expired(conn: &mut Conn, now: Micros) -> Result<(), StoreError> {
    let sql = "DELETE FROM passkey_ceremony WHERE expires_at <= $1";
    on_engine!(conn, |c| sqlx::query(sql).bind(now).execute(c).await.map(drop))?;
    Ok(())
}
