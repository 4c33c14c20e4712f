//! SQL of invitations.

pub(super) mod leaving;

use sqlx::FromRow;
use uuid::Uuid;

use super::model::{InvitationId, Outcome};
use crate::accounts::model::{PersonCard, hue};
use crate::kernel::id::UserId;
use crate::kernel::picture::PictureId;
use crate::kernel::time::Micros;
use crate::matching::model::{PartnershipId, RoomId};
use crate::matching::service::Partnership;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// A row, as far as services need it.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Invitation {
    pub(super) id: InvitationId,
    pub(super) partnership_id: PartnershipId,
    pub(super) caller_id: UserId,
    pub(super) callee_id: UserId,
    pub(super) message: String,
    pub(super) expires_at: Micros,
    pub(super) reached_at: Option<Micros>,
    /// It rings for the caller only.
    pub(super) is_silent: bool,
    /// The pair's room; `None` when the partnership has ended meanwhile.
    pub(super) room_id: Option<RoomId>,
}

impl Invitation {
    /// For how many milliseconds it rings on.
    pub(super) fn left(&self, now: Micros) -> Option<u32> {
        u32::try_from(self.expires_at.since(now).as_millis()).ok()
    }
}

macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT i.id, i.partnership_id, i.caller_id, i.callee_id, i.message, i.expires_at, i.reached_at, i.is_silent,
                    CASE WHEN p.ended_at IS NULL THEN p.room_id END AS room_id
             FROM call_invitation i JOIN partnership p ON p.id = i.partnership_id WHERE i.status = 'ringing' AND ",
            $where
        )
    };
}

/// Stores a ringing invitation, `is_silent` if for the caller only; `false` if the pair rings already, whoever called.
pub(super) async fn insert(
    conn: &mut Conn,
    id: InvitationId,
    pair: &Partnership,
    message: &str,
    now: Micros,
    expires_at: Micros,
    is_silent: bool,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO call_invitation (id, partnership_id, caller_id, callee_id, message, status, created_at, expires_at, is_silent)
               VALUES ($1, $2, $3, $4, $5, 'ringing', $6, $7, $8) ON CONFLICT DO NOTHING";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(pair.id)
        .bind(pair.me)
        .bind(pair.partner)
        .bind(message)
        .bind(now)
        .bind(expires_at)
        .bind(is_silent)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done == 1)
}

/// Stores an invitation that never rang, because nobody was there.
pub(super) async fn insert_expired(
    conn: &mut Conn,
    id: InvitationId,
    pair: &Partnership,
    message: &str,
    now: Micros,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO call_invitation (id, partnership_id, caller_id, callee_id, message, status, created_at, expires_at, settled_at)
               VALUES ($1, $2, $3, $4, $5, 'expired', $6, $6, $6)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(pair.id)
        .bind(pair.me)
        .bind(pair.partner)
        .bind(message)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// The one that rings between the two.
pub(super) async fn ringing_between(conn: &mut Conn, pair: PartnershipId) -> Result<Option<Invitation>, StoreError> {
    let sql = select!("i.partnership_id = $1");
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(pair)
        .fetch_optional(c)
        .await)?)
}

/// One that rings and that `user` is part of.
pub(super) async fn ringing(conn: &mut Conn, id: InvitationId, user: UserId) -> Result<Option<Invitation>, StoreError> {
    let sql = select!("i.id = $1 AND (i.caller_id = $2 OR i.callee_id = $2)");
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(id)
        .bind(user)
        .fetch_optional(c)
        .await)?)
}

/// Whether an invitation exists that `user` is part of, settled or not.
pub(super) async fn exists(conn: &mut Conn, id: InvitationId, user: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM call_invitation WHERE id = $1 AND (caller_id = $2 OR callee_id = $2)";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql).bind(id).bind(user).fetch_one(c).await)?;
    Ok(count > 0)
}

/// Everything that rings for or from `user`.
pub(super) async fn ringing_of(conn: &mut Conn, user: UserId) -> Result<Vec<Invitation>, StoreError> {
    let sql = select!("(i.caller_id = $1 OR i.callee_id = $1) ORDER BY i.id");
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?)
}

/// An invitation that ended, and who the other one is.
#[derive(Debug, FromRow)]
pub(super) struct SettledRow {
    pub(super) id: InvitationId,
    /// The name of how it ended.
    pub(super) status: String,
    /// The room of a call that was answered and goes on: nobody is to be sent into one that is over.
    pub(super) room_id: Option<RoomId>,
    with_id: UserId,
    username: String,
    display_name: String,
    picture_id: Option<PictureId>,
}

impl SettledRow {
    /// The other one.
    pub(super) fn with(self) -> PersonCard {
        PersonCard {
            id: self.with_id,
            hue: hue(self.with_id),
            username: self.username,
            display_name: self.display_name,
            picture: self.picture_id,
        }
    }
}

/// Invitations for and from `user` that ended after `since`, the latest first.
pub(super) async fn settled_since(conn: &mut Conn, user: UserId, since: Micros) -> Result<Vec<SettledRow>, StoreError> {
    let sql = "SELECT i.id, i.status, u.id AS with_id, u.username, u.display_name, u.picture_id,
                      (SELECT c.room_id FROM call c WHERE c.partnership_id = p.id AND c.room_id = p.room_id AND c.ended_at IS NULL) AS room_id
               FROM call_invitation i JOIN partnership p ON p.id = i.partnership_id
               JOIN users u ON u.id = CASE WHEN i.caller_id = $1 THEN i.callee_id ELSE i.caller_id END
               WHERE (i.caller_id = $1 OR i.callee_id = $1) AND i.settled_at > $2 AND p.ended_at IS NULL
               ORDER BY i.settled_at DESC LIMIT 20";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(since)
        .fetch_all(c)
        .await)?)
}

/// Which attempts are asked for: invitations that ended without a call.
#[derive(Clone, Copy, Debug)]
pub struct AttemptsAsked {
    /// Made before the one whose key this is: keys sort by time.
    pub before: Uuid,
    /// Not before this point.
    pub since: Micros,
    /// Only with this person.
    pub with: Option<UserId>,
    /// Only those from others that the person did not answer.
    pub only_missed: bool,
    /// At most this many.
    pub limit: i64,
}

/// An attempt, with the other one.
#[derive(Debug, FromRow)]
pub(super) struct AttemptRow {
    pub(super) id: InvitationId,
    pub(super) created_at: Micros,
    /// The name of how it ended.
    pub(super) status: String,
    /// Whether it was the person who called.
    pub(super) by_me: bool,
    pub(super) is_partner: bool,
    #[sqlx(flatten)]
    with: WithRow,
}

impl AttemptRow {
    /// The other one.
    pub(super) fn with(self) -> PersonCard {
        self.with.into()
    }
}

#[derive(Debug, FromRow)]
struct WithRow {
    with_id: UserId,
    username: String,
    display_name: String,
    picture_id: Option<PictureId>,
}

impl From<WithRow> for PersonCard {
    fn from(row: WithRow) -> Self {
        Self {
            id: row.with_id,
            hue: hue(row.with_id),
            username: row.username,
            display_name: row.display_name,
            picture: row.picture_id,
        }
    }
}

macro_rules! attempts {
    ($columns:literal, $rest:literal) => {
        concat!(
            "SELECT u.id AS with_id, u.username, u.display_name, u.picture_id, ",
            $columns,
            " FROM call_invitation i JOIN partnership p ON p.id = i.partnership_id
             JOIN users u ON u.id = CASE WHEN i.caller_id = $1 THEN i.callee_id ELSE i.caller_id END
             WHERE (i.caller_id = $1 OR i.callee_id = $1) AND i.status NOT IN ('ringing', 'accepted')
               AND i.created_at >= $2 AND ($3 IS NULL OR u.id = $3)",
            $rest
        )
    };
}

/// Attempts of and to `user`, the latest first.
pub(super) async fn attempts(
    conn: &mut Conn,
    user: UserId,
    asked: AttemptsAsked,
) -> Result<Vec<AttemptRow>, StoreError> {
    let sql = attempts!(
        "i.id, i.created_at, i.status, i.caller_id = $1 AS by_me, p.ended_at IS NULL AS is_partner",
        " AND i.id < $4 AND ($5 = FALSE OR (i.callee_id = $1 AND i.status <> 'declined')) ORDER BY i.id DESC LIMIT $6"
    );
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(asked.since)
        .bind(asked.with)
        .bind(asked.before)
        .bind(asked.only_missed)
        .bind(asked.limit)
        .fetch_all(c)
        .await)?)
}

#[derive(FromRow)]
struct FailedRow {
    failed: i64,
    #[sqlx(flatten)]
    with: WithRow,
}

/// How many attempts of and to `user` there were since a point, by the other one.
pub(super) async fn failed_attempts(
    conn: &mut Conn,
    user: UserId,
    since: Micros,
    with: Option<UserId>,
) -> Result<Vec<(PersonCard, i64)>, StoreError> {
    let sql = attempts!(
        "COUNT(*) AS failed",
        " GROUP BY u.id, u.username, u.display_name, u.picture_id"
    );
    let rows: Vec<FailedRow> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(since)
        .bind(with)
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(|row| (row.with.into(), row.failed)).collect())
}

/// What rings from `caller`.
pub(super) async fn ringing_from(conn: &mut Conn, caller: UserId) -> Result<Vec<Invitation>, StoreError> {
    let sql = select!("i.caller_id = $1 ORDER BY i.id");
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(caller)
        .fetch_all(c)
        .await)?)
}

/// One that rings although its time is over.
pub(super) async fn due(conn: &mut Conn, id: InvitationId, now: Micros) -> Result<Option<Invitation>, StoreError> {
    let sql = select!("i.id = $1 AND i.expires_at <= $2");
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(id)
        .bind(now)
        .fetch_optional(c)
        .await)?)
}

/// Whether it rings.
pub(super) async fn rings(conn: &mut Conn, id: InvitationId) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM call_invitation WHERE id = $1 AND status = 'ringing'";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql).bind(id).fetch_one(c).await)?;
    Ok(count > 0)
}

/// What rings although its time was over before `before`.
pub(super) async fn due_before(conn: &mut Conn, before: Micros) -> Result<Vec<InvitationId>, StoreError> {
    let sql = "SELECT id FROM call_invitation WHERE status = 'ringing' AND expires_at < $1 ORDER BY id";
    let rows: Vec<(InvitationId,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(before).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Notes that a device of the callee shows it.
pub(super) async fn set_reached(
    conn: &mut Conn,
    id: InvitationId,
    callee: UserId,
    now: Micros,
) -> Result<(), StoreError> {
    let sql = "UPDATE call_invitation SET reached_at = $3 WHERE id = $1 AND callee_id = $2 AND status = 'ringing' AND reached_at IS NULL";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(callee)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Notes which call it led into: that began to ring when the invitation was made.
pub(super) async fn set_call(conn: &mut Conn, id: InvitationId, call: Uuid) -> Result<(), StoreError> {
    let sql = "UPDATE call_invitation SET call_id = $2 WHERE id = $1";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(call)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// The compare-and-set that every end goes through: `false` if another came first.
pub(super) async fn settle(
    conn: &mut Conn,
    id: InvitationId,
    outcome: Outcome,
    now: Micros,
) -> Result<bool, StoreError> {
    let sql = "UPDATE call_invitation SET status = $2, settled_at = $3 WHERE id = $1 AND status = 'ringing'";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(outcome.name())
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done == 1)
}
