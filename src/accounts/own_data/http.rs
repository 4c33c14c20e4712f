//! An archive over HTTP: a file for its person and nobody else, so it is no server function.

use axum::Extension;
use axum::body::Body;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, Method, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};

use super::DataExportId;
use super::downloads::Downloads;
use super::service::fetch;
use crate::accounts::model::CurrentViewer;
use crate::accounts::service::Caller;
use crate::kernel::error::{AppError, Refusal};
use crate::kernel::query::address;
use crate::server::http::forms;
use crate::server::state::AppState;

/// Where whoever may not fetch it yet comes back to: an address that is a file leaves the page before it as it is.
const PAGE: &str = "/settings/account";

/// `GET /settings/account/data/{id}`.
pub async fn download(
    State(state): State<AppState>,
    Extension(downloads): Extension<Downloads>,
    Path(id): Path<String>,
    request: Request,
) -> Response {
    if *request.method() != Method::GET {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    let (parts, _) = request.into_parts();
    let viewer = parts.extensions.get::<CurrentViewer>();
    let Some(viewer) = viewer.and_then(|viewer| viewer.0.clone()) else {
        return Redirect::to(&forms::login_address(PAGE)).into_response();
    };
    let caller = Caller::of(&state, &parts);
    let Ok(id) = id.parse::<DataExportId>() else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match fetch(&state, &downloads, &viewer, caller, id).await {
        Ok((stored, under_way)) => {
            let day = state.clock.local(state.clock.now(), &viewer.time_zone).machine();
            let name = format!(
                "attachment; filename=\"speakle-{}.zip\"",
                day.get(..10).unwrap_or("data")
            );
            let headers = [
                (header::CONTENT_TYPE, HeaderValue::from_static("application/zip")),
                (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
                (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
                (header::CONTENT_LENGTH, HeaderValue::from(stored.size)),
            ];
            let content = under_way.carry(stored.content);
            let mut answer = (headers, Body::from_stream(content)).into_response();
            if let Ok(name) = HeaderValue::from_str(&name) {
                answer.headers_mut().insert(header::CONTENT_DISPOSITION, name);
            }
            answer
        }
        Err(AppError::Refused(Refusal::ConfirmFirst)) => {
            Redirect::to(&address("/confirm", &[("next", PAGE)])).into_response()
        }
        Err(AppError::SignedOut) => Redirect::to(&forms::login_address(PAGE)).into_response(),
        Err(AppError::NotFound) => StatusCode::NOT_FOUND.into_response(),
        Err(error) => forms::error_response(&error),
    }
}
