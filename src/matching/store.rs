//! SQL of requests, partnerships and the search for partners.

pub(super) mod following;
pub(super) mod index;
pub(super) mod leaving;
pub(super) mod many;
pub(super) mod search;

use sqlx::FromRow;

use super::model::{EndReason, PartnershipId, RequestId, RequestStatus, RoomId};
use crate::accounts::model::{PersonCard, Visibility, hue};
use crate::accounts::status::Availability;
use crate::kernel::id::UserId;
use crate::kernel::picture::PictureId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

fn card(id: UserId, username: String, display_name: String, picture: Option<PictureId>) -> PersonCard {
    PersonCard {
        id,
        hue: hue(id),
        username,
        display_name,
        picture,
    }
}

#[derive(FromRow)]
struct RequestRow {
    id: RequestId,
    other_id: UserId,
    username: String,
    display_name: String,
    picture_id: Option<PictureId>,
    message: String,
    created_at: Micros,
}

/// An open request with the other person.
pub(super) struct OpenRequest {
    pub(super) id: RequestId,
    pub(super) person: PersonCard,
    pub(super) message: String,
    pub(super) created_at: Micros,
}

impl From<RequestRow> for OpenRequest {
    fn from(row: RequestRow) -> Self {
        Self {
            id: row.id,
            person: card(row.other_id, row.username, row.display_name, row.picture_id),
            message: row.message,
            created_at: row.created_at,
        }
    }
}

/// Open requests to (`incoming`) or from a person, newest first.
pub(super) async fn open_requests(conn: &mut Conn, me: UserId, incoming: bool) -> Result<Vec<OpenRequest>, StoreError> {
    let sql = if incoming {
        "SELECT r.id, u.id AS other_id, u.username, u.display_name, u.picture_id, r.message, r.created_at FROM match_request r
         JOIN users u ON u.id = r.sender_id WHERE r.recipient_id = $1 AND r.status = 'pending' ORDER BY r.id DESC LIMIT 200"
    } else {
        "SELECT r.id, u.id AS other_id, u.username, u.display_name, u.picture_id, r.message, r.created_at FROM match_request r
         JOIN users u ON u.id = r.recipient_id WHERE r.sender_id = $1 AND r.status = 'pending' ORDER BY r.id DESC LIMIT 200"
    };
    let rows: Vec<RequestRow> = on_engine!(conn, |c| sqlx::query_as(sql).bind(me).fetch_all(c).await)?;
    Ok(rows.into_iter().map(OpenRequest::from).collect())
}

/// How many requests wait for a person's answer.
pub(super) async fn waiting(conn: &mut Conn, me: UserId) -> Result<u32, StoreError> {
    let sql = "SELECT COUNT(*) FROM match_request WHERE recipient_id = $1 AND status = 'pending'";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql).bind(me).fetch_one(c).await)?;
    Ok(u32::try_from(count).unwrap_or(u32::MAX))
}

/// Whether a request from `sender` to `recipient` is open.
pub(super) async fn has_asked(conn: &mut Conn, sender: UserId, recipient: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM match_request WHERE sender_id = $1 AND recipient_id = $2 AND status = 'pending'";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(sender)
        .bind(recipient)
        .fetch_one(c)
        .await)?;
    Ok(count > 0)
}

/// Whether `recipient` has declined a request of `sender` since then.
pub(super) async fn has_declined(
    conn: &mut Conn,
    sender: UserId,
    recipient: UserId,
    since: Micros,
) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM match_request
               WHERE sender_id = $1 AND recipient_id = $2 AND settled_at > $3 AND status = 'declined'";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(sender)
        .bind(recipient)
        .bind(since)
        .fetch_one(c)
        .await)?;
    Ok(count > 0)
}

/// How many requests came to a person since then that they have not answered. One that was taken back has been a disturbance all the same.
pub(super) async fn came(conn: &mut Conn, recipient: UserId, since: Micros) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM match_request
               WHERE recipient_id = $1 AND created_at > $2 AND status IN ('pending', 'cancelled')";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(recipient)
        .bind(since)
        .fetch_one(c)
        .await)?;
    Ok(count)
}

/// How many requests a person has sent since then, whatever became of them.
pub(super) async fn went(conn: &mut Conn, sender: UserId, since: Micros) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM match_request WHERE sender_id = $1 AND created_at > $2";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(sender)
        .bind(since)
        .fetch_one(c)
        .await)?;
    Ok(count)
}

/// Who of all has an open request to `recipient`.
pub(super) async fn askers(conn: &mut Conn, recipient: UserId) -> Result<Vec<UserId>, StoreError> {
    let sql = "SELECT sender_id FROM match_request WHERE recipient_id = $1 AND status = 'pending'";
    let rows: Vec<(UserId,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(recipient).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Stores a request; `false` if one is open in the same direction.
pub(super) async fn insert_request(
    conn: &mut Conn,
    id: RequestId,
    sender: UserId,
    recipient: UserId,
    message: &str,
    now: Micros,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO match_request (id, sender_id, recipient_id, message, status, created_at)
               VALUES ($1, $2, $3, $4, 'pending', $5) ON CONFLICT DO NOTHING";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(sender)
        .bind(recipient)
        .bind(message)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done == 1)
}

/// Which side of a request may change it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Actor {
    Sender,
    Recipient,
}

/// The two of a request, if `me` is the one who may change it.
pub(super) async fn parties(
    conn: &mut Conn,
    id: RequestId,
    me: UserId,
    actor: Actor,
) -> Result<Option<(UserId, UserId)>, StoreError> {
    let sql = match actor {
        Actor::Sender => "SELECT sender_id, recipient_id FROM match_request WHERE id = $1 AND sender_id = $2",
        Actor::Recipient => "SELECT sender_id, recipient_id FROM match_request WHERE id = $1 AND recipient_id = $2",
    };
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(id)
        .bind(me)
        .fetch_optional(c)
        .await)?)
}

/// A request that was open until now.
#[derive(Clone, Copy, FromRow)]
pub(super) struct Settled {
    pub(super) id: RequestId,
    pub(super) sender_id: UserId,
    pub(super) recipient_id: UserId,
}

/// Settles an open request; `None` if it was settled before.
pub(super) async fn settle_request(
    conn: &mut Conn,
    id: RequestId,
    status: RequestStatus,
    now: Micros,
) -> Result<Option<Settled>, StoreError> {
    let sql = "UPDATE match_request SET status = $2, settled_at = $3 WHERE id = $1 AND status = 'pending'
               RETURNING id, sender_id, recipient_id";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(id)
        .bind(status.name())
        .bind(now)
        .fetch_optional(c)
        .await)?)
}

/// Keeps what was said along with a no.
pub(super) async fn save_answer(conn: &mut Conn, id: RequestId, answer: &str) -> Result<(), StoreError> {
    let sql = "UPDATE match_request SET answer = $2 WHERE id = $1";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(answer)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// A request whose recipient is told of it again.
#[derive(FromRow)]
pub(super) struct Reminded {
    pub(super) id: RequestId,
    pub(super) sender_id: UserId,
    pub(super) recipient_id: UserId,
    pub(super) message: String,
}

/// Takes some of the open requests that have waited since `before` and not since `after`, each once.
pub(super) async fn remind(
    conn: &mut Conn,
    after: Micros,
    before: Micros,
    now: Micros,
    limit: i64,
) -> Result<Vec<Reminded>, StoreError> {
    // Those that somebody is answering at this moment need no reminder.
    let sql = conn.sql(
        "UPDATE match_request SET reminded_at = $3 WHERE id IN (
             SELECT id FROM match_request WHERE status = 'pending' AND created_at > $1 AND created_at <= $2
             AND reminded_at IS NULL ORDER BY created_at LIMIT $4)
         RETURNING id, sender_id, recipient_id, message",
        "UPDATE match_request SET reminded_at = $3 WHERE id IN (
             SELECT id FROM match_request WHERE status = 'pending' AND created_at > $1 AND created_at <= $2
             AND reminded_at IS NULL ORDER BY created_at LIMIT $4 FOR UPDATE SKIP LOCKED)
         RETURNING id, sender_id, recipient_id, message",
    );
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(after)
        .bind(before)
        .bind(now)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// Settles whatever is open between two people, in both directions.
pub(super) async fn settle_between(
    conn: &mut Conn,
    one: UserId,
    other: UserId,
    status: RequestStatus,
    now: Micros,
) -> Result<Vec<Settled>, StoreError> {
    let sql = "UPDATE match_request SET status = $3, settled_at = $4 WHERE status = 'pending'
               AND ((sender_id = $1 AND recipient_id = $2) OR (sender_id = $2 AND recipient_id = $1))
               RETURNING id, sender_id, recipient_id";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(one)
        .bind(other)
        .bind(status.name())
        .bind(now)
        .fetch_all(c)
        .await)?)
}

/// Lets some of the open requests from before `before` run out.
pub(super) async fn settle_old(
    conn: &mut Conn,
    before: Micros,
    now: Micros,
    limit: i64,
) -> Result<Vec<Settled>, StoreError> {
    // Those that somebody is answering at this moment are passed over: their answer counts.
    let sql = conn.sql(
        "UPDATE match_request SET status = $2, settled_at = $3 WHERE id IN (
             SELECT id FROM match_request WHERE status = 'pending' AND created_at <= $1 ORDER BY created_at LIMIT $4)
         RETURNING id, sender_id, recipient_id",
        "UPDATE match_request SET status = $2, settled_at = $3 WHERE id IN (
             SELECT id FROM match_request WHERE status = 'pending' AND created_at <= $1 ORDER BY created_at LIMIT $4
             FOR UPDATE SKIP LOCKED)
         RETURNING id, sender_id, recipient_id",
    );
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(before)
        .bind(RequestStatus::Expired.name())
        .bind(now)
        .bind(limit)
        .fetch_all(c)
        .await)?)
}

/// The smaller id first, as a pair's row has it.
pub(super) fn ordered(one: UserId, other: UserId) -> (UserId, UserId) {
    if one < other { (one, other) } else { (other, one) }
}

/// Makes the two partners: a new row, or their old one with a new room. `false` if they are partners already.
pub(super) async fn begin_partnership(
    conn: &mut Conn,
    id: PartnershipId,
    one: UserId,
    other: UserId,
    room: RoomId,
    now: Micros,
) -> Result<bool, StoreError> {
    let (low, high) = ordered(one, other);
    let sql = "INSERT INTO partnership (id, low_id, high_id, room_id, since) VALUES ($1, $2, $3, $4, $5)
               ON CONFLICT (low_id, high_id) DO UPDATE
               SET room_id = excluded.room_id, since = excluded.since, ended_at = NULL, ended_by = NULL, left_by = NULL,
                   end_reason = NULL, end_words = ''
               WHERE partnership.ended_at IS NOT NULL";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(low)
        .bind(high)
        .bind(room)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done == 1)
}

/// Ends the partnership of two people, with what `by` tells of it; `None` if they are not partners.
pub(super) async fn end_partnership(
    conn: &mut Conn,
    by: UserId,
    other: UserId,
    (reason, words): (Option<EndReason>, &str),
    now: Micros,
) -> Result<Option<PartnershipId>, StoreError> {
    let (low, high) = ordered(by, other);
    let sql = "UPDATE partnership SET ended_at = $3, ended_by = $4, end_reason = $5, end_words = $6
               WHERE low_id = $1 AND high_id = $2 AND ended_at IS NULL
               RETURNING id";
    let row: Option<(PartnershipId,)> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(low)
        .bind(high)
        .bind(now)
        .bind(by)
        .bind(reason.map(EndReason::name))
        .bind(words)
        .fetch_optional(c)
        .await)?;
    Ok(row.map(|(id,)| id))
}

#[derive(FromRow)]
struct PartnershipRow {
    id: PartnershipId,
    low_id: UserId,
    high_id: UserId,
    room_id: RoomId,
}

/// A partnership that is in force.
#[derive(Clone, Copy, Debug)]
pub struct Partnership {
    /// Its key.
    pub id: PartnershipId,
    /// The person who was asked about.
    pub me: UserId,
    /// The other one.
    pub partner: UserId,
    /// The pair's room.
    pub room: RoomId,
}

impl Partnership {
    fn seen_by(me: UserId, row: &PartnershipRow) -> Self {
        let partner = if row.low_id == me { row.high_id } else { row.low_id };
        Self {
            id: row.id,
            me,
            partner,
            room: row.room_id,
        }
    }
}

/// The partnership of two people, if it is in force.
pub(super) async fn between(conn: &mut Conn, me: UserId, other: UserId) -> Result<Option<Partnership>, StoreError> {
    let (low, high) = ordered(me, other);
    let sql =
        "SELECT id, low_id, high_id, room_id FROM partnership WHERE low_id = $1 AND high_id = $2 AND ended_at IS NULL";
    let row: Option<PartnershipRow> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(low)
        .bind(high)
        .fetch_optional(c)
        .await)?;
    Ok(row.map(|row| Partnership::seen_by(me, &row)))
}

/// The partnership whose room this is, if it is in force and `me` is one of the two.
pub(super) async fn of_room(conn: &mut Conn, me: UserId, room: RoomId) -> Result<Option<Partnership>, StoreError> {
    let sql = "SELECT id, low_id, high_id, room_id FROM partnership WHERE room_id = $1 AND (low_id = $2 OR high_id = $2) AND ended_at IS NULL";
    let row: Option<PartnershipRow> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(room)
        .bind(me)
        .fetch_optional(c)
        .await)?;
    Ok(row.map(|row| Partnership::seen_by(me, &row)))
}

#[derive(FromRow)]
struct PartnerRow {
    id: UserId,
    username: String,
    display_name: String,
    picture_id: Option<PictureId>,
    since: Micros,
    last_seen_at: Option<Micros>,
    show_online: bool,
    is_invisible: bool,
    is_busy: bool,
    status: String,
}

/// A partner with what their card shows.
pub(super) struct Partner {
    pub(super) person: PersonCard,
    pub(super) since: Micros,
    pub(super) last_seen: Option<Micros>,
    pub(super) visibility: Visibility,
    /// The status message that is shown now; empty for none.
    pub(super) message: String,
}

/// Everybody's partners, by name.
pub(super) async fn partners(conn: &mut Conn, me: UserId, now: Micros) -> Result<Vec<Partner>, StoreError> {
    let sql =
        "SELECT u.id, u.username, u.display_name, u.picture_id, p.since, u.last_seen_at, u.show_online, u.is_invisible, u.is_busy,
                      CASE WHEN u.status_until IS NULL OR u.status_until > $2 THEN u.status ELSE '' END AS status
               FROM partnership p
               JOIN users u ON u.id = CASE WHEN p.low_id = $1 THEN p.high_id ELSE p.low_id END
               WHERE (p.low_id = $1 OR p.high_id = $1) AND p.ended_at IS NULL ORDER BY u.search_key LIMIT 500";
    let rows: Vec<PartnerRow> = on_engine!(conn, |c| sqlx::query_as(sql).bind(me).bind(now).fetch_all(c).await)?;
    Ok(rows
        .into_iter()
        .map(|row| Partner {
            person: card(row.id, row.username, row.display_name, row.picture_id),
            since: row.since,
            last_seen: row.last_seen_at,
            visibility: Visibility {
                show_online: row.show_online,
                availability: Availability::of(row.is_invisible, row.is_busy),
            },
            message: row.status,
        })
        .collect())
}

/// The ids of a person's partners.
pub(super) async fn partner_ids(conn: &mut Conn, me: UserId) -> Result<Vec<UserId>, StoreError> {
    let sql = "SELECT CASE WHEN low_id = $1 THEN high_id ELSE low_id END FROM partnership
               WHERE (low_id = $1 OR high_id = $1) AND ended_at IS NULL";
    let rows: Vec<(UserId,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(me).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
