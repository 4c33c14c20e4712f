//! By what a person can come in: what takes one of these away leaves another.

use sqlx::FromRow;

use crate::kernel::id::UserId;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// What of each kind a person has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaysIn {
    /// There is a password.
    pub has_password: bool,
    /// Accounts elsewhere.
    pub identities: i64,
    /// Passkeys.
    pub passkeys: i64,
}

impl WaysIn {
    /// There is none at all.
    pub const fn are_none(self) -> bool {
        !self.has_password && self.identities == 0 && self.passkeys == 0
    }
}

#[derive(FromRow)]
struct Row {
    password_hash: String,
    identities: i64,
    passkeys: i64,
}

/// The ways of a person. Whoever takes one away asks afterwards, in the same transaction, which holds the person's lock
/// (`store::sessions::lock`).
///
/// # Errors
/// When the database does not answer.
pub async fn ways_in(conn: &mut Conn, user: UserId) -> Result<WaysIn, StoreError> {
    let sql = "SELECT password_hash, (SELECT COUNT(*) FROM identity WHERE user_id = $1) AS identities,
                      (SELECT COUNT(*) FROM passkey WHERE user_id = $1) AS passkeys
               FROM users WHERE id = $1";
    let row: Option<Row> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_optional(c).await)?;
    Ok(row.map_or(
        WaysIn {
            has_password: false,
            identities: 0,
            passkeys: 0,
        },
        |row| WaysIn {
            has_password: !row.password_hash.is_empty(),
            identities: row.identities,
            passkeys: row.passkeys,
        },
    ))
}
