//! Recognises who a request comes from, before anything else looks at it.

use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::SET_COOKIE;
use axum::middleware::Next;
use axum::response::Response;

use super::deletion::{CurrentLeaver, Leaver};
use super::model::CurrentViewer;
use super::preferences;
use super::service::{self, ByTokenBefore, CurrentSession, SESSION_IDLE};
use crate::server::config::Config;
use crate::server::http::cookies::{self, Readable};
use crate::server::http::forms::{self, Sender};
use crate::server::state::AppState;
use crate::server::tokens::Token;

const COOKIE_NAME: &str = "session";

/// Puts [`CurrentViewer`], [`CurrentSession`], [`ByTokenBefore`] and [`Sender`] into the request, and, of somebody whose account is to be deleted,
/// [`CurrentLeaver`] in the viewer's place; takes a cookie back that signs nobody in, and renews one whose session goes on.
pub async fn layer(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let presented = cookies::get(&state.config, request.headers(), COOKIE_NAME);
    let has_cookie = presented.is_some();
    let token = presented.and_then(Token::parse);
    let found = match &token {
        Some(token) => {
            let zone = preferences::browser_time_zone(&state.config, request.headers());
            match service::recognise(&state, token, zone).await {
                Ok(found) => found,
                // Not knowing who it is must not read as "signed out".
                Err(error) => {
                    return forms::error_response(&error);
                }
            }
        }
        None => None,
    };
    let news = match (&found, &token) {
        (Some(found), Some(token)) if found.is_renewed => cookie(&state.config, token),
        (None, _) if has_cookie => removal(&state.config),
        _ => None,
    };
    request
        .extensions_mut()
        .insert(CurrentSession(found.as_ref().map(|found| found.session)));
    let is_by_token_before = found.as_ref().is_some_and(|found| found.is_by_token_before);
    request.extensions_mut().insert(ByTokenBefore(is_by_token_before));
    let sender = found.as_ref().map(|found| Sender {
        person: Some(found.viewer.id),
        is_recent: found.is_recent,
    });
    request.extensions_mut().insert(sender.unwrap_or_default());
    let (viewer, leaver) = match found {
        Some(found) => match found.deletes_at {
            Some(at) => {
                let at = state.clock.local(at, &found.viewer.time_zone);
                let viewer = found.viewer;
                (None, Some(Leaver { viewer, at }))
            }
            None => (Some(found.viewer), None),
        },
        None => (None, None),
    };
    request.extensions_mut().insert(CurrentViewer(viewer));
    request.extensions_mut().insert(CurrentLeaver(leaver));
    let mut response = next.run(request).await;
    // Who signs in or out with this very request has said it already.
    let prefix = format!("{}=", cookies::full_name(&state.config, COOKIE_NAME));
    let is_said = response
        .headers()
        .get_all(SET_COOKIE)
        .iter()
        .any(|set| set.as_bytes().starts_with(prefix.as_bytes()));
    if let Some(news) = news.filter(|_| !is_said) {
        response.headers_mut().append(SET_COOKIE, news);
    }
    response
}

/// The cookie that signs in.
pub fn cookie(config: &Config, token: &Token) -> Option<HeaderValue> {
    cookies::set(
        config,
        COOKIE_NAME,
        token.secret(),
        SESSION_IDLE.as_secs(),
        Readable::ByServer,
    )
}

/// The cookie that takes it back.
pub fn removal(config: &Config) -> Option<HeaderValue> {
    cookies::set(config, COOKIE_NAME, "", 0, Readable::ByServer)
}
