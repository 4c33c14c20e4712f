//! Where every way in ends: somebody has shown who they are, and is signed in, or asked for the second factor first.
//!
//! To add a way: a [`Way`], and a use case that ends in [`admit`], or in [`admit_in`] where something else belongs to the same transaction.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use futures::FutureExt as _;
use serde_json::json;

use super::audit::{self, Happening};
use super::model::SessionId;
use super::new_device::{self, AfterCommit, NewDevice, NewDeviceListener};
use super::service::{Caller, SESSION_IDLE, sessions};
use super::session_layer;
use super::store::{self, NewSession, attempts};
use crate::kernel::error::{AppError, Problem};
use crate::kernel::id::UserId;
use crate::kernel::query::address;
use crate::kernel::time::Micros;
use crate::server::db::Conn;
use crate::server::http::cookies::{self, Readable};
use crate::server::http::forms;
use crate::server::http::origin::is_local_path;
use crate::server::state::AppState;
use crate::server::tokens::Token;

/// How long a sign-in waits for the second factor.
pub(super) const ATTEMPT_AGE: Duration = Duration::from_secs(10 * 60);
/// The cookie of a sign-in that waits.
pub(super) const ATTEMPT_COOKIE: &str = "sign_in";
/// The page that asks for the second factor.
const SECOND_FACTOR_PAGE: &str = "/login/code";

/// By what somebody showed who they are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Way {
    /// A password, with the hash that it fitted: changed meanwhile, it opens nothing any more.
    Password {
        /// The hash.
        hash: String,
    },
    /// An account elsewhere.
    Identity,
    /// A passkey that asked for the person's finger, face or PIN: two factors by itself.
    Passkey,
}

impl Way {
    /// The name in the database and in what is written down.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Password { .. } => "password",
            Self::Identity => "identity",
            Self::Passkey => "passkey",
        }
    }

    /// What an attempt kept.
    pub(super) fn parse(name: &str, hash: Option<String>) -> Option<Self> {
        match (name, hash) {
            ("password", Some(hash)) => Some(Self::Password { hash }),
            ("identity", None) => Some(Self::Identity),
            _ => None,
        }
    }
}

/// What came of it.
#[derive(Debug)]
pub enum Admission {
    /// Signed in: the token of the session's cookie.
    SignedIn(Token),
    /// The second factor is asked for: the token of the attempt's cookie.
    SecondFactor(Token),
}

/// What came of it, before the commit.
pub(super) struct Admitted {
    user: UserId,
    admission: Admission,
    opened: Option<Opened>,
    tell: Option<AfterCommit>,
}

impl Admitted {
    /// After the commit: whoever shows sessions hears of it.
    pub(super) fn announce(self, state: &AppState) -> Admission {
        if let Some(opened) = self.opened {
            opened.announce(state, self.user);
        }
        if let Some(tell) = self.tell {
            tell();
        }
        self.admission
    }
}

/// Lets `user` in, who has shown themselves by `way`: at once, or after the second factor where they have one and the way is not two by
/// itself.
///
/// # Errors
/// [`Problem::WrongCredentials`] where the password was changed meanwhile.
pub(super) async fn admit(
    state: &AppState,
    user: UserId,
    way: Way,
    caller: Caller,
    listener: Arc<dyn NewDeviceListener>,
) -> Result<Admission, AppError> {
    let now = state.clock.now();
    let admitted = state
        .db
        .transaction(move |conn| async move { admit_in(conn, user, &way, &caller, &*listener, now).await }.boxed())
        .await?;
    Ok(admitted.announce(state))
}

/// The same in the caller's transaction; [`Admitted::announce`] it after the commit.
///
/// # Errors
/// As for [`admit`].
pub(super) async fn admit_in(
    conn: &mut Conn,
    user: UserId,
    way: &Way,
    caller: &Caller,
    listener: &dyn NewDeviceListener,
    now: Micros,
) -> Result<Admitted, AppError> {
    if *way != Way::Passkey && attempts::has_second_factor(conn, user).await? {
        still_fits(conn, user, way).await?;
        let token = Token::random();
        attempts::insert(conn, token.hash(), user, way, now, now.plus(ATTEMPT_AGE)).await?;
        return Ok(Admitted {
            user,
            admission: Admission::SecondFactor(token),
            opened: None,
            tell: None,
        });
    }
    sign_in(conn, user, way, caller, listener, now).await
}

/// Opens the session; the second factor, where there is one, was shown.
///
/// # Errors
/// As for [`admit`].
pub(super) async fn sign_in(
    conn: &mut Conn,
    user: UserId,
    way: &Way,
    caller: &Caller,
    listener: &dyn NewDeviceListener,
    now: Micros,
) -> Result<Admitted, AppError> {
    still_fits(conn, user, way).await?;
    let (device, token) = (caller.device(), Token::random());
    let is_new = new_device::note(conn, user, &device, now).await?;
    let opened = open_session(conn, user, way.name(), &token, caller, now).await?;
    let tell = if is_new {
        let new = NewDevice {
            user,
            session: opened.session,
            device: device.family,
            at: now,
        };
        Some(listener.signed_in(conn, new).await?)
    } else {
        None
    };
    Ok(Admitted {
        user,
        admission: Admission::SignedIn(token),
        opened: Some(opened),
        tell,
    })
}

/// A password that was changed meanwhile opens nothing any more: what ends with the change would begin anew.
async fn still_fits(conn: &mut Conn, user: UserId, way: &Way) -> Result<(), AppError> {
    match way {
        Way::Password { hash } if !store::sessions::has_password(conn, user, hash).await? => {
            Err(AppError::field("login", Problem::WrongCredentials))
        }
        _ => Ok(()),
    }
}

/// A session that was just written down.
pub(super) struct Opened {
    pub(super) session: SessionId,
    /// The one whose place it took, and whose that was.
    replaced: Option<(UserId, SessionId)>,
}

impl Opened {
    /// After the commit.
    pub(super) fn announce(self, state: &AppState, user: UserId) {
        if let Some((owner, session)) = self.replaced {
            sessions::have_ended(state, owner, [session]);
        }
        sessions::have_changed(state, user);
    }
}

/// Opens a session in place of the one that the browser came with. `way` is for what is written down.
pub(super) async fn open_session(
    conn: &mut Conn,
    user: UserId,
    way: &'static str,
    token: &Token,
    caller: &Caller,
    now: Micros,
) -> Result<Opened, AppError> {
    let id = SessionId::new_at(now);
    let session = NewSession {
        id,
        user,
        token_hash: token.hash(),
        expires_at: now.plus(SESSION_IDLE),
        user_agent: &caller.user_agent,
        address: &caller.address.to_string(),
    };
    let mut replaced = None;
    if let Some(before) = caller.session
        && let Some(owner) = store::sessions::delete_session(conn, before, None).await?
    {
        let detail = json!({ "session": before, "by": id });
        audit::note(conn, owner, Happening::SessionEnded, caller, detail, now).await?;
        replaced = Some((owner, before));
    }
    store::insert_session(conn, session, now).await?;
    let detail = json!({ "session": id, "way": way });
    audit::note(conn, user, Happening::SignedIn, caller, detail, now).await?;
    Ok(Opened { session: id, replaced })
}

/// Where a sign-in is sent, after its cookie is set on the answer: to `next` if that is on this site, else to the start page, by way of the
/// page that asks for the second factor.
pub(super) fn answer(state: &AppState, admission: &Admission, next: Option<String>) -> String {
    let (cookie, to) = outcome(state, admission, next);
    forms::set_cookie(cookie);
    forms::go_to(&to);
    to
}

/// The same for what is no server function: the cookie, and where to go.
pub(super) fn outcome(state: &AppState, admission: &Admission, next: Option<String>) -> (Option<HeaderValue>, String) {
    let next = next
        .filter(|path| is_local_path(path))
        .unwrap_or_else(|| "/".to_owned());
    match admission {
        Admission::SignedIn(token) => (session_layer::cookie(&state.config, token), next),
        Admission::SecondFactor(token) => {
            let cookie = cookies::set(
                &state.config,
                ATTEMPT_COOKIE,
                token.secret(),
                ATTEMPT_AGE.as_secs(),
                Readable::ByServer,
            );
            (cookie, address(SECOND_FACTOR_PAGE, &[("next", &next)]))
        }
    }
}
