//! One rule against cross-site forgery, over every request that may change something.

use axum::extract::{Request, State};
use axum::http::header::ORIGIN;
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::origin::is_own;
use crate::server::state::AppState;

/// Lets unsafe methods pass only if the browser says that they come from our own pages: `Sec-Fetch-Site` same-origin (or none, typed
/// by the person), else an `Origin` equal to ours; anything else is 403 before the body is read.
pub async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if matches!(*request.method(), Method::GET | Method::HEAD | Method::OPTIONS) {
        return next.run(request).await;
    }
    let headers = request.headers();
    let text = |name: &str| headers.get(name).map(|value| value.to_str().unwrap_or("?"));
    let ours = match text("sec-fetch-site") {
        Some(site) => matches!(site, "same-origin" | "none"),
        None => text(ORIGIN.as_str()).is_some_and(|origin| is_own(&state.config, headers, origin)),
    };
    if ours {
        next.run(request).await
    } else {
        (
            StatusCode::FORBIDDEN,
            "This request did not come from a page of this site.\n",
        )
            .into_response()
    }
}
