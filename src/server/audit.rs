//! What is written down of what happened to accounts, and from where, so that it can be found out afterwards: a year of rows that are added
//! and never changed, but when their person is deleted: then only that it happened stays, without from where. Which kinds there are, the features say.

use std::net::IpAddr;
use std::time::Duration;

use serde_json::Value;

use crate::define_id;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// How long a row is kept.
pub const KEPT: Duration = Duration::from_secs(365 * 24 * 3600);

define_id! {
    /// One row.
    AuditId
}

/// What happened.
#[derive(Clone, Debug)]
pub struct Entry<'a> {
    /// To whose account; `None` where nobody is known by what was typed.
    pub user: Option<UserId>,
    /// What, in snake_case.
    pub kind: &'static str,
    /// From which address.
    pub address: IpAddr,
    /// What the browser calls itself, cut to a sane length.
    pub user_agent: &'a str,
    /// More, as a JSON object: no secrets, and nothing that somebody typed.
    pub detail: Value,
}

/// Writes it down, in the transaction of what it tells of.
///
/// # Errors
/// When the database does not answer.
pub async fn note(conn: &mut Conn, entry: Entry<'_>, now: Micros) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO audit (id, at, user_id, kind, address, user_agent, detail) VALUES ($1, $2, $3, $4, $5, $6, $7)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(AuditId::new_at(now))
        .bind(now)
        .bind(entry.user)
        .bind(entry.kind)
        .bind(entry.address.to_string())
        .bind(entry.user_agent)
        .bind(entry.detail.to_string())
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Takes away what was kept for long enough.
///
/// # Errors
/// When the database does not answer.
pub async fn forget(conn: &mut Conn, now: Micros) -> Result<(), StoreError> {
    let before = now.minus(KEPT);
    on_engine!(conn, |c| sqlx::query("DELETE FROM audit WHERE at < $1")
        .bind(before)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
