//! Appointments in people's own calendars: a file of one, and an address of their own at which calendars fetch all of them.
//!
//! Promises: whoever knows the address reads the appointments and nothing else, and can change nothing; it is shown once, kept as a hash, and dies at
//! once when its person takes it away or asks for another.

use std::str::FromStr as _;
use std::time::Duration;

use futures::FutureExt as _;

use super::calendar::{self, Event};
use super::model::{AppointmentId, Status};
use super::store::{self, Appointment};
use crate::accounts::model::Viewer;
use crate::accounts::names::shown_name;
use crate::i18n::{Locale, td_string};
use crate::kernel::error::AppError;
use crate::server::limits::Limit;
use crate::server::state::AppState;
use crate::server::tokens::Token;

/// How long ago what is over may be that calendars still show.
const KEPT: Duration = Duration::from_secs(90 * 24 * 3_600);
/// For how long a new address is shown to whoever asked for it.
pub(super) const SHOWN_FOR: Duration = Duration::from_secs(15 * 60);

/// Where calendars fetch them: the token follows, and `.ics`.
pub const FEED: &str = "/calendar/";

/// Gives a person an address of their own; the one before works no more.
///
/// # Errors
/// [`AppError::Limited`].
pub async fn make(state: &AppState, viewer: &Viewer) -> Result<Token, AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let (user, now, token) = (viewer.id, state.clock.now(), Token::random());
    let hash = token.hash();
    state
        .db
        .transaction(move |conn| {
            async move { Ok::<_, AppError>(store::feed::set(conn, user, &hash, now).await?) }.boxed()
        })
        .await?;
    Ok(token)
}

/// Takes it away.
///
/// # Errors
/// When the database does not answer.
pub async fn end(state: &AppState, viewer: &Viewer) -> Result<(), AppError> {
    let user = viewer.id;
    state
        .db
        .transaction(move |conn| async move { Ok::<_, AppError>(store::feed::remove(conn, user).await?) }.boxed())
        .await
}

/// The address that was just made, where `token` is still that of this person.
///
/// # Errors
/// When the database does not answer.
pub async fn address(state: &AppState, viewer: &Viewer, token: &Token) -> Result<Option<String>, AppError> {
    let hash = store::feed::hash_of(&mut state.db.read().await?, viewer.id).await?;
    let is_theirs = hash.is_some_and(|hash| hash == token.hash());
    Ok(is_theirs.then(|| format!("{}{FEED}{}.ics", state.config.public_url(), token.secret())))
}

/// What a calendar gets at an address.
///
/// # Errors
/// [`AppError::NotFound`] for an address that nobody has.
pub async fn fetch(state: &AppState, token: &Token) -> Result<String, AppError> {
    let mut conn = state.db.read().await?;
    let owner = store::feed::owner(&mut conn, &token.hash()).await?;
    let (user, locale, _) = owner.ok_or(AppError::NotFound)?;
    let locale = locale.and_then(|code| Locale::from_str(&code).ok()).unwrap_or_default();
    let agreed = store::agreed(&mut conn, user, state.clock.now().minus(KEPT)).await?;
    let events: Vec<Event> = agreed.iter().map(|one| event(state, locale, one)).collect();
    Ok(calendar::calendar(
        td_string!(locale, appointments.calendar_name),
        &events,
    ))
}

/// The file of one appointment.
///
/// # Errors
/// [`AppError::NotFound`] for anybody else's, and for what nobody has agreed on.
pub async fn file(state: &AppState, viewer: &Viewer, locale: Locale, id: AppointmentId) -> Result<String, AppError> {
    let found = store::of(&mut state.db.read().await?, viewer.id, id).await?;
    // Also one that was cancelled: a calendar that has it learns so.
    let found = found.filter(|found| matches!(found.status, Status::Agreed | Status::Cancelled));
    let event = event(state, locale, &found.ok_or(AppError::NotFound)?);
    Ok(calendar::calendar(
        td_string!(locale, appointments.calendar_name),
        &[event],
    ))
}

fn event(state: &AppState, locale: Locale, of: &Appointment) -> Event {
    let home = state.config.public_url();
    let name = shown_name(locale, &of.partner);
    Event {
        uid: format!("{}@{}", of.id, state.config.public_host()),
        title: td_string!(locale, appointments.event_title, name = name),
        about: of.about.clone(),
        link: format!("{home}/call/{}", of.room),
        series: of.series.clone(),
        edition: of.edition,
        created_at: of.created_at,
        changed_at: of.changed_at,
        is_cancelled: of.status == Status::Cancelled,
    }
}
