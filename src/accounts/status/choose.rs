//! Use cases: choose how one wants to be reached and seen, say a line of oneself. It is told to one's own tabs and to the partners.

use std::time::Duration;

use futures::FutureExt as _;

use super::{Availability, OwnMessage, OwnStatus, Span, expiry, parse_message};
use crate::accounts::model::Viewer;
use crate::accounts::store;
use crate::accounts::visibility::Wanted;
use crate::accounts::wire::AccountNews;
use crate::kernel::clock::{day_after, local, week_after};
use crate::kernel::error::{AppError, Problem, Problems};
use crate::kernel::id::UserId;
use crate::kernel::time::{LocalTime, Micros};
use crate::realtime::model::Presence;
use crate::server::db::Conn;
use crate::server::limits::Limit;
use crate::server::state::AppState;

/// The shortest span.
const HOUR: Duration = Duration::from_secs(3600);

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

/// Until when a message is shown that is written now, by the clock on the wall in `zone`; `None` until it is cleared. `before` is the end of
/// the one before, which may have passed meanwhile: then nothing is left to keep, and it goes with the day, as a new one.
fn end(span: Span, now: Micros, zone: &str, before: Option<Micros>) -> Option<Micros> {
    match span {
        Span::Kept => before.filter(|end| *end > now).or_else(|| Some(day_after(now, zone))),
        Span::Hour => Some(now.plus(HOUR)),
        Span::Today => Some(day_after(now, zone)),
        Span::Week => Some(week_after(now, zone)),
        Span::Cleared => None,
    }
}

/// A message of one's own, if it is still shown. Midnight is told as the last minute of the day that it ends.
pub(in crate::accounts) fn own_message(
    text: String,
    until: Option<Micros>,
    now: Micros,
    zone: &str,
) -> Option<OwnMessage> {
    let told = |end: Micros| -> LocalTime {
        let at = local(end, now, zone);
        let is_midnight = at.hour == 0 && at.minute == 0;
        if is_midnight {
            local(end.minus(Duration::from_secs(60)), now, zone)
        } else {
            at
        }
    };
    let is_shown = !text.is_empty() && until.is_none_or(|end| end > now);
    is_shown.then(|| OwnMessage {
        text,
        until: until.map(told),
    })
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

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-05-04 09:00 UTC, a Monday: 11:00 in Madrid, 18:00 in Tokyo.
    const MORNING: Micros = Micros::from_millis(1_777_885_200_000);
    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_message_ends_by_the_clock_on_the_persons_wall() {
        let hours = |hours: u32| MORNING.plus(HOUR * hours);
        for (span, zone, expected) in [
            (Span::Hour, "Europe/Madrid", Some(hours(1))),
            (Span::Today, "Europe/Madrid", Some(hours(13))),
            (Span::Today, "Asia/Tokyo", Some(hours(6))),
            (Span::Today, "Nowhere/Land", Some(hours(15))),
            (Span::Week, "Europe/Madrid", Some(hours(13 + 6 * 24))),
            (Span::Cleared, "Europe/Madrid", None),
        ] {
            assert_eq!(end(span, MORNING, zone, None), expected, "{span:?} in {zone}");
        }
    }

    #[test]
    fn what_is_kept_is_kept_while_there_is_something_to_keep() {
        let zone = "Europe/Madrid";
        let (past, future) = (MORNING.minus(MINUTE), MORNING.plus(MINUTE));
        assert_eq!(end(Span::Kept, MORNING, zone, Some(future)), Some(future));
        let today = end(Span::Today, MORNING, zone, None);
        assert_eq!(end(Span::Kept, MORNING, zone, Some(past)), today);
        assert_eq!(end(Span::Kept, MORNING, zone, None), today);
    }

    #[test]
    fn a_message_of_ones_own_is_told_with_its_last_minute_and_not_after_its_end() {
        let told =
            |until: Option<Micros>, now: Micros| own_message("Back soon".to_owned(), until, now, "Europe/Madrid");
        let clock = |message: OwnMessage| message.until.map(|at| (at.day, at.hour, at.minute, at.days_ago));
        assert_eq!(clock(told(None, MORNING).unwrap()), None);
        let hour = end(Span::Hour, MORNING, "Europe/Madrid", None);
        assert_eq!(clock(told(hour, MORNING).unwrap()), Some((4, 12, 0, 0)));
        let today = end(Span::Today, MORNING, "Europe/Madrid", None);
        assert_eq!(clock(told(today, MORNING).unwrap()), Some((4, 23, 59, 0)));
        let week = end(Span::Week, MORNING, "Europe/Madrid", None);
        assert_eq!(clock(told(week, MORNING).unwrap()), Some((10, 23, 59, -6)));
        assert!(told(hour, MORNING.plus(HOUR)).is_none());
        assert!(told(hour, MORNING.plus(HOUR - MINUTE)).is_some());
        assert!(own_message(String::new(), None, MORNING, "Europe/Madrid").is_none());
    }
}
