//! SQL of calls as the two may read of them: one, the one that goes on, the history, and what it comes to.

use sqlx::FromRow;

use crate::accounts::model::{PersonCard, hue};
use crate::calls::model::{CallId, EndReason, OngoingCall, RoomId};
use crate::kernel::id::UserId;
use crate::kernel::picture::PictureId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

#[derive(FromRow)]
struct HistoryRow {
    id: CallId,
    other_id: UserId,
    username: String,
    display_name: String,
    picture_id: Option<PictureId>,
    created_at: Micros,
    started_at: Option<Micros>,
    first_media_at: Option<Micros>,
    ended_at: Option<Micros>,
    end_reason: Option<String>,
    ended_by: Option<UserId>,
    room_id: Option<RoomId>,
    /// Whether a tab of the reader sits in it.
    is_here: bool,
}

/// A call as one of the two may read of it.
pub(in crate::calls) struct PastCall {
    pub(in crate::calls) id: CallId,
    pub(in crate::calls) partner: PersonCard,
    pub(in crate::calls) created_at: Micros,
    pub(in crate::calls) started_at: Option<Micros>,
    pub(in crate::calls) first_media_at: Option<Micros>,
    pub(in crate::calls) ended: Option<(Micros, EndReason, Option<UserId>)>,
    pub(in crate::calls) room: Option<RoomId>,
}

impl TryFrom<HistoryRow> for PastCall {
    type Error = StoreError;

    fn try_from(row: HistoryRow) -> Result<Self, StoreError> {
        let reason = row
            .end_reason
            .map(|name| EndReason::parse(&name).ok_or(StoreError::Row("call.end_reason")))
            .transpose()?;
        Ok(Self {
            id: row.id,
            partner: PersonCard {
                id: row.other_id,
                hue: hue(row.other_id),
                username: row.username,
                display_name: row.display_name,
                picture: row.picture_id,
            },
            created_at: row.created_at,
            started_at: row.started_at,
            first_media_at: row.first_media_at,
            ended: row.ended_at.zip(reason).map(|(at, reason)| (at, reason, row.ended_by)),
            room: row.room_id,
        })
    }
}

macro_rules! history {
    ($where:literal) => {
        concat!(
            "SELECT c.id, u.id AS other_id, u.username, u.display_name, u.picture_id, c.created_at, c.started_at, c.first_media_at,
                    c.ended_at, c.end_reason, c.ended_by,
                    CASE WHEN p.ended_at IS NULL AND p.room_id = c.room_id THEN c.room_id END AS room_id,
                    me.seat_id IS NOT NULL AND me.gone_at IS NULL AS is_here
             FROM call_participant me JOIN call c ON c.id = me.call_id JOIN partnership p ON p.id = c.partnership_id
             JOIN users u ON u.id = CASE WHEN p.low_id = $1 THEN p.high_id ELSE p.low_id END
             WHERE me.user_id = $1 AND ",
            $where
        )
    };
}

/// Which calls are asked for.
#[derive(Clone, Copy)]
pub(in crate::calls) struct Asked {
    /// Made before the one named so: keys sort by time.
    pub(in crate::calls) before: CallId,
    /// Not before this point.
    pub(in crate::calls) since: Micros,
    /// Only with this person.
    pub(in crate::calls) with: Option<UserId>,
    /// At most this many.
    pub(in crate::calls) limit: i64,
}

/// A person's calls, newest first.
pub(in crate::calls) async fn history(
    conn: &mut Conn,
    user: UserId,
    asked: Asked,
) -> Result<Vec<PastCall>, StoreError> {
    let sql = history!("c.id < $2 AND c.created_at >= $3 AND ($4 IS NULL OR u.id = $4) ORDER BY c.id DESC LIMIT $5");
    let rows: Vec<HistoryRow> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(asked.before)
        .bind(asked.since)
        .bind(asked.with)
        .bind(asked.limit)
        .fetch_all(c)
        .await)?;
    rows.into_iter().map(PastCall::try_from).collect()
}

/// The call of a person that goes on.
pub(in crate::calls) async fn ongoing(conn: &mut Conn, user: UserId) -> Result<Option<OngoingCall>, StoreError> {
    let sql = history!(
        "c.ended_at IS NULL AND p.ended_at IS NULL AND p.room_id = c.room_id ORDER BY me.seat_id IS NULL, c.id DESC LIMIT 1"
    );
    let row: Option<HistoryRow> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_optional(c).await)?;
    let Some(row) = row else {
        return Ok(None);
    };
    let is_here = row.is_here;
    let call = PastCall::try_from(row)?;
    Ok(call.room.map(|room| OngoingCall {
        id: call.id,
        room,
        partner: call.partner,
        is_here,
    }))
}

/// One call of a person.
pub(in crate::calls) async fn past_call(
    conn: &mut Conn,
    user: UserId,
    call: CallId,
) -> Result<Option<PastCall>, StoreError> {
    let sql = history!("c.id = $2");
    let row: Option<HistoryRow> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(call)
        .fetch_optional(c)
        .await)?;
    row.map(PastCall::try_from).transpose()
}

#[derive(FromRow)]
struct PersonRow {
    other_id: UserId,
    username: String,
    display_name: String,
    picture_id: Option<PictureId>,
}

impl From<PersonRow> for PersonCard {
    fn from(row: PersonRow) -> Self {
        Self {
            id: row.other_id,
            hue: hue(row.other_id),
            username: row.username,
            display_name: row.display_name,
            picture: row.picture_id,
        }
    }
}

/// What somebody's calls with one partner come to.
#[derive(FromRow)]
pub(in crate::calls) struct Sums {
    #[sqlx(flatten)]
    with: PersonRow,
    /// All calls.
    pub(in crate::calls) calls: i64,
    /// Those in which both were there.
    pub(in crate::calls) talks: i64,
    /// Microseconds in these, as far as they are over.
    pub(in crate::calls) spent: i64,
}

impl Sums {
    /// The partner.
    pub(in crate::calls) fn with(self) -> PersonCard {
        self.with.into()
    }
}

/// What a person's calls since a point come to, by partner.
pub(in crate::calls) async fn sums(
    conn: &mut Conn,
    user: UserId,
    since: Micros,
    with: Option<UserId>,
) -> Result<Vec<Sums>, StoreError> {
    let sql = "SELECT u.id AS other_id, u.username, u.display_name, u.picture_id, COUNT(*) AS calls, COUNT(c.started_at) AS talks,
                      CAST(SUM(CASE WHEN c.started_at IS NULL OR c.ended_at IS NULL THEN 0 ELSE c.ended_at - c.started_at END) AS BIGINT) AS spent
               FROM call_participant me JOIN call c ON c.id = me.call_id JOIN partnership p ON p.id = c.partnership_id
               JOIN users u ON u.id = CASE WHEN p.low_id = $1 THEN p.high_id ELSE p.low_id END
               WHERE me.user_id = $1 AND c.created_at >= $2 AND ($3 IS NULL OR u.id = $3)
               GROUP BY u.id, u.username, u.display_name, u.picture_id";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(since)
        .bind(with)
        .fetch_all(c)
        .await)?)
}

/// Whom a person's history may be narrowed to: partners, and whoever else is in it; by name.
pub(in crate::calls) async fn people(conn: &mut Conn, user: UserId) -> Result<Vec<PersonCard>, StoreError> {
    let sql = "SELECT u.id AS other_id, u.username, u.display_name, u.picture_id FROM users u WHERE u.id IN (
                   SELECT CASE WHEN p.low_id = $1 THEN p.high_id ELSE p.low_id END FROM partnership p
                   WHERE (p.low_id = $1 OR p.high_id = $1)
                     AND (p.ended_at IS NULL OR EXISTS (SELECT 1 FROM call c WHERE c.partnership_id = p.id))
                   UNION SELECT i.callee_id FROM call_invitation i
                   WHERE i.caller_id = $1 AND i.status NOT IN ('ringing', 'accepted')
                   UNION SELECT i.caller_id FROM call_invitation i
                   WHERE i.callee_id = $1 AND i.status NOT IN ('ringing', 'accepted'))
               ORDER BY LOWER(u.display_name), u.id";
    let rows: Vec<PersonRow> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?;
    Ok(rows.into_iter().map(PersonCard::from).collect())
}
