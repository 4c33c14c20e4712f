//! Use cases of passkeys: a person's own, adding one, and coming in by one.

use futures::FutureExt as _;
use serde_json::json;

use super::letters::{self, News};
use super::model::{PasskeyId, PasskeyView, parse_name};
use super::store;
use crate::accounts::audit::{self, Happening};
use crate::accounts::model::Viewer;
use crate::accounts::recent;
use crate::accounts::service::Caller;
use crate::accounts::store::sessions::lock;
use crate::accounts::ways_in::ways_in;
use crate::i18n::Locale;
use crate::kernel::error::{AppError, Refusal};
use crate::server::limits::Limit;
use crate::server::state::AppState;

pub mod adding;
pub mod signing;

/// A person's passkeys, the oldest first.
///
/// # Errors
/// When the database does not answer.
pub async fn own(state: &AppState, viewer: &Viewer) -> Result<Vec<PasskeyView>, AppError> {
    let kept = store::of_user(&mut state.db.read().await?, viewer.id).await?;
    let local = |at| state.clock.local(at, &viewer.time_zone);
    let view = |kept: store::Kept| PasskeyView {
        id: kept.id,
        name: kept.name,
        since: local(kept.created_at),
        last_used: kept.last_used_at.map(local),
    };
    Ok(kept.into_iter().map(view).collect())
}

/// Gives one of the person's own another name.
///
/// # Errors
/// What is wrong with the name; [`AppError::NotFound`] for anybody else's; [`Refusal::ConfirmFirst`]; [`AppError::Limited`].
pub async fn rename(
    state: &AppState,
    viewer: &Viewer,
    caller: Caller,
    passkey: PasskeyId,
    name: &str,
) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let name = parse_name(name).map_err(|problem| AppError::field("name", problem))?;
    let (user, now) = (viewer.id, state.clock.now());
    state
        .db
        .transaction(move |conn| {
            async move {
                recent::require_in(conn, caller.session, now).await?;
                let is_there = store::rename(conn, user, passkey, &name).await?;
                is_there.then_some(()).ok_or(AppError::NotFound)
            }
            .boxed()
        })
        .await
}

/// Takes one of the person's own away, which signs in no more. Sessions that it opened go on.
///
/// # Errors
/// [`Refusal::LastWayIn`]; [`AppError::NotFound`] for anybody else's; [`Refusal::ConfirmFirst`]; [`AppError::Limited`].
pub async fn remove(
    state: &AppState,
    viewer: &Viewer,
    caller: Caller,
    passkey: PasskeyId,
    language: Locale,
) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let (user, now, state_here) = (viewer.id, state.clock.now(), state.clone());
    state
        .db
        .transaction(move |conn| {
            async move {
                lock(conn, user).await?;
                recent::require_in(conn, caller.session, now).await?;
                let name = store::delete(conn, user, passkey).await?.ok_or(AppError::NotFound)?;
                if ways_in(conn, &state_here, user).await?.are_none() {
                    return Err(AppError::Refused(Refusal::LastWayIn));
                }
                let detail = json!({ "passkey": passkey });
                audit::note(conn, user, Happening::PasskeyRemoved, &caller, detail, now).await?;
                letters::tell(conn, &state_here, user, News::Removed, &name, language, now).await
            }
            .boxed()
        })
        .await
}
