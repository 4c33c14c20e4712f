//! Another password, by whoever knows the one before, and a first one for people who come in otherwise; by whoever gets the account's mail, see [`crate::accounts::reset`].

use futures::FutureExt as _;
use serde_json::json;

use self::letters::News;
use super::{Caller, sessions};
use crate::accounts::audit::{self, Happening};
use crate::accounts::links::Purpose;
use crate::accounts::model::{SessionId, Viewer};
use crate::accounts::password_strength::{self, Whose};
use crate::accounts::ways_in::Beside;
use crate::accounts::{recent, store, token_store};
use crate::i18n::Locale;
use crate::kernel::error::{AppError, Problem, Problems, Refusal};
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;
use crate::server::limits::Limit;
use crate::server::state::AppState;
use crate::server::tokens::Token;

mod letters;

/// Changes the password of who knows the one before. Every other session ends, and the caller's goes on under another token, which is
/// answered: what somebody has of the cookie before is soon worth nothing. It is recent by this where no second factor would be asked for.
///
/// # Errors
/// [`Problem::WrongPassword`] and what is wrong with the new one; [`AppError::Limited`] together with tries to sign in;
/// [`AppError::SignedOut`] when the session was ended meanwhile; [`AppError::Busy`].
pub async fn change(
    state: &AppState,
    viewer: &Viewer,
    caller: Caller,
    current: String,
    new: String,
    language: Locale,
) -> Result<Token, AppError> {
    let here = caller.any_session().ok_or(AppError::SignedOut)?;
    let mut problems = Problems::new();
    for (field, text) in [("current_password", &current), ("new_password", &new)] {
        if text.is_empty() {
            problems.add(field, Problem::Required);
        }
    }
    if !problems.is_empty() {
        return Err(problems.into_error());
    }
    let user = viewer.id;
    state.limits.check_address(Limit::SignIn, caller.address)?;
    state.limits.check(Limit::SignIn, &format!("person {user}"))?;
    let account = store::sessions::own_account(&mut state.db.read().await?, user).await?;
    let account = account.ok_or(AppError::SignedOut)?;
    let before = account.password_hash;
    if !state.passwords.verify(current, Some(before.clone())).await? {
        audit::note_failure(state, &caller, Some(user), "password change");
        problems.add("current_password", Problem::WrongPassword);
    }
    let whose = Whose {
        username: &account.username,
        display_name: &account.display_name,
        email: &account.email,
    };
    let strength = password_strength::check(&state.passwords, &new, whose).await?;
    problems.check("new_password", strength);
    if !problems.is_empty() {
        return Err(problems.into_error());
    }
    let after = state.passwords.hash(new).await?;
    // Somebody was faster with another one: then this was not the password any more.
    let late = AppError::field("current_password", Problem::WrongPassword);
    let replacing = Replacing {
        user,
        here,
        before,
        after,
        shows_who: true,
        language,
    };
    replace(state, caller, replacing, late).await
}

/// Whether the person has a password.
///
/// # Errors
/// [`AppError::SignedOut`] when the person is gone.
pub async fn is_there(state: &AppState, viewer: &Viewer) -> Result<bool, AppError> {
    let account = store::sessions::own_account(&mut state.db.read().await?, viewer.id).await?;
    Ok(!account.ok_or(AppError::SignedOut)?.password_hash.is_empty())
}

/// Sets a password for who has none and comes in otherwise. Sessions end and go on as for [`change`], but it makes nothing recent: who has
/// chosen a password has not shown who they are.
///
/// # Errors
/// [`Refusal::ConfirmFirst`]; [`Refusal::HasPassword`]; what is wrong with the password; [`AppError::Limited`] and [`AppError::Busy`];
/// [`AppError::SignedOut`] when the session was ended meanwhile.
pub async fn set_first(
    state: &AppState,
    viewer: &Viewer,
    caller: Caller,
    new: String,
    language: Locale,
) -> Result<Token, AppError> {
    let here = recent::require(state, caller.session).await?;
    let user = viewer.id;
    state.limits.check(Limit::Change, &user.to_string())?;
    let account = store::sessions::own_account(&mut state.db.read().await?, user).await?;
    let account = account.ok_or(AppError::SignedOut)?;
    let has_one = || AppError::Refused(Refusal::HasPassword);
    if !account.password_hash.is_empty() {
        return Err(has_one());
    }
    let whose = Whose {
        username: &account.username,
        display_name: &account.display_name,
        email: &account.email,
    };
    let strength = password_strength::check(&state.passwords, &new, whose).await?;
    strength.map_err(|problem| AppError::field("new_password", problem))?;
    let after = state.passwords.hash(new).await?;
    let replacing = Replacing {
        user,
        here,
        before: String::new(),
        after,
        shows_who: false,
        language,
    };
    replace(state, caller, replacing, has_one()).await
}

/// A password that takes the place of another, or of none.
struct Replacing {
    user: UserId,
    /// The session that goes on.
    here: SessionId,
    /// The hash that is there, or nothing.
    before: String,
    /// The hash that is to be.
    after: String,
    /// The one before was typed: where nothing more is asked for, that shows who somebody is.
    shows_who: bool,
    /// The language of the page, for people who have chosen none.
    language: Locale,
}

/// Every other session ends, and the one here goes on under another token, which is answered. `late` is for who finds another password there
/// by then.
async fn replace(state: &AppState, caller: Caller, replacing: Replacing, late: AppError) -> Result<Token, AppError> {
    let Replacing {
        user,
        here,
        before,
        after,
        shows_who,
        language,
    } = replacing;
    let (token, now, state_here) = (Token::random(), state.clock.now(), state.clone());
    let token_hash = token.hash();
    let ended = state
        .db
        .transaction(move |conn| {
            async move {
                store::sessions::lock(conn, user).await?;
                let another = Another {
                    user,
                    before: Some(&before),
                    after: &after,
                    stays: Some(here),
                    beside: None,
                    language,
                };
                let Some(ended) = put(conn, &state_here, another, &caller, now).await? else {
                    return Err(late);
                };
                if !store::sessions::set_token(conn, here, token_hash, now).await? {
                    return Err(AppError::SignedOut);
                }
                // A password alone is not enough for who is asked for a code as well.
                if shows_who && !store::attempts::has_second_factor(conn, user).await? {
                    store::sessions::set_confirmed(conn, here, now).await?;
                }
                Ok(ended)
            }
            .boxed()
        })
        .await?;
    // Those that came with the token before come back with the new one, or not at all.
    state.hub.renew_session(here.uuid());
    sessions::have_ended(state, user, ended);
    tracing::info!(%user, "password changed");
    Ok(token)
}

/// A password to be put in the place of another.
#[derive(Clone, Copy)]
pub(in crate::accounts) struct Another<'a> {
    /// Whose.
    pub(in crate::accounts) user: UserId,
    /// The hash of the one before, where it was asked for.
    pub(in crate::accounts) before: Option<&'a str>,
    /// The hash of the new one.
    pub(in crate::accounts) after: &'a str,
    /// The session that goes on.
    pub(in crate::accounts) stays: Option<SessionId>,
    /// What the person hears of the ways in besides it.
    pub(in crate::accounts) beside: Option<&'a Beside>,
    /// The language of the page, for people who have chosen none.
    pub(in crate::accounts) language: Locale,
}

/// Puts a password in place, in a transaction that holds the person's lock: links that would set one work no more, sessions end, it is
/// written down, and the person hears of it by mail. Answers the sessions that have ended, which are for [`sessions::have_ended`] after the commit; `None` if the one before is
/// not the person's any more.
pub(in crate::accounts) async fn put(
    conn: &mut Conn,
    state: &AppState,
    another: Another<'_>,
    caller: &Caller,
    now: Micros,
) -> Result<Option<Vec<SessionId>>, AppError> {
    let Another {
        user,
        before,
        after,
        stays,
        beside,
        language,
    } = another;
    if !store::sessions::set_password(conn, user, before, after).await? {
        return Ok(None);
    }
    // What somebody else asked for while they could is over as well.
    for purpose in [Purpose::Reset, Purpose::ChangeEmail, Purpose::Confirm] {
        token_store::delete_of(conn, user, purpose).await?;
    }
    store::attempts::delete_of(conn, user).await?;
    let ended = store::sessions::delete_sessions(conn, user, stays).await?;
    let detail = match stays {
        Some(session) => json!({ "session": session, "ended": ended }),
        None => json!({ "by": "link", "ended": ended }),
    };
    audit::note(conn, user, Happening::PasswordChanged, caller, detail, now).await?;
    letters::send(conn, state, user, News::of(before, stays), beside, language, now).await?;
    Ok(Some(ended))
}
