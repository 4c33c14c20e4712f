//! By what a person can come in: what takes one of these away leaves another.

use serde_json::json;
use sqlx::FromRow;
use uuid::Uuid;

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

/// A way in besides the password, or what is asked for with it, as its person knows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum OtherWay {
    /// An account elsewhere, by its e-mail address there.
    Identity(String),
    /// A passkey, by its name.
    Passkey(String),
    /// The second factor.
    SecondFactor,
}

/// What a reset has found besides the password.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Beside {
    /// What it has taken away.
    pub(super) gone: Vec<OtherWay>,
    /// What is there still.
    pub(super) left: Vec<OtherWay>,
}

#[derive(FromRow)]
struct IdentityRow {
    id: IdentityId,
    issuer: String,
    email: String,
    created_at: Micros,
}

#[derive(FromRow)]
struct PasskeyRow {
    id: PasskeyId,
    name: String,
    created_at: Micros,
}

/// Takes away what a person comes in by besides the password where it was there before `since`, from when on the account is known to be
/// theirs, and writes it down, in a transaction that holds the person's lock: what somebody left there who had the account before its owner opens
/// it no more. Without `since` that is everything. The second factor goes only where that is asked for: it lets nobody in, and keeps those out who
/// have come by the mailbox alone.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn take_away(
    conn: &mut Conn,
    user: UserId,
    since: Option<Micros>,
    with_factor: bool,
    caller: &Caller,
    now: Micros,
) -> Result<Beside, StoreError> {
    let is_older = |created_at: Micros| since.is_none_or(|since| created_at < since);
    let mut beside = Beside::default();
    for identity in identities(conn, user).await? {
        let way = OtherWay::Identity(identity.email);
        if !is_older(identity.created_at) {
            beside.left.push(way);
            continue;
        }
        delete(conn, "DELETE FROM identity WHERE id = $1", identity.id.uuid()).await?;
        let detail = json!({ "identity": identity.id, "issuer": identity.issuer, "by": "link" });
        audit::note(conn, user, Happening::IdentityRemoved, caller, detail, now).await?;
        beside.gone.push(way);
    }
    for passkey in passkeys(conn, user).await? {
        let way = OtherWay::Passkey(passkey.name);
        if !is_older(passkey.created_at) {
            beside.left.push(way);
            continue;
        }
        delete(conn, "DELETE FROM passkey WHERE id = $1", passkey.id.uuid()).await?;
        let detail = json!({ "passkey": passkey.id, "by": "link" });
        audit::note(conn, user, Happening::PasskeyRemoved, caller, detail, now).await?;
        beside.gone.push(way);
    }
    // What was asked of a device, and would be another passkey when it is answered.
    delete(conn, "DELETE FROM passkey_ceremony WHERE user_id = $1", user.uuid()).await?;
    let sql = "SELECT confirmed_at FROM second_factor WHERE user_id = $1";
    let factor: Option<(Option<Micros>,)> =
        on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_optional(c).await)?;
    match factor {
        Some((confirmed_at,)) if with_factor => {
            for sql in [
                "DELETE FROM second_factor WHERE user_id = $1",
                "DELETE FROM recovery_code WHERE user_id = $1",
            ] {
                delete(conn, sql, user.uuid()).await?;
            }
            if confirmed_at.is_some() {
                let detail = json!({ "by": "link" });
                audit::note(conn, user, Happening::SecondFactorOff, caller, detail, now).await?;
                beside.gone.push(OtherWay::SecondFactor);
            }
        }
        Some((Some(_),)) => beside.left.push(OtherWay::SecondFactor),
        _ => {}
    }
    Ok(beside)
}

async fn identities(conn: &mut Conn, user: UserId) -> Result<Vec<IdentityRow>, StoreError> {
    let sql = "SELECT id, issuer, email, created_at FROM identity WHERE user_id = $1 ORDER BY id";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?)
}

async fn passkeys(conn: &mut Conn, user: UserId) -> Result<Vec<PasskeyRow>, StoreError> {
    let sql = "SELECT id, name, created_at FROM passkey WHERE user_id = $1 ORDER BY id";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?)
}

async fn delete(conn: &mut Conn, sql: &'static str, id: Uuid) -> Result<(), StoreError> {
    on_engine!(conn, |c| sqlx::query(sql).bind(id).execute(c).await.map(drop))?;
    Ok(())
}
