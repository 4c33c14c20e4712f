//! Giving a role, and asking for one.

use std::net::Ipv4Addr;

use futures::FutureExt as _;
use serde_json::json;

use super::model::Role;
use super::store;
use crate::accounts::audit::{self, Happening};
use crate::accounts::model::{Username, Viewer};
use crate::accounts::service::{Caller, sessions};
use crate::accounts::store::{attempts, sessions as kept};
use crate::kernel::error::AppError;
use crate::server::state::AppState;

/// What came of giving somebody a role.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Granted {
    /// They have it now.
    Changed {
        /// Their name, as they write it.
        username: String,
        /// What they were before.
        before: Role,
        /// Sessions that have ended by it.
        ended: usize,
    },
    /// They had it already; nothing was changed.
    Unchanged {
        /// Their name, as they write it.
        username: String,
    },
}

/// Gives `role` to the person of that name, for whoever has the command line. All their sessions end: this process closes their sockets at once,
/// others with the next heartbeat.
///
/// # Errors
/// [`AppError::NotFound`] where nobody has the name.
pub async fn grant(state: &AppState, username: &str, role: Role) -> Result<Granted, AppError> {
    let key = Username::parse(username).map_err(|_| AppError::NotFound)?.key();
    let now = state.clock.now();
    let (user, ended, granted) = state
        .db
        .transaction(move |conn| {
            async move {
                let found = store::find(conn, &key).await?.ok_or(AppError::NotFound)?;
                let (user, username) = (found.id, found.username);
                kept::lock(conn, user).await?;
                let before = store::role(conn, user).await?;
                if before == role {
                    return Ok((user, Vec::new(), Granted::Unchanged { username }));
                }
                store::set(conn, user, role, now).await?;
                attempts::delete_of(conn, user).await?;
                let ended = kept::delete_sessions(conn, user, None).await?;
                let detail = json!({ "from": before.name(), "to": role.name(), "by": "command line", "ended": ended });
                audit::note(conn, user, Happening::RoleChanged, &command_line(), detail, now).await?;
                let granted = Granted::Changed {
                    username,
                    before,
                    ended: ended.len(),
                };
                Ok::<_, AppError>((user, ended, granted))
            }
            .boxed()
        })
        .await?;
    if let Granted::Changed { before, .. } = &granted {
        tracing::info!(%user, from = before.name(), to = role.name(), "role changed");
        sessions::have_ended(state, user, ended);
    }
    Ok(granted)
}

/// Whose hand it was, for what is written down.
fn command_line() -> Caller {
    Caller {
        session: None,
        before: None,
        address: Ipv4Addr::LOCALHOST.into(),
        user_agent: "speakle admin".to_owned(),
    }
}

/// Lets who has `role`, or one that may more, pass. It is looked up each time, so that a role that was taken away counts at once.
///
/// # Errors
/// [`AppError::NotFound`] to everybody else: that there is something is not for them.
pub async fn require(state: &AppState, viewer: &Viewer, role: Role) -> Result<(), AppError> {
    let has = store::role(&mut state.db.read().await?, viewer.id).await?;
    if has >= role { Ok(()) } else { Err(AppError::NotFound) }
}
