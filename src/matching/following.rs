//! Use cases of people who follow somebody: quietly, since whom it concerns is not told of it and reads it nowhere.

use futures::FutureExt as _;

use super::service::seen;
use super::store::following as store;
use crate::accounts::model::{PersonCard, Viewer};
use crate::accounts::service as accounts;
use crate::kernel::error::{AppError, Refusal};
use crate::profiles::about::AgeGroup;
use crate::profiles::blocks::service as blocks;
use crate::profiles::service as profiles;
use crate::server::limits::Limit;
use crate::server::state::AppState;

/// So many people may somebody follow: their list is read at once.
pub const FOLLOWED_MAX: i64 = 500;

/// Follows somebody, by username; who does so already stays at that.
///
/// # Errors
/// [`AppError::NotFound`] for whom this person does not see, [`Refusal::Oneself`], [`Refusal::TooManyFollowed`].
pub async fn follow(state: &AppState, viewer: &Viewer, username: &str) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let (me, now) = (viewer.id, state.clock.now());
    let (person, _) = seen(&mut state.db.read().await?, state, Some(viewer), username).await?;
    let other = person.id;
    if other == me {
        return Err(AppError::Refused(Refusal::Oneself));
    }
    state
        .db
        .transaction(move |conn| {
            async move {
                conn.lock(&format!("follow {me}")).await?;
                // A block that comes at this moment is seen here, or comes after and takes this away.
                blocks::lock_pair(conn, me, other).await?;
                blocks::require_none_between(conn, me, other).await?;
                if store::count_without(conn, me, other).await? >= FOLLOWED_MAX {
                    return Err(AppError::Refused(Refusal::TooManyFollowed));
                }
                Ok(store::insert(conn, me, other, now).await?)
            }
            .boxed()
        })
        .await
}

/// Follows somebody no more; who did not stays at that.
///
/// # Errors
/// [`AppError::NotFound`] for a name that nobody has.
pub async fn unfollow(state: &AppState, viewer: &Viewer, username: &str) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let person = accounts::person_by_username(&mut state.db.read().await?, username).await?;
    let me = viewer.id;
    state
        .db
        .transaction(move |conn| store::remove(conn, me, person.id).boxed())
        .await?;
    Ok(())
}

/// Whom somebody follows, the latest first. Whom they do not see meanwhile is left out.
///
/// # Errors
/// When the database does not answer.
pub async fn followed(state: &AppState, viewer: &Viewer) -> Result<Vec<PersonCard>, AppError> {
    let mut conn = state.db.read().await?;
    let group = profiles::age_group(&mut conn, viewer.id, state.clock.this_year()).await?;
    Ok(store::followed(&mut conn, viewer.id, group == AgeGroup::Young).await?)
}
