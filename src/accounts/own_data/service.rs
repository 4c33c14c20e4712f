//! Use cases of one's own archive: ask for it, see how it stands, fetch it.

use std::time::Duration;

use futures::FutureExt as _;
use leptos_i18n::Locale as _;
use serde_json::json;

use super::{DataExportId, KEPT, OwnData, forgetting, making};
use crate::accounts::audit::{self, Happening};
use crate::accounts::model::Viewer;
use crate::accounts::recent;
use crate::accounts::service::Caller;
use crate::accounts::store::own_data::{self as store, Export};
use crate::accounts::wire::AccountNews;
use crate::i18n::Locale;
use crate::kernel::error::AppError;
use crate::server::db::StoreError;
use crate::server::jobs;
use crate::server::limits::Limit;
use crate::server::media::Stored;
use crate::server::state::AppState;

/// After how long one that is not made will not be: whoever made it has given up by then.
pub(super) const GIVEN_UP: Duration = Duration::from_secs(3600);

/// The name of an archive's file in the store. Nothing is served from there.
pub(super) fn stored_name(id: DataExportId) -> String {
    format!("exports/{id}.zip")
}

/// How it stands with a person's archive: with the one that they asked for last.
///
/// # Errors
/// When the database does not answer.
pub async fn own(state: &AppState, viewer: &Viewer) -> Result<OwnData, AppError> {
    let latest = store::latest(&mut state.db.read().await?, viewer.id).await?;
    let now = state.clock.now();
    let local = |at| state.clock.local(at, &viewer.time_zone);
    Ok(match latest {
        Some(Export {
            id,
            ready_at: Some(at),
            size: Some(size),
            ..
        }) if at.plus(KEPT) > now => OwnData::Ready {
            id,
            size: u64::try_from(size).unwrap_or_default(),
            since: local(at),
            until: local(at.plus(KEPT)),
        },
        Some(Export {
            asked_at,
            failed_at,
            ready_at: None,
            ..
        }) if failed_at.is_some() || now.since(asked_at) > GIVEN_UP => OwnData::Failed { since: local(asked_at) },
        Some(Export {
            asked_at,
            ready_at: None,
            ..
        }) => OwnData::Making { since: local(asked_at) },
        _ => OwnData::Nothing,
    })
}

/// Asks for an archive. While one is being made, that is the one.
///
/// # Errors
/// [`AppError::Limited`].
pub async fn ask(state: &AppState, viewer: &Viewer, caller: Caller, language: Locale) -> Result<(), AppError> {
    state.limits.check(Limit::Archive, &viewer.id.to_string())?;
    let (user, now) = (viewer.id, state.clock.now());
    state
        .db
        .transaction(move |conn| {
            async move {
                store::give_up(conn, Some(user), now.minus(GIVEN_UP), now).await?;
                for failed in store::let_go_failed(conn, user).await? {
                    forgetting::ask(conn, failed, now).await?;
                }
                let id = DataExportId::random();
                if !store::insert(conn, id, user, language.as_str(), now).await? {
                    return Ok(());
                }
                jobs::enqueue(conn, making::job(id, now)).await?;
                audit::note(conn, user, Happening::DataAsked, &caller, json!({}), now).await?;
                Ok::<_, StoreError>(())
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
/// [`AppError::NotFound`] for one that is not there, or not this person's; a [`Refusal`](crate::kernel::error::Refusal) if it is too long ago that
/// they showed who they are.
pub async fn fetch(state: &AppState, viewer: &Viewer, caller: Caller, id: DataExportId) -> Result<Stored, AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
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
    Ok(stored)
}
