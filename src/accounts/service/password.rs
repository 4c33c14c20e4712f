//! Another password.

use futures::FutureExt as _;
use serde_json::json;

use super::{Caller, close_sockets, lock_sessions, tell_of_sessions};
use crate::accounts::audit::{self, Happening};
use crate::accounts::model::Viewer;
use crate::accounts::{password_strength, store};
use crate::kernel::error::{AppError, Problem, Problems};
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
    let personal = [account.username.as_str(), account.display_name.as_str()];
    let personal = personal.into_iter().chain(account.email.split(['@', '.']));
    let strength = password_strength::check(&state.passwords, &new, personal).await?;
    problems.check("new_password", strength);
    if !problems.is_empty() {
        return Err(problems.into_error());
    }
    let after = state.passwords.hash(new).await?;
    let (token, now) = (Token::random(), state.clock.now());
    let token_hash = token.hash();
    let ended = state
        .db
        .transaction(move |conn| {
            async move {
                lock_sessions(conn, user).await?;
                // Somebody was faster with another one: then this was not the password any more.
                if !store::sessions::replace_password(conn, user, &before, &after).await? {
                    return Err(AppError::field("current_password", Problem::WrongPassword));
                }
                let ended = store::sessions::delete_other_sessions(conn, user, here).await?;
                if !store::sessions::set_token(conn, here, token_hash).await? {
                    return Err(AppError::SignedOut);
                }
                let detail = json!({ "session": here, "ended": ended });
                audit::note(conn, user, Happening::PasswordChanged, &caller, detail, now).await?;
                Ok(ended)
            }
            .boxed()
        })
        .await?;
    for session in ended {
        close_sockets(state, Some(session));
    }
    // Those that came with the token before come back with the new one, or not at all.
    state.hub.renew_session(here.uuid());
    tell_of_sessions(state, user);
    tracing::info!(%user, "password changed");
    Ok(token)
}
