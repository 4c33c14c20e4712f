//! Use cases of blocks: take one back, read whom one has blocked. Blocking and reporting begin in the feature that knows who sees whom, which calls
//! what is here in its transaction.

use futures::FutureExt as _;

use super::model::{BlockedPerson, PrivacyView, ReportId, ReportKind};
use super::store::{self, Report};
use crate::accounts::model::Viewer;
use crate::accounts::service as accounts;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::profiles::service as profiles;
use crate::server::db::Conn;
use crate::server::limits::Limit;
use crate::server::state::AppState;

/// One transaction at a time for a pair, whoever of the two began it: what is asked while one of them blocks the other is seen by the block, or
/// sees it.
///
/// # Errors
/// When the database does not answer.
pub async fn lock_pair(conn: &mut Conn, one: UserId, other: UserId) -> Result<(), AppError> {
    let (low, high) = if one < other { (one, other) } else { (other, one) };
    Ok(conn.lock(&format!("pair {low} {high}")).await?)
}

/// Notes that `by` has blocked `other`, under [`lock_pair`].
///
/// # Errors
/// When the database does not answer.
pub async fn insert(conn: &mut Conn, by: UserId, other: UserId, now: Micros) -> Result<(), AppError> {
    Ok(store::insert(conn, by, other, now).await?)
}

/// Keeps what `by` tells of `of`.
///
/// # Errors
/// When the database does not answer.
pub async fn insert_report(
    conn: &mut Conn,
    by: UserId,
    of: UserId,
    (kind, words): (ReportKind, String),
    now: Micros,
) -> Result<(), AppError> {
    let report = Report {
        id: ReportId::new_at(now),
        by,
        of,
        kind,
        words,
        at: now,
    };
    Ok(store::insert_report(conn, &report).await?)
}

/// To each other, two of whom one has blocked the other do not exist.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn require_none_between(conn: &mut Conn, one: UserId, other: UserId) -> Result<(), AppError> {
    if store::is_between(conn, one, other).await? {
        Err(AppError::NotFound)
    } else {
        Ok(())
    }
}

/// Whom a person does not meet, whoever of the two wanted it so.
///
/// # Errors
/// When the database does not answer.
pub async fn around(conn: &mut Conn, me: UserId) -> Result<Vec<UserId>, AppError> {
    Ok(store::around(conn, me).await?)
}

/// Takes a block back. What ended with it does not begin again.
///
/// # Errors
/// [`AppError::NotFound`] for somebody whom this person has not blocked.
pub async fn unblock(state: &AppState, viewer: &Viewer, username: &str) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let other = accounts::person_by_username(&mut state.db.read().await?, username).await?;
    let (me, other) = (viewer.id, other.id);
    let was_blocked = state
        .db
        .transaction(move |conn| store::remove(conn, me, other).boxed())
        .await?;
    if was_blocked { Ok(()) } else { Err(AppError::NotFound) }
}

/// What only oneself reads of one's privacy.
///
/// # Errors
/// When the database does not answer.
pub async fn own_privacy(state: &AppState, viewer: &Viewer) -> Result<PrivacyView, AppError> {
    let mut conn = state.db.read().await?;
    let blocked = store::blocked(&mut conn, viewer.id).await?;
    Ok(PrivacyView {
        is_public: profiles::is_public(&mut conn, viewer.id).await?,
        blocked: blocked
            .into_iter()
            .map(|(person, at)| BlockedPerson {
                person,
                since: state.clock.local(at, &viewer.time_zone),
            })
            .collect(),
    })
}
