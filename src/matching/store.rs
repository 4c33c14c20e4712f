//! SQL of requests, partnerships and the search for partners.

pub(super) mod leaving;

use sqlx::FromRow;

use super::model::{
    FLUENT_ME, FLUENT_TEACHER, NATIVE_ME, NATIVE_TEACHER, PartnershipId, RequestId, RequestStatus, RoomId,
    SHARED_INTEREST, SHARED_INTERESTS_COUNTED,
};
use crate::accounts::model::{PersonCard, Visibility, hue};
use crate::accounts::status::Availability;
use crate::kernel::id::UserId;
use crate::kernel::picture::PictureId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

#[derive(FromRow)]
struct FoundRow {
    id: UserId,
    username: String,
    display_name: String,
    picture_id: Option<PictureId>,
    score: i64,
    show_online: bool,
    is_invisible: bool,
    is_busy: bool,
}

/// Somebody whom the search found, with the score that the page is ordered by.
pub(super) struct Found {
    pub(super) person: PersonCard,
    pub(super) score: i64,
    pub(super) visibility: Visibility,
}

/// What to search for, checked; empty texts ask for nothing.
#[derive(Default)]
pub(super) struct Search {
    pub(super) speaks: String,
    pub(super) learns: String,
    pub(super) level: String,
    pub(super) interest: String,
    pub(super) name: String,
    /// People who are here, as an id list; `None` for anybody.
    pub(super) online: Option<String>,
    /// Score and id of the last person on the page before.
    pub(super) after: Option<(i64, UserId)>,
    pub(super) limit: i64,
}

/// People who fit in both directions, best first; never oneself, partners, or people who were asked.
pub(super) async fn find(conn: &mut Conn, me: UserId, search: &Search) -> Result<Vec<Found>, StoreError> {
    // One text but for how a list of ids is taken apart. The fit is the best pair of languages; see `model::reason`.
    macro_rules! text {
        ($ids:literal) => {
            concat!(
                "WITH fit AS (
                    SELECT s.user_id AS id, MAX(CASE s.role WHEN 'native' THEN $9 ELSE $10 END) AS gives,
                           MAX(CASE mine.role WHEN 'native' THEN $11 ELSE $12 END) AS takes
                    FROM user_language goal
                    JOIN user_language s ON s.language = goal.language AND s.role IN ('native', 'fluent') AND s.user_id <> $1
                    JOIN user_language l ON l.user_id = s.user_id AND l.role = 'learning'
                    JOIN user_language mine ON mine.user_id = $1 AND mine.language = l.language AND mine.role IN ('native', 'fluent')
                    WHERE goal.user_id = $1 AND goal.role = 'learning'
                      AND ($2 = '' OR s.language = $2) AND ($3 = '' OR l.language = $3) AND ($4 = '' OR l.level = $4)
                    GROUP BY s.user_id),
                 shared AS (
                    SELECT theirs.user_id AS id, COUNT(*) AS interests FROM user_interest own
                    JOIN user_interest theirs ON theirs.interest = own.interest
                    WHERE own.user_id = $1 GROUP BY theirs.user_id),
                 scored AS (
                    SELECT fit.id, CAST(fit.gives + fit.takes
                           + $13 * CASE WHEN COALESCE(shared.interests, 0) > $14 THEN $14 ELSE COALESCE(shared.interests, 0) END AS BIGINT) AS score
                    FROM fit LEFT JOIN shared ON shared.id = fit.id)
                 SELECT users.id, users.username, users.display_name, users.picture_id, scored.score,
                        users.show_online, users.is_invisible, users.is_busy
                 FROM scored JOIN users ON users.id = scored.id
                 WHERE users.username <> '' AND ($5 = '' OR EXISTS (SELECT 1 FROM user_interest i WHERE i.user_id = users.id AND i.interest = $5))
                   AND ($6 = '' OR users.search_key LIKE $6 ESCAPE '\\')
                   AND ($7 = '' OR (users.show_online AND NOT users.is_invisible AND users.id IN (",
                $ids,
                ")))
                   AND NOT EXISTS (SELECT 1 FROM match_request r
                                   WHERE r.sender_id = $1 AND r.recipient_id = users.id AND r.status = 'pending')
                   AND NOT EXISTS (SELECT 1 FROM partnership p WHERE p.ended_at IS NULL
                                   AND ((p.low_id = $1 AND p.high_id = users.id) OR (p.high_id = $1 AND p.low_id = users.id)))
                   AND (scored.score < $15 OR (scored.score = $15 AND users.id > $16))
                 ORDER BY scored.score DESC, users.id LIMIT $8"
            )
        };
    }
    let sql = conn.sql(
        text!("SELECT unhex(value) FROM json_each(CASE $7 WHEN '' THEN '[]' ELSE $7 END)"),
        text!("SELECT value::uuid FROM jsonb_array_elements_text(CASE $7 WHEN '' THEN '[]' ELSE $7 END::jsonb)"),
    );
    let (score, id) = search.after.unwrap_or((i64::MAX, UserId::from_uuid(uuid::Uuid::nil())));
    let name = if search.name.is_empty() {
        String::new()
    } else {
        format!("%{}%", escape_like(&search.name))
    };
    let rows: Vec<FoundRow> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(me)
        .bind(&search.speaks)
        .bind(&search.learns)
        .bind(&search.level)
        .bind(&search.interest)
        .bind(name)
        .bind(search.online.as_deref().unwrap_or_default())
        .bind(search.limit)
        .bind(NATIVE_TEACHER)
        .bind(FLUENT_TEACHER)
        .bind(NATIVE_ME)
        .bind(FLUENT_ME)
        .bind(SHARED_INTEREST)
        .bind(SHARED_INTERESTS_COUNTED as i64)
        .bind(score)
        .bind(id)
        .fetch_all(c)
        .await)?;
    Ok(rows
        .into_iter()
        .map(|row| Found {
            person: card(row.id, row.username, row.display_name, row.picture_id),
            score: row.score,
            visibility: Visibility {
                show_online: row.show_online,
                availability: Availability::of(row.is_invisible, row.is_busy),
            },
        })
        .collect())
}

fn escape_like(text: &str) -> String {
    text.replace('\\', "\\\\").replace('%', "\\%").replace('_', "\\_")
}

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
               SET room_id = excluded.room_id, since = excluded.since, ended_at = NULL, ended_by = NULL, left_by = NULL
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

/// Ends the partnership of two people; `None` if they are not partners.
pub(super) async fn end_partnership(
    conn: &mut Conn,
    by: UserId,
    other: UserId,
    now: Micros,
) -> Result<Option<PartnershipId>, StoreError> {
    let (low, high) = ordered(by, other);
    let sql =
        "UPDATE partnership SET ended_at = $3, ended_by = $4 WHERE low_id = $1 AND high_id = $2 AND ended_at IS NULL
               RETURNING id";
    let row: Option<(PartnershipId,)> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(low)
        .bind(high)
        .bind(now)
        .bind(by)
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
