//! The two addresses between our pages and the provider's, and what the browser keeps meanwhile.
//!
//! A form must not lead elsewhere (`form-action 'self'` of the pages' policy holds for the redirects that answer it as well), so it leads to a
//! page of ours, which leads on by itself.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::http::HeaderValue;
use axum::http::header::{LOCATION, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse as _, Response};
use axum::routing::get;
use leptos::prelude::use_context;
use leptos::server_fn::ServerFn as _;
use leptos_i18n::Locale as _;

use super::api::StartGoogle;
use super::model::Purpose;
use super::service::coming::{Arrival, Failure, OFFER_AGE, Return, arrive};
use super::service::{ATTEMPT_AGE, Begun, is_on_a_way, lead_on};
use crate::accounts::model::{CurrentViewer, Viewer};
use crate::accounts::new_device::NewDeviceListener;
use crate::accounts::service::Caller;
use crate::accounts::{admission, preferences, session_layer};
use crate::i18n::{Locale, td_string};
use crate::kernel::error::{AppError, Refusal};
use crate::kernel::query::{Query, address};
use crate::server::http::cookies::{self, Readable};
use crate::server::http::forms;
use crate::server::http::origin::{is_local_path, local_path, own_origin};
use crate::server::openid::CALLBACK;
use crate::server::state::AppState;
use crate::server::tokens::Token;

/// The page that leads on to the provider.
const GO: &str = "/auth/google/go";
/// Where the page "Account" shows them.
const LINKED_ACCOUNTS: &str = "/settings/account#linked-accounts";
/// The cookie of the ways that a browser has begun.
const BROWSER_COOKIE: &str = "oidc";
/// The cookie of who has come and is not known yet.
const OFFER_COOKIE: &str = "oidc_offer";

/// Both addresses. `listener` hears of new devices.
pub fn routes(listener: Arc<dyn NewDeviceListener>) -> Router<AppState> {
    let callback = move |state: State<AppState>, request: Request| callback(state, request, listener.clone());
    Router::new().route(GO, get(go)).route(CALLBACK, get(callback))
}

/// The page that a form of this purpose stands on.
///
/// # Errors
/// [`AppError::Internal`] outside of a request.
pub(super) fn page_here(state: &AppState, purpose: Purpose) -> Result<String, AppError> {
    let (pages, default): (&[&str], &str) = match purpose {
        Purpose::SignIn => (&["/login", "/register"], "/login"),
        Purpose::Link => (&[], LINKED_ACCOUNTS),
        Purpose::Confirm => (&["/confirm"], "/confirm"),
    };
    let parts = use_context::<Parts>().ok_or(AppError::Internal)?;
    let referer = parts.headers.get("referer").and_then(|referer| referer.to_str().ok());
    let page = referer.and_then(|referer| local_path(&state.config, &parts.headers, referer));
    let is_one = |page: &String| pages.contains(&page.split('?').next().unwrap_or_default());
    Ok(page.filter(is_one).unwrap_or_else(|| default.to_owned()))
}

/// What the browser keeps of the ways that it has begun.
///
/// # Errors
/// [`AppError::Internal`] outside of a request.
pub(super) fn browser_here(state: &AppState) -> Result<Option<Token>, AppError> {
    let parts = use_context::<Parts>().ok_or(AppError::Internal)?;
    Ok(token(state, &parts.headers, BROWSER_COOKIE))
}

/// What the browser keeps of an offer.
///
/// # Errors
/// [`AppError::Internal`] outside of a request.
pub fn offer_here(state: &AppState) -> Result<Option<Token>, AppError> {
    let parts = use_context::<Parts>().ok_or(AppError::Internal)?;
    Ok(token(state, &parts.headers, OFFER_COOKIE))
}

/// The cookie that takes it back.
pub fn offer_removal(state: &AppState) -> Option<HeaderValue> {
    cookies::set(&state.config, OFFER_COOKIE, "", 0, Readable::ByServer)
}

fn token(state: &AppState, headers: &HeaderMap, name: &str) -> Option<Token> {
    cookies::get(&state.config, headers, name).and_then(Token::parse)
}

/// Sets the cookie of a way that has begun, and sends the browser on it. Answers where to.
pub(super) fn sent_off(state: &AppState, begun: &Begun) -> String {
    forms::set_cookie(cookies::set(
        &state.config,
        BROWSER_COOKIE,
        begun.browser.secret(),
        ATTEMPT_AGE.as_secs(),
        Readable::ByServer,
    ));
    let to = address(GO, &[("state", begun.state.secret())]);
    forms::go_to(&to);
    to
}

/// Leads on to the provider.
async fn go(State(state): State<AppState>, request: Request) -> Response {
    let (parts, _) = request.into_parts();
    let (viewer, language) = who(&state, &parts);
    let named = query(&parts).get("state").and_then(Token::parse);
    let browser = token(&state, &parts.headers, BROWSER_COOKIE);
    let led = match named.zip(browser) {
        Some((named, browser)) => {
            let begun = Begun { state: named, browser };
            lead_on(&state, &begun, &redirect(&state, &parts), language).await
        }
        None => Err(AppError::Refused(Refusal::ProviderFailed)),
    };
    match led {
        Ok(to) => Html(page(language, &to)).into_response(),
        Err(error) => {
            let back = start_page(viewer.as_ref()).to_owned();
            forms::bring_to(&state, &parts, back, StartGoogle::url(), Some(error)).await
        }
    }
}

/// Comes back from the provider.
async fn callback(State(state): State<AppState>, request: Request, listener: Arc<dyn NewDeviceListener>) -> Response {
    let (parts, _) = request.into_parts();
    let (viewer, language) = who(&state, &parts);
    let default = start_page(viewer.as_ref());
    let browser = token(&state, &parts.headers, BROWSER_COOKIE);
    let came = Return {
        query: query(&parts),
        browser: browser.clone(),
        redirect: redirect(&state, &parts),
        viewer,
        caller: Caller::of(&state, &parts),
        language,
    };
    // On a task of its own: what is committed is told to the browser, or to nobody.
    let work = {
        let state = state.clone();
        async move { arrive(&state, came, listener).await }
    };
    let mut answer = match tokio::spawn(work).await {
        Ok(Ok(arrival)) => arrived(&state, &parts, arrival).await,
        Ok(Err(Failure { page, error })) => {
            let page = page.unwrap_or_else(|| default.to_owned());
            forms::bring_to(&state, &parts, page, StartGoogle::url(), Some(error)).await
        }
        Err(error) => {
            tracing::error!(%error, "somebody came back from the provider, and it did not come to its end");
            forms::bring_to(
                &state,
                &parts,
                default.to_owned(),
                StartGoogle::url(),
                Some(AppError::Internal),
            )
            .await
        }
    };
    // The last of its tabs has come back: nothing is to be kept any more.
    if let Some(browser) = browser
        && !is_on_a_way(&state, &browser).await
        && let Some(removal) = cookies::set(&state.config, BROWSER_COOKIE, "", 0, Readable::ByServer)
    {
        answer.headers_mut().append(SET_COOKIE, removal);
    }
    answer
}

async fn arrived(state: &AppState, parts: &Parts, arrival: Arrival) -> Response {
    match arrival {
        Arrival::Known { admission, next } => {
            let (cookie, to) = admission::outcome(state, &admission, next);
            see_other(&to, cookie)
        }
        Arrival::Unknown { offer, has_account } => {
            let age = OFFER_AGE.as_secs();
            let cookie = cookies::set(&state.config, OFFER_COOKIE, offer.secret(), age, Readable::ByServer);
            see_other(
                if has_account {
                    "/link-google"
                } else {
                    "/register/google"
                },
                cookie,
            )
        }
        Arrival::Linked { page } => forms::bring_to(state, parts, page, StartGoogle::url(), None).await,
        Arrival::Confirmed { token, next } => {
            let next = next
                .filter(|path| is_local_path(path))
                .unwrap_or_else(|| "/".to_owned());
            see_other(&next, session_layer::cookie(&state.config, &token))
        }
    }
}

fn see_other(to: &str, cookie: Option<HeaderValue>) -> Response {
    let mut headers = HeaderMap::new();
    let to = HeaderValue::from_str(to).unwrap_or_else(|_| HeaderValue::from_static("/"));
    headers.insert(LOCATION, to);
    if let Some(cookie) = cookie {
        headers.append(SET_COOKIE, cookie);
    }
    (StatusCode::SEE_OTHER, headers).into_response()
}

fn who(state: &AppState, parts: &Parts) -> (Option<Viewer>, Locale) {
    let viewer = parts.extensions.get::<CurrentViewer>();
    let viewer = viewer.and_then(|viewer| viewer.0.clone());
    let language = preferences::language(&state.config, &parts.headers, viewer.as_ref());
    (viewer, language)
}

const fn start_page(viewer: Option<&Viewer>) -> &'static str {
    match viewer {
        Some(_) => LINKED_ACCOUNTS,
        None => "/login",
    }
}

fn query(parts: &Parts) -> Query {
    Query::parse(parts.uri.query().unwrap_or_default())
}

/// Where the provider sends the browser back to: the origin that it knows us by.
fn redirect(state: &AppState, parts: &Parts) -> String {
    format!("{}{CALLBACK}", own_origin(&state.config, &parts.headers))
}

/// A page without scripts and styles: nobody is to stay there.
fn page(language: Locale, to: &str) -> String {
    let (lang, to) = (language.as_str(), in_attribute(to));
    let (title, lead) = (
        td_string!(language, accounts.google.go_title),
        td_string!(language, accounts.google.go_lead),
    );
    let words = td_string!(language, accounts.google.go_on);
    format!(
        "<!DOCTYPE html>\n<html lang=\"{lang}\"><head><meta charset=\"utf-8\"><title>{title} – Speakle</title>\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\"><meta name=\"color-scheme\" content=\"light dark\">\
         <meta http-equiv=\"refresh\" content=\"0; url={to}\"></head>\
         <body><main><h1>{title}</h1><p>{lead}</p><p><a href=\"{to}\">{words}</a></p></main></body></html>\n"
    )
}

fn in_attribute(text: &str) -> String {
    text.replace('&', "&amp;")
        .replace('"', "&quot;")
        .replace('\'', "&#39;")
        .replace('<', "&lt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_cannot_leave_its_attribute() {
        let page = page(Locale::en, "https://id.example/?a=1&b=\"><script>'");
        assert!(
            page.contains("url=https://id.example/?a=1&amp;b=&quot;>&lt;script>&#39;\""),
            "{page}"
        );
        assert!(!page.contains("<script"));
    }
}
