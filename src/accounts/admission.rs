//! Where every way in ends: somebody has shown who they are, and is signed in, or asked for the second factor first.
//!
//! To add a way: a [`Way`], and a use case that ends in [`admit`], or in [`admit_in`] where something else belongs to the same transaction.

use std::sync::Arc;
use std::time::Duration;

use axum::http::HeaderValue;
use futures::FutureExt as _;
use serde_json::json;

use super::audit::{self, Happening};
use super::identities::{self, model::IdentityId};
use super::model::SessionId;
use super::new_device::{self, AfterCommit, NewDevice, NewDeviceListener};
use super::service::{Caller, SESSION_IDLE, sessions};
use super::session_layer;
use super::store::{self, NewSession, attempts};
use crate::kernel::error::{AppError, Problem, Refusal};
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
    /// An account elsewhere: taken away meanwhile, it opens nothing any more.
    Identity {
        /// Which.
        id: IdentityId,
        /// When the person has shown there who they are, by the provider's word, or here by a code. Who comes by a sign-in of long ago over
        /// there has shown nothing today.
        shown_at: Micros,
    },
    /// A passkey that asked for the person's finger, face or PIN: two factors by itself.
    Passkey,
}

impl Way {
    /// The name in the database and in what is written down.
    pub(super) const fn name(&self) -> &'static str {
        match self {
            Self::Password { .. } => "password",
            Self::Identity { .. } => "identity",
            Self::Passkey => "passkey",
        }
    }

    /// What an attempt kept. It ends by a code, by which whoever it began with shows themselves `now`.
    pub(super) fn parse(name: &str, hash: Option<String>, identity: Option<IdentityId>, now: Micros) -> Option<Self> {
        match (name, hash, identity) {
            ("password", Some(hash), None) => Some(Self::Password { hash }),
            ("identity", None, Some(id)) => Some(Self::Identity { id, shown_at: now }),
            _ => None,
        }
    }

    /// When the person has shown who they are.
    const fn shown_at(&self, now: Micros) -> Micros {
        match self {
            Self::Password { .. } | Self::Passkey => now,
            Self::Identity { shown_at, .. } => *shown_at,
        }
    }

    /// Why nobody comes in by it any more.
    fn over(&self) -> AppError {
        match self {
            Self::Password { .. } => AppError::field("login", Problem::WrongCredentials),
            Self::Identity { .. } => AppError::Refused(Refusal::IdentityUnknown),
            Self::Passkey => AppError::Refused(Refusal::PasskeyUnknown),
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
/// [`Problem::WrongCredentials`], [`Refusal::IdentityUnknown`] or [`Refusal::PasskeyUnknown`] where the way opens nothing any more: the
/// password was changed, the account elsewhere was taken away, the person is gone.
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

/// The same in the caller's transaction, which takes the person's lock; [`Admitted::announce`] it after the commit. What takes a row of the
/// person's before this takes the lock before that.
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
    // Whoever turns the second factor on, or gives a role, ends what is there: nothing begins beside that.
    store::sessions::lock(conn, user).await?;
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

/// Opens the session, in a transaction that holds the person's lock; the second factor, where there is one, was shown.
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
    let shown_at = way.shown_at(now);
    let opened = open_session(conn, user, way.name(), &token, caller, shown_at, now).await?;
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

/// What was changed or taken away meanwhile opens nothing any more: what ends with that would begin anew.
async fn still_fits(conn: &mut Conn, user: UserId, way: &Way) -> Result<(), AppError> {
    let fits = store::sessions::is_somebodys(conn, user).await?
        && match way {
            Way::Password { hash } => store::sessions::has_password(conn, user, hash).await?,
            Way::Identity { id, .. } => identities::store::is_of(conn, *id, user).await?,
            // Its use was just written down in this transaction.
            Way::Passkey => true,
        };
    if fits { Ok(()) } else { Err(way.over()) }
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

/// Opens a session in place of the one that the browser came with. `way` is for what is written down, and `shown_at` is when the person
/// showed who they are.
pub(super) async fn open_session(
    conn: &mut Conn,
    user: UserId,
    way: &'static str,
    token: &Token,
    caller: &Caller,
    shown_at: Micros,
    now: Micros,
) -> Result<Opened, AppError> {
    let id = SessionId::new_at(now);
    let session = NewSession {
        id,
        user,
        token_hash: token.hash(),
        confirmed_at: shown_at,
        expires_at: now.plus(SESSION_IDLE),
        user_agent: &caller.user_agent,
        address: &caller.address.to_string(),
    };
    let mut replaced = None;
    if let Some(before) = caller.any_session()
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
