//! Showing again who one is, before something for which a sign-in has to be recent ([`super::recent`]).
//!
//! To add a way: a use case that ends in [`confirmed`] inside of its transaction, [`announce`] after the commit, and [`answer`] in the server
//! function.

use futures::FutureExt as _;
use serde_json::json;

use super::admission::Way;
use super::audit::{self, Happening};
use super::model::{Confirming, SessionId, Viewer};
use super::second_factor::{Asker, Presented, check_code, present};
use super::service::Caller;
use super::store::{self, attempts};
use super::ways_in::ways_in;
use super::{confirm_link, recent, session_layer};
use crate::i18n::Locale;
use crate::kernel::error::{AppError, Problem, Problems, Refusal};
use crate::kernel::time::Micros;
use crate::server::db::Conn;
use crate::server::http::forms;
use crate::server::http::origin::is_local_path;
use crate::server::limits::Limit;
use crate::server::state::AppState;
use crate::server::tokens::Token;

/// Where somebody is written down who was kept out here.
pub(super) const PLACE: &str = "confirmation";

/// What the page asks the person at `session` for, who wants to go to `next`.
///
/// # Errors
/// [`AppError::SignedOut`] when the session was ended meanwhile.
pub async fn asked(
    state: &AppState,
    viewer: &Viewer,
    session: Option<SessionId>,
    next: Option<String>,
) -> Result<Confirming, AppError> {
    let mut conn = state.db.read().await?;
    let go_on = match recent::require_in(&mut conn, session, state.clock.now()).await {
        Err(AppError::Refused(Refusal::ConfirmFirst)) => None,
        recent => recent.map(|_| Some(on_this_site(next)))?,
    };
    let ways = ways_in(&mut conn, state, viewer.id).await?;
    let asks_code = attempts::has_second_factor(&mut conn, viewer.id).await?;
    let has_mail = !ways.has_password && confirm_link::has_address(&mut conn, viewer.id).await?;
    Ok(Confirming {
        has_password: ways.has_password,
        asks_code,
        has_passkeys: ways.passkeys > 0,
        // One form with a code is enough.
        has_google: ways.identities > 0 && !(ways.has_password && asks_code),
        has_mail,
        go_on,
    })
}

/// What was typed.
pub struct Typed {
    /// Into "Password".
    pub password: String,
    /// Into "Code", which is there where a second factor is on.
    pub code: String,
}

/// The person shows by their password that it is they, and by a code where a second factor is on.
///
/// # Errors
/// [`Problem::WrongPassword`], also of who has none; [`Problem::WrongCode`]; [`AppError::Limited`] together with tries to sign in;
/// [`AppError::SignedOut`] when the session was ended meanwhile; [`AppError::Busy`].
pub async fn by_password(
    state: &AppState,
    viewer: &Viewer,
    caller: Caller,
    typed: Typed,
    language: Locale,
) -> Result<Token, AppError> {
    let session = caller.any_session().ok_or(AppError::SignedOut)?;
    let (user, now) = (viewer.id, state.clock.now());
    let mut conn = state.db.read().await?;
    let account = store::sessions::own_account(&mut conn, user).await?;
    let asks_code = attempts::has_second_factor(&mut conn, user).await?;
    drop(conn);
    let Typed { password, code } = typed;
    let mut problems = Problems::new();
    for (field, is_missing) in [
        ("password", password.is_empty()),
        ("code", asks_code && code.trim().is_empty()),
    ] {
        if is_missing {
            problems.add(field, Problem::Required);
        }
    }
    if !problems.is_empty() {
        return Err(problems.into_error());
    }
    state.limits.check_address(Limit::SignIn, caller.address)?;
    state.limits.check(Limit::SignIn, &format!("person {user}"))?;
    let hash = account.ok_or(AppError::SignedOut)?.password_hash;
    let known = Some(hash.clone()).filter(|hash| !hash.is_empty());
    if !state.passwords.verify(password, known).await? {
        audit::note_failure(state, &caller, Some(user), PLACE);
        return Err(AppError::field("password", Problem::WrongPassword));
    }
    let code = match asks_code {
        true => present(state, user, &code).await?,
        false => Presented::Nothing,
    };
    let (state_here, caller_here) = (state.clone(), caller.clone());
    let token = state
        .db
        .transaction(move |conn| {
            async move {
                store::sessions::lock(conn, user).await?;
                // Changed meanwhile, it shows nothing any more.
                if !store::sessions::has_password(conn, user, &hash).await? {
                    return Err(AppError::field("password", Problem::WrongPassword));
                }
                if attempts::has_second_factor(conn, user).await? {
                    let asker = Asker {
                        state: &state_here,
                        caller: &caller,
                        language,
                    };
                    // No error: that it was wrong has to be committed.
                    if !check_code(conn, user, &code, &asker, now).await? {
                        return Ok(None);
                    }
                }
                confirmed(conn, session, &caller, Way::Password { hash }.name(), now, now)
                    .await
                    .map(Some)
            }
            .boxed()
        })
        .await?;
    let Some(token) = token else {
        audit::note_failure(state, &caller_here, Some(user), PLACE);
        return Err(AppError::field("code", Problem::WrongCode));
    };
    announce(state, session);
    Ok(token)
}

/// Writes down, in the caller's transaction, that the person of `session` has shown by `way` at `shown_at` that it is they. The session goes on under
/// another token, which is answered: what somebody has of the cookie before is not recent by this. [`announce`] it after the commit.
///
/// Whoever calls this has made sure that who has shown themselves is the person whose session it is.
///
/// # Errors
/// [`AppError::SignedOut`] when the session was ended meanwhile.
pub(super) async fn confirmed(
    conn: &mut Conn,
    session: SessionId,
    caller: &Caller,
    way: &'static str,
    shown_at: Micros,
    now: Micros,
) -> Result<Token, AppError> {
    let token = Token::random();
    let user = store::sessions::person_of(conn, session, now)
        .await?
        .ok_or(AppError::SignedOut)?;
    let is_there = store::sessions::set_token(conn, session, token.hash(), now).await?
        && store::sessions::set_confirmed(conn, session, shown_at).await?;
    if !is_there {
        return Err(AppError::SignedOut);
    }
    let detail = json!({ "session": session, "way": way });
    audit::note(conn, user, Happening::Confirmed, caller, detail, now).await?;
    Ok(token)
}

/// After the commit of [`confirmed`]: what is open by the token before comes back with the new one, or not at all.
pub(super) fn announce(state: &AppState, session: SessionId) {
    state.hub.renew_session(session.uuid());
}

/// Sets the cookie of `token` on the answer, and sends the person where they wanted to go. Answers where that is.
pub(super) fn answer(state: &AppState, token: &Token, next: Option<String>) -> String {
    forms::set_cookie(session_layer::cookie(&state.config, token));
    let next = on_this_site(next);
    forms::go_to(&next);
    next
}

fn on_this_site(next: Option<String>) -> String {
    next.filter(|path| is_local_path(path))
        .unwrap_or_else(|| "/".to_owned())
}
