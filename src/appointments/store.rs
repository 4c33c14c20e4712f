//! SQL of appointments.

pub(super) mod feed;
pub(super) mod leaving;

use std::collections::HashMap;

use sqlx::FromRow;

use super::model::{AppointmentId, Repeats, Status};
use super::series::{Exception, Series};
use crate::accounts::model::{PersonCard, hue};
use crate::kernel::id::UserId;
use crate::kernel::picture::PictureId;
use crate::kernel::time::Micros;
use crate::matching::model::{PartnershipId, RoomId};
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// What is read of appointments of the person `$1`, with the other one; then a condition. Of two who have parted nothing holds, also where they
/// are partners anew.
macro_rules! of_person {
    ($condition:literal) => {
        concat!(
            "SELECT a.id, p.room_id, a.status, a.asked_by, a.about, a.starts_at, a.minutes, a.time_zone,
                    a.repeats, a.new_starts_at, a.new_minutes, a.new_time_zone, a.new_day, a.edition, a.created_at,
                    a.changed_at, u.id AS other_id, u.username, u.display_name, u.picture_id, u.time_zone AS other_zone
             FROM partnership p
             JOIN appointment a ON a.partnership_id = p.id
             JOIN users u ON u.id = CASE WHEN p.low_id = $1 THEN p.high_id ELSE p.low_id END
             WHERE (p.low_id = $1 OR p.high_id = $1) AND p.ended_at IS NULL AND a.created_at >= p.since AND ",
            $condition
        )
    };
}

#[derive(FromRow)]
struct Row {
    id: AppointmentId,
    room_id: RoomId,
    status: String,
    asked_by: UserId,
    about: String,
    starts_at: Micros,
    minutes: i32,
    time_zone: String,
    repeats: String,
    new_starts_at: Option<Micros>,
    new_minutes: Option<i32>,
    new_time_zone: Option<String>,
    new_day: Option<i32>,
    edition: i32,
    created_at: Micros,
    changed_at: Micros,
    other_id: UserId,
    username: String,
    display_name: String,
    picture_id: Option<PictureId>,
    other_zone: Option<String>,
}

/// A change that waits for an answer.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Change {
    pub(super) starts_at: Micros,
    pub(super) minutes: u16,
    pub(super) time_zone: String,
    /// The one time that it is of; `None` for all of them.
    pub(super) day: Option<i32>,
}

/// An appointment as one of the two has it.
#[derive(Clone, Debug)]
pub(super) struct Appointment {
    pub(super) id: AppointmentId,
    pub(super) room: RoomId,
    pub(super) status: Status,
    pub(super) asked_by: UserId,
    pub(super) about: String,
    pub(super) series: Series,
    pub(super) change: Option<Change>,
    pub(super) edition: i32,
    pub(super) created_at: Micros,
    pub(super) changed_at: Micros,
    pub(super) partner: PersonCard,
    pub(super) partner_zone: String,
}

fn minutes(stored: i32) -> u16 {
    u16::try_from(stored).unwrap_or_default()
}

impl Appointment {
    fn of(row: Row, exceptions: Vec<Exception>) -> Self {
        let change = row.new_starts_at.map(|starts_at| Change {
            starts_at,
            minutes: minutes(row.new_minutes.unwrap_or(row.minutes)),
            time_zone: row.new_time_zone.unwrap_or_else(|| row.time_zone.clone()),
            day: row.new_day,
        });
        Self {
            id: row.id,
            room: row.room_id,
            status: Status::named(&row.status),
            asked_by: row.asked_by,
            about: row.about,
            series: Series {
                starts_at: row.starts_at,
                minutes: minutes(row.minutes),
                time_zone: row.time_zone,
                repeats: Repeats::named(&row.repeats),
                exceptions,
            },
            change,
            edition: row.edition,
            created_at: row.created_at,
            changed_at: row.changed_at,
            partner: PersonCard {
                id: row.other_id,
                hue: hue(row.other_id),
                username: row.username,
                display_name: row.display_name,
                picture: row.picture_id,
            },
            partner_zone: row.other_zone.unwrap_or_else(|| "UTC".to_owned()),
        }
    }
}

#[derive(FromRow)]
struct ExceptionRow {
    appointment_id: AppointmentId,
    day: i32,
    starts_at: Option<Micros>,
    minutes: Option<i32>,
}

impl ExceptionRow {
    fn exception(&self) -> Exception {
        Exception {
            day: self.day,
            instead: self
                .starts_at
                .map(|starts_at| (starts_at, minutes(self.minutes.unwrap_or_default()))),
        }
    }
}

/// What a person has before them and what is proposed, each with its exceptions; what was over by `now` is left out.
pub(super) async fn open(conn: &mut Conn, me: UserId, now: Micros) -> Result<Vec<Appointment>, StoreError> {
    let sql = of_person!(
        "a.status IN ('proposed', 'agreed') AND (a.over_at IS NULL OR a.over_at > $2) ORDER BY a.starts_at, a.id LIMIT 500"
    );
    let rows: Vec<Row> = on_engine!(conn, |c| sqlx::query_as(sql).bind(me).bind(now).fetch_all(c).await)?;
    with_exceptions(conn, me, rows).await
}

/// What a person's calendars show: what is agreed and was not over by `since`.
pub(super) async fn agreed(conn: &mut Conn, me: UserId, since: Micros) -> Result<Vec<Appointment>, StoreError> {
    let sql = of_person!(
        "a.status = 'agreed' AND (a.over_at IS NULL OR a.over_at > $2) ORDER BY a.starts_at, a.id LIMIT 2000"
    );
    let rows: Vec<Row> = on_engine!(conn, |c| sqlx::query_as(sql).bind(me).bind(since).fetch_all(c).await)?;
    with_exceptions(conn, me, rows).await
}

async fn with_exceptions(conn: &mut Conn, me: UserId, rows: Vec<Row>) -> Result<Vec<Appointment>, StoreError> {
    let mut exceptions: HashMap<AppointmentId, Vec<Exception>> = HashMap::new();
    if rows.iter().any(|row| row.repeats == Repeats::Weekly.name()) {
        let sql = "SELECT e.appointment_id, e.day, e.starts_at, e.minutes FROM partnership p
                   JOIN appointment a ON a.partnership_id = p.id AND a.status = 'agreed'
                   JOIN appointment_exception e ON e.appointment_id = a.id
                   WHERE (p.low_id = $1 OR p.high_id = $1) AND p.ended_at IS NULL ORDER BY e.day";
        let all: Vec<ExceptionRow> = on_engine!(conn, |c| sqlx::query_as(sql).bind(me).fetch_all(c).await)?;
        for row in all {
            exceptions.entry(row.appointment_id).or_default().push(row.exception());
        }
    }
    let whole = |row: Row| {
        let of = exceptions.remove(&row.id).unwrap_or_default();
        Appointment::of(row, of)
    };
    Ok(rows.into_iter().map(whole).collect())
}

/// One appointment of a person, whatever became of it.
pub(super) async fn of(conn: &mut Conn, me: UserId, id: AppointmentId) -> Result<Option<Appointment>, StoreError> {
    let sql = of_person!("a.id = $2");
    let row: Option<Row> = on_engine!(conn, |c| sqlx::query_as(sql).bind(me).bind(id).fetch_optional(c).await)?;
    let Some(row) = row else { return Ok(None) };
    let sql = "SELECT appointment_id, day, starts_at, minutes FROM appointment_exception WHERE appointment_id = $1 ORDER BY day";
    let exceptions: Vec<ExceptionRow> = on_engine!(conn, |c| sqlx::query_as(sql).bind(id).fetch_all(c).await)?;
    Ok(Some(Appointment::of(
        row,
        exceptions.iter().map(ExceptionRow::exception).collect(),
    )))
}

/// The two of an appointment, the smaller id first; `None` where they are partners no more.
pub(super) async fn people(conn: &mut Conn, id: AppointmentId) -> Result<Option<[UserId; 2]>, StoreError> {
    let sql = "SELECT p.low_id, p.high_id FROM appointment a JOIN partnership p ON p.id = a.partnership_id
               WHERE a.id = $1 AND p.ended_at IS NULL AND a.created_at >= p.since";
    let row: Option<(UserId, UserId)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(id).fetch_optional(c).await)?;
    Ok(row.map(|(low, high)| [low, high]))
}

/// How many proposals of a person to a partner wait for an answer.
pub(super) async fn waiting(conn: &mut Conn, partnership: PartnershipId, by: UserId) -> Result<i64, StoreError> {
    let sql = "SELECT COUNT(*) FROM appointment WHERE partnership_id = $1 AND asked_by = $2 AND status = 'proposed'";
    let (count,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(partnership)
        .bind(by)
        .fetch_one(c)
        .await)?;
    Ok(count)
}

/// An appointment to be.
pub(super) struct NewAppointment<'a> {
    pub(super) id: AppointmentId,
    pub(super) partnership: PartnershipId,
    pub(super) asked_by: UserId,
    pub(super) about: &'a str,
    pub(super) series: &'a Series,
}

/// Stores a proposal.
pub(super) async fn insert(conn: &mut Conn, new: &NewAppointment<'_>, now: Micros) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO appointment (id, partnership_id, status, asked_by, about, starts_at, minutes, time_zone, repeats,
                                        over_at, edition, created_at, changed_at, reminded_at)
               VALUES ($1, $2, 'proposed', $3, $4, $5, $6, $7, $8, $9, 1, $10, $10, $10)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(new.id)
        .bind(new.partnership)
        .bind(new.asked_by)
        .bind(new.about)
        .bind(new.series.starts_at)
        .bind(i32::from(new.series.minutes))
        .bind(&new.series.time_zone)
        .bind(new.series.repeats.name())
        .bind(over_at(new.series))
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

fn over_at(series: &Series) -> Option<Micros> {
    match series.repeats {
        Repeats::Never => Some(super::series::end(series.starts_at, series.minutes)),
        Repeats::Weekly => None,
    }
}

/// Writes down how an appointment stands from now on; a change that waited waits no more.
pub(super) async fn set_status(
    conn: &mut Conn,
    id: AppointmentId,
    status: Status,
    now: Micros,
) -> Result<(), StoreError> {
    let sql = "UPDATE appointment SET status = $2, new_starts_at = NULL, new_minutes = NULL, new_time_zone = NULL, new_day = NULL,
                      edition = edition + 1, changed_at = $3 WHERE id = $1";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(status.name())
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Puts an appointment at other times, as somebody proposed; a change that waited waits no more. Exceptions go with the times that they were of.
pub(super) async fn set_times(
    conn: &mut Conn,
    id: AppointmentId,
    asked_by: UserId,
    series: &Series,
    now: Micros,
) -> Result<(), StoreError> {
    let sql = "UPDATE appointment SET asked_by = $2, starts_at = $3, minutes = $4, time_zone = $5, over_at = $6,
                      new_starts_at = NULL, new_minutes = NULL, new_time_zone = NULL, new_day = NULL,
                      edition = edition + 1, changed_at = $7 WHERE id = $1";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(asked_by)
        .bind(series.starts_at)
        .bind(i32::from(series.minutes))
        .bind(&series.time_zone)
        .bind(over_at(series))
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    let sql = "DELETE FROM appointment_exception WHERE appointment_id = $1";
    on_engine!(conn, |c| sqlx::query(sql).bind(id).execute(c).await.map(drop))?;
    Ok(())
}

/// Keeps a change that waits for an answer, in the place of one that did.
pub(super) async fn set_change(
    conn: &mut Conn,
    id: AppointmentId,
    asked_by: UserId,
    change: Option<&Change>,
    now: Micros,
) -> Result<(), StoreError> {
    let sql =
        "UPDATE appointment SET asked_by = $2, new_starts_at = $3, new_minutes = $4, new_time_zone = $5, new_day = $6,
                      edition = edition + 1, changed_at = $7 WHERE id = $1";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(asked_by)
        .bind(change.map(|change| change.starts_at))
        .bind(change.map(|change| i32::from(change.minutes)))
        .bind(change.map(|change| change.time_zone.as_str()))
        .bind(change.and_then(|change| change.day))
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Writes down that one time of a series is otherwise.
pub(super) async fn set_exception(conn: &mut Conn, id: AppointmentId, exception: Exception) -> Result<(), StoreError> {
    let sql = "INSERT INTO appointment_exception (appointment_id, day, starts_at, minutes) VALUES ($1, $2, $3, $4)
               ON CONFLICT (appointment_id, day) DO UPDATE SET starts_at = excluded.starts_at, minutes = excluded.minutes";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(exception.day)
        .bind(exception.instead.map(|(starts_at, _)| starts_at))
        .bind(exception.instead.map(|(_, minutes)| i32::from(minutes)))
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Up to when both were reminded.
pub(super) async fn reminded(conn: &mut Conn, id: AppointmentId) -> Result<Option<Micros>, StoreError> {
    let sql = "SELECT reminded_at FROM appointment WHERE id = $1";
    let row: Option<(Micros,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(id).fetch_optional(c).await)?;
    Ok(row.map(|(at,)| at))
}

/// Writes down up to when both were reminded.
pub(super) async fn set_reminded(conn: &mut Conn, id: AppointmentId, at: Micros) -> Result<(), StoreError> {
    let sql = "UPDATE appointment SET reminded_at = $2 WHERE id = $1";
    on_engine!(conn, |c| sqlx::query(sql).bind(id).bind(at).execute(c).await.map(drop))?;
    Ok(())
}
