//! Use cases of accounts: make one, sign in, sign out, and what other features may know of a person.

use std::net::IpAddr;
use std::sync::Arc;
use std::time::Duration;

use axum::http::Extensions;
use axum::http::request::Parts;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use leptos::prelude::use_context;

use super::admission::{self, Admission, Way};
use super::audit;
use super::device::Device;
use super::model::{CurrentViewer, DISPLAY_NAME_MAX, Email, PersonCard, SessionId, Theme, Username, Viewer};
use super::new_device::{self, NewDeviceListener};
use super::password_strength::{self, Whose};
use super::recent::RECENT;
use super::store::{self, NewUser};
use super::{preferences, verification};
use crate::i18n::Locale;
use crate::kernel::clock::is_time_zone;
use crate::kernel::error::{AppError, Problem, Problems, Refusal};
use crate::kernel::id::UserId;
use crate::kernel::picture::PictureId;
use crate::kernel::text::single_line;
use crate::kernel::time::Micros;
use crate::server::db::{Conn, StoreError};
use crate::server::http::client_address;
use crate::server::limits::Limit;
use crate::server::state::AppState;
use crate::server::tokens::Token;

mod many;
pub mod password;
pub mod sessions;

pub use many::{NewPerson, insert_many};

/// How long a session lasts without use.
pub const SESSION_IDLE: Duration = Duration::from_secs(30 * 24 * 3600);
/// How long it lasts at the most since its person showed who they are, however much it is used.
pub const SESSION_LONGEST: Duration = Duration::from_secs(180 * 24 * 3600);
/// Characters of a login name that limits count by: as many as the longest e-mail address has.
const LOGIN_MAX: usize = 254;
/// How often its use is written down.
const TOUCH_EVERY: Duration = Duration::from_secs(3600);

/// The session that a request came with.
#[derive(Clone, Copy, Debug)]
pub struct CurrentSession(pub Option<SessionId>);

/// Whether it came with the token that the session had a moment ago ([`Recognised::is_by_token_before`]).
#[derive(Clone, Copy, Debug)]
pub struct ByTokenBefore(pub bool);

impl ByTokenBefore {
    /// Of a request.
    pub fn is(extensions: &Extensions) -> bool {
        extensions.get::<Self>().is_some_and(|by| by.0)
    }
}

/// Where a request comes from, for limits, for the list of sessions, and for what a new session replaces.
#[derive(Clone, Debug)]
pub struct Caller {
    /// The session that the browser has already, by the token that the session has now: what asks for a recent sign-in asks for this.
    pub session: Option<SessionId>,
    /// The one that it has by the token before, which is recent in nothing.
    pub before: Option<SessionId>,
    /// The address.
    pub address: IpAddr,
    /// What the browser calls itself, cut to a sane length.
    pub user_agent: String,
}

impl Caller {
    /// The session that the browser has already, by whichever token: it gives way to the one of a new sign-in.
    pub fn any_session(&self) -> Option<SessionId> {
        self.session.or(self.before)
    }

    /// The session by the token that it has now: for what is done in a session and not only seen.
    ///
    /// # Errors
    /// [`Refusal::ConfirmFirst`] of who came with the token before; [`AppError::SignedOut`] of who came with none.
    pub fn own_session(&self) -> Result<SessionId, AppError> {
        let missing = match self.before {
            Some(_) => AppError::Refused(Refusal::ConfirmFirst),
            None => AppError::SignedOut,
        };
        self.session.ok_or(missing)
    }

    pub(super) fn device(&self) -> Device {
        Device::of(&self.user_agent, self.address)
    }

    /// Of the request at hand.
    ///
    /// # Errors
    /// [`AppError::Internal`] outside of a request.
    pub fn here(state: &AppState) -> Result<Self, AppError> {
        let parts = use_context::<Parts>().ok_or(AppError::Internal)?;
        Ok(Self::of(state, &parts))
    }

    /// Of a request outside of server functions.
    pub fn of(state: &AppState, parts: &Parts) -> Self {
        let user_agent = parts
            .headers
            .get("user-agent")
            .and_then(|agent| agent.to_str().ok())
            .unwrap_or_default();
        let session = parts.extensions.get::<CurrentSession>().and_then(|session| session.0);
        let is_before = ByTokenBefore::is(&parts.extensions);
        Self {
            session: session.filter(|_| !is_before),
            before: session.filter(|_| is_before),
            address: client_address::of(&state.config, parts),
            user_agent: user_agent.chars().take(300).collect(),
        }
    }
}

/// The signed-in person of the request at hand.
///
/// # Errors
/// [`AppError::SignedOut`] when nobody is.
pub fn viewer() -> Result<Viewer, AppError> {
    let parts = use_context::<Parts>().ok_or(AppError::Internal)?;
    parts
        .extensions
        .get::<CurrentViewer>()
        .and_then(|viewer| viewer.0.clone())
        .ok_or(AppError::SignedOut)
}

/// The session of the request at hand, where what it comes with may be recent.
pub fn recent_session_here() -> Option<SessionId> {
    let parts = use_context::<Parts>()?;
    session_here().filter(|_| !ByTokenBefore::is(&parts.extensions))
}

/// The session of the request at hand.
pub fn session_here() -> Option<SessionId> {
    use_context::<Parts>()?.extensions.get::<CurrentSession>()?.0
}

/// A checked application for an account; [`create`] makes it.
pub struct Application {
    username: Username,
    email: Email,
    password: String,
}

/// Checks what was typed into a registration. Notes problems of `email`, `username` and `password`.
///
/// # Errors
/// [`AppError::Busy`] when too many passwords wait to be judged or hashed.
pub async fn check_application(
    state: &AppState,
    problems: &mut Problems,
    email: &str,
    username: &str,
    password: String,
) -> Result<Option<Application>, AppError> {
    let address = problems.check("email", Email::parse(email));
    let name = problems.check("username", Username::parse(username));
    let whose = Whose {
        username,
        display_name: "",
        email,
    };
    let strength = password_strength::check(&state.passwords, &password, whose).await?;
    let (Some(()), Some(username), Some(email)) = (problems.check("password", strength), name, address) else {
        return Ok(None);
    };
    Ok(Some(Application {
        username,
        email,
        password,
    }))
}

/// Notes which of name and address somebody has already; what cannot be a name or an address belongs to nobody. Both are told at
/// registration, which is limited per address.
///
/// # Errors
/// When the database does not answer.
pub async fn note_taken(
    state: &AppState,
    problems: &mut Problems,
    email: &str,
    username: &str,
) -> Result<(), AppError> {
    let name = Username::parse(username).map(|name| name.key()).unwrap_or_default();
    let address = Email::parse(email).map(|address| address.key()).unwrap_or_default();
    let (has_name, has_address) = store::taken(&mut state.db.read().await?, &name, &address).await?;
    for (field, is_taken) in [("username", has_name), ("email", has_address)] {
        if is_taken {
            problems.add(field, Problem::Taken);
        }
    }
    Ok(())
}

/// How a new person wants the interface, as their browser says.
#[derive(Clone, Debug, Default)]
pub struct FirstPreferences {
    /// The language chosen before, if any.
    pub locale: Option<String>,
    /// Light or dark.
    pub theme: Theme,
    /// The browser's time zone, if it is a real one.
    pub time_zone: Option<String>,
    /// The language of the page, for the first mail.
    pub language: Locale,
}

/// Makes the account in a transaction together with what `also` adds (the profile), and signs the person in.
/// Answers the person and the session cookie's token.
///
/// # Errors
/// [`Problem::Taken`] when somebody was faster, [`AppError::Busy`] when too many passwords wait to be hashed.
pub async fn create<F>(
    state: &AppState,
    application: Application,
    first: FirstPreferences,
    caller: Caller,
    also: F,
) -> Result<(UserId, Token), AppError>
where
    F: for<'c> FnOnce(&'c mut Conn, UserId) -> BoxFuture<'c, Result<(), AppError>> + Send + 'static,
{
    let password_hash = state.passwords.hash(application.password).await?;
    let (now, token) = (state.clock.now(), Token::random());
    let (id, secret, state_here) = (UserId::new_at(now), token.clone(), state.clone());
    let newcomer = Newcomer {
        id,
        username: application.username,
        email: application.email,
        password_hash,
        email_verified_at: None,
        first,
    };
    let opened = state
        .db
        .transaction(move |conn| {
            async move { settle(conn, &state_here, newcomer, &secret, &caller, also, now).await }.boxed()
        })
        .await?;
    opened.announce(state, id);
    tracing::info!(user = %id, "account created");
    Ok((id, token))
}

/// Somebody who is to have an account.
pub(super) struct Newcomer {
    pub(super) id: UserId,
    pub(super) username: Username,
    pub(super) email: Email,
    /// Empty for none.
    pub(super) password_hash: String,
    /// Since when the address counts as theirs, if it does already.
    pub(super) email_verified_at: Option<Micros>,
    pub(super) first: FirstPreferences,
}

/// Makes an account with what `also` adds, and opens its first session under `token`, in the caller's transaction. [`admission::Opened::announce`] it
/// after the commit.
pub(super) async fn settle<F>(
    conn: &mut Conn,
    state: &AppState,
    newcomer: Newcomer,
    token: &Token,
    caller: &Caller,
    also: F,
    now: Micros,
) -> Result<admission::Opened, AppError>
where
    F: for<'c> FnOnce(&'c mut Conn, UserId) -> BoxFuture<'c, Result<(), AppError>> + Send + 'static,
{
    let Newcomer {
        id,
        username,
        email,
        password_hash,
        email_verified_at,
        first,
    } = newcomer;
    let user = NewUser {
        id,
        username: &username,
        email: &email,
        password_hash: &password_hash,
        display_name: username.as_str(),
        locale: first.locale.as_deref(),
        theme: first.theme,
        time_zone: first.time_zone.as_deref(),
        email_verified_at,
    };
    store::insert_user(conn, &user, now).await.map_err(taken_or_internal)?;
    also(conn, id).await?;
    if email_verified_at.is_none() {
        verification::welcome(conn, state, id, first.language, now).await?;
    }
    new_device::note(conn, id, &caller.device(), now).await?;
    admission::open_session(conn, id, "registration", token, caller, now, now).await
}

/// Makes an account without a session, for demo people, whose addresses count as confirmed. The password is hashed by the caller, once for all.
///
/// # Errors
/// [`Problem::Taken`] when the name or address is.
pub async fn insert_person(
    conn: &mut Conn,
    username: &str,
    email: &str,
    display_name: &str,
    hash: &str,
    first: &FirstPreferences,
    now: Micros,
) -> Result<UserId, AppError> {
    let username = Username::parse(username).map_err(|problem| AppError::field("username", problem))?;
    let email = Email::parse(email).map_err(|problem| AppError::field("email", problem))?;
    let id = UserId::new_at(now);
    let (locale, time_zone) = (first.locale.as_deref(), first.time_zone.as_deref());
    let user = NewUser {
        id,
        username: &username,
        email: &email,
        password_hash: hash,
        display_name,
        locale,
        theme: first.theme,
        time_zone,
        email_verified_at: Some(now),
    };
    store::insert_user(conn, &user, now).await.map_err(taken_or_internal)?;
    Ok(id)
}

fn taken_or_internal(error: StoreError) -> AppError {
    if error.violates("users_username_key") {
        AppError::field("username", Problem::Taken)
    } else if error.violates("users_email_key") {
        AppError::field("email", Problem::Taken)
    } else {
        error.into()
    }
}

/// Signs in by username or e-mail address, and tells `listener` if it is from a new device.
///
/// # Errors
/// [`Problem::WrongCredentials`], the same for an unknown person; [`AppError::Limited`] and [`AppError::Busy`].
pub async fn log_in(
    state: &AppState,
    login: &str,
    password: String,
    caller: Caller,
    listener: Arc<dyn NewDeviceListener>,
) -> Result<Admission, AppError> {
    // However long: what nobody can be called costs and hears the same as a name that nobody has.
    let key = single_line(login, 0, usize::MAX).unwrap_or_default().to_lowercase();
    let mut problems = Problems::new();
    for (field, text) in [("login", &key), ("password", &password)] {
        if text.is_empty() {
            problems.add(field, Problem::Required);
        }
    }
    if !problems.is_empty() {
        return Err(problems.into_error());
    }
    state.limits.check_address(Limit::SignIn, caller.address)?;
    let name: String = key.chars().take(LOGIN_MAX).collect();
    state.limits.check(Limit::SignIn, &format!("name {name}"))?;
    let known = store::credentials(&mut state.db.read().await?, &key).await?;
    let id = known.as_ref().map(|known| known.id);
    // Who has no password costs and hears the same as well.
    let hash = known.map(|known| known.password_hash).filter(|hash| !hash.is_empty());
    let fits = state.passwords.verify(password, hash.clone()).await?;
    let Some((user, hash)) = id.zip(hash).filter(|_| fits) else {
        audit::note_failure(state, &caller, id, "sign-in");
        return Err(AppError::field("login", Problem::WrongCredentials));
    };
    admission::admit(state, user, Way::Password { hash }, caller, listener).await
}

/// A session in force, as a request came with it.
pub struct Recognised {
    /// The session.
    pub session: SessionId,
    /// Its person.
    pub viewer: Viewer,
    /// Whether they have shown not long ago who they are.
    pub is_recent: bool,
    /// When their account will be deleted, if they have asked for it: to most things such a person is signed out.
    pub deletes_at: Option<Micros>,
    /// Whether its expiry was moved on just now: then the browser's cookie wants the same.
    pub is_renewed: bool,
    /// The token is the one that the session had a moment ago: the browser has not heard of the other one yet. It shows whose the session
    /// is, and nothing that is recent.
    pub is_by_token_before: bool,
}

/// The session behind a cookie's token and its person, if it is in force; writes its use down once in a while, and `browser_zone`
/// as the person's time zone while none is known.
///
/// # Errors
/// When the database does not answer.
pub async fn recognise(
    state: &AppState,
    token: &Token,
    browser_zone: Option<String>,
) -> Result<Option<Recognised>, AppError> {
    let now = state.clock.now();
    let (hash, mut conn) = (token.hash(), state.db.read().await?);
    let mut found = store::signed_in(&mut conn, &hash, now).await?;
    let mut is_by_token_before = false;
    if found.is_none()
        && let Some(after) = store::sessions::token_after(&mut conn, &hash, now).await?
    {
        found = store::signed_in(&mut conn, &after, now).await?;
        is_by_token_before = true;
    }
    drop(conn);
    let Some(found) = found else { return Ok(None) };
    let (session, mut viewer) = (found.session, found.viewer);
    viewer.must_confirm_email &= state.config.requires_verification();
    let mut is_renewed = now.since(found.last_used_at) > TOUCH_EVERY;
    let expires_at = now.plus(SESSION_IDLE).min(found.confirmed_at.plus(SESSION_LONGEST));
    if is_renewed {
        let touched = state
            .db
            .transaction(move |conn| async move { store::touch_session(conn, session, now, expires_at).await }.boxed())
            .await;
        // A page does not fail over our bookkeeping: the next request tries again.
        if let Err(error) = touched {
            tracing::warn!(%error, "use of a session not written down");
            is_renewed = false;
        }
    }
    if let Some(zone) = browser_zone.filter(|zone| !found.has_time_zone && is_time_zone(zone)) {
        let (id, first) = (viewer.id, zone.clone());
        state
            .db
            .transaction(move |conn| async move { store::set_first_time_zone(conn, id, &first).await }.boxed())
            .await?;
        viewer.time_zone = zone;
    }
    Ok(Some(Recognised {
        session,
        viewer,
        is_recent: !is_by_token_before && now.since(found.confirmed_at) <= RECENT,
        deletes_at: found.deletes_at,
        // There is another token: the cookie of this one is not to last.
        is_renewed: is_renewed && !is_by_token_before,
        is_by_token_before,
    }))
}

/// Whether a session is still in force.
///
/// # Errors
/// When the database does not answer.
pub async fn is_in_force(state: &AppState, session: SessionId) -> Result<bool, AppError> {
    Ok(store::session_exists(&mut state.db.read().await?, session, state.clock.now()).await?)
}

/// Writes down which picture a person shows, in the caller's transaction, and takes the person's row for it.
///
/// # Errors
/// [`AppError::SignedOut`] when there is no such person any more.
pub async fn set_picture(conn: &mut Conn, user: UserId, picture: Option<PictureId>) -> Result<(), AppError> {
    let is_there = store::set_picture(conn, user, picture).await?;
    is_there.then_some(()).ok_or(AppError::SignedOut)
}

/// Sets language and theme. `None` as language follows the browser.
///
/// # Errors
/// Unknown language or theme.
pub async fn set_appearance(state: &AppState, viewer: &Viewer, language: &str, theme: &str) -> Result<Theme, AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let mut problems = Problems::new();
    let language = problems.check("language", preferences::parse_language(language));
    let theme = problems.check("theme", Theme::parse(theme));
    let (Some(language), Some(theme)) = (language, theme) else {
        return Err(problems.into_error());
    };
    let user = viewer.id;
    state
        .db
        .transaction(move |conn| async move { store::set_appearance(conn, user, Some(&language), theme).await }.boxed())
        .await?;
    Ok(theme)
}

/// Sets the language alone, from the switch at the foot of each page.
///
/// # Errors
/// When the database does not answer.
pub async fn set_language(state: &AppState, viewer: &Viewer, language: String) -> Result<(), AppError> {
    let user = viewer.id;
    Ok(state
        .db
        .transaction(move |conn| async move { store::set_locale(conn, user, &language).await }.boxed())
        .await?)
}

/// A checked display name.
///
/// # Errors
/// [`Problem::Required`] and [`Problem::TooLong`].
pub fn parse_display_name(raw: &str) -> Result<String, Problem> {
    single_line(raw, 1, DISPLAY_NAME_MAX)
}

/// A checked time zone.
///
/// # Errors
/// [`Problem::Unknown`] for what the time zone database does not hold.
pub fn parse_time_zone(raw: &str) -> Result<String, Problem> {
    if is_time_zone(raw) {
        Ok(raw.to_owned())
    } else {
        Err(Problem::Unknown)
    }
}

/// Sets name and time zone, within the caller's transaction.
///
/// # Errors
/// When the database does not answer.
pub async fn set_name_and_zone(
    conn: &mut Conn,
    user: UserId,
    display_name: &str,
    time_zone: &str,
) -> Result<(), StoreError> {
    store::set_name_and_zone(conn, user, display_name, time_zone).await
}

/// The person behind a username.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub async fn person_by_username(conn: &mut Conn, username: &str) -> Result<PersonCard, AppError> {
    let key = Username::parse(username).map_err(|_| AppError::NotFound)?.key();
    store::card_by_username(conn, &key).await?.ok_or(AppError::NotFound)
}

/// The person behind an id.
///
/// # Errors
/// [`AppError::NotFound`] when there is none.
pub async fn person(conn: &mut Conn, id: UserId) -> Result<PersonCard, AppError> {
    store::card(conn, id).await?.ok_or(AppError::NotFound)
}

/// When a person was here last: when their last socket closed, or to the minute while one is open.
///
/// # Errors
/// When the database does not answer.
pub async fn last_seen(conn: &mut Conn, id: UserId) -> Result<Option<Micros>, AppError> {
    Ok(store::last_seen(conn, id).await?)
}

/// The time zone of a person; `UTC` until one is known.
///
/// # Errors
/// When the database does not answer.
pub async fn time_zone(conn: &mut Conn, id: UserId) -> Result<String, AppError> {
    Ok(store::time_zone(conn, id).await?.unwrap_or_else(|| "UTC".to_owned()))
}

/// How many people there are.
///
/// # Errors
/// When the database does not answer.
pub async fn count(conn: &mut Conn) -> Result<i64, AppError> {
    Ok(store::count(conn).await?)
}
