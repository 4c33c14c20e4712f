//! Use cases of appointments: propose, answer, move, cancel, look.

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::model::{
    ABOUT_MAX, Agenda, AppointmentId, AppointmentView, Asked, BothTimes, Choice, ChosenTime, OtherTime, Repeats, Status,
};
use super::notices::{self, What};
use super::series::{self, Exception, Occurrence, Series};
use super::slots::{self, Person, WEEKS};
use super::store::{self, Appointment, Change, NewAppointment};
use super::{chosen, reminders};
use crate::accounts::model::Viewer;
use crate::accounts::service as accounts;
use crate::accounts::verification;
use crate::kernel::clock;
use crate::kernel::error::{AppError, Problems, Refusal};
use crate::kernel::id::UserId;
use crate::kernel::text::multi_line;
use crate::kernel::time::Micros;
use crate::matching::model::NextTalk;
use crate::matching::service as matching;
use crate::matching::talked::TalkPlanner;
use crate::notifications::service as notifications;
use crate::profiles::service as profiles;
use crate::server::db::Conn;
use crate::server::limits::Limit;
use crate::server::state::AppState;

/// Proposals of one person to one partner that may wait for an answer.
pub const WAITING_MAX: i64 = 10;
/// How long before it begins the room is the place to be.
const NEARLY: i64 = 10 * 60_000_000;

/// What somebody proposes.
#[derive(Clone, Debug)]
pub struct Proposal {
    /// The partner's username.
    pub to: String,
    /// When, and for how long.
    pub time: ChosenTime,
    /// Whether it is to come back each week.
    pub is_weekly: bool,
    /// What it is about.
    pub about: String,
}

/// Proposes a time to a partner.
///
/// # Errors
/// Fields that cannot be used; [`AppError::NotFound`] for anybody but a partner; [`Refusal::TooManyProposals`] when too many wait already;
/// [`AppError::Limited`].
pub async fn propose(state: &AppState, viewer: &Viewer, proposal: Proposal) -> Result<(), AppError> {
    state.limits.check(Limit::Request, &viewer.id.to_string())?;
    verification::may_reach_others(state, viewer.id).await?;
    let (me, now) = (viewer.id, state.clock.now());
    let mut problems = Problems::new();
    let time = chosen::read(&mut problems, &proposal.time, &viewer.time_zone, now);
    let about = problems.check("about", multi_line(&proposal.about, 0, ABOUT_MAX));
    let (Some(time), Some(about)) = (time, about) else {
        return Err(problems.into_error());
    };
    let partner = accounts::person_by_username(&mut state.db.read().await?, &proposal.to).await?;
    let series = Series {
        starts_at: time.starts_at,
        minutes: time.minutes,
        time_zone: viewer.time_zone.clone(),
        repeats: match proposal.is_weekly {
            true => Repeats::Weekly,
            false => Repeats::Never,
        },
        exceptions: Vec::new(),
    };
    let recorded = state
        .db
        .transaction(move |conn| {
            async move {
                let partnership = matching::partnership(conn, me, partner.id)
                    .await?
                    .ok_or(AppError::NotFound)?;
                conn.lock(&format!("appointments {}", partnership.id)).await?;
                if store::waiting(conn, partnership.id, me).await? >= WAITING_MAX {
                    return Err(AppError::Refused(Refusal::TooManyProposals));
                }
                let id = AppointmentId::new_at(now);
                let new = NewAppointment {
                    id,
                    partnership: partnership.id,
                    asked_by: me,
                    about: &about,
                    series: &series,
                };
                store::insert(conn, &new, now).await?;
                let what = What::Proposed {
                    starts_at: series.starts_at,
                    is_other_time: false,
                };
                notices::record(conn, id, (me, partner.id), what, now).await
            }
            .boxed()
        })
        .await?;
    notifications::publish(state, recorded);
    notices::tell(state, &[me, partner.id]);
    Ok(())
}

/// A time that is asked for in the place of one that was proposed or agreed on.
#[derive(Clone, Debug)]
pub struct Move {
    /// Which appointment.
    pub id: AppointmentId,
    /// Which of its times, as the page showed it.
    pub day: i32,
    /// Whether all times of a series are meant, from the next on.
    pub is_of_all: bool,
    /// When instead, and for how long.
    pub time: ChosenTime,
}

/// Asks for another time. What is agreed stands until the partner has said yes; a proposal of the partner's is answered by it, and one of one's own
/// is another one.
///
/// # Errors
/// Fields that cannot be used; [`AppError::NotFound`]; [`Refusal::AppointmentOver`] for what takes place no more; [`AppError::Limited`].
pub async fn ask_to_move(state: &AppState, viewer: &Viewer, wish: Move) -> Result<(), AppError> {
    state.limits.check(Limit::Request, &viewer.id.to_string())?;
    verification::may_reach_others(state, viewer.id).await?;
    let (me, now, zone) = (viewer.id, state.clock.now(), viewer.time_zone.clone());
    let mut problems = Problems::new();
    let Some(time) = chosen::read(&mut problems, &wish.time, &zone, now) else {
        return Err(problems.into_error());
    };
    let (other, recorded) = state
        .db
        .transaction(move |conn| {
            async move {
                let found = locked(conn, me, wish.id).await?;
                let other = found.partner.id;
                match found.status {
                    Status::Proposed => {
                        let series = Series {
                            starts_at: time.starts_at,
                            minutes: time.minutes,
                            time_zone: zone,
                            repeats: found.series.repeats,
                            exceptions: Vec::new(),
                        };
                        store::set_times(conn, wish.id, me, &series, now).await?;
                    }
                    Status::Agreed => {
                        let of = found.series.on(wish.day).filter(|of| of.ends_at() > now);
                        let of = of.ok_or(AppError::Refused(Refusal::AppointmentOver))?;
                        let is_once = found.series.repeats == Repeats::Weekly && !wish.is_of_all;
                        let change = Change {
                            starts_at: time.starts_at,
                            minutes: time.minutes,
                            time_zone: zone,
                            day: is_once.then_some(of.day),
                        };
                        store::set_change(conn, wish.id, me, Some(&change), now).await?;
                    }
                    Status::Declined | Status::Cancelled => return Err(AppError::Refused(Refusal::AppointmentOver)),
                }
                let what = What::Proposed {
                    starts_at: time.starts_at,
                    is_other_time: true,
                };
                let recorded = notices::record(conn, wish.id, (me, other), what, now).await?;
                Ok::<_, AppError>((other, recorded))
            }
            .boxed()
        })
        .await?;
    notifications::publish(state, recorded);
    notices::tell(state, &[me, other]);
    Ok(())
}

/// Says yes or no to what the partner proposed. `edition` is that of what was read: another one has changed since.
///
/// # Errors
/// [`AppError::NotFound`]; [`Refusal::AlreadySettled`] where nothing waits for this person's answer, [`Refusal::AppointmentChanged`] where something
/// else does by now, [`Refusal::AppointmentOver`] where the time has passed.
pub async fn answer(
    state: &AppState,
    viewer: &Viewer,
    id: AppointmentId,
    edition: i32,
    is_yes: bool,
) -> Result<(), AppError> {
    let (me, now) = (viewer.id, state.clock.now());
    let (other, recorded) = state
        .db
        .transaction(move |conn| {
            async move {
                let found = locked(conn, me, id).await?;
                let waits = found.asked_by != me
                    && match found.status {
                        Status::Proposed => true,
                        Status::Agreed => found.change.is_some(),
                        Status::Declined | Status::Cancelled => false,
                    };
                if !waits {
                    return Err(AppError::Refused(Refusal::AlreadySettled));
                }
                if found.edition != edition {
                    return Err(AppError::Refused(Refusal::AppointmentChanged));
                }
                let starts_at = asked_start(&found);
                if is_yes && is_past(&found, now) {
                    return Err(AppError::Refused(Refusal::AppointmentOver));
                }
                settle(conn, &found, is_yes, now).await?;
                if is_yes {
                    reminders::plan(conn, id, now).await?;
                }
                let what = What::Answered {
                    starts_at,
                    is_accepted: is_yes,
                };
                let other = found.partner.id;
                let recorded = notices::record(conn, id, (me, other), what, now).await?;
                Ok::<_, AppError>((other, recorded))
            }
            .boxed()
        })
        .await?;
    notifications::publish(state, recorded);
    notices::tell(state, &[me, other]);
    Ok(())
}

/// When what waits for an answer would begin.
fn asked_start(found: &Appointment) -> Micros {
    found
        .change
        .as_ref()
        .map_or(found.series.starts_at, |change| change.starts_at)
}

/// Whether the time has passed that is asked for; a series has others.
fn is_past(found: &Appointment, now: Micros) -> bool {
    let is_once = match &found.change {
        Some(change) => change.day.is_some() || found.series.repeats == Repeats::Never,
        None => found.series.repeats == Repeats::Never,
    };
    is_once && asked_start(found) <= now
}

async fn settle(conn: &mut Conn, found: &Appointment, is_yes: bool, now: Micros) -> Result<(), AppError> {
    match (&found.change, is_yes) {
        (None, true) => store::set_status(conn, found.id, Status::Agreed, now).await?,
        (None, false) => store::set_status(conn, found.id, Status::Declined, now).await?,
        // What stood stands.
        (Some(_), false) => store::set_change(conn, found.id, found.asked_by, None, now).await?,
        (Some(change), true) => match change.day {
            Some(day) => {
                let instead = Some((change.starts_at, change.minutes));
                store::set_exception(conn, found.id, Exception { day, instead }).await?;
                store::set_change(conn, found.id, found.asked_by, None, now).await?;
            }
            None => {
                let series = Series {
                    starts_at: change.starts_at,
                    minutes: change.minutes,
                    time_zone: change.time_zone.clone(),
                    repeats: found.series.repeats,
                    exceptions: Vec::new(),
                };
                store::set_times(conn, found.id, found.asked_by, &series, now).await?;
            }
        },
    }
    Ok(())
}

/// Takes an appointment back, or a proposal of one's own: one time of a series where `day` is given, else all of it.
///
/// # Errors
/// [`AppError::NotFound`]; [`Refusal::AppointmentOver`] for what takes place no more.
pub async fn cancel(
    state: &AppState,
    viewer: &Viewer,
    id: AppointmentId,
    day: i32,
    is_of_all: bool,
) -> Result<(), AppError> {
    let (me, now) = (viewer.id, state.clock.now());
    let (other, recorded) = state
        .db
        .transaction(move |conn| {
            async move {
                let found = locked(conn, me, id).await?;
                let over = AppError::Refused(Refusal::AppointmentOver);
                let is_once = found.series.repeats == Repeats::Weekly && !is_of_all;
                let starts_at = match found.status {
                    Status::Agreed if is_once => {
                        let of = found.series.on(day).filter(|of| of.ends_at() > now).ok_or(over)?;
                        let left_out = Exception { day, instead: None };
                        store::set_exception(conn, id, left_out).await?;
                        let rest = found.change.as_ref().filter(|change| change.day != Some(day));
                        store::set_change(conn, id, found.asked_by, rest, now).await?;
                        of.starts_at
                    }
                    Status::Agreed | Status::Proposed => {
                        let next = found.series.next(now).ok_or(over)?;
                        store::set_status(conn, id, Status::Cancelled, now).await?;
                        next.starts_at
                    }
                    Status::Declined | Status::Cancelled => return Err(over),
                };
                let what = What::Cancelled { starts_at };
                let other = found.partner.id;
                let recorded = notices::record(conn, id, (me, other), what, now).await?;
                Ok::<_, AppError>((other, recorded))
            }
            .boxed()
        })
        .await?;
    notifications::publish(state, recorded);
    notices::tell(state, &[me, other]);
    Ok(())
}

/// An appointment of a person, which nobody else changes until the commit.
async fn locked(conn: &mut Conn, me: UserId, id: AppointmentId) -> Result<Appointment, AppError> {
    conn.lock(&format!("appointment {id}")).await?;
    store::of(conn, me, id).await?.ok_or(AppError::NotFound)
}

/// A person's appointments.
///
/// # Errors
/// When the database does not answer.
pub async fn appointments(state: &AppState, viewer: &Viewer) -> Result<Agenda, AppError> {
    let (mut conn, now) = (state.db.read().await?, state.clock.now());
    let open = store::open(&mut conn, viewer.id, now).await?;
    let has_feed = store::feed::hash_of(&mut conn, viewer.id).await?.is_some();
    let mut all = Agenda {
        to_answer: Vec::new(),
        agreed: Vec::new(),
        asked: Vec::new(),
        has_feed,
        time_zone: viewer.time_zone.clone(),
    };
    let mut views: Vec<AppointmentView> = open
        .iter()
        .filter_map(|one| view(state, viewer, one, one.series.next(now)?, now))
        .collect();
    views.sort_by_key(|view| (view.at.mine.at, view.id));
    for view in views {
        match &view.asked {
            // What waits for the reader is first of all that, also where something stands meanwhile.
            Some(asked) if !asked.by_me => all.to_answer.push(view),
            Some(asked) if asked.other_time.is_none() => all.asked.push(view),
            _ => all.agreed.push(view),
        }
    }
    Ok(all)
}

fn view(state: &AppState, viewer: &Viewer, of: &Appointment, time: Occurrence, now: Micros) -> Option<AppointmentView> {
    let both = |at: Micros| both_times(state, at, &viewer.time_zone, &of.partner_zone);
    let by_me = of.asked_by == viewer.id;
    let other_time = of.change.as_ref().map(|change| OtherTime {
        at: both(change.starts_at),
        minutes: change.minutes,
        is_for_once: change.day.is_some(),
    });
    let asked = match of.status {
        Status::Proposed => Some(Asked {
            by_me,
            other_time: None,
        }),
        Status::Agreed => other_time.map(|other_time| Asked {
            by_me,
            other_time: Some(other_time),
        }),
        Status::Declined | Status::Cancelled => return None,
    };
    Some(AppointmentView {
        id: of.id,
        day: time.day,
        partner: of.partner.clone(),
        at: both(time.starts_at),
        minutes: time.minutes,
        repeats: of.series.repeats,
        about: of.about.clone(),
        is_now: of.status == Status::Agreed && time.starts_at.0 - NEARLY <= now.0,
        asked,
        edition: of.edition,
    })
}

fn both_times(state: &AppState, at: Micros, mine: &str, theirs: &str) -> BothTimes {
    BothTimes {
        mine: state.clock.local(at, mine),
        theirs: state.clock.local(at, theirs),
    }
}

/// One appointment, as the pages to move and to cancel it show it: the time planned for `day`, or the next one.
///
/// # Errors
/// [`AppError::NotFound`] also for what takes place no more.
pub async fn appointment(
    state: &AppState,
    viewer: &Viewer,
    id: AppointmentId,
    day: Option<i32>,
) -> Result<AppointmentView, AppError> {
    let now = state.clock.now();
    let found = store::of(&mut state.db.read().await?, viewer.id, id).await?;
    let found = found.ok_or(AppError::NotFound)?;
    let chosen = day
        .and_then(|day| found.series.on(day))
        .filter(|time| time.ends_at() > now);
    let time = chosen.or_else(|| found.series.next(now)).ok_or(AppError::NotFound)?;
    view(state, viewer, &found, time, now).ok_or(AppError::NotFound)
}

/// What there is to choose from when a time is proposed to a partner, or another one for an appointment.
///
/// # Errors
/// [`AppError::NotFound`] for anybody but a partner.
pub async fn choice(
    state: &AppState,
    viewer: &Viewer,
    to: &str,
    of: Option<(AppointmentId, i32)>,
) -> Result<Choice, AppError> {
    let of = match of {
        Some((id, day)) => Some(appointment(state, viewer, id, Some(day)).await?),
        None => None,
    };
    let (mut conn, now) = (state.db.read().await?, state.clock.now());
    let partner = match &of {
        Some(of) => of.partner.clone(),
        None => accounts::person_by_username(&mut conn, to).await?,
    };
    matching::partnership(&mut conn, viewer.id, partner.id)
        .await?
        .ok_or(AppError::NotFound)?;
    let zone = accounts::time_zone(&mut conn, partner.id).await?;
    let mine = profiles::profile(&mut conn, viewer.id).await?.hours;
    let theirs = profiles::profile(&mut conn, partner.id).await?.hours;
    let day = clock::day(now);
    let weeks = |zone: &str| std::array::from_fn(|week| clock::zone_week(day + 7 * week as i32, zone));
    let (my_weeks, their_weeks) = (weeks(&viewer.time_zone), weeks(&zone));
    let ahead = Micros((i64::from(day) + i64::from(7 * WEEKS)) * 86_400_000_000);
    let mut taken = times_of(&mut conn, viewer.id, (now, ahead)).await?;
    taken.extend(times_of(&mut conn, partner.id, (now, ahead)).await?);
    let me = Person {
        hours: &mine,
        weeks: &my_weeks,
    };
    let they = Person {
        hours: &theirs,
        weeks: &their_weeks,
    };
    let starts = slots::common_starts(me, they, day, now, &taken);
    Ok(Choice {
        starts: starts
            .into_iter()
            .map(|at| both_times(state, at, &viewer.time_zone, &zone))
            .collect(),
        have_said: [!mine.is_empty(), !theirs.is_empty()],
        time_zone: viewer.time_zone.clone(),
        their_time_zone: zone,
        partner,
        of,
    })
}

/// When a person has appointments, each with its beginning and its end.
async fn times_of(
    conn: &mut Conn,
    user: UserId,
    (from, to): (Micros, Micros),
) -> Result<Vec<(Micros, Micros)>, AppError> {
    let agreed = store::agreed(conn, user, from).await?;
    let times = agreed.iter().flat_map(|one| one.series.between(from, to));
    Ok(times.map(|time| (time.starts_at, time.ends_at())).collect())
}

/// Knows when two partners talk next.
pub struct Planner;

impl TalkPlanner for Planner {
    fn next<'c>(
        &'c self,
        conn: &'c mut Conn,
        viewer: &'c Viewer,
        other: UserId,
        now: Micros,
    ) -> BoxFuture<'c, Result<Option<NextTalk>, AppError>> {
        async move {
            let agreed = store::agreed(conn, viewer.id, now).await?;
            let with_them = agreed.iter().filter(|one| one.partner.id == other);
            let next = with_them.filter_map(|one| one.series.next(now)).min();
            Ok(next.map(|time| NextTalk {
                at: clock::local(time.starts_at, now, &viewer.time_zone),
                minutes: time.minutes,
            }))
        }
        .boxed()
    }
}

/// The times of an appointment between two points, for reminders.
pub(super) fn times(of: &Appointment, from: Micros, to: Micros) -> Vec<Occurrence> {
    let series: &series::Series = &of.series;
    series.between(from, to)
}
