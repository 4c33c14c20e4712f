//! SQL of roles.

use sqlx::FromRow;

use super::model::Role;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// Somebody by the name on the command line.
#[derive(FromRow)]
pub(super) struct Found {
    pub(super) id: UserId,
    /// As they write it.
    pub(super) username: String,
}

/// By the folded username; also who is going, who may stay after all.
pub(super) async fn find(conn: &mut Conn, key: &str) -> Result<Option<Found>, StoreError> {
    let sql = "SELECT users.id, COALESCE(d.username, users.username) AS username
               FROM users LEFT JOIN account_deletion d ON d.user_id = users.id WHERE username_key = $1";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(key)
        .fetch_optional(c)
        .await)?)
}

pub(super) async fn role(conn: &mut Conn, user: UserId) -> Result<Role, StoreError> {
    let sql = "SELECT role FROM user_role WHERE user_id = $1";
    let row: Option<(String,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_optional(c).await)?;
    row.map_or(Ok(Role::default()), |(name,)| {
        Role::parse(&name).ok_or(StoreError::Row("user_role.role"))
    })
}

pub(super) async fn set(conn: &mut Conn, user: UserId, role: Role, now: Micros) -> Result<(), StoreError> {
    if role == Role::default() {
        let sql = "DELETE FROM user_role WHERE user_id = $1";
        on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
        return Ok(());
    }
    let sql = "INSERT INTO user_role (user_id, role, granted_at) VALUES ($1, $2, $3)
               ON CONFLICT (user_id) DO UPDATE SET role = excluded.role, granted_at = excluded.granted_at";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(role.name())
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
