//! SQL of what was measured and said of calls.

use sqlx::FromRow;
use sqlx::types::Json;

use crate::calls::model::{CallId, DeviceClass, QualitySample, SeatId};
use crate::calls::records::feedback::{Feedback, known_tags};
use crate::calls::records::sample::TimedSample;
use crate::calls::records::totals::Totals;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// What became of a sample.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(in crate::calls) enum Kept {
    /// It was there already, or its call is not.
    Not,
    /// Its call goes on.
    InTime,
    /// Its call is over.
    AfterTheEnd,
}

/// Keeps a sample. One that is there already, or of a call that is not, is left out.
pub(in crate::calls) async fn insert_sample(
    conn: &mut Conn,
    call: CallId,
    user: UserId,
    timed: TimedSample,
) -> Result<Kept, StoreError> {
    let sql = "INSERT INTO call_sample (call_id, user_id, at, figures)
               SELECT p.call_id, p.user_id, $3, $4 FROM call_participant p WHERE p.call_id = $1 AND p.user_id = $2
               ON CONFLICT DO NOTHING RETURNING EXISTS (SELECT 1 FROM call c WHERE c.id = $1 AND c.ended_at IS NOT NULL) AS is_over";
    let row: Option<(bool,)> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(call)
        .bind(user)
        .bind(timed.at)
        .bind(Json(timed.sample))
        .fetch_optional(c)
        .await)?;
    Ok(match row {
        None => Kept::Not,
        Some((false,)) => Kept::InTime,
        Some((true,)) => Kept::AfterTheEnd,
    })
}

/// Where somebody sits or sat in a call, and what is kept of what they measured there.
#[derive(Clone, Copy, Debug, FromRow)]
pub(in crate::calls) struct MeasuredPlace {
    #[sqlx(rename = "seat_id")]
    pub(in crate::calls) seat: Option<SeatId>,
    /// When the call was answered.
    pub(in crate::calls) created_at: Micros,
    pub(in crate::calls) ended_at: Option<Micros>,
    /// How many samples are kept.
    pub(in crate::calls) count: i64,
    /// When the last of them ended.
    pub(in crate::calls) last: Option<Micros>,
}

/// The place of a person in a call, over or not; `None` for strangers.
pub(in crate::calls) async fn place(
    conn: &mut Conn,
    call: CallId,
    user: UserId,
) -> Result<Option<MeasuredPlace>, StoreError> {
    let sql = "SELECT p.seat_id, c.created_at, c.ended_at, COUNT(s.at) AS count, MAX(s.at) AS last
               FROM call_participant p JOIN call c ON c.id = p.call_id
               LEFT JOIN call_sample s ON s.call_id = p.call_id AND s.user_id = p.user_id
               WHERE p.call_id = $1 AND p.user_id = $2 GROUP BY p.seat_id, c.created_at, c.ended_at";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(call)
        .bind(user)
        .fetch_optional(c)
        .await)?)
}

/// The samples of a person in a call, the oldest first.
pub(in crate::calls) async fn samples(
    conn: &mut Conn,
    call: CallId,
    user: UserId,
) -> Result<Vec<TimedSample>, StoreError> {
    let sql = "SELECT at, figures FROM call_sample WHERE call_id = $1 AND user_id = $2 ORDER BY at";
    let rows: Vec<(Micros, Json<QualitySample>)> =
        on_engine!(conn, |c| sqlx::query_as(sql).bind(call).bind(user).fetch_all(c).await)?;
    Ok(rows
        .into_iter()
        .map(|(at, Json(sample))| TimedSample { at, sample })
        .collect())
}

/// Calls with samples of before `before` whose totals are not made; at most `limit`.
pub(in crate::calls) async fn without_totals(
    conn: &mut Conn,
    before: Micros,
    limit: i64,
) -> Result<Vec<CallId>, StoreError> {
    let sql = "SELECT DISTINCT s.call_id FROM call_sample s JOIN call_participant p ON p.call_id = s.call_id AND p.user_id = s.user_id
               WHERE s.at < $1 AND p.totals IS NULL ORDER BY s.call_id LIMIT $2";
    let rows: Vec<(CallId,)> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(before)
        .bind(limit)
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(|(call,)| call).collect())
}

/// Forgets samples of before `before` whose totals are made, at most `limit` of them; answers how many.
pub(in crate::calls) async fn forget_samples(conn: &mut Conn, before: Micros, limit: i64) -> Result<u64, StoreError> {
    let sql = "DELETE FROM call_sample WHERE (call_id, user_id, at) IN
               (SELECT s.call_id, s.user_id, s.at FROM call_sample s JOIN call_participant p ON p.call_id = s.call_id AND p.user_id = s.user_id
                WHERE s.at < $1 AND p.totals IS NOT NULL LIMIT $2)";
    Ok(on_engine!(conn, |c| sqlx::query(sql)
        .bind(before)
        .bind(limit)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?)
}

/// Media of one reached the other; only the first time counts, and none after the end.
pub(in crate::calls) async fn set_first_media(conn: &mut Conn, call: CallId, at: Micros) -> Result<(), StoreError> {
    let sql = "UPDATE call SET first_media_at = $2 WHERE id = $1 AND first_media_at IS NULL AND ended_at IS NULL";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(call)
        .bind(at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Keeps what somebody's samples come to.
pub(in crate::calls) async fn set_totals(
    conn: &mut Conn,
    call: CallId,
    user: UserId,
    totals: &Totals,
) -> Result<(), StoreError> {
    let sql = "UPDATE call_participant SET totals = $3 WHERE call_id = $1 AND user_id = $2";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(call)
        .bind(user)
        .bind(Json(totals))
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

#[derive(FromRow)]
struct SideRow {
    user_id: UserId,
    device: Option<String>,
    totals: Option<Json<Totals>>,
}

/// One of the two in a call, over or not.
pub(in crate::calls) struct Side {
    pub(in crate::calls) user: UserId,
    pub(in crate::calls) device: Option<DeviceClass>,
    pub(in crate::calls) totals: Option<Totals>,
}

/// Both, in the same order always.
pub(in crate::calls) async fn sides(conn: &mut Conn, call: CallId) -> Result<Vec<Side>, StoreError> {
    let sql = "SELECT user_id, device, totals FROM call_participant WHERE call_id = $1 ORDER BY user_id";
    let rows: Vec<SideRow> = on_engine!(conn, |c| sqlx::query_as(sql).bind(call).fetch_all(c).await)?;
    let side = |row: SideRow| {
        let device = row
            .device
            .map(|name| DeviceClass::parse(&name).ok_or(StoreError::Row("call_participant.device")))
            .transpose()?;
        Ok(Side {
            user: row.user_id,
            device,
            totals: row.totals.map(|Json(totals)| totals),
        })
    };
    rows.into_iter().map(side).collect()
}

/// Keeps what somebody says of a call, in place of what they said before.
pub(in crate::calls) async fn save_feedback(
    conn: &mut Conn,
    call: CallId,
    user: UserId,
    feedback: &Feedback,
    now: Micros,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO call_feedback (call_id, user_id, stars, tags, note, saved_at) VALUES ($1, $2, $3, $4, $5, $6)
               ON CONFLICT (call_id, user_id) DO UPDATE SET stars = excluded.stars, tags = excluded.tags, note = excluded.note, saved_at = excluded.saved_at";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(call)
        .bind(user)
        .bind(i64::from(feedback.stars))
        .bind(Json(&feedback.tags))
        .bind(&feedback.note)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

#[derive(FromRow)]
struct FeedbackRow {
    stars: i64,
    /// Names: another version of the program may know other tags.
    tags: Json<Vec<String>>,
    note: String,
}

/// What `user` said of a call.
pub(in crate::calls) async fn feedback(
    conn: &mut Conn,
    call: CallId,
    user: UserId,
) -> Result<Option<Feedback>, StoreError> {
    let sql = "SELECT stars, tags, note FROM call_feedback WHERE call_id = $1 AND user_id = $2";
    let row: Option<FeedbackRow> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(call)
        .bind(user)
        .fetch_optional(c)
        .await)?;
    let feedback = |row: FeedbackRow| {
        Ok(Feedback {
            stars: u8::try_from(row.stars).map_err(|_| StoreError::Row("call_feedback.stars"))?,
            tags: known_tags(&row.tags.0),
            note: row.note,
        })
    };
    row.map(feedback).transpose()
}
