//! By what a person can come in: what takes one of these away leaves another.

use serde_json::json;
use sqlx::FromRow;

use super::audit::{self, Happening};
use super::identities::model::IdentityId;
use super::passkeys::model::PasskeyId;
use super::service::Caller;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};
use crate::server::openid::Provider;
use crate::server::state::AppState;

/// What of each kind a person has.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct WaysIn {
    /// There is a password.
    pub has_password: bool,
    /// Accounts at the provider that is set now: others open nothing.
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
pub async fn ways_in(conn: &mut Conn, state: &AppState, user: UserId) -> Result<WaysIn, StoreError> {
    let issuer = state.google.as_ref().map(Provider::issuer);
    let sql = "SELECT password_hash, (SELECT COUNT(*) FROM identity WHERE user_id = $1 AND issuer = $2) AS identities,
                      (SELECT COUNT(*) FROM passkey WHERE user_id = $1) AS passkeys
               FROM users WHERE id = $1";
    let row: Option<Row> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(issuer)
        .fetch_optional(c)
        .await)?;
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

/// Takes away whatever a person comes in by or is asked for besides the password, and writes it down, in a transaction that holds the person's
/// lock: what somebody who had the account before its owner left there opens it no more.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn take_away(conn: &mut Conn, user: UserId, caller: &Caller, now: Micros) -> Result<(), StoreError> {
    let sql = "DELETE FROM identity WHERE user_id = $1 RETURNING id, issuer";
    let identities: Vec<(IdentityId, String)> =
        on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?;
    for (identity, issuer) in identities {
        let detail = json!({ "identity": identity, "issuer": issuer, "by": "link" });
        audit::note(conn, user, Happening::IdentityRemoved, caller, detail, now).await?;
    }
    let sql = "DELETE FROM passkey WHERE user_id = $1 RETURNING id";
    let passkeys: Vec<(PasskeyId,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?;
    for (passkey,) in passkeys {
        let detail = json!({ "passkey": passkey, "by": "link" });
        audit::note(conn, user, Happening::PasskeyRemoved, caller, detail, now).await?;
    }
    let sql = "DELETE FROM second_factor WHERE user_id = $1 RETURNING confirmed_at";
    let factors: Vec<(Option<Micros>,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?;
    if factors.iter().any(|(confirmed_at,)| confirmed_at.is_some()) {
        let detail = json!({ "by": "link" });
        audit::note(conn, user, Happening::SecondFactorOff, caller, detail, now).await?;
    }
    for sql in [
        "DELETE FROM recovery_code WHERE user_id = $1",
        // What was asked of a device, and would be another passkey when it is answered.
        "DELETE FROM passkey_ceremony WHERE user_id = $1",
    ] {
        on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
    }
    Ok(())
}
