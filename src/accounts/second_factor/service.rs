//! Setting the second factor up, its recovery codes, and turning it off.

use std::time::Duration;

use futures::FutureExt as _;
use serde_json::json;

use super::codes::{self, Fresh};
use super::letters::{self, News};
use super::model::{Shown, Standing};
use super::store;
use crate::accounts::audit::{self, Happening};
use crate::accounts::model::{SessionId, Viewer};
use crate::accounts::recent;
use crate::accounts::service::{Caller, sessions};
use crate::accounts::store::{attempts, sessions as session_store};
use crate::i18n::Locale;
use crate::kernel::error::{AppError, Problem, Refusal};
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;
use crate::server::limits::Limit;
use crate::server::state::AppState;
use crate::server::tokens::Token;

/// For how long a key is offered.
pub(in crate::accounts) const OFFER_AGE: Duration = Duration::from_secs(3600);
/// For how long recovery codes are shown, unless their person says before that they have them.
pub const SHOWN_FOR: Duration = Duration::from_secs(10 * 60);

/// Whether it is on, and how many recovery codes are left.
///
/// # Errors
/// When the database does not answer.
pub async fn standing(state: &AppState, viewer: &Viewer) -> Result<Standing, AppError> {
    let mut conn = state.db.read().await?;
    let factor = store::find(&mut conn, viewer.id).await?;
    let since = factor.and_then(|factor| factor.confirmed_at);
    Ok(Standing {
        since: since.map(|since| state.clock.local(since, &viewer.time_zone)),
        codes_left: store::codes_left(&mut conn, viewer.id).await?,
    })
}

/// What the page shows to the person at `session`, whose browser keeps `token` while recovery codes are shown.
///
/// # Errors
/// [`AppError::SignedOut`] when the session was ended meanwhile.
pub async fn shown(
    state: &AppState,
    viewer: &Viewer,
    session: Option<SessionId>,
    token: Option<&Token>,
) -> Result<Shown, AppError> {
    let (now, mut conn) = (state.clock.now(), state.db.read().await?);
    match recent::require_in(&mut conn, session, now).await {
        Err(AppError::Refused(Refusal::ConfirmFirst)) => return Ok(Shown::ConfirmFirst),
        recent => recent?,
    };
    let factor = store::find(&mut conn, viewer.id).await?;
    drop(conn);
    match factor {
        None => Ok(Shown::Off),
        Some(factor) if factor.confirmed_at.is_none() => {
            if now.since(factor.created_at) > OFFER_AGE {
                return Ok(Shown::Off);
            }
            let offer = codes::offer(&factor.secret, &viewer.username);
            Ok(Shown::Offer(offer.ok_or(AppError::Internal)?))
        }
        Some(factor) => {
            let is_shown = factor.codes_shown_until.is_some_and(|until| now < until);
            let token = token.filter(|token| is_shown && factor.codes_shown == Some(token.hash()));
            match token {
                Some(token) => Ok(Shown::Codes(codes::recovery_codes(token))),
                None => Ok(Shown::On(standing(state, viewer).await?)),
            }
        }
    }
}

/// Offers a key, in place of one that was offered before. Nothing is asked for yet.
///
/// # Errors
/// [`Refusal::ConfirmFirst`]; [`AppError::NotFound`] where it is on already; [`AppError::Limited`].
pub async fn begin(state: &AppState, viewer: &Viewer, session: Option<SessionId>) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let (user, now) = (viewer.id, state.clock.now());
    state
        .db
        .transaction(move |conn| {
            async move {
                session_store::lock(conn, user).await?;
                recent::require_in(conn, session, now).await?;
                let is_offered = store::offer(conn, user, codes::new_key(), now).await?;
                is_offered.then_some(()).ok_or(AppError::NotFound)
            }
            .boxed()
        })
        .await
}

/// Who changes the second factor: from where, and whether they are signed out everywhere else by it.
pub struct Change {
    /// The request.
    pub caller: Caller,
    /// Whether every other session ends.
    pub ends_others: bool,
    /// The language of the page, for people who have chosen none.
    pub language: Locale,
}

/// Turns it on by the first code. Answers the token that the recovery codes are made of, which the browser keeps for [`SHOWN_FOR`].
///
/// # Errors
/// [`Problem::WrongCode`]; [`Refusal::ConfirmFirst`]; [`AppError::NotFound`] where nothing is offered; [`AppError::Limited`] and
/// [`AppError::Busy`].
pub async fn turn_on(state: &AppState, viewer: &Viewer, change: Change, code: &str) -> Result<Token, AppError> {
    recent::require(state, change.caller.session).await?;
    let (user, now) = (viewer.id, state.clock.now());
    if code.trim().is_empty() {
        return Err(AppError::field("code", Problem::Required));
    }
    state.limits.check(Limit::Change, &user.to_string())?;
    let factor = store::find(&mut state.db.read().await?, user).await?;
    let is_offered =
        |factor: &store::Factor| factor.confirmed_at.is_none() && now.since(factor.created_at) <= OFFER_AGE;
    let key = factor.filter(is_offered).ok_or(AppError::NotFound)?.secret;
    let step = match codes::Typed::parse(code) {
        Some(codes::Typed::ByTime(code)) => codes::step_of(&key, &code, now),
        _ => None,
    };
    let step = step.ok_or_else(|| AppError::field("code", Problem::WrongCode))?;
    state.limits.check(Limit::Mail, &format!("second factor on {user}"))?;
    let fresh = fresh(state).await?;
    let (token, state_here) = (fresh.token.clone(), state.clone());
    let ended = state
        .db
        .transaction(move |conn| {
            async move {
                session_store::lock(conn, user).await?;
                let here = recent::require_in(conn, change.caller.session, now).await?;
                if !store::turn_on(conn, user, &key, step, now).await? {
                    return Err(AppError::NotFound);
                }
                store::set_codes(conn, user, &fresh, now.plus(SHOWN_FOR)).await?;
                attempts::delete_of(conn, user).await?;
                let ended = end_others(conn, user, here, &change, now).await?;
                let detail = json!({ "session": here, "ended": ended });
                audit::note(conn, user, Happening::SecondFactorOn, &change.caller, detail, now).await?;
                letters::send(conn, &state_here, user, News::On, change.language, now).await?;
                Ok::<_, AppError>(ended)
            }
            .boxed()
        })
        .await?;
    sessions::have_ended(state, user, ended);
    tracing::info!(%user, "the second factor is on");
    Ok(token)
}

/// Puts other recovery codes in place; those before work no more. Answers the token as [`turn_on`] does.
///
/// # Errors
/// [`Refusal::ConfirmFirst`]; [`AppError::NotFound`] where it is off; [`AppError::Limited`] and [`AppError::Busy`].
pub async fn make_codes(
    state: &AppState,
    viewer: &Viewer,
    caller: Caller,
    language: Locale,
) -> Result<Token, AppError> {
    let here = recent::require(state, caller.session).await?;
    let (user, now) = (viewer.id, state.clock.now());
    // Before anything is hashed: that costs.
    if !attempts::has_second_factor(&mut state.db.read().await?, user).await? {
        return Err(AppError::NotFound);
    }
    state.limits.check(Limit::Mail, &format!("recovery codes {user}"))?;
    let fresh = fresh(state).await?;
    let (token, state_here) = (fresh.token.clone(), state.clone());
    state
        .db
        .transaction(move |conn| {
            async move {
                session_store::lock(conn, user).await?;
                recent::require_in(conn, caller.session, now).await?;
                if !store::set_codes(conn, user, &fresh, now.plus(SHOWN_FOR)).await? {
                    return Err(AppError::NotFound);
                }
                attempts::delete_of(conn, user).await?;
                let detail = json!({ "session": here });
                audit::note(conn, user, Happening::RecoveryCodesMade, &caller, detail, now).await?;
                letters::send(conn, &state_here, user, News::CodesMade, language, now).await
            }
            .boxed()
        })
        .await?;
    Ok(token)
}

/// The person has the recovery codes: nobody is shown them any more.
///
/// # Errors
/// When the database does not answer.
pub async fn keep_codes(state: &AppState, viewer: &Viewer) -> Result<(), AppError> {
    let user = viewer.id;
    Ok(state
        .db
        .transaction(move |conn| async move { store::hide_codes(conn, user).await }.boxed())
        .await?)
}

/// Turns it off, and its recovery codes with it.
///
/// # Errors
/// [`Refusal::ConfirmFirst`]; [`AppError::NotFound`] where it is off; [`AppError::Limited`].
pub async fn turn_off(state: &AppState, viewer: &Viewer, change: Change) -> Result<(), AppError> {
    recent::require(state, change.caller.session).await?;
    let (user, now, state_here) = (viewer.id, state.clock.now(), state.clone());
    state.limits.check(Limit::Mail, &format!("second factor off {user}"))?;
    let ended = state
        .db
        .transaction(move |conn| {
            async move {
                session_store::lock(conn, user).await?;
                let here = recent::require_in(conn, change.caller.session, now).await?;
                if !store::turn_off(conn, user).await? {
                    return Err(AppError::NotFound);
                }
                attempts::delete_of(conn, user).await?;
                let ended = end_others(conn, user, here, &change, now).await?;
                let detail = json!({ "session": here, "ended": ended });
                audit::note(conn, user, Happening::SecondFactorOff, &change.caller, detail, now).await?;
                letters::send(conn, &state_here, user, News::Off, change.language, now).await?;
                Ok::<_, AppError>(ended)
            }
            .boxed()
        })
        .await?;
    sessions::have_ended(state, user, ended);
    tracing::info!(%user, "the second factor is off");
    Ok(())
}

/// Recovery codes to be kept, made in the queue of what is slow.
async fn fresh(state: &AppState) -> Result<Fresh, AppError> {
    state.passwords.run(Fresh::make).await?.map_err(|error| {
        tracing::error!(error, "recovery codes");
        AppError::Internal
    })
}

/// Ends every session but the one `here`, where that is asked for. Answers which.
async fn end_others(
    conn: &mut Conn,
    user: UserId,
    here: SessionId,
    change: &Change,
    now: Micros,
) -> Result<Vec<SessionId>, AppError> {
    if !change.ends_others {
        return Ok(Vec::new());
    }
    let ended = session_store::delete_sessions(conn, user, Some(here)).await?;
    for session in &ended {
        let detail = json!({ "session": session, "by": here });
        audit::note(conn, user, Happening::SessionEnded, &change.caller, detail, now).await?;
    }
    Ok(ended)
}
