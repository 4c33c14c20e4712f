//! Use cases of people who want nothing to do with somebody: block them, report them.

use futures::FutureExt as _;

use super::model::RequestStatus;
use super::requests::{answered, tell_changed};
use super::service::{PARTNERSHIP_ENDED, seen};
use super::store;
use crate::accounts::model::Viewer;
use crate::kernel::error::{AppError, Problem, Problems, Refusal};
use crate::kernel::id::UserId;
use crate::kernel::text::multi_line;
use crate::kernel::time::Micros;
use crate::notifications::service::{self as notifications, Recorded};
use crate::profiles::blocks::model::{ReportKind, WORDS_MAX};
use crate::profiles::blocks::service as blocks;
use crate::server::db::Conn;
use crate::server::jobs::{self, NewJob};
use crate::server::limits::Limit;
use crate::server::state::AppState;

/// Blocks somebody (by username): what is open between the two is withdrawn, and they are partners no more, with all that hangs on it. The other
/// one is told nothing but to look again.
///
/// # Errors
/// [`AppError::NotFound`] for whom this person does not see, [`Refusal::Oneself`].
pub async fn block(state: &AppState, viewer: &Viewer, username: &str) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let (me, now) = (viewer.id, state.clock.now());
    let other = other(state, viewer, username).await?;
    let recorded = state
        .db
        .transaction(move |conn| part(conn, me, other, now).boxed())
        .await?;
    notifications::publish(state, recorded);
    tell_changed(state, &[me, other]).await;
    Ok(())
}

/// Tells those who look after this place of somebody, and blocks them as well where that is wanted.
///
/// # Errors
/// No kind, or words that are too long, or none where the kind says nothing; otherwise as for [`block`].
pub async fn report(
    state: &AppState,
    viewer: &Viewer,
    username: &str,
    (kind, words): (&str, &str),
    blocks_too: bool,
) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let mut problems = Problems::new();
    let kind = problems.check("kind", ReportKind::parse(kind));
    let words = problems.check("words", multi_line(words, 0, WORDS_MAX));
    if kind == Some(ReportKind::Other) && words.as_deref() == Some("") {
        problems.add("words", Problem::Required);
        return Err(problems.into_error());
    }
    let (Some(kind), Some(words)) = (kind, words) else {
        return Err(problems.into_error());
    };
    let (me, now) = (viewer.id, state.clock.now());
    let other = other(state, viewer, username).await?;
    let recorded = state
        .db
        .transaction(move |conn| {
            async move {
                blocks::insert_report(conn, me, other, (kind, words), now).await?;
                if blocks_too {
                    part(conn, me, other, now).await
                } else {
                    Ok(Vec::new())
                }
            }
            .boxed()
        })
        .await?;
    if blocks_too {
        notifications::publish(state, recorded);
        tell_changed(state, &[me, other]).await;
    }
    Ok(())
}

/// Somebody else whom the viewer sees.
async fn other(state: &AppState, viewer: &Viewer, username: &str) -> Result<UserId, AppError> {
    let mut conn = state.db.read().await?;
    let (person, _) = seen(&mut conn, state, Some(viewer), username).await?;
    if person.id == viewer.id {
        return Err(AppError::Refused(Refusal::Oneself));
    }
    Ok(person.id)
}

/// Puts a block between two people, and ends what is between them.
async fn part(conn: &mut Conn, me: UserId, other: UserId, now: Micros) -> Result<Vec<Recorded>, AppError> {
    blocks::lock_pair(conn, me, other).await?;
    blocks::require_none_between(conn, me, other).await?;
    blocks::insert(conn, me, other, now).await?;
    store::following::remove_between(conn, me, other).await?;
    // As if they had been taken back: neither of the two left the other without an answer.
    let settled = store::settle_between(conn, me, other, RequestStatus::Cancelled, now).await?;
    if let Some(id) = store::end_partnership(conn, me, other, (None, ""), now).await? {
        jobs::enqueue(conn, NewJob::new(PARTNERSHIP_ENDED, now).payload(&id)).await?;
    }
    notifications::record_all(conn, now, settled.iter().map(answered).collect()).await
}
