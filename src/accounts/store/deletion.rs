//! SQL of people who go: what others see of them is put aside, comes back, or is deleted for good.

use sqlx::FromRow;

use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// Puts aside what others see of a person, until `deletes_at`; `false` if they are going already, or are gone.
pub(in crate::accounts) async fn hide(
    conn: &mut Conn,
    user: UserId,
    language: &str,
    now: Micros,
    deletes_at: Micros,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO account_deletion
                   (user_id, asked_at, deletes_at, language, username, display_name, search_key, picture_id)
               SELECT id, $2, $3, $4, username, display_name, search_key, picture_id
               FROM users WHERE id = $1 AND username <> '' ON CONFLICT DO NOTHING";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(now)
        .bind(deletes_at)
        .bind(language)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if done == 0 {
        return Ok(false);
    }
    // Name and address stay taken: both still sign in.
    let sql = "UPDATE users SET username = '', display_name = '', search_key = '', picture_id = NULL WHERE id = $1";
    on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
    Ok(true)
}

/// Brings it back; `false` if the person is not going.
pub(in crate::accounts) async fn bring_back(conn: &mut Conn, user: UserId) -> Result<bool, StoreError> {
    let sql = "UPDATE users SET username = d.username, display_name = d.display_name, search_key = d.search_key,
                      picture_id = d.picture_id
               FROM account_deletion d WHERE d.user_id = users.id AND users.id = $1";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    let sql = "DELETE FROM account_deletion WHERE user_id = $1";
    on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
    Ok(done > 0)
}

/// Some of those whose time is over, the longest first.
pub(in crate::accounts) async fn due(conn: &mut Conn, now: Micros) -> Result<Vec<UserId>, StoreError> {
    let sql = "SELECT user_id FROM account_deletion WHERE deletes_at <= $1 ORDER BY deletes_at LIMIT 1000";
    let rows: Vec<(UserId,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(now).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(user,)| user).collect())
}

/// Somebody who is going.
#[derive(Clone, Debug, FromRow)]
pub(in crate::accounts) struct Going {
    pub(in crate::accounts) deletes_at: Micros,
    /// Of the page that it was asked on.
    pub(in crate::accounts) language: String,
    pub(in crate::accounts) display_name: String,
    pub(in crate::accounts) email: String,
    /// The address, folded.
    pub(in crate::accounts) email_key: String,
    /// The language that they have chosen.
    pub(in crate::accounts) locale: Option<String>,
}

pub(in crate::accounts) async fn going(conn: &mut Conn, user: UserId) -> Result<Option<Going>, StoreError> {
    let sql = "SELECT d.deletes_at, d.language, d.display_name, u.email, u.email_key, u.locale
               FROM account_deletion d JOIN users u ON u.id = d.user_id WHERE d.user_id = $1";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .fetch_optional(c)
        .await)?)
}

/// Whether somebody is there for others; stays so until the transaction ends.
pub(in crate::accounts) async fn is_there(conn: &mut Conn, user: UserId) -> Result<bool, StoreError> {
    let sql = conn.sql(
        "SELECT username <> '' FROM users WHERE id = $1",
        "SELECT username <> '' FROM users WHERE id = $1 FOR SHARE",
    );
    let row: Option<(bool,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_optional(c).await)?;
    Ok(row.is_some_and(|(is_there,)| is_there))
}

/// What accounts have of a person goes. Of what was written down stays that, and when, the account was to be deleted;
/// from where does not.
const ERASE: [&str; 12] = [
    "DELETE FROM passkey_ceremony WHERE user_id = $1",
    "DELETE FROM passkey WHERE user_id = $1",
    "DELETE FROM identity WHERE user_id = $1",
    "DELETE FROM second_factor WHERE user_id = $1",
    "DELETE FROM recovery_code WHERE user_id = $1",
    "DELETE FROM sign_in_attempt WHERE user_id = $1",
    "DELETE FROM account_token WHERE user_id = $1",
    "DELETE FROM known_device WHERE user_id = $1",
    "DELETE FROM user_role WHERE user_id = $1",
    "DELETE FROM account_deletion WHERE user_id = $1",
    "DELETE FROM audit WHERE user_id = $1 AND kind NOT IN ('deletion_asked', 'deletion_taken_back')",
    "UPDATE audit SET address = '', user_agent = '' WHERE user_id = $1",
];

/// Makes the row nobody's, and keeps it from others until the transaction ends: what somebody puts beside it at this
/// moment is there already, or comes too late.
pub(in crate::accounts) async fn take(conn: &mut Conn, user: UserId, now: Micros) -> Result<(), StoreError> {
    // No username and no address looks like these keys, so nobody has them, and those from before are free.
    let sql = "UPDATE users SET username = '', username_key = $2, email = '', email_key = $2, password_hash = '',
                      display_name = '', search_key = '', locale = NULL, theme = 'system', time_zone = NULL,
                      last_seen_at = NULL, created_at = $3, is_invisible = FALSE, show_online = TRUE,
                      hide_address = 'until_talked', email_verified_at = NULL, owned_since = NULL, picture_id = NULL,
                      is_busy = FALSE, status = '', status_until = NULL, deleted_at = $3
               WHERE id = $1";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(format!("deleted:{user}"))
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Deletes what is the person's own. Sessions are for the caller.
pub(in crate::accounts) async fn erase(conn: &mut Conn, user: UserId) -> Result<(), StoreError> {
    for sql in ERASE {
        on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
    }
    Ok(())
}
