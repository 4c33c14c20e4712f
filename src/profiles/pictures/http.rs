//! A picture over HTTP: how it comes and how it goes out.
//!
//! It comes as the one form that is larger than others, so it is no server function: its body is cut off while it is read, and to a plain form it is
//! answered as to any other.

use std::time::Duration;

use axum::body::Body;
use axum::extract::multipart::{Field, MultipartError};
use axum::extract::{FromRequest as _, Multipart, Path, Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use http_body_util::Limited;
use tracing::Instrument as _;

use super::{FIELD, load, save};
use crate::accounts::model::{CurrentViewer, Viewer};
use crate::kernel::error::{AppError, Problem};
use crate::kernel::picture::{PictureId, parse_file_name};
use crate::profiles::crop::Crop;
use crate::profiles::model::{PICTURE_BYTES_MAX, TOO_LARGE};
use crate::server::http::forms;
use crate::server::limits::Limit;
use crate::server::state::AppState;

/// What is read of a body at all, in bytes. Beyond what a picture may have nothing is kept, but a browser without JavaScript reads the answer only
/// when it has sent everything.
const BODY_MAX: usize = 8 * PICTURE_BYTES_MAX;
/// How long it may take to come: 5 MB over a slow line.
const COMING: Duration = Duration::from_secs(180);
/// The longest number of a form, in bytes.
const NUMBER_MAX: usize = 10;

/// `POST /api/save_picture`, a form of several parts: `picture`, and `x`, `y`, `side` of the part that was chosen.
pub async fn upload(State(state): State<AppState>, request: Request) -> Response {
    let (parts, body) = request.into_parts();
    let saved = receive(&state, &parts, body).await;
    forms::answer(&state, &parts, saved).await
}

async fn receive(state: &AppState, parts: &Parts, body: Body) -> Result<PictureId, AppError> {
    let viewer = viewer(parts)?;
    // Before anything of it is read.
    state.limits.check(Limit::Picture, &viewer.id.to_string())?;
    let request = Request::from_parts(parts.clone(), Body::new(Limited::new(body, BODY_MAX)));
    let form = Multipart::from_request(request, state)
        .await
        .map_err(|_| AppError::Malformed)?;
    let (file, part) = tokio::time::timeout(COMING, read(form))
        .await
        .map_err(|_| AppError::Unreachable)??;
    // To its end, also if the browser hangs up: what is stored by then belongs to somebody.
    let state = state.clone();
    let work = async move { save(&state, &viewer, file, part).await };
    tokio::spawn(work.in_current_span()).await.unwrap_or_else(|error| {
        tracing::error!(%error, "a picture was not saved");
        Err(AppError::Internal)
    })
}

fn viewer(parts: &Parts) -> Result<Viewer, AppError> {
    let viewer = parts.extensions.get::<CurrentViewer>();
    viewer.and_then(|viewer| viewer.0.clone()).ok_or(AppError::SignedOut)
}

/// The file, and the part of it if one was chosen.
async fn read(mut form: Multipart) -> Result<(Vec<u8>, Option<Crop>), AppError> {
    let (mut file, mut numbers) = (None, [None; 3]);
    while let Some(field) = form.next_field().await.map_err(cut_off)? {
        match field.name() {
            Some(FIELD) => file = Some(content(field, PICTURE_BYTES_MAX).await?),
            Some("x") => numbers[0] = Some(number(field).await?),
            Some("y") => numbers[1] = Some(number(field).await?),
            Some("side") => numbers[2] = Some(number(field).await?),
            _ => {}
        }
    }
    let part = match numbers {
        [Some(x), Some(y), Some(side)] => Some(Crop { x, y, side }),
        [None, None, None] => None,
        _ => return Err(AppError::Malformed),
    };
    match file {
        // What a browser sends where none was chosen.
        None => Err(AppError::field(FIELD, Problem::Required)),
        Some(Content::Whole(file)) if file.is_empty() => Err(AppError::field(FIELD, Problem::Required)),
        Some(Content::Whole(file)) => Ok((file, part)),
        Some(Content::TooLong) => Err(too_large()),
    }
}

enum Content {
    Whole(Vec<u8>),
    TooLong,
}

/// Reads a field to its end, and keeps nothing of one that is longer than `max` bytes.
async fn content(mut field: Field<'_>, max: usize) -> Result<Content, AppError> {
    let mut content = Some(Vec::new());
    while let Some(chunk) = field.chunk().await.map_err(cut_off)? {
        content = content
            .filter(|content| content.len() + chunk.len() <= max)
            .map(|mut content| {
                content.extend_from_slice(&chunk);
                content
            });
    }
    Ok(content.map_or(Content::TooLong, Content::Whole))
}

async fn number(field: Field<'_>) -> Result<u32, AppError> {
    match content(field, NUMBER_MAX).await? {
        Content::Whole(digits) => std::str::from_utf8(&digits)
            .ok()
            .and_then(|digits| digits.parse().ok())
            .ok_or(AppError::Malformed),
        Content::TooLong => Err(AppError::Malformed),
    }
}

fn cut_off(error: MultipartError) -> AppError {
    match error.status() {
        StatusCode::PAYLOAD_TOO_LARGE => too_large(),
        _ => AppError::Malformed,
    }
}

fn too_large() -> AppError {
    AppError::field(FIELD, TOO_LARGE)
}

/// `GET /media/pictures/{name}`. Whoever may see a person's public profile may see their picture, and that is everybody: so nobody is asked who they
/// are, but whether it is a picture that somebody shows at this moment.
pub async fn picture(State(state): State<AppState>, Path(name): Path<String>) -> Response {
    let Some((id, size)) = parse_file_name(&name) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let mut answer = match load(&state, id, size).await {
        Ok(file) => {
            let headers = [
                (header::CONTENT_TYPE, "image/webp"),
                // The next one has another name. Nobody in between keeps what is taken away.
                (header::CACHE_CONTROL, "private, max-age=31536000, immutable"),
            ];
            return (headers, file).into_response();
        }
        Err(AppError::NotFound) => StatusCode::NOT_FOUND.into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    };
    answer
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    answer
}
