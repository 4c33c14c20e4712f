//! SQL of calls and their participants; `history` reads what is past, `records` writes and reads what was measured and said of calls.

pub(super) mod device_keys;
pub(super) mod history;
pub(super) mod leaving;
pub(super) mod records;

use sqlx::FromRow;

use super::model::{CallId, DeviceClass, EndReason, RoomId, SeatId};
use crate::accounts::model::HideAddress;
use crate::kernel::id::{ConnectionId, UserId};
use crate::kernel::time::Micros;
use crate::matching::model::PartnershipId;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// Opens a call in the room unless one is going on. Answers the call of the room and whether it is new.
pub(super) async fn open(
    conn: &mut Conn,
    id: CallId,
    partnership: PartnershipId,
    room: RoomId,
    people: [UserId; 2],
    now: Micros,
) -> Result<CallId, StoreError> {
    let sql =
        "INSERT INTO call (id, partnership_id, room_id, created_at) VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING";
    let inserted = on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(partnership)
        .bind(room)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    if inserted == 0 {
        let call = open_in(conn, room).await?.ok_or(StoreError::Conflict)?;
        // Both have just agreed to come: their time begins again.
        let sql =
            "UPDATE call_participant SET last_heartbeat_at = $2, gone_at = NULL, told_lost = FALSE WHERE call_id = $1";
        on_engine!(conn, |c| sqlx::query(sql)
            .bind(call)
            .bind(now)
            .execute(c)
            .await
            .map(drop))?;
        return Ok(call);
    }
    let sql = "INSERT INTO call_participant (call_id, user_id, last_heartbeat_at) VALUES ($1, $2, $3)";
    for user in people {
        on_engine!(conn, |c| sqlx::query(sql)
            .bind(id)
            .bind(user)
            .bind(now)
            .execute(c)
            .await
            .map(drop))?;
    }
    Ok(id)
}

/// The call that is going on in a room.
pub(super) async fn open_in(conn: &mut Conn, room: RoomId) -> Result<Option<CallId>, StoreError> {
    let sql = "SELECT id FROM call WHERE room_id = $1 AND ended_at IS NULL";
    let row: Option<(CallId,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(room).fetch_optional(c).await)?;
    Ok(row.map(|(id,)| id))
}

/// The last call of two partners that is over.
pub(super) async fn last_of(conn: &mut Conn, pair: PartnershipId) -> Result<Option<CallId>, StoreError> {
    let sql = "SELECT id FROM call WHERE partnership_id = $1 AND ended_at IS NOT NULL ORDER BY created_at DESC LIMIT 1";
    let row: Option<(CallId,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(pair).fetch_optional(c).await)?;
    Ok(row.map(|(id,)| id))
}

/// Whether a person has a seat in the call that is going on in a room, and is not about to lose it.
pub(super) async fn is_in(conn: &mut Conn, room: RoomId, user: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT c.id FROM call c JOIN call_participant p ON p.call_id = c.id
               WHERE c.room_id = $1 AND c.ended_at IS NULL AND p.user_id = $2 AND p.seat_id IS NOT NULL AND p.gone_at IS NULL";
    let row: Option<(CallId,)> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(room)
        .bind(user)
        .fetch_optional(c)
        .await)?;
    Ok(row.is_some())
}

/// What decides whether the media of a pair go by way of a TURN server.
pub(super) struct AddressWishes {
    /// What each of the two wants.
    pub(super) both: [HideAddress; 2],
    /// Whether both have been in a call that is over. One that goes on does not count: it ends as it began.
    pub(super) have_talked: bool,
}

pub(super) async fn address_wishes(conn: &mut Conn, partnership: PartnershipId) -> Result<AddressWishes, StoreError> {
    let sql = "SELECT low.hide_address, high.hide_address,
                      EXISTS (SELECT 1 FROM call c WHERE c.partnership_id = p.id AND c.started_at IS NOT NULL AND c.ended_at IS NOT NULL)
               FROM partnership p JOIN users low ON low.id = p.low_id JOIN users high ON high.id = p.high_id WHERE p.id = $1";
    let (low, high, have_talked): (String, String, bool) =
        on_engine!(conn, |c| sqlx::query_as(sql).bind(partnership).fetch_one(c).await)?;
    let wish = |name: String| HideAddress::parse(&name).map_err(|_| StoreError::Row("users.hide_address"));
    Ok(AddressWishes {
        both: [wish(low)?, wish(high)?],
        have_talked,
    })
}

/// One of the two, in a call that is going on.
#[derive(Clone, Debug, FromRow)]
pub(super) struct Participant {
    pub(super) call_id: CallId,
    pub(super) partnership_id: PartnershipId,
    pub(super) user_id: UserId,
    pub(super) seat_id: Option<SeatId>,
    pub(super) last_heartbeat_at: Micros,
    pub(super) gone_at: Option<Micros>,
    pub(super) told_lost: bool,
    pub(super) started_at: Option<Micros>,
    /// When media of one first reached the other.
    pub(super) first_media_at: Option<Micros>,
    /// Whether the pair are partners no longer.
    pub(super) is_closed: bool,
    /// Who ended the partnership.
    pub(super) closed_by: Option<UserId>,
}

macro_rules! select {
    ($where:literal) => {
        concat!(
            "SELECT cp.call_id, c.partnership_id, cp.user_id, cp.seat_id, cp.last_heartbeat_at, cp.gone_at, cp.told_lost, c.started_at, c.first_media_at,
                    p.ended_at IS NOT NULL OR p.room_id <> c.room_id AS is_closed, p.ended_by AS closed_by
             FROM call_participant cp JOIN call c ON c.id = cp.call_id JOIN partnership p ON p.id = c.partnership_id
             WHERE c.ended_at IS NULL AND ",
            $where
        )
    };
}

/// Both participants of a call that is going on, always in the same order; empty when it is over or never was.
pub(super) async fn participants(conn: &mut Conn, call: CallId) -> Result<Vec<Participant>, StoreError> {
    let sql = select!("cp.call_id = $1 ORDER BY cp.user_id");
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).bind(call).fetch_all(c).await)?)
}

/// Asked twice a second. Without the list of open calls SQLite would read the participants of all calls that ever were.
const NOTEWORTHY: &str = select!(
    "cp.call_id IN (SELECT id FROM call WHERE ended_at IS NULL)
     AND ((cp.last_heartbeat_at < $1) OR cp.gone_at IS NOT NULL OR p.ended_at IS NOT NULL OR p.room_id <> c.room_id)
     ORDER BY c.created_at LIMIT 1000"
);

/// Participants of open calls who need a look: silent since before `silent_before`, gone, or no partners any more.
pub(super) async fn noteworthy(conn: &mut Conn, silent_before: Micros) -> Result<Vec<Participant>, StoreError> {
    Ok(on_engine!(conn, |c| sqlx::query_as(NOTEWORTHY)
        .bind(silent_before)
        .fetch_all(c)
        .await)?)
}

/// Seats a person at a tab of a device.
pub(super) async fn seat(
    conn: &mut Conn,
    call: CallId,
    user: UserId,
    (seat, device): (SeatId, DeviceClass),
    connection: ConnectionId,
    now: Micros,
) -> Result<(), StoreError> {
    let sql = "UPDATE call_participant SET seat_id = $3, connection_id = $4, joined_at = COALESCE(joined_at, $5), last_heartbeat_at = $5,
               device = $6, gone_at = NULL, told_lost = FALSE WHERE call_id = $1 AND user_id = $2";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(call)
        .bind(user)
        .bind(seat)
        .bind(connection)
        .bind(now)
        .bind(device.name())
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// From now on both are there; only the first time counts.
pub(super) async fn start(conn: &mut Conn, call: CallId, now: Micros) -> Result<(), StoreError> {
    let sql = "UPDATE call SET started_at = $2 WHERE id = $1 AND started_at IS NULL AND ended_at IS NULL";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(call)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// A person is there. Answers nothing: a call that is over has no clocks.
pub(super) async fn heartbeat(conn: &mut Conn, call: CallId, user: UserId, at: Micros) -> Result<(), StoreError> {
    let sql = "UPDATE call_participant SET last_heartbeat_at = $3, told_lost = FALSE
               WHERE call_id = $1 AND user_id = $2 AND last_heartbeat_at < $3
                 AND EXISTS (SELECT 1 FROM call WHERE id = $1 AND ended_at IS NULL)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(call)
        .bind(user)
        .bind(at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// The tab said that it goes (or, with `None`, that it is back).
pub(super) async fn set_gone(
    conn: &mut Conn,
    call: CallId,
    user: UserId,
    gone_at: Option<Micros>,
) -> Result<(), StoreError> {
    let sql = "UPDATE call_participant SET gone_at = $3 WHERE call_id = $1 AND user_id = $2
               AND EXISTS (SELECT 1 FROM call WHERE id = $1 AND ended_at IS NULL)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(call)
        .bind(user)
        .bind(gone_at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// The tab at this seat said that it goes; `false` if the seat moved on meanwhile.
pub(super) async fn hide(
    conn: &mut Conn,
    call: CallId,
    user: UserId,
    seat: SeatId,
    gone_at: Micros,
) -> Result<bool, StoreError> {
    let sql = "UPDATE call_participant SET gone_at = $4 WHERE call_id = $1 AND user_id = $2 AND seat_id = $3
               AND EXISTS (SELECT 1 FROM call WHERE id = $1 AND ended_at IS NULL)";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(call)
        .bind(user)
        .bind(seat)
        .bind(gone_at)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done == 1)
}

/// The other side was told of the silence; `false` if it had been before.
pub(super) async fn set_told(conn: &mut Conn, call: CallId, user: UserId) -> Result<bool, StoreError> {
    let sql = "UPDATE call_participant SET told_lost = TRUE WHERE call_id = $1 AND user_id = $2 AND told_lost = FALSE
               AND EXISTS (SELECT 1 FROM call WHERE id = $1 AND ended_at IS NULL)";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(call)
        .bind(user)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done == 1)
}

/// Ends a call; `false` if it was over already. The end is never before the start. `media` is when media first came, if this process knows.
pub(super) async fn end(
    conn: &mut Conn,
    call: CallId,
    reason: EndReason,
    by: Option<UserId>,
    at: Micros,
    media: Option<Micros>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE call SET ended_at = CASE WHEN started_at > $2 THEN started_at ELSE $2 END, end_reason = $3, ended_by = $4,
               first_media_at = COALESCE(first_media_at, $5) WHERE id = $1 AND ended_at IS NULL";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(call)
        .bind(at)
        .bind(reason.name())
        .bind(by)
        .bind(media)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done == 1)
}

/// When a participant was there for the last time, of a call that ends.
pub(super) async fn set_left(conn: &mut Conn, call: CallId, user: UserId, at: Micros) -> Result<(), StoreError> {
    let sql = "UPDATE call_participant SET left_at = $3 WHERE call_id = $1 AND user_id = $2";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(call)
        .bind(user)
        .bind(at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// A server that starts gives everybody their full time again.
pub(super) async fn reset_clocks(conn: &mut Conn, now: Micros) -> Result<(), StoreError> {
    let sql = "UPDATE call_participant SET last_heartbeat_at = $1, told_lost = FALSE,
               gone_at = CASE WHEN gone_at IS NULL THEN NULL ELSE $1 END
               WHERE call_id IN (SELECT id FROM call WHERE ended_at IS NULL)";
    on_engine!(conn, |c| sqlx::query(sql).bind(now).execute(c).await.map(drop))?;
    Ok(())
}

/// The calls of `user` that go on outside of `room`.
pub(super) async fn open_of(conn: &mut Conn, user: UserId, room: RoomId) -> Result<Vec<CallId>, StoreError> {
    let sql = "SELECT c.id FROM call c JOIN call_participant p ON p.call_id = c.id
               WHERE p.user_id = $1 AND c.room_id <> $2 AND c.ended_at IS NULL ORDER BY c.id";
    let rows: Vec<(CallId,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).bind(room).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

#[cfg(test)]
mod tests {
    use super::NOTEWORTHY;
    use crate::on_engine;
    use crate::server::db::Db;

    #[tokio::test]
    async fn the_sweep_reads_open_calls_only() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&format!("sqlite:{}", folder.path().join("plan.db").display()))
            .await
            .unwrap();
        db.migrate().await.unwrap();
        let mut conn = db.read().await.unwrap();
        let question = format!("EXPLAIN QUERY PLAN {NOTEWORTHY}");
        let plan: Vec<(i64, i64, i64, String)> =
            on_engine!(&mut conn, |c| sqlx::query_as(sqlx::AssertSqlSafe(question))
                .bind(0)
                .fetch_all(c)
                .await)
            .unwrap();
        let steps: Vec<_> = plan.into_iter().map(|(.., step)| step).collect();
        assert!(steps.iter().any(|step| step.contains("call_open")), "{steps:?}");
        assert!(!steps.iter().any(|step| step.contains("SCAN cp")), "{steps:?}");
        drop(conn);
        db.close().await;
    }
}
