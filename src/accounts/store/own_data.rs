//! SQL of archives: the rows of those that were asked for, and what accounts put into them.

use serde::Serialize;
use sqlx::FromRow;

use crate::accounts::own_data::DataExportId;
use crate::accounts::own_data::portable::{Moment, ROWS};
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// How it stands with one.
#[derive(Clone, Debug, FromRow)]
pub(in crate::accounts) struct Export {
    pub(in crate::accounts) id: DataExportId,
    pub(in crate::accounts) asked_at: Micros,
    pub(in crate::accounts) ready_at: Option<Micros>,
    pub(in crate::accounts) failed_at: Option<Micros>,
    pub(in crate::accounts) size: Option<i64>,
}

/// One that is to be made.
#[derive(Clone, Debug, FromRow)]
pub(in crate::accounts) struct Asked {
    pub(in crate::accounts) id: DataExportId,
    pub(in crate::accounts) user: UserId,
    /// Of the page that it was asked for on.
    pub(in crate::accounts) language: String,
    /// What the person has chosen.
    pub(in crate::accounts) locale: Option<String>,
}

/// Asks for one; `false` if one is being made.
pub(in crate::accounts) async fn insert(
    conn: &mut Conn,
    id: DataExportId,
    user: UserId,
    language: &str,
    now: Micros,
) -> Result<bool, StoreError> {
    let sql =
        "INSERT INTO data_export (id, user_id, language, asked_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(user)
        .bind(language)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done > 0)
}

/// A person's, the one that was asked for last first: one that is made or could not be, and the one before.
pub(in crate::accounts) async fn latest(conn: &mut Conn, user: UserId) -> Result<Vec<Export>, StoreError> {
    let sql = "SELECT id, asked_at, ready_at, failed_at, size FROM data_export WHERE user_id = $1
               ORDER BY asked_at DESC, id LIMIT 10";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?)
}

/// Whether it is `user`'s, and was made after `since`.
pub(in crate::accounts) async fn ready(
    conn: &mut Conn,
    id: DataExportId,
    user: UserId,
    since: Micros,
) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM data_export WHERE id = $1 AND user_id = $2 AND ready_at > $3";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(id)
        .bind(user)
        .bind(since)
        .fetch_one(c)
        .await)?;
    Ok(count > 0)
}

/// One that is to be made still.
pub(in crate::accounts) async fn asked(conn: &mut Conn, id: DataExportId) -> Result<Option<Asked>, StoreError> {
    let sql = "SELECT e.id, u.id AS \"user\", e.language, u.locale FROM data_export e JOIN users u ON u.id = e.user_id
               WHERE e.id = $1 AND e.ready_at IS NULL AND e.failed_at IS NULL";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(id)
        .fetch_optional(c)
        .await)?)
}

/// It is made; `false` if nobody waits for it any more.
pub(in crate::accounts) async fn set_ready(
    conn: &mut Conn,
    id: DataExportId,
    size: i64,
    now: Micros,
) -> Result<bool, StoreError> {
    let sql = "UPDATE data_export SET ready_at = $2, size = $3
               WHERE id = $1 AND user_id IS NOT NULL AND ready_at IS NULL AND failed_at IS NULL";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(now)
        .bind(size)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done > 0)
}

/// It could not be made.
pub(in crate::accounts) async fn set_failed(conn: &mut Conn, id: DataExportId, now: Micros) -> Result<(), StoreError> {
    let sql = "UPDATE data_export SET failed_at = $2 WHERE id = $1 AND ready_at IS NULL";
    on_engine!(conn, |c| sqlx::query(sql).bind(id).bind(now).execute(c).await.map(drop))?;
    Ok(())
}

/// Of `user`, or of everybody: what was asked for before `before` and is not made will not be.
pub(in crate::accounts) async fn give_up(
    conn: &mut Conn,
    user: Option<UserId>,
    before: Micros,
    now: Micros,
) -> Result<(), StoreError> {
    let sql = "UPDATE data_export SET failed_at = $3 WHERE asked_at < $2 AND ready_at IS NULL AND failed_at IS NULL
               AND user_id = COALESCE($1, user_id)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(before)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

macro_rules! let_go {
    ($where:literal) => {
        concat!(
            "UPDATE data_export SET user_id = NULL WHERE user_id = $1",
            $where,
            " RETURNING id"
        )
    };
}

fn ids(rows: Vec<(DataExportId,)>) -> Vec<DataExportId> {
    rows.into_iter().map(|(id,)| id).collect()
}

/// All of a person's but this one are nobody's. Answers which.
pub(in crate::accounts) async fn let_go_others(
    conn: &mut Conn,
    user: UserId,
    id: DataExportId,
) -> Result<Vec<DataExportId>, StoreError> {
    let sql = let_go!(" AND id <> $2");
    Ok(ids(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(id)
        .fetch_all(c)
        .await)?))
}

/// The same of those that could not be made.
pub(in crate::accounts) async fn let_go_failed(conn: &mut Conn, user: UserId) -> Result<Vec<DataExportId>, StoreError> {
    let sql = let_go!(" AND failed_at IS NOT NULL");
    Ok(ids(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .fetch_all(c)
        .await)?))
}

/// The same of all.
pub(in crate::accounts) async fn let_go_all(conn: &mut Conn, user: UserId) -> Result<Vec<DataExportId>, StoreError> {
    let sql = let_go!("");
    Ok(ids(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .fetch_all(c)
        .await)?))
}

/// What was made, or given up, before `before` is nobody's.
pub(in crate::accounts) async fn let_go_old(conn: &mut Conn, before: Micros) -> Result<(), StoreError> {
    let sql = "UPDATE data_export SET user_id = NULL WHERE user_id IS NOT NULL AND COALESCE(ready_at, failed_at) <= $1";
    on_engine!(conn, |c| sqlx::query(sql).bind(before).execute(c).await.map(drop))?;
    Ok(())
}

/// What is nobody's.
pub(in crate::accounts) async fn nobodys(conn: &mut Conn) -> Result<Vec<DataExportId>, StoreError> {
    let sql = "SELECT id FROM data_export WHERE user_id IS NULL LIMIT 1000";
    Ok(ids(on_engine!(conn, |c| sqlx::query_as(sql).fetch_all(c).await)?))
}

/// Whether it is somebody's. What has no row is nobody's as well.
pub(in crate::accounts) async fn is_somebodys(conn: &mut Conn, id: DataExportId) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM data_export WHERE id = $1 AND user_id IS NOT NULL";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql).bind(id).fetch_one(c).await)?;
    Ok(count > 0)
}

/// Its file is gone.
pub(in crate::accounts) async fn delete(conn: &mut Conn, id: DataExportId) -> Result<(), StoreError> {
    let sql = "DELETE FROM data_export WHERE id = $1 AND user_id IS NULL";
    on_engine!(conn, |c| sqlx::query(sql).bind(id).execute(c).await.map(drop))?;
    Ok(())
}

/// What an account is, but its secrets.
#[derive(FromRow, Serialize)]
pub(in crate::accounts) struct AccountRow {
    id: UserId,
    username: String,
    display_name: String,
    email: String,
    email_confirmed_at: Option<Moment>,
    created_at: Moment,
    last_seen_at: Option<Moment>,
    has_password: bool,
    second_factor_since: Option<Moment>,
    recovery_codes_left: i64,
    language: Option<String>,
    theme: String,
    time_zone: Option<String>,
    shows_others_when_online: bool,
    is_invisible: bool,
    is_busy: bool,
    status_message: String,
    status_message_until: Option<Moment>,
    hides_network_address: String,
    picture: Option<uuid::Uuid>,
    role: String,
}

pub(in crate::accounts) async fn account(conn: &mut Conn, user: UserId) -> Result<Option<AccountRow>, StoreError> {
    let sql =
        "SELECT id, username, display_name, email, email_verified_at AS email_confirmed_at, created_at, last_seen_at,
                      password_hash <> '' AS has_password,
                      (SELECT f.confirmed_at FROM second_factor f WHERE f.user_id = users.id) AS second_factor_since,
                      (SELECT COUNT(*) FROM recovery_code r WHERE r.user_id = users.id) AS recovery_codes_left,
                      locale AS language, theme, time_zone, show_online AS shows_others_when_online, is_invisible,
                      is_busy, status AS status_message, status_until AS status_message_until,
                      hide_address AS hides_network_address, picture_id AS picture,
                      COALESCE((SELECT r.role FROM user_role r WHERE r.user_id = users.id), 'member') AS role
               FROM users WHERE id = $1";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .fetch_optional(c)
        .await)?)
}

/// A session, but its token.
#[derive(FromRow, Serialize)]
pub(in crate::accounts) struct SessionRow {
    browser: String,
    address: String,
    signed_in_at: Moment,
    last_used_at: Moment,
    confirmed_at: Moment,
    ends_at: Moment,
}

pub(in crate::accounts) async fn sessions(conn: &mut Conn, user: UserId) -> Result<Vec<SessionRow>, StoreError> {
    let sql = "SELECT user_agent AS browser, address, created_at AS signed_in_at, last_used_at, confirmed_at,
                      expires_at AS ends_at
               FROM session WHERE user_id = $1 ORDER BY created_at, id";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?)
}

#[derive(FromRow, Serialize)]
pub(in crate::accounts) struct DeviceRow {
    browser_and_system: String,
    network: String,
    last_used_at: Moment,
}

pub(in crate::accounts) async fn devices(conn: &mut Conn, user: UserId) -> Result<Vec<DeviceRow>, StoreError> {
    let sql = "SELECT family AS browser_and_system, network, last_used_at FROM known_device
               WHERE user_id = $1 ORDER BY last_used_at, family, network";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?)
}

/// A mail with a link, but the link.
#[derive(FromRow, Serialize)]
pub(in crate::accounts) struct LinkRow {
    purpose: String,
    email: String,
    sent_at: Moment,
    works_until: Moment,
}

/// Those that work still.
pub(in crate::accounts) async fn links(conn: &mut Conn, user: UserId, now: Micros) -> Result<Vec<LinkRow>, StoreError> {
    let sql = "SELECT purpose, email, created_at AS sent_at, expires_at AS works_until FROM account_token
               WHERE user_id = $1 AND expires_at > $2 ORDER BY created_at, purpose";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(now)
        .fetch_all(c)
        .await)?)
}

/// What was written down of the account.
#[derive(FromRow)]
pub(in crate::accounts) struct HappeningRow {
    pub(in crate::accounts) id: uuid::Uuid,
    pub(in crate::accounts) at: Moment,
    pub(in crate::accounts) kind: String,
    pub(in crate::accounts) address: String,
    pub(in crate::accounts) user_agent: String,
    pub(in crate::accounts) detail: String,
}

/// Some of it, after the row of that key: keys sort by time.
pub(in crate::accounts) async fn happenings(
    conn: &mut Conn,
    user: UserId,
    after: uuid::Uuid,
) -> Result<Vec<HappeningRow>, StoreError> {
    let sql = "SELECT id, at, kind, address, user_agent, detail FROM audit
               WHERE user_id = $1 AND id > $2 ORDER BY id LIMIT $3";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(after)
        .bind(ROWS)
        .fetch_all(c)
        .await)?)
}

/// An archive that was asked for.
#[derive(FromRow, Serialize)]
pub(in crate::accounts) struct ExportRow {
    asked_at: Moment,
    ready_at: Option<Moment>,
    failed_at: Option<Moment>,
    bytes: Option<i64>,
}

pub(in crate::accounts) async fn exports(conn: &mut Conn, user: UserId) -> Result<Vec<ExportRow>, StoreError> {
    let sql =
        "SELECT asked_at, ready_at, failed_at, size AS bytes FROM data_export WHERE user_id = $1 ORDER BY asked_at";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?)
}

/// A passkey by the name that the person knows it by.
#[derive(FromRow, Serialize)]
pub(in crate::accounts) struct PasskeyRow {
    name: String,
    added_at: Moment,
    last_used_at: Option<Moment>,
}

pub(in crate::accounts) async fn passkeys(conn: &mut Conn, user: UserId) -> Result<Vec<PasskeyRow>, StoreError> {
    let sql =
        "SELECT name, created_at AS added_at, last_used_at FROM passkey WHERE user_id = $1 ORDER BY created_at, id";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?)
}

/// An account elsewhere that signs in.
#[derive(FromRow, Serialize)]
pub(in crate::accounts) struct IdentityRow {
    issuer: String,
    subject: String,
    email: String,
    linked_at: Moment,
}

pub(in crate::accounts) async fn identities(conn: &mut Conn, user: UserId) -> Result<Vec<IdentityRow>, StoreError> {
    let sql = "SELECT issuer, subject, email, created_at AS linked_at FROM identity
               WHERE user_id = $1 ORDER BY created_at, id";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?)
}
