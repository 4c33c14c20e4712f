//! Another password, by whoever knows the one before; by whoever gets the account's mail, see [`crate::accounts::reset`].

use futures::FutureExt as _;
use serde_json::json;

use super::{Caller, sessions};
use crate::accounts::audit::{self, Happening};
use crate::accounts::links::Purpose;
use crate::accounts::model::{SessionId, Viewer};
use crate::accounts::password_strength::{self, Whose};
use crate::accounts::{store, token_store};
use crate::kernel::error::{AppError, Problem, Problems};
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
                // Somebody was faster with another one: then this was not the password any more.
                let Some(ended) = put(conn, another, &caller, now).await? else {
                    return Err(AppError::field("current_password", Problem::WrongPassword));
                };
                if !store::sessions::set_token(conn, here, token_hash).await? {
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
    token_store::delete_of(conn, user, Purpose::Reset).await?;
    let ended = store::sessions::delete_sessions(conn, user, stays).await?;
    let detail = match stays {
        Some(session) => json!({ "session": session, "ended": ended }),
        None => json!({ "by": "link", "ended": ended }),
    };
    audit::note(conn, user, Happening::PasswordChanged, caller, detail, now).await?;
    Ok(Some(ended))
}
