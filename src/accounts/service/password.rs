//! Another password, by whoever knows the one before, and a first one for people who come in otherwise; by whoever gets the account's mail, see [`crate::accounts::reset`].

use futures::FutureExt as _;
use serde_json::json;

use super::{Caller, sessions};
use crate::accounts::audit::{self, Happening};
use crate::accounts::links::Purpose;
use crate::accounts::model::{SessionId, Viewer};
use crate::accounts::password_strength::{self, Whose};
use crate::accounts::{recent, store, token_store};
use crate::kernel::error::{AppError, Problem, Problems, Refusal};
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::{Conn, StoreError};
use crate::server::limits::Limit;
use crate::server::state::AppState;
use crate::server::tokens::Token;

/// Changes the password of who knows the one before. Every other session ends, and the caller's goes on under another token, which is
/// answered: what somebody has of the cookie before is worth nothing.
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
) -> Result<Token, AppError> {
    let here = caller.session.ok_or(AppError::SignedOut)?;
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
    replace(state, user, caller, here, before, after, late).await
}

/// Whether the person has a password.
///
/// # Errors
/// [`AppError::SignedOut`] when the person is gone.
pub async fn is_there(state: &AppState, viewer: &Viewer) -> Result<bool, AppError> {
    let account = store::sessions::own_account(&mut state.db.read().await?, viewer.id).await?;
    Ok(!account.ok_or(AppError::SignedOut)?.password_hash.is_empty())
}

/// Sets a password for who has none and comes in otherwise. Sessions end and go on as for [`change`].
///
/// # Errors
/// [`Refusal::ConfirmFirst`]; [`Refusal::HasPassword`]; what is wrong with the password; [`AppError::Limited`] and [`AppError::Busy`];
/// [`AppError::SignedOut`] when the session was ended meanwhile.
pub async fn set_first(state: &AppState, viewer: &Viewer, caller: Caller, new: String) -> Result<Token, AppError> {
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
    replace(state, user, caller, here, String::new(), after, has_one()).await
}

/// Puts the hash `after` in the place of `before`; every other session ends, and the one `here` goes on under another token, which is answered.
/// `late` is for who finds another password there by then.
async fn replace(
    state: &AppState,
    user: UserId,
    caller: Caller,
    here: SessionId,
    before: String,
    after: String,
    late: AppError,
) -> Result<Token, AppError> {
    let (token, now) = (Token::random(), state.clock.now());
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
                };
                let Some(ended) = put(conn, another, &caller, now).await? else {
                    return Err(late);
                };
                // Who knows the password has shown who they are.
                let goes_on = store::sessions::set_token(conn, here, token_hash).await?
                    && store::sessions::set_confirmed(conn, here, now).await?;
                if !goes_on {
                    return Err(AppError::SignedOut);
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
}

/// Puts a password in place, in a transaction that holds the person's lock: links that would set one work no more, sessions end, and it is
/// written down. Answers the sessions that have ended, which are for [`sessions::have_ended`] after the commit; `None` if the one before is
/// not the person's any more.
pub(in crate::accounts) async fn put(
    conn: &mut Conn,
    another: Another<'_>,
    caller: &Caller,
    now: Micros,
) -> Result<Option<Vec<SessionId>>, StoreError> {
    let Another {
        user,
        before,
        after,
        stays,
    } = another;
    if !store::sessions::set_password(conn, user, before, after).await? {
        return Ok(None);
    }
    // What somebody else asked for while they could is over as well.
    for purpose in [Purpose::Reset, Purpose::ChangeEmail] {
        token_store::delete_of(conn, user, purpose).await?;
    }
    store::attempts::delete_of(conn, user).await?;
    let ended = store::sessions::delete_sessions(conn, user, stays).await?;
    let detail = match stays {
        Some(session) => json!({ "session": session, "ended": ended }),
        None => json!({ "by": "link", "ended": ended }),
    };
    audit::note(conn, user, Happening::PasswordChanged, caller, detail, now).await?;
    Ok(Some(ended))
}
