//! Server functions over HTTP, and what a plain form (no JavaScript) gets back.
//!
//! A page with JavaScript gets the result as JSON with a fitting status. A plain form is sent back to its page with 303; what was typed
//! (never passwords, codes, nor the token of a link) and why it failed wait in a row that exactly one showing of that page takes. Nothing of it stands in the address,
//! so no link can show an error that did not happen.
//!
//! A form for which one has to show first who one is goes to the page that asks for it, which comes back; what was typed waits for that, apart from
//! what other forms bring back on the way. What comes back is for the person who sent it, whoever has the browser by then.

use axum::body::{Body, Bytes, to_bytes};
use axum::extract::{Request, State};
use axum::http::header::{ACCEPT, CONTENT_TYPE, LOCATION, REFERER, RETRY_AFTER, SET_COOKIE};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use futures::FutureExt as _;
use futures::future::BoxFuture;
use leptos::prelude::use_context;
use serde::{Deserialize, Serialize};
use server_fn::axum::server_fn_paths;
use sqlx::types::Json;
use std::net::IpAddr;
use std::time::Duration;
use tracing::Instrument as _;

use super::client_address;
use super::cookies::{self, Readable};
use super::origin::{is_local_path, local_path};
use crate::kernel::error::{AppError, Refusal};
use crate::kernel::form::{FormReturn, FormReturned};
use crate::kernel::id::UserId;
use crate::kernel::query::address;
use crate::on_engine;
use crate::server::db::StoreError;
use crate::server::jobs::{Handler, Job, JobError};
use crate::server::limits::Limit;
use crate::server::state::AppState;
use crate::server::tokens::Token;

/// The longest form, in bytes.
const MAX_FORM: usize = 64 * 1024;

/// What brings a browser to its row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Returns {
    /// The form goes back to its page at once.
    AtOnce,
    /// It does so when the person has shown who they are.
    Confirmed,
}

impl Returns {
    /// The order in which a page looks.
    const ALL: [Self; 2] = [Self::AtOnce, Self::Confirmed];

    const fn cookie(self) -> &'static str {
        match self {
            Self::AtOnce => "form_return",
            Self::Confirmed => "form_waiting",
        }
    }

    /// How long a row waits for its page.
    const fn kept(self) -> Duration {
        match self {
            Self::AtOnce => Duration::from_secs(300),
            Self::Confirmed => Duration::from_secs(900),
        }
    }

    /// A `Set-Cookie` that takes the cookie away.
    fn removal(self, state: &AppState) -> Option<HeaderValue> {
        cookies::set(&state.config, self.cookie(), "", 0, Readable::ByServer)
    }
}

/// Who sends a request, as far as forms care; the layer that recognises people puts it into the request.
#[derive(Clone, Copy, Debug, Default)]
pub struct Sender {
    /// The person, if somebody is signed in.
    pub person: Option<UserId>,
    /// They have shown not long ago who they are.
    pub is_recent: bool,
}

impl Sender {
    fn of(extensions: &Extensions) -> Self {
        extensions.get::<Self>().copied().unwrap_or_default()
    }
}

/// The row: whose it is, where it belongs and what it says.
#[derive(Serialize, Deserialize)]
struct Kept {
    #[serde(default)]
    person: Option<UserId>,
    path: String,
    form: FormReturn,
}

/// Answers `/api/{function}`. `context` provides what server functions read.
pub async fn server_function(
    state: AppState,
    context: impl Fn() + Clone + Send + 'static,
    request: Request,
) -> Response {
    let is_known = |(path, method): (&str, Method)| path == request.uri().path() && method == *request.method();
    // The framework would answer with words about itself.
    if !server_fn_paths().any(is_known) {
        return error_response(&AppError::NotFound);
    }
    if request.method() != Method::POST {
        return with_status(
            leptos_axum::handle_server_fns_with_context(context, request)
                .await
                .into_response(),
        )
        .await;
    }
    let (mut parts, body) = request.into_parts();
    // Read here, so that one that is too long is told from one that cannot be understood.
    let Ok(body) = to_bytes(body, MAX_FORM).await else {
        return StatusCode::PAYLOAD_TOO_LARGE.into_response();
    };
    let Some(from) = Plain::of(&state, &parts) else {
        return to_its_end(context, Request::from_parts(parts, Body::from(body))).await;
    };
    let typed = typed_values(&body);
    // To the server function it is a request like any other; the answer is for us.
    parts
        .headers
        .insert(ACCEPT, HeaderValue::from_static("application/json"));
    let answer = to_its_end(context, Request::from_parts(parts, Body::from(body))).await;

    let (answer, body) = answer.into_parts();
    let cookies: Vec<HeaderValue> = answer.headers.get_all(SET_COOKIE).iter().cloned().collect();
    let location = answer
        .headers
        .get(LOCATION)
        .and_then(|location| location.to_str().ok())
        .filter(|path| is_local_path(path));
    let error = if answer.status.is_client_error() || answer.status.is_server_error() {
        let body = to_bytes(body, MAX_FORM).await.unwrap_or_default();
        Some(serde_json::from_slice(&body).unwrap_or(AppError::Internal))
    } else {
        None
    };
    match (location, error) {
        (Some(location), None) => see_other(location, cookies),
        (_, error) => {
            let typed = if error.is_some() { typed } else { Typed::default() };
            from.back(&state, cookies, typed, error).await
        }
    }
}

/// Answers for what is no server function as if it were one: JSON to a page with JavaScript, and a plain form goes back to its page.
pub async fn answer<T: Serialize>(state: &AppState, parts: &Parts, result: Result<T, AppError>) -> Response {
    match (Plain::of(state, parts), result) {
        (Some(from), result) => from.back(state, Vec::new(), Typed::default(), result.err()).await,
        (None, Ok(value)) => axum::Json(value).into_response(),
        (None, Err(error)) => error_response(&error),
    }
}

/// Sends a browser that comes back from elsewhere to the page `back`, as if it had posted the form `action` there: the page says what became of it.
pub async fn bring_to(
    state: &AppState,
    parts: &Parts,
    back: String,
    action: &str,
    error: Option<AppError>,
) -> Response {
    let from = Plain {
        action: action.to_owned(),
        back,
        address: client_address::of(&state.config, parts),
        person: Sender::of(&parts.extensions).person,
    };
    from.back(state, Vec::new(), Typed::default(), error).await
}

/// A form that a browser posts itself, and the page that it came from.
struct Plain {
    action: String,
    back: String,
    address: IpAddr,
    person: Option<UserId>,
}

/// What was typed into one, without what is never kept.
#[derive(Default)]
struct Typed {
    values: Vec<(String, String)>,
    left_out: bool,
}

impl Plain {
    /// `None` for what a page with JavaScript sends.
    fn of(state: &AppState, parts: &Parts) -> Option<Self> {
        let headers = &parts.headers;
        let accept = headers.get(ACCEPT).and_then(|accept| accept.to_str().ok());
        accept.filter(|accept| accept.contains("text/html"))?;
        let back = headers
            .get(REFERER)
            .and_then(|referer| referer.to_str().ok())
            .and_then(|referer| local_path(&state.config, headers, referer))
            .unwrap_or_else(|| "/".to_owned());
        Some(Self {
            action: parts.uri.path().to_owned(),
            back,
            address: client_address::of(&state.config, parts),
            person: Sender::of(&parts.extensions).person,
        })
    }

    /// Back to the page, which says what became of it.
    async fn back(
        self,
        state: &AppState,
        cookies: Vec<HeaderValue>,
        typed: Typed,
        error: Option<AppError>,
    ) -> Response {
        let Self {
            action,
            back,
            address,
            person,
        } = self;
        if error == Some(AppError::SignedOut) {
            return see_other(&login_address(&back), cookies);
        }
        if let Err(limited) = state.limits.check_address(Limit::Form, address) {
            return error_response(&limited);
        }
        let path = path_of(&back).to_owned();
        let (returns, to) = match error {
            Some(AppError::Refused(Refusal::ConfirmFirst)) => (Returns::Confirmed, confirm_address(&back)),
            _ => (Returns::AtOnce, back),
        };
        let Typed { values, left_out } = typed;
        let form = FormReturn {
            action,
            values,
            left_out,
            error,
        };
        match keep(state, returns, Kept { person, path, form }).await {
            Ok(cookie) => see_other(&to, cookies.into_iter().chain(cookie).collect()),
            Err(error) => {
                tracing::error!(%error, "form return");
                StatusCode::SERVICE_UNAVAILABLE.into_response()
            }
        }
    }
}

/// Runs a server function that changes something, on a task of its own: the handler of a client that hangs up is dropped, and what is
/// committed by then would never be told to anybody.
async fn to_its_end(context: impl Fn() + Clone + Send + 'static, request: Request) -> Response {
    let work = async move {
        leptos_axum::handle_server_fns_with_context(context, request)
            .await
            .into_response()
    };
    match tokio::spawn(work.in_current_span()).await {
        Ok(answer) => with_status(answer).await,
        Err(error) => {
            tracing::error!(%error, "a server function did not come to its end");
            error_response(&AppError::Internal)
        }
    }
}

/// Gives the page that a plain form came from what it brings back, once.
pub async fn layer(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let mut taken = None;
    if *request.method() == Method::GET {
        let sender = Sender::of(request.extensions());
        for returns in Returns::ALL {
            // The page would lead to where one shows who one is, and what was typed would be gone with its answer.
            if returns == Returns::Confirmed && !sender.is_recent {
                continue;
            }
            let token = cookies::get(&state.config, request.headers(), returns.cookie()).and_then(Token::parse);
            let Some(token) = token else { continue };
            let found = take(&state, &token, sender.person, request.uri().path()).await;
            let found = found.unwrap_or_else(|error| {
                tracing::error!(%error, "form return");
                None
            });
            taken = found.map(|form| (returns, form));
            if taken.is_some() {
                break;
            }
        }
    }
    let (returns, form) = taken.unzip();
    request.extensions_mut().insert(FormReturned(form));
    let mut response = next.run(request).await;
    if let Some(cookie) = returns.and_then(|returns| returns.removal(&state)) {
        response.headers_mut().append(SET_COOKIE, cookie);
    }
    response
}

/// Inside a server function that signs out: what was typed waits for nobody any more.
pub fn forget_waiting(state: &AppState) {
    for returns in Returns::ALL {
        set_cookie(returns.removal(state));
    }
}

/// Where somebody is sent to show who they are, before they go on at `path`.
fn confirm_address(path: &str) -> String {
    address("/confirm", &[("next", path)])
}

/// Where a signed-out person is sent who wanted to go to `path`.
pub fn login_address(path: &str) -> String {
    let next: String = form_urlencoded::byte_serialize(path.as_bytes()).collect();
    format!("/login?next={next}")
}

/// Gives a failed server function the status that its error stands for; the framework answers 500 to all.
async fn with_status(response: Response) -> Response {
    if response.status() != StatusCode::INTERNAL_SERVER_ERROR {
        return response;
    }
    let (mut parts, body) = response.into_parts();
    let body = to_bytes(body, MAX_FORM).await.unwrap_or_default();
    if let Ok(error) = serde_json::from_slice::<AppError>(&body) {
        parts.status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
        parts
            .headers
            .insert(CONTENT_TYPE, HeaderValue::from_static("application/json"));
        if let Some(seconds) = error.retry_after() {
            parts.headers.insert(RETRY_AFTER, HeaderValue::from(seconds));
        }
    }
    parts.headers.remove(header::CONTENT_LENGTH);
    Response::from_parts(parts, Body::from(body))
}

/// An error as server functions answer it, for layers that answer before one runs.
pub fn error_response(error: &AppError) -> Response {
    let status = StatusCode::from_u16(error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let mut response = (status, axum::Json(error)).into_response();
    if let Some(seconds) = error.retry_after() {
        response.headers_mut().insert(RETRY_AFTER, HeaderValue::from(seconds));
    }
    response
}

fn typed_values(body: &Bytes) -> Typed {
    // PostgreSQL's JSON cannot hold NUL, which nobody types.
    let kept = |text: &str| text.replace('\0', "");
    let mut typed = Typed::default();
    for (name, value) in form_urlencoded::parse(body) {
        if name.contains("password") || name == "token" || name == "code" {
            typed.left_out = true;
        } else {
            typed.values.push((kept(&name), kept(&value)));
        }
    }
    typed
}

fn path_of(address: &str) -> &str {
    address.split(['?', '#']).next().unwrap_or(address)
}

fn see_other(location: &str, cookies: Vec<HeaderValue>) -> Response {
    let mut headers = HeaderMap::new();
    match HeaderValue::from_str(location) {
        Ok(location) => headers.insert(LOCATION, location),
        Err(_) => headers.insert(LOCATION, HeaderValue::from_static("/")),
    };
    for cookie in cookies {
        headers.append(SET_COOKIE, cookie);
    }
    (StatusCode::SEE_OTHER, headers).into_response()
}

async fn keep(state: &AppState, returns: Returns, kept: Kept) -> Result<Option<HeaderValue>, StoreError> {
    let token = Token::random();
    let (hash, now) = (token.hash(), state.clock.now());
    state
        .db
        .transaction(move |conn| {
            async move {
                on_engine!(conn, |c| sqlx::query(
                    "INSERT INTO form_return (token_hash, content, expires_at) VALUES ($1, $2, $3)"
                )
                .bind(hash)
                .bind(Json(kept))
                .bind(now.plus(returns.kept()))
                .execute(c)
                .await
                .map(drop))?;
                Ok::<_, StoreError>(())
            }
            .boxed()
        })
        .await?;
    Ok(cookies::set(
        &state.config,
        returns.cookie(),
        token.secret(),
        returns.kept().as_secs(),
        Readable::ByServer,
    ))
}

async fn take(
    state: &AppState,
    token: &Token,
    person: Option<UserId>,
    path: &str,
) -> Result<Option<FormReturn>, StoreError> {
    let (hash, now) = (token.hash(), state.clock.now());
    let select = "SELECT content FROM form_return WHERE token_hash = $1 AND expires_at >= $2";
    let mut conn = state.db.read().await?;
    let row: Option<(Json<Kept>,)> = on_engine!(conn, |c| sqlx::query_as(select)
        .bind(hash.clone())
        .bind(now)
        .fetch_optional(c)
        .await)?;
    drop(conn);
    match row {
        Some((Json(kept),)) if kept.path == path && kept.person == person => {
            // Whoever deletes the row shows it: a second showing at the same moment finds nothing.
            let deleted = state
                .db
                .transaction(move |conn| {
                    async move {
                        let sql = "DELETE FROM form_return WHERE token_hash = $1";
                        Ok::<_, StoreError>(on_engine!(conn, |c| sqlx::query(sql)
                            .bind(hash)
                            .execute(c)
                            .await
                            .map(|done| done.rows_affected()))?)
                    }
                    .boxed()
                })
                .await?;
            Ok((deleted == 1).then_some(kept.form))
        }
        _ => Ok(None),
    }
}

/// The job that takes away what no page has asked for.
pub struct Forget(pub AppState);

impl Handler for Forget {
    fn kind(&self) -> &'static str {
        "http.forget_forms"
    }

    fn every(&self) -> Option<Duration> {
        Some(Returns::AtOnce.kept() * 2)
    }

    fn run(&self, _: Job) -> BoxFuture<'_, Result<(), JobError>> {
        let now = self.0.clock.now();
        async move {
            let work = self.0.db.transaction(move |conn| {
                async move {
                    let sql = "DELETE FROM form_return WHERE expires_at < $1";
                    on_engine!(conn, |c| sqlx::query(sql).bind(now).execute(c).await.map(drop))?;
                    Ok::<_, StoreError>(())
                }
                .boxed()
            });
            Ok(work.await?)
        }
        .boxed()
    }
}

/// Takes `__err` and `__path` out of an address: the framework would show an error that any link can carry.
pub async fn ignore_error_parameters(mut request: Request, next: Next) -> Response {
    let is_ours =
        |pair: &&str| !form_urlencoded::parse(pair.as_bytes()).any(|(key, _)| key == "__err" || key == "__path");
    if let Some(query) = request.uri().query()
        && !query.split('&').all(|pair| is_ours(&pair))
    {
        let kept: Vec<&str> = query.split('&').filter(is_ours).collect();
        let path = request.uri().path();
        let address = if kept.is_empty() {
            path.to_owned()
        } else {
            format!("{path}?{}", kept.join("&"))
        };
        if let Ok(uri) = address.parse() {
            *request.uri_mut() = uri;
        }
    }
    next.run(request).await
}

/// Inside a server function: the answer carries this cookie.
pub fn set_cookie(cookie: Option<HeaderValue>) {
    if let (Some(options), Some(cookie)) = (use_context::<leptos_axum::ResponseOptions>(), cookie) {
        options.append_header(SET_COOKIE, cookie);
    }
}

/// Inside a server function: a plain form goes on to `path`. A page with JavaScript gets the path in the result and goes by itself.
pub fn go_to(path: &str) {
    if let (Some(options), Ok(path)) = (
        use_context::<leptos_axum::ResponseOptions>(),
        HeaderValue::from_str(path),
    ) {
        options.insert_header(LOCATION, path);
    }
}
