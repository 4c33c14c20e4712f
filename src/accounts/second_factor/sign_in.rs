//! The second step of a sign-in: the code. What begins one is [`crate::accounts::admission`].

use std::sync::Arc;

use axum::http::request::Parts;
use futures::FutureExt as _;
use leptos::prelude::use_context;

use super::check::{Asker, check_code, present};
use crate::accounts::admission::{self, ATTEMPT_COOKIE, Admission, Admitted};
use crate::accounts::audit;
use crate::accounts::new_device::NewDeviceListener;
use crate::accounts::service::Caller;
use crate::accounts::store::{attempts, sessions::lock};
use crate::i18n::Locale;
use crate::kernel::error::{AppError, Problem};
use crate::kernel::query::address;
use crate::server::http::cookies::{self, Readable};
use crate::server::http::forms;
use crate::server::http::origin::is_local_path;
use crate::server::limits::Limit;
use crate::server::state::AppState;
use crate::server::tokens::Token;

/// How many codes may be wrong before a sign-in has to begin anew.
const MOST_TRIES: i64 = 5;

/// What came of a code.
#[derive(Debug)]
pub enum Entered {
    /// It fits.
    In(Admission),
    /// No sign-in waits for one: it took too long, or its person has changed what they sign in with.
    Over,
    /// It was the last of several that did not fit.
    TooMany,
}

/// The same before the commit.
enum Outcome {
    In(Box<Admitted>),
    Wrong,
    Over,
    TooMany,
}

/// The sign-in that the browser of the request at hand has begun.
pub fn attempt_here(state: &AppState) -> Option<Token> {
    let parts = use_context::<Parts>()?;
    cookies::get(&state.config, &parts.headers, ATTEMPT_COOKIE).and_then(Token::parse)
}

/// Whether it waits for a code.
///
/// # Errors
/// When the database does not answer.
pub async fn is_waiting(state: &AppState, attempt: Option<Token>) -> Result<bool, AppError> {
    let Some(attempt) = attempt else { return Ok(false) };
    let found = attempts::find(&mut state.db.read().await?, &attempt.hash(), state.clock.now()).await?;
    Ok(found.is_some_and(|found| found.tries < MOST_TRIES))
}

/// Ends a sign-in by a code, or by a recovery code.
///
/// # Errors
/// [`Problem::WrongCode`]; [`AppError::Limited`] by address, by person, and after too many wrong codes.
pub async fn enter(
    state: &AppState,
    attempt: Option<Token>,
    code: String,
    caller: Caller,
    language: Locale,
    listener: Arc<dyn NewDeviceListener>,
) -> Result<Entered, AppError> {
    let Some(token) = attempt else { return Ok(Entered::Over) };
    let (hash, now) = (token.hash(), state.clock.now());
    state.limits.check_address(Limit::SignIn, caller.address)?;
    let Some(found) = attempts::find(&mut state.db.read().await?, &hash, now).await? else {
        return Ok(Entered::Over);
    };
    if code.trim().is_empty() {
        return Err(AppError::field("code", Problem::Required));
    }
    let user = found.user;
    state.limits.check(Limit::SignIn, &format!("person {user}"))?;
    let code = present(state, user, &code).await?;
    let (state_here, caller_here) = (state.clone(), caller.clone());
    let outcome = state
        .db
        .transaction(move |conn| {
            async move {
                let caller = caller_here;
                lock(conn, user).await?;
                // Counted before it is looked at: of many at once, none is looked at that is one too many.
                let Some(tries) = attempts::count_try(conn, &hash, MOST_TRIES, now).await? else {
                    return Ok(Outcome::Over);
                };
                let asker = Asker {
                    state: &state_here,
                    caller: &caller,
                    language,
                };
                if !check_code(conn, user, &code, &asker, now).await? {
                    if tries < MOST_TRIES {
                        return Ok(Outcome::Wrong);
                    }
                    attempts::delete(conn, &hash).await?;
                    return Ok(Outcome::TooMany);
                }
                attempts::delete(conn, &hash).await?;
                match admission::sign_in(conn, user, &found.way, &caller, &*listener, now).await {
                    Ok(admitted) => Ok(Outcome::In(Box::new(admitted))),
                    // What it began with opens nothing any more.
                    Err(AppError::Invalid(_) | AppError::Refused(_)) => Ok(Outcome::Over),
                    Err(error) => Err(error),
                }
            }
            .boxed()
        })
        .await?;
    if matches!(outcome, Outcome::Wrong | Outcome::TooMany) {
        audit::note_failure(state, &caller, Some(user), "second factor");
    }
    match outcome {
        Outcome::In(admitted) => Ok(Entered::In(admitted.announce(state))),
        Outcome::Wrong => Err(AppError::field("code", Problem::WrongCode)),
        Outcome::Over => Ok(Entered::Over),
        Outcome::TooMany => Ok(Entered::TooMany),
    }
}

/// Where the person is sent, after the cookies are set on the answer: on, or back to the login page, which says why.
pub(in crate::accounts) fn answer(state: &AppState, entered: &Entered, next: Option<String>) -> String {
    forms::set_cookie(cookies::set(&state.config, ATTEMPT_COOKIE, "", 0, Readable::ByServer));
    let why = match entered {
        Entered::In(admission) => return admission::answer(state, admission, next),
        Entered::Over => "over",
        Entered::TooMany => "wrong",
    };
    let next = next.filter(|path| is_local_path(path)).unwrap_or_default();
    let to = address("/login", &[("code", why), ("next", &next)]);
    forms::go_to(&to);
    to
}
