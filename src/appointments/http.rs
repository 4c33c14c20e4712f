//! Calendars over HTTP: files, so they are no server functions.

use axum::Router;
use axum::extract::{Path, Request, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Redirect, Response};
use axum::routing::get;

use super::feed::{self, FEED};
use super::model::AppointmentId;
use crate::accounts::model::CurrentViewer;
use crate::accounts::preferences;
use crate::kernel::error::AppError;
use crate::server::http::client_address;
use crate::server::http::forms;
use crate::server::limits::Limit;
use crate::server::state::AppState;
use crate::server::tokens::Token;

/// Where the page is.
const PAGE: &str = "/appointments";

/// `GET /calendar/appointment/{id}.ics`, for one of the two.
pub fn routes() -> Router<AppState> {
    Router::new().route("/calendar/appointment/{name}", get(file))
}

/// `GET /calendar/{token}.ics`: no session is looked up for it.
pub fn feeds() -> Router<AppState> {
    Router::new().route(&format!("{FEED}{{name}}"), get(fetch))
}

async fn file(State(state): State<AppState>, Path(name): Path<String>, request: Request) -> Response {
    let viewer = request.extensions().get::<CurrentViewer>();
    let Some(viewer) = viewer.and_then(|viewer| viewer.0.clone()) else {
        return Redirect::to(&forms::login_address(PAGE)).into_response();
    };
    let id = name
        .strip_suffix(".ics")
        .and_then(|id| id.parse::<AppointmentId>().ok());
    let Some(id) = id else {
        return StatusCode::NOT_FOUND.into_response();
    };
    let locale = preferences::language(&state.config, request.headers(), Some(&viewer));
    match feed::file(&state, &viewer, locale, id).await {
        Ok(text) => answer(text, Some("attachment; filename=\"speakle.ics\"")),
        Err(error) => failed(&error),
    }
}

async fn fetch(State(state): State<AppState>, Path(name): Path<String>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    // Whoever tries addresses tries few of 2²⁵⁶.
    if let Err(error) = state
        .limits
        .check_address(Limit::Feed, client_address::of(&state.config, &parts))
    {
        return forms::error_response(&error);
    }
    let Some(token) = name.strip_suffix(".ics").and_then(Token::parse) else {
        return StatusCode::NOT_FOUND.into_response();
    };
    match feed::fetch(&state, &token).await {
        Ok(text) => answer(text, None),
        Err(error) => failed(&error),
    }
}

fn answer(text: String, disposition: Option<&'static str>) -> Response {
    let headers = [
        (header::CONTENT_TYPE, "text/calendar; charset=utf-8"),
        (header::CACHE_CONTROL, "private, no-store"),
        (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    ];
    let mut response = (headers, text).into_response();
    if let Some(disposition) = disposition {
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_DISPOSITION, HeaderValue::from_static(disposition));
    }
    response
}

fn failed(error: &AppError) -> Response {
    match error {
        AppError::NotFound => StatusCode::NOT_FOUND.into_response(),
        error => forms::error_response(error),
    }
}
