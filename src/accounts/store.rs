//! SQL of accounts and sessions.

use sqlx::FromRow;

use super::device::Device;
use super::model::{Email, HideAddress, PersonCard, SessionId, Theme, Username, Viewer, Visibility, hue};
use super::status::Availability;
use super::status::ends::own_message;
use crate::kernel::id::UserId;
use crate::kernel::picture::PictureId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError, id_list};

pub(super) mod attempts;
pub(super) mod deletion;
pub(super) mod many;
pub(super) mod own_data;
pub(super) mod sessions;
pub(super) mod status;

#[derive(FromRow)]
struct ViewerRow {
    session_id: SessionId,
    last_used_at: Micros,
    id: UserId,
    username: String,
    display_name: String,
    locale: Option<String>,
    theme: String,
    time_zone: Option<String>,
    show_online: bool,
    is_invisible: bool,
    is_busy: bool,
    status: String,
    status_until: Option<Micros>,
    email_verified_at: Option<Micros>,
    picture_id: Option<PictureId>,
    deletes_at: Option<Micros>,
    confirmed_at: Micros,
}

/// A session that is in force, with its person.
pub(super) struct SignedIn {
    pub(super) session: SessionId,
    pub(super) last_used_at: Micros,
    pub(super) has_time_zone: bool,
    pub(super) viewer: Viewer,
    /// When their account will be deleted, if they have asked for it.
    pub(super) deletes_at: Option<Micros>,
    /// When they showed last who they are.
    pub(super) confirmed_at: Micros,
}

impl SignedIn {
    /// From its row, as it is at this moment.
    fn of(row: ViewerRow, now: Micros) -> Result<Self, StoreError> {
        let time_zone = row.time_zone.clone().unwrap_or_else(|| "UTC".to_owned());
        Ok(Self {
            session: row.session_id,
            last_used_at: row.last_used_at,
            has_time_zone: row.time_zone.is_some(),
            deletes_at: row.deletes_at,
            confirmed_at: row.confirmed_at,
            viewer: Viewer {
                id: row.id,
                username: row.username,
                display_name: row.display_name,
                hue: hue(row.id),
                picture: row.picture_id,
                locale: row.locale,
                theme: Theme::parse(&row.theme).map_err(|_| StoreError::Row("users.theme"))?,
                message: own_message(row.status, row.status_until, now, &time_zone),
                time_zone,
                visibility: Visibility {
                    show_online: row.show_online,
                    availability: Availability::of(row.is_invisible, row.is_busy),
                },
                must_confirm_email: row.email_verified_at.is_none(),
            },
        })
    }
}

/// Who a login name belongs to, and the hash to check; empty if they have no password.
#[derive(FromRow)]
pub(super) struct Credentials {
    pub(super) id: UserId,
    pub(super) password_hash: String,
}

#[derive(FromRow)]
struct CardRow {
    id: UserId,
    username: String,
    display_name: String,
    picture_id: Option<PictureId>,
}

impl From<CardRow> for PersonCard {
    fn from(row: CardRow) -> Self {
        Self {
            id: row.id,
            hue: hue(row.id),
            username: row.username,
            display_name: row.display_name,
            picture: row.picture_id,
        }
    }
}

/// What search by name looks in.
fn search_key(display_name: &str, username: &str) -> String {
    format!("{} {}", display_name.to_lowercase(), username.to_lowercase())
}

/// What a new account is made of.
pub(super) struct NewUser<'a> {
    pub(super) id: UserId,
    pub(super) username: &'a Username,
    pub(super) email: &'a Email,
    pub(super) password_hash: &'a str,
    pub(super) display_name: &'a str,
    pub(super) locale: Option<&'a str>,
    pub(super) theme: Theme,
    pub(super) time_zone: Option<&'a str>,
    pub(super) email_verified_at: Option<Micros>,
}

/// # Errors
/// [`StoreError::violates`] `users_username_key` or `users_email_key` when somebody has the name or the address.
pub(super) async fn insert_user(conn: &mut Conn, user: &NewUser<'_>, now: Micros) -> Result<(), StoreError> {
    let sql = "INSERT INTO users (id, username, username_key, email, email_key, password_hash, display_name, locale, theme, time_zone, created_at, search_key, email_verified_at, owned_since)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $13)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user.id)
        .bind(user.username.as_str())
        .bind(user.username.key())
        .bind(user.email.as_str())
        .bind(user.email.key())
        .bind(user.password_hash)
        .bind(user.display_name)
        .bind(user.locale)
        .bind(user.theme.name())
        .bind(user.time_zone)
        .bind(now)
        .bind(search_key(user.display_name, user.username.as_str()))
        .bind(user.email_verified_at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Which of the two is taken already: (username, address).
pub(super) async fn taken(conn: &mut Conn, username: &str, email: &str) -> Result<(bool, bool), StoreError> {
    let sql = "SELECT (SELECT COUNT(*) FROM users WHERE username_key = $1), (SELECT COUNT(*) FROM users WHERE email_key = $2)";
    let (names, addresses): (i64, i64) = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(username)
        .bind(email)
        .fetch_one(c)
        .await)?;
    Ok((names > 0, addresses > 0))
}

/// By username or e-mail address, either folded.
pub(super) async fn credentials(conn: &mut Conn, key: &str) -> Result<Option<Credentials>, StoreError> {
    let sql = "SELECT id, password_hash FROM users WHERE username_key = $1 OR email_key = $1";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(key)
        .fetch_optional(c)
        .await)?)
}

/// A sign-in to keep.
pub(super) struct NewSession<'a> {
    pub(super) id: SessionId,
    pub(super) user: UserId,
    pub(super) token_hash: Vec<u8>,
    pub(super) confirmed_at: Micros,
    pub(super) expires_at: Micros,
    pub(super) user_agent: &'a str,
    pub(super) address: &'a str,
}

pub(super) async fn insert_session(conn: &mut Conn, session: NewSession<'_>, now: Micros) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO session (id, user_id, token_hash, created_at, last_used_at, confirmed_at, expires_at, user_agent,
                                    address)
               VALUES ($1, $2, $3, $4, $4, $5, $6, $7, $8)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(session.id)
        .bind(session.user)
        .bind(session.token_hash)
        .bind(now)
        .bind(session.confirmed_at)
        .bind(session.expires_at)
        .bind(session.user_agent)
        .bind(session.address)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

pub(super) async fn signed_in(conn: &mut Conn, token_hash: &[u8], now: Micros) -> Result<Option<SignedIn>, StoreError> {
    // Who is going reads their own name still.
    let sql = "SELECT session.id AS session_id, session.last_used_at, users.id, COALESCE(d.username, users.username) AS username,
                      COALESCE(d.display_name, users.display_name) AS display_name, locale, theme, time_zone,
                      show_online, is_invisible, is_busy, status, status_until, email_verified_at, users.picture_id,
                      d.deletes_at, session.confirmed_at
               FROM session JOIN users ON users.id = session.user_id LEFT JOIN account_deletion d ON d.user_id = users.id
               WHERE token_hash = $1 AND expires_at > $2 AND users.deleted_at IS NULL";
    let row: Option<ViewerRow> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(token_hash)
        .bind(now)
        .fetch_optional(c)
        .await)?;
    row.map(|row| SignedIn::of(row, now)).transpose()
}

pub(super) async fn session_exists(conn: &mut Conn, id: SessionId, now: Micros) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM session s JOIN users u ON u.id = s.user_id
               WHERE s.id = $1 AND s.expires_at > $2 AND u.deleted_at IS NULL";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql).bind(id).bind(now).fetch_one(c).await)?;
    Ok(count > 0)
}

/// Moves the expiry on: a session ends after a time without use, not after a time.
pub(super) async fn touch_session(
    conn: &mut Conn,
    id: SessionId,
    now: Micros,
    expires_at: Micros,
) -> Result<(), StoreError> {
    let sql = "UPDATE session SET last_used_at = $2, expires_at = $3 WHERE id = $1";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(now)
        .bind(expires_at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

pub(super) async fn delete_expired_sessions(conn: &mut Conn, now: Micros) -> Result<(), StoreError> {
    on_engine!(conn, |c| sqlx::query("DELETE FROM session WHERE expires_at <= $1")
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Writes down that a known device is used; `false` if it is not known.
pub(super) async fn touch_device(
    conn: &mut Conn,
    user: UserId,
    device: &Device,
    now: Micros,
) -> Result<bool, StoreError> {
    let sql = "UPDATE known_device SET last_used_at = $4 WHERE user_id = $1 AND family = $2 AND network = $3";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(&device.family)
        .bind(&device.network)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done > 0)
}

pub(super) async fn insert_device(
    conn: &mut Conn,
    user: UserId,
    device: &Device,
    now: Micros,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO known_device (user_id, family, network, last_used_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(&device.family)
        .bind(&device.network)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Whether any device of a person is known.
pub(super) async fn has_devices(conn: &mut Conn, user: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM known_device WHERE user_id = $1";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_one(c).await)?;
    Ok(count > 0)
}

pub(super) async fn delete_old_devices(conn: &mut Conn, before: Micros) -> Result<(), StoreError> {
    on_engine!(conn, |c| sqlx::query(
        "DELETE FROM known_device WHERE last_used_at < $1"
    )
    .bind(before)
    .execute(c)
    .await
    .map(drop))?;
    Ok(())
}

/// What the browsers of a person's sessions call themselves, and their addresses.
pub(super) async fn session_origins(conn: &mut Conn, user: UserId) -> Result<Vec<(String, String)>, StoreError> {
    let sql = "SELECT user_agent, address FROM session WHERE user_id = $1";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?)
}

pub(super) async fn set_appearance(
    conn: &mut Conn,
    user: UserId,
    locale: Option<&str>,
    theme: Theme,
) -> Result<(), StoreError> {
    let sql = "UPDATE users SET locale = $2, theme = $3 WHERE id = $1";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(locale)
        .bind(theme.name())
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

pub(super) async fn set_locale(conn: &mut Conn, user: UserId, locale: &str) -> Result<(), StoreError> {
    on_engine!(conn, |c| sqlx::query("UPDATE users SET locale = $2 WHERE id = $1")
        .bind(user)
        .bind(locale)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

pub(super) async fn set_name_and_zone(
    conn: &mut Conn,
    user: UserId,
    display_name: &str,
    time_zone: &str,
) -> Result<(), StoreError> {
    let (username,): (String,) = on_engine!(conn, |c| sqlx::query_as("SELECT username FROM users WHERE id = $1")
        .bind(user)
        .fetch_one(c)
        .await)?;
    // Not of who is going: it would be seen.
    let sql = "UPDATE users SET display_name = $2, time_zone = $3, search_key = $4 WHERE id = $1 AND username <> ''";
    let key = search_key(display_name, &username);
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(display_name)
        .bind(time_zone)
        .bind(key)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Only while none is known: what a person has chosen is not overruled by the device that they travel with.
pub(super) async fn set_first_time_zone(conn: &mut Conn, user: UserId, time_zone: &str) -> Result<(), StoreError> {
    let sql = "UPDATE users SET time_zone = $2 WHERE id = $1 AND time_zone IS NULL";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(time_zone)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// All of them in one statement. What was written down later stays, and so does what is seen of those who appear offline.
/// On PostgreSQL the rows are locked in one order: two processes that write of the same people must not wait for each other in a circle.
pub(super) async fn set_last_seen(conn: &mut Conn, people: &[UserId], now: Micros) -> Result<(), StoreError> {
    let sql = conn.sql(
        "UPDATE users SET last_seen_at = $2 WHERE id IN (SELECT unhex(value) FROM json_each($1))
         AND (last_seen_at IS NULL OR last_seen_at < $2) AND NOT is_invisible",
        "UPDATE users SET last_seen_at = $2 WHERE id IN (
             SELECT id FROM users WHERE id IN (SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb))
             AND (last_seen_at IS NULL OR last_seen_at < $2) AND NOT is_invisible ORDER BY id FOR UPDATE)",
    );
    let ids = id_list(people.iter().map(|user| user.uuid()));
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(ids)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

pub(super) async fn visibility(conn: &mut Conn, user: UserId) -> Result<Option<Visibility>, StoreError> {
    let sql = "SELECT show_online, is_invisible, is_busy FROM users WHERE id = $1";
    let row: Option<(bool, bool, bool)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_optional(c).await)?;
    Ok(row.map(|(show_online, is_invisible, is_busy)| Visibility {
        show_online,
        availability: Availability::of(is_invisible, is_busy),
    }))
}

pub(super) async fn set_show_online(conn: &mut Conn, user: UserId, show_online: bool) -> Result<(), StoreError> {
    let sql = "UPDATE users SET show_online = $2 WHERE id = $1";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(show_online)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

pub(super) async fn hide_address(conn: &mut Conn, user: UserId) -> Result<Option<HideAddress>, StoreError> {
    let sql = "SELECT hide_address FROM users WHERE id = $1";
    let row: Option<(String,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_optional(c).await)?;
    row.map(|(name,)| HideAddress::parse(&name).map_err(|_| StoreError::Row("users.hide_address")))
        .transpose()
}

pub(super) async fn set_hide_address(conn: &mut Conn, user: UserId, choice: HideAddress) -> Result<(), StoreError> {
    let sql = "UPDATE users SET hide_address = $2 WHERE id = $1";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(choice.name())
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Also takes the row for the caller's transaction, on which two changes of one person's picture wait for each other. `false` if there is
/// no such person.
pub(super) async fn set_picture(conn: &mut Conn, user: UserId, picture: Option<PictureId>) -> Result<bool, StoreError> {
    // Of who is going nothing is to be seen: what they sent before is too late.
    let sql = "UPDATE users SET picture_id = $2 WHERE id = $1 AND username <> ''";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(picture)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done > 0)
}

/// Of people who are there: a name may be kept for somebody who is going.
pub(super) async fn card_by_username(conn: &mut Conn, key: &str) -> Result<Option<PersonCard>, StoreError> {
    let sql = "SELECT id, username, display_name, picture_id FROM users WHERE username_key = $1 AND username <> ''";
    let row: Option<CardRow> = on_engine!(conn, |c| sqlx::query_as(sql).bind(key).fetch_optional(c).await)?;
    Ok(row.map(PersonCard::from))
}

pub(super) async fn card(conn: &mut Conn, id: UserId) -> Result<Option<PersonCard>, StoreError> {
    let sql = "SELECT id, username, display_name, picture_id FROM users WHERE id = $1";
    let row: Option<CardRow> = on_engine!(conn, |c| sqlx::query_as(sql).bind(id).fetch_optional(c).await)?;
    Ok(row.map(PersonCard::from))
}

pub(super) async fn last_seen(conn: &mut Conn, id: UserId) -> Result<Option<Micros>, StoreError> {
    let row: Option<(Option<Micros>,)> =
        on_engine!(conn, |c| sqlx::query_as("SELECT last_seen_at FROM users WHERE id = $1")
            .bind(id)
            .fetch_optional(c)
            .await)?;
    Ok(row.and_then(|(at,)| at))
}

pub(super) async fn time_zone(conn: &mut Conn, id: UserId) -> Result<Option<String>, StoreError> {
    let row: Option<(Option<String>,)> =
        on_engine!(conn, |c| sqlx::query_as("SELECT time_zone FROM users WHERE id = $1")
            .bind(id)
            .fetch_optional(c)
            .await)?;
    Ok(row.and_then(|(zone,)| zone))
}

pub(super) async fn count(conn: &mut Conn) -> Result<i64, StoreError> {
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(
        "SELECT COUNT(*) FROM users WHERE deleted_at IS NULL"
    )
    .fetch_one(c)
    .await)?;
    Ok(count)
}
