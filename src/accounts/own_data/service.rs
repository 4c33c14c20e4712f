//! Use cases of one's own archive: ask for it, see how it stands, fetch it.

use std::time::Duration;

use futures::FutureExt as _;
use leptos_i18n::Locale as _;
use serde_json::json;

use super::downloads::{Download, Downloads};
use super::{DataExportId, KEPT, OwnData, ReadyData, forgetting, making};
use crate::accounts::audit::{self, Happening};
use crate::accounts::model::Viewer;
use crate::accounts::recent;
use crate::accounts::service::Caller;
use crate::accounts::store::deletion::is_there;
use crate::accounts::store::own_data as store;
use crate::accounts::wire::AccountNews;
use crate::i18n::Locale;
use crate::kernel::error::AppError;
use crate::server::jobs;
use crate::server::limits::Limit;
use crate::server::media::Stored;
use crate::server::state::AppState;

/// After how long one that is not made will not be: whoever made it has given up by then, however many waited before
/// it.
pub(super) const GIVEN_UP: Duration = Duration::from_secs(6 * 3600);

/// The name of an archive's file in the store. Nothing is served from there.
pub(super) fn stored_name(id: DataExportId) -> String {
    format!("exports/{id}.zip")
}

/// How it stands with a person's archive: with the one that they asked for last, and with one that can be fetched.
///
/// # Errors
/// When the database does not answer.
pub async fn own(state: &AppState, viewer: &Viewer) -> Result<OwnData, AppError> {
    let latest = store::latest(&mut state.db.read().await?, viewer.id).await?;
    let now = state.clock.now();
    let local = |at| state.clock.local(at, &viewer.time_zone);
    let ready = latest.iter().find_map(|one| {
        let at = one.ready_at.filter(|at| at.plus(KEPT) > now)?;
        Some(ReadyData {
            id: one.id,
            size: u64::try_from(one.size?).unwrap_or_default(),
            since: local(at),
            until: local(at.plus(KEPT)),
        })
    });
    // With the one that becomes ready those before it go, so it is a later one.
    let unmade = latest.iter().find(|one| one.ready_at.is_none());
    Ok(match (unmade, ready) {
        (Some(one), before) => {
            let since = local(one.asked_at);
            if one.failed_at.is_some() || now.since(one.asked_at) > GIVEN_UP {
                OwnData::Failed { since, before }
            } else {
                OwnData::Making { since, before }
            }
        }
        (None, Some(ready)) => OwnData::Ready(ready),
        (None, None) => OwnData::Nothing,
    })
}

/// Asks for an archive. While one is being made, that is the one, and asking for it again counts for nothing.
///
/// # Errors
/// [`AppError::Limited`]; [`AppError::SignedOut`] for somebody who is going.
pub async fn ask(state: &AppState, viewer: &Viewer, caller: Caller, language: Locale) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let (user, now, limits) = (viewer.id, state.clock.now(), state.limits.clone());
    state
        .db
        .transaction(move |conn| {
            async move {
                // Whoever goes lets go of what was asked for until then.
                if !is_there(conn, user).await? {
                    return Err(AppError::SignedOut);
                }
                store::give_up(conn, Some(user), now.minus(GIVEN_UP), now).await?;
                for failed in store::let_go_failed(conn, user).await? {
                    forgetting::ask(conn, failed, now).await?;
                }
                let id = DataExportId::random();
                if !store::insert(conn, id, user, language.as_str(), now).await? {
                    return Ok(());
                }
                limits.check(Limit::Archive, &user.to_string())?;
                jobs::enqueue(conn, making::job(id, now)).await?;
                audit::note(conn, user, Happening::DataAsked, &caller, json!({}), now).await?;
                Ok(())
            }
            .boxed()
        })
        .await?;
    state.hub.to_user(user, &AccountNews::DataChanged);
    Ok(())
}

/// An archive, for its person.
///
/// # Errors
/// [`AppError::NotFound`] for one that is not there, or not this person's; a
/// [`Refusal`](crate::kernel::error::Refusal) if it is too long ago that they showed who they are;
/// [`AppError::Limited`] where several are on their way to them.
pub async fn fetch(
    state: &AppState,
    downloads: &Downloads,
    viewer: &Viewer,
    caller: Caller,
    id: DataExportId,
) -> Result<(Stored, Download), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let download = downloads.begin(viewer.id)?;
    let (user, now) = (viewer.id, state.clock.now());
    let mut conn = state.db.read().await?;
    let found = store::ready(&mut conn, id, user, now.minus(KEPT)).await?;
    if !found {
        return Err(AppError::NotFound);
    }
    recent::require_in(&mut conn, caller.session, now).await?;
    drop(conn);
    let stored = state.media.open_file(&stored_name(id)).await?;
    let stored = stored.ok_or_else(|| {
        tracing::error!(export = %id, "an archive has no file");
        AppError::NotFound
    })?;
    state
        .db
        .transaction(move |conn| {
            async move {
                let detail = json!({ "export": id });
                audit::note(conn, user, Happening::DataFetched, &caller, detail, now).await
            }
            .boxed()
        })
        .await?;
    Ok((stored, download))
}
