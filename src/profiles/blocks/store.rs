//! SQL of blocks and reports.

use sqlx::FromRow;

use super::model::{ReportId, ReportKind};
use crate::accounts::model::{PersonCard, hue};
use crate::accounts::own_data::portable::Moment;
use crate::kernel::id::UserId;
use crate::kernel::picture::PictureId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// Notes that `by` has blocked `other`; who has done so before stays at that.
pub(super) async fn insert(conn: &mut Conn, by: UserId, other: UserId, now: Micros) -> Result<(), StoreError> {
    let sql = "INSERT INTO block (blocker_id, blocked_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(by)
        .bind(other)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Takes a block back; `false` if there was none.
pub(super) async fn remove(conn: &mut Conn, by: UserId, other: UserId) -> Result<bool, StoreError> {
    let sql = "DELETE FROM block WHERE blocker_id = $1 AND blocked_id = $2";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(by)
        .bind(other)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done == 1)
}

/// Whether one of the two has blocked the other.
pub(super) async fn is_between(conn: &mut Conn, one: UserId, other: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM block WHERE (blocker_id = $1 AND blocked_id = $2) OR (blocker_id = $2 AND blocked_id = $1)";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql).bind(one).bind(other).fetch_one(c).await)?;
    Ok(count > 0)
}

/// Whom a person has blocked, and who has blocked them.
pub(super) async fn around(conn: &mut Conn, me: UserId) -> Result<Vec<UserId>, StoreError> {
    let sql = "SELECT blocked_id AS id FROM block WHERE blocker_id = $1
               UNION ALL SELECT blocker_id FROM block WHERE blocked_id = $1";
    let rows: Vec<(UserId,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(me).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

#[derive(FromRow)]
struct BlockedRow {
    id: UserId,
    username: String,
    display_name: String,
    picture_id: Option<PictureId>,
    at: Micros,
}

/// Whom a person has blocked, the latest first; who is going has no name meanwhile.
pub(super) async fn blocked(conn: &mut Conn, by: UserId) -> Result<Vec<(PersonCard, Micros)>, StoreError> {
    let sql =
        "SELECT u.id, u.username, u.display_name, u.picture_id, b.at FROM block b JOIN users u ON u.id = b.blocked_id
               WHERE b.blocker_id = $1 AND u.username <> '' ORDER BY b.at DESC, u.id LIMIT 1000";
    let rows: Vec<BlockedRow> = on_engine!(conn, |c| sqlx::query_as(sql).bind(by).fetch_all(c).await)?;
    let person = |row: BlockedRow| {
        let card = PersonCard {
            id: row.id,
            hue: hue(row.id),
            username: row.username,
            display_name: row.display_name,
            picture: row.picture_id,
        };
        (card, row.at)
    };
    Ok(rows.into_iter().map(person).collect())
}

/// What somebody tells of somebody.
pub(super) struct Report {
    pub(super) id: ReportId,
    pub(super) by: UserId,
    pub(super) of: UserId,
    pub(super) kind: ReportKind,
    pub(super) words: String,
    pub(super) at: Micros,
}

pub(super) async fn insert_report(conn: &mut Conn, report: &Report) -> Result<(), StoreError> {
    let sql = "INSERT INTO report (id, reporter_id, reported_id, kind, words, at) VALUES ($1, $2, $3, $4, $5, $6)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(report.id)
        .bind(report.by)
        .bind(report.of)
        .bind(report.kind.name())
        .bind(&report.words)
        .bind(report.at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Somebody who was blocked, for an archive.
#[derive(FromRow)]
pub(in crate::profiles) struct BlockRow {
    pub(in crate::profiles) display_name: String,
    pub(in crate::profiles) at: Moment,
}

/// Everybody whom a person has blocked.
pub(in crate::profiles) async fn all_blocks(conn: &mut Conn, by: UserId) -> Result<Vec<BlockRow>, StoreError> {
    let sql = "SELECT u.display_name, b.at FROM block b JOIN users u ON u.id = b.blocked_id
               WHERE b.blocker_id = $1 ORDER BY b.at, u.id";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).bind(by).fetch_all(c).await)?)
}

/// A report, for the archive of whoever made it.
#[derive(FromRow)]
pub(in crate::profiles) struct ReportRow {
    pub(in crate::profiles) display_name: String,
    pub(in crate::profiles) kind: String,
    pub(in crate::profiles) words: String,
    pub(in crate::profiles) at: Moment,
}

/// Everything that a person has reported.
pub(in crate::profiles) async fn all_reports(conn: &mut Conn, by: UserId) -> Result<Vec<ReportRow>, StoreError> {
    let sql = "SELECT u.display_name, r.kind, r.words, r.at FROM report r JOIN users u ON u.id = r.reported_id
               WHERE r.reporter_id = $1 ORDER BY r.id";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).bind(by).fetch_all(c).await)?)
}

/// Who is gone blocks nobody and need not be blocked; what they told is nobody's then, and what was told of them stays.
pub(in crate::profiles) async fn erase(conn: &mut Conn, user: UserId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM block WHERE blocker_id = $1 OR blocked_id = $1",
        "UPDATE report SET reporter_id = NULL WHERE reporter_id = $1",
    ] {
        on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
    }
    Ok(())
}
