//! SQL of pictures.

use crate::kernel::id::UserId;
use crate::kernel::picture::PictureId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// Writes down that files are about to be stored.
pub(super) async fn insert(conn: &mut Conn, id: PictureId, user: UserId, now: Micros) -> Result<(), StoreError> {
    let sql = "INSERT INTO picture (id, user_id, is_shown, created_at) VALUES ($1, $2, $3, $4)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(user)
        .bind(false)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Nothing of a person is shown any more. Answers what was. The caller holds the person's row.
pub(super) async fn hide(conn: &mut Conn, user: UserId) -> Result<Option<PictureId>, StoreError> {
    let sql = "UPDATE picture SET is_shown = $2 WHERE user_id = $1 AND is_shown RETURNING id";
    let row: Option<(PictureId,)> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(false)
        .fetch_optional(c)
        .await)?;
    Ok(row.map(|(id,)| id))
}

/// Shows a picture whose files are stored; `false` if it is gone.
pub(super) async fn show(conn: &mut Conn, id: PictureId) -> Result<bool, StoreError> {
    let sql = "UPDATE picture SET is_shown = $2 WHERE id = $1";
    let done = on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(true)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(done > 0)
}

/// Whether it is somebody's picture now; `None` if its files are gone, or never were.
pub(super) async fn is_shown(conn: &mut Conn, id: PictureId) -> Result<Option<bool>, StoreError> {
    let sql = "SELECT is_shown AND user_id IS NOT NULL FROM picture WHERE id = $1";
    let row: Option<(bool,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(id).fetch_optional(c).await)?;
    Ok(row.map(|(is_shown,)| is_shown))
}

/// What is nobody's picture, and was begun before a point: whoever began has given up by then, or was killed.
pub(super) async fn left(conn: &mut Conn, before: Micros) -> Result<Vec<PictureId>, StoreError> {
    let sql = "SELECT id FROM picture WHERE (NOT is_shown AND created_at < $1) OR user_id IS NULL LIMIT 1000";
    let rows: Vec<(PictureId,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(before).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Its files are gone.
pub(super) async fn delete(conn: &mut Conn, id: PictureId) -> Result<(), StoreError> {
    on_engine!(conn, |c| sqlx::query("DELETE FROM picture WHERE id = $1")
        .bind(id)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Whether others see it now: of who is going, or gone, they see none.
pub(super) async fn is_seen(conn: &mut Conn, id: PictureId) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM picture p JOIN users u ON u.id = p.user_id AND u.picture_id = p.id WHERE p.id = $1 AND p.is_shown";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql).bind(id).fetch_one(c).await)?;
    Ok(count > 0)
}

/// The one that a person shows.
pub(super) async fn shown(conn: &mut Conn, user: UserId) -> Result<Option<PictureId>, StoreError> {
    let sql = "SELECT id FROM picture WHERE user_id = $1 AND is_shown";
    let row: Option<(PictureId,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_optional(c).await)?;
    Ok(row.map(|(id,)| id))
}

/// All of a person's are nobody's. Answers which.
pub(super) async fn let_go(conn: &mut Conn, user: UserId) -> Result<Vec<PictureId>, StoreError> {
    let sql = "UPDATE picture SET is_shown = $2, user_id = NULL WHERE user_id = $1 RETURNING id";
    let rows: Vec<(PictureId,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).bind(false).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
