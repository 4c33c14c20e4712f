//! Pictures of people: made of what they send, shown, replaced, cleared away.
//!
//! Promises: what others see is always stored as a whole; a picture that was replaced or taken away is served to nobody from that moment on, and
//! its files go soon after, also when a process is killed at any point; nothing of what was sent is kept but pixels.
//!
//! A picture has a row before it has files and until they are gone, so nobody has to search for files that belong to nobody.

mod clearing;
mod encoding;
pub mod http;
mod store;

use std::time::Duration;

use futures::FutureExt as _;
use tokio::sync::Semaphore;

pub use clearing::{Forget, ForgetLeft};

use self::encoding::Unfit;
use super::crop::Crop;
use crate::accounts::model::Viewer;
use crate::accounts::service as accounts;
use crate::kernel::error::{AppError, Problem};
use crate::kernel::id::UserId;
use crate::kernel::picture::{PictureId, PictureSize, file_name};
use crate::kernel::time::Micros;
use crate::server::db::{Conn, StoreError};
use crate::server::limits::Limit;
use crate::server::state::AppState;

/// The field of the form.
const FIELD: &str = "picture";
/// How many pictures are made at a time: each may take some hundred megabytes for a moment.
static MAKING: Semaphore = Semaphore::const_new(2);
/// How long one waits for its turn.
const TURN: Duration = Duration::from_secs(20);
/// How long storing both files may take. Far less than what `clearing` takes for given up.
const STORING: Duration = Duration::from_secs(60);

/// The name of a picture's file in the store.
fn stored_name(id: PictureId, size: PictureSize) -> String {
    format!("pictures/{}", file_name(id, size))
}

/// Makes a file that somebody sent their picture: of `part`, or of its middle. The one before goes.
///
/// # Errors
/// What is wrong with the file, as a problem of the field `picture`; [`AppError::Malformed`] for a part outside of it; [`AppError::Busy`] when
/// too many are being made, or the store does not answer.
pub async fn save(state: &AppState, viewer: &Viewer, file: Vec<u8>, part: Option<Crop>) -> Result<PictureId, AppError> {
    let turn = tokio::time::timeout(TURN, MAKING.acquire()).await;
    let Ok(Ok(turn)) = turn else {
        return Err(AppError::Busy { seconds: 10 });
    };
    let made = tokio::task::spawn_blocking(move || encoding::encode(&file, part)).await;
    drop(turn);
    let files = made
        .map_err(|error| {
            tracing::error!(%error, "a picture was not made");
            AppError::Internal
        })?
        .map_err(refused)?;
    let (id, user, now) = (PictureId::random(), viewer.id, state.clock.now());
    state
        .db
        .transaction(move |conn| async move { store::insert(conn, id, user, now).await }.boxed())
        .await?;
    let stored = async {
        for (size, file) in files.into_files() {
            state.media.put(&stored_name(id, size), file).await?;
        }
        Ok::<_, AppError>(())
    };
    let stored = tokio::time::timeout(STORING, stored)
        .await
        .unwrap_or(Err(AppError::Busy { seconds: 30 }));
    let shown = match stored {
        Ok(()) => {
            state
                .db
                .transaction(move |conn| async move { change(conn, user, Some(id), now).await }.boxed())
                .await
        }
        Err(error) => Err(error),
    };
    if let Err(error) = shown {
        give_up(state, id, now).await;
        return Err(error);
    }
    Ok(id)
}

/// Shows nobody's face but initials.
///
/// # Errors
/// When there were too many changes, or the database does not answer.
pub async fn remove(state: &AppState, viewer: &Viewer) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let (user, now) = (viewer.id, state.clock.now());
    state
        .db
        .transaction(move |conn| async move { change(conn, user, None, now).await }.boxed())
        .await
}

/// The file of a picture that is somebody's now.
///
/// # Errors
/// [`AppError::NotFound`] for any other.
async fn load(state: &AppState, id: PictureId, size: PictureSize) -> Result<axum::body::Bytes, AppError> {
    if !store::is_seen(&mut state.db.read().await?, id).await? {
        return Err(AppError::NotFound);
    }
    let found = state.media.get(&stored_name(id, size)).await?;
    found.ok_or_else(|| {
        tracing::error!(picture = %id, "a picture has no file");
        AppError::NotFound
    })
}

/// The files of the picture that a person shows, if they show one.
///
/// # Errors
/// When the store does not answer.
pub(super) async fn files_of(
    state: &AppState,
    conn: &mut Conn,
    user: UserId,
) -> Result<Vec<(PictureSize, axum::body::Bytes)>, AppError> {
    let Some(id) = store::shown(conn, user).await? else {
        return Ok(Vec::new());
    };
    let mut files = Vec::new();
    for size in PictureSize::ALL {
        let file = state.media.get(&stored_name(id, size)).await?;
        files.extend(file.map(|file| (size, file)));
    }
    Ok(files)
}

/// Of somebody who goes: their pictures are nobody's, and their files go.
pub(super) async fn let_go(conn: &mut Conn, user: UserId, now: Micros) -> Result<(), StoreError> {
    for id in store::let_go(conn, user).await? {
        clearing::ask(conn, id, now).await?;
    }
    Ok(())
}

/// What a person shows from now on. What they showed before is to be forgotten.
async fn change(conn: &mut Conn, user: UserId, to: Option<PictureId>, now: Micros) -> Result<(), AppError> {
    // First the person's row, which two changes of one person wait for.
    accounts::set_picture(conn, user, to).await?;
    if let Some(before) = store::hide(conn, user).await? {
        clearing::ask(conn, before, now).await?;
    }
    match to {
        Some(id) if !store::show(conn, id).await? => Err(AppError::Internal),
        _ => Ok(()),
    }
}

/// What is stored of it goes; if that cannot even be asked for now, it is found later.
async fn give_up(state: &AppState, id: PictureId, now: Micros) {
    let asked: Result<(), StoreError> = state
        .db
        .transaction(move |conn| async move { clearing::ask(conn, id, now).await }.boxed())
        .await;
    if let Err(error) = asked {
        tracing::warn!(%error, picture = %id, "left for later");
    }
}

const fn problem(unfit: Unfit) -> Option<Problem> {
    match unfit {
        Unfit::Kind => Some(Problem::NotAPicture),
        Unfit::Large => Some(Problem::TooManyPixels),
        Unfit::Broken => Some(Problem::BrokenPicture),
        Unfit::Part => None,
    }
}

fn refused(unfit: Unfit) -> AppError {
    problem(unfit).map_or(AppError::Malformed, |problem| AppError::field(FIELD, problem))
}
