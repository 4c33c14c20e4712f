//! Invitations that did not become a call, for the history of calls.

use crate::accounts::model::PersonCard;
use crate::invitations::model::{InvitationId, Outcome};
use crate::invitations::store::{self, AttemptsAsked};
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::{Conn, StoreError};

/// An invitation that ended without a call.
#[derive(Clone, Debug)]
pub struct Attempt {
    /// The invitation.
    pub id: InvitationId,
    /// The other one.
    pub with: PersonCard,
    /// When it began.
    pub at: Micros,
    /// How it ended.
    pub outcome: Outcome,
    /// Whether it was the person who called.
    pub by_me: bool,
    /// Whether the two are still partners.
    pub is_partner: bool,
}

/// Attempts of and to `user`, the latest first.
///
/// # Errors
/// When the database does not answer.
pub async fn attempts(conn: &mut Conn, user: UserId, asked: AttemptsAsked) -> Result<Vec<Attempt>, AppError> {
    let rows = store::attempts(conn, user, asked).await?;
    let attempt = |row: store::AttemptRow| {
        Ok(Attempt {
            id: row.id,
            at: row.created_at,
            outcome: Outcome::parse(&row.status, None).ok_or(StoreError::Row("call_invitation.status"))?,
            by_me: row.by_me,
            is_partner: row.is_partner,
            with: row.with(),
        })
    };
    rows.into_iter().map(attempt).collect()
}

/// How many attempts of and to `user` there were since a point, by the other one.
///
/// # Errors
/// When the database does not answer.
pub async fn failed_attempts(
    conn: &mut Conn,
    user: UserId,
    since: Micros,
    with: Option<UserId>,
) -> Result<Vec<(PersonCard, u64)>, AppError> {
    let rows = store::failed_attempts(conn, user, since, with).await?;
    let number = |count: i64| u64::try_from(count).unwrap_or_default();
    Ok(rows.into_iter().map(|(with, count)| (with, number(count))).collect())
}
