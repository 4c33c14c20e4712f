//! Use cases: choose how one wants to be reached and seen, say a line of oneself. It is told to one's own tabs and to the partners.

use futures::FutureExt as _;

use super::ends::{end, own_message};
use super::{Availability, OwnStatus, Span, Wanted, expiry, parse_message};
use crate::accounts::model::Viewer;
use crate::accounts::store;
use crate::accounts::wire::AccountNews;
use crate::kernel::error::{AppError, Problem, Problems};
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::realtime::model::Presence;
use crate::server::db::Conn;
use crate::server::limits::Limit;
use crate::server::state::AppState;

/// The form, as it was sent.
#[derive(Clone, Debug, Default)]
pub struct StatusForm {
    /// What was written.
    pub message: String,
    /// The name of a [`Span`].
    pub span: String,
    /// The name of an [`Availability`], where the form chooses one.
    pub availability: Option<String>,
}

/// What `user` says of themselves.
///
/// # Errors
/// [`AppError::NotFound`] for somebody who does not exist.
pub async fn own(conn: &mut Conn, user: UserId, now: Micros) -> Result<OwnStatus, AppError> {
    let said = store::status::said(conn, user).await?.ok_or(AppError::NotFound)?;
    Ok(OwnStatus {
        availability: said.availability,
        message: own_message(said.message, said.until, now, &said.time_zone),
    })
}

/// The first word to a new socket of `user`.
///
/// # Errors
/// When the database does not answer.
pub async fn snapshot(state: &AppState, user: UserId) -> Result<AccountNews, AppError> {
    let status = own(&mut state.db.read().await?, user, state.clock.now()).await?;
    Ok(AccountNews::Status { status })
}

/// Chooses how one wants to be reached and seen. Whoever becomes invisible was here last at this moment, to others.
///
/// # Errors
/// [`AppError::Limited`].
pub async fn set_availability(state: &AppState, viewer: &Viewer, wanted: Wanted) -> Result<OwnStatus, AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let (user, now) = (viewer.id, state.clock.now());
    let chosen = state
        .db
        .transaction(move |conn| async move { choose(conn, user, wanted, now).await }.boxed())
        .await?;
    Ok(announce(state, user, chosen))
}

/// What was chosen, and whether it is another than before.
pub(in crate::accounts) struct Chosen {
    is_changed: bool,
    own: OwnStatus,
}

/// Chooses in the caller's transaction; after it comes [`announce`].
pub(in crate::accounts) async fn choose(
    conn: &mut Conn,
    user: UserId,
    wanted: Wanted,
    now: Micros,
) -> Result<Chosen, AppError> {
    let is_changed = store::status::set_availability(conn, user, wanted, now).await?;
    let own = own(conn, user, now).await?;
    Ok(Chosen { is_changed, own })
}

/// Tells what was chosen to one's own tabs and to the partners.
pub(in crate::accounts) fn announce(state: &AppState, user: UserId, chosen: Chosen) -> OwnStatus {
    let Chosen { is_changed, own } = chosen;
    // Whoever chooses what holds already must not be heard: that would tell that somebody invisible sits there.
    if is_changed {
        tell(state, user, &own);
        show_otherwise(state, user);
    }
    own
}

/// Says a line of oneself, or takes it away; chooses how one wants to be reached and seen, where the form says so.
///
/// # Errors
/// [`Problem::TooLong`] of `message`, [`Problem::Unknown`] of `span` and `availability`, [`AppError::Limited`].
pub async fn set_status(state: &AppState, viewer: &Viewer, form: StatusForm) -> Result<OwnStatus, AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let mut problems = Problems::new();
    let message = problems.check("message", parse_message(&form.message));
    let span = problems.check("span", Span::parse(&form.span));
    let chosen: Result<Option<Availability>, Problem> =
        form.availability.as_deref().map(Availability::parse).transpose();
    let availability = problems.check("availability", chosen);
    let (Some(message), Some(span), Some(availability)) = (message, span, availability) else {
        return Err(problems.into_error());
    };
    let (user, now) = (viewer.id, state.clock.now());
    let (is_switched, own) = state
        .db
        .transaction(move |conn| {
            async move {
                let is_switched = match availability {
                    Some(chosen) => store::status::set_availability(conn, user, Wanted::One(chosen), now).await?,
                    None => false,
                };
                let said = store::status::said(conn, user).await?.ok_or(AppError::NotFound)?;
                let until = if message.is_empty() {
                    None
                } else {
                    end(
                        span,
                        now,
                        &said.time_zone,
                        said.until.filter(|_| !said.message.is_empty()),
                    )
                };
                store::status::set_message(conn, user, &message, until).await?;
                if let Some(end) = until {
                    expiry::ask(conn, user, now, end).await?;
                }
                Ok::<_, AppError>((is_switched, own(conn, user, now).await?))
            }
            .boxed()
        })
        .await?;
    tell(state, user, &own);
    // Of somebody invisible there is nothing new to see, unless they have become so, or are no more.
    if is_switched || own.availability != Availability::Invisible {
        show_otherwise(state, user);
    }
    Ok(own)
}

/// Tells all of one's own tabs.
pub(super) fn tell(state: &AppState, user: UserId, own: &OwnStatus) {
    let status = own.clone();
    state.hub.to_user(user, &AccountNews::Status { status });
}

/// The partners are told how somebody looks now, if they see them at all.
pub(super) fn show_otherwise(state: &AppState, user: UserId) {
    if state.presence.of(user) != Presence::Offline {
        state.presence.show_otherwise(user);
    }
}
