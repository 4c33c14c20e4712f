//! SQL of people who follow somebody.

use sqlx::FromRow;

use super::card;
use crate::accounts::model::PersonCard;
use crate::accounts::own_data::portable::Moment;
use crate::kernel::id::UserId;
use crate::kernel::picture::PictureId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

pub(in crate::matching) async fn insert(
    conn: &mut Conn,
    me: UserId,
    other: UserId,
    now: Micros,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO follow (follower_id, followed_id, at) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(me)
        .bind(other)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

pub(in crate::matching) async fn remove(conn: &mut Conn, me: UserId, other: UserId) -> Result<(), StoreError> {
    let sql = "DELETE FROM follow WHERE follower_id = $1 AND followed_id = $2";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(me)
        .bind(other)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Nobody of the two follows the other any more.
pub(in crate::matching) async fn remove_between(conn: &mut Conn, one: UserId, other: UserId) -> Result<(), StoreError> {
    remove(conn, one, other).await?;
    remove(conn, other, one).await
}

pub(in crate::matching) async fn is_followed(conn: &mut Conn, me: UserId, other: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT COUNT(*) FROM follow WHERE follower_id = $1 AND followed_id = $2";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql).bind(me).bind(other).fetch_one(c).await)?;
    Ok(count > 0)
}

/// How many people somebody follows beside that one.
pub(in crate::matching) async fn count_without(conn: &mut Conn, me: UserId, other: UserId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM follow WHERE follower_id = $1 AND followed_id <> $2";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql).bind(me).bind(other).fetch_one(c).await)?;
    Ok(count)
}

#[derive(FromRow)]
struct Row {
    id: UserId,
    username: String,
    display_name: String,
    picture_id: Option<PictureId>,
}

/// Whom somebody follows and sees, the latest first: partners, and who can be found by people of that age.
pub(in crate::matching) async fn followed(
    conn: &mut Conn,
    me: UserId,
    is_young: bool,
) -> Result<Vec<PersonCard>, StoreError> {
    let sql = "SELECT u.id, u.username, u.display_name, u.picture_id FROM follow f JOIN users u ON u.id = f.followed_id
               WHERE f.follower_id = $1 AND u.username <> ''
                 AND (EXISTS (SELECT 1 FROM match_person m WHERE m.user_id = u.id AND m.is_young = $2)
                      OR EXISTS (SELECT 1 FROM partnership p WHERE p.ended_at IS NULL
                                 AND ((p.low_id = $1 AND p.high_id = u.id) OR (p.low_id = u.id AND p.high_id = $1))))
               ORDER BY f.at DESC, u.id";
    let rows: Vec<Row> = on_engine!(conn, |c| sqlx::query_as(sql).bind(me).bind(is_young).fetch_all(c).await)?;
    Ok(rows
        .into_iter()
        .map(|row| card(row.id, row.username, row.display_name, row.picture_id))
        .collect())
}

/// Somebody who is followed, for an archive.
#[derive(FromRow)]
pub(in crate::matching) struct FollowRow {
    pub(in crate::matching) display_name: String,
    pub(in crate::matching) at: Moment,
}

/// Everybody whom a person follows.
pub(in crate::matching) async fn all(conn: &mut Conn, me: UserId) -> Result<Vec<FollowRow>, StoreError> {
    let sql = "SELECT u.display_name, f.at FROM follow f JOIN users u ON u.id = f.followed_id
               WHERE f.follower_id = $1 ORDER BY f.at, u.id";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).bind(me).fetch_all(c).await)?)
}
