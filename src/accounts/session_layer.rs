//! Recognises who a request comes from, before anything else looks at it.

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};

use super::model::CurrentViewer;
use super::preferences;
use super::service::{self, CurrentSession, SESSION_IDLE};
use crate::server::config::Config;
use crate::server::http::cookies::{self, Readable};
use crate::server::state::AppState;
use crate::server::tokens::Token;

const COOKIE_NAME: &str = "session";

/// Puts [`CurrentViewer`] and [`CurrentSession`] into the request; takes a cookie back that signs nobody in.
pub async fn layer(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let cookie = cookies::get(&state.config, request.headers(), COOKIE_NAME);
    let has_cookie = cookie.is_some();
    let found = match cookie.and_then(Token::parse) {
        Some(token) => {
            let zone = preferences::browser_time_zone(&state.config, request.headers());
            match service::recognise(&state, &token, zone).await {
                Ok(found) => found,
                // Not knowing who it is must not read as "signed out".
                Err(error) => return (axum::http::StatusCode::from_u16(error.status()).unwrap_or(axum::http::StatusCode::SERVICE_UNAVAILABLE), "busy\n").into_response(),
            }
        }
        None => None,
    };
    let is_stale = has_cookie && found.is_none();
    let (session, viewer) = found.unzip();
    request.extensions_mut().insert(CurrentSession(session));
    request.extensions_mut().insert(CurrentViewer(viewer));
    let mut response = next.run(request).await;
    if is_stale
        && !response.headers().get_all(SET_COOKIE).iter().any(|set| set.as_bytes().starts_with(cookies::full_name(&state.config, COOKIE_NAME).as_bytes()))
        && let Some(removal) = removal(&state.config)
    {
        response.headers_mut().append(SET_COOKIE, removal);
    }
    response
}

/// The cookie that signs in.
pub fn cookie(config: &Config, token: &Token) -> Option<HeaderValue> {
    cookies::set(config, COOKIE_NAME, token.secret(), SESSION_IDLE.as_secs(), Readable::ByServer)
}

/// The cookie that takes it back.
pub fn removal(config: &Config) -> Option<HeaderValue> {
    cookies::set(config, COOKIE_NAME, "", 0, Readable::ByServer)
}
