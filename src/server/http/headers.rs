//! Headers that every answer carries.

use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName};
use axum::http::{HeaderValue, header};
use axum::middleware::Next;
use axum::response::Response;

use crate::server::state::AppState;

const FIXED: [(HeaderName, &str); 6] = [
    (header::X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (header::REFERRER_POLICY, "same-origin"),
    (HeaderName::from_static("cross-origin-opener-policy"), "same-origin"),
    (HeaderName::from_static("cross-origin-resource-policy"), "same-origin"),
    (
        HeaderName::from_static("permissions-policy"),
        "camera=(self), microphone=(self), display-capture=(self), fullscreen=(self), geolocation=(), payment=()",
    ),
    (header::X_FRAME_OPTIONS, "DENY"),
];

/// The policy of what is no page. What it says beyond the first does not follow from that one.
const NOTHING: &str =
    "default-src 'none'; object-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

/// Adds them, HSTS when people come by https, and a policy that allows nothing to what is no page of ours.
pub async fn layer(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let is_asset = request.uri().path().starts_with("/pkg/");
    let is_api = request.uri().path().starts_with("/api/");
    // Neither changes under its name.
    let is_kept = ["/fonts/", "/sounds/"]
        .iter()
        .any(|folder| request.uri().path().starts_with(folder));
    let mut response = next.run(request).await;
    let is_ok = response.status().is_success();
    let headers = response.headers_mut();
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if state.config.is_https() {
        headers.insert(
            header::STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=31536000; includeSubDomains"),
        );
    }
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(NOTHING));
    }
    if is_api || headers.contains_key(header::SET_COOKIE) {
        // Nothing in between may keep what is one person's, a renewed session cookie least of all.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    } else if is_asset && is_ok && state.leptos.hash_files {
        headers.insert(
            CACHE_CONTROL,
            HeaderValue::from_static("public, max-age=31536000, immutable"),
        );
    } else if is_kept && is_ok {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("public, max-age=604800"));
    } else if !headers.contains_key(CACHE_CONTROL)
        && headers
            .get(CONTENT_TYPE)
            .is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"))
    {
        // Pages are about the person who asked; "back" after logging out must not show them.
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    }
    response
}

/// The policy of a page whose own scripts carry `nonce`. `socket` is the address of our socket's origin, as `ws://127.0.0.1:3000`.
pub fn content_security_policy(nonce: &str, socket: &str) -> String {
    format!(
        "default-src 'self'; script-src 'nonce-{nonce}' 'strict-dynamic' 'wasm-unsafe-eval'; style-src 'self' 'nonce-{nonce}'; \
         img-src 'self' data: blob:; media-src 'self' blob:; connect-src 'self' {socket}; worker-src 'self'; form-action 'self'; \
         base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
    )
}
