//! What of appointments goes into somebody's archive, and what becomes of them when they go.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde::Serialize;

use super::store::leaving::{self as store, Row};
use crate::accounts::deletion::erasing::Erase;
use crate::accounts::new_device::AfterCommit;
use crate::accounts::own_data::archive::Archive;
use crate::accounts::own_data::portable::{About, Moment, Portable, Whose};
use crate::i18n::{Locale, td_string};
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;

/// A person's appointments, and the address of their calendars.
pub struct OfAppointments;

#[derive(Serialize)]
struct Appointment {
    with: String,
    status: String,
    asked_by_me: bool,
    about: String,
    starts_at: Moment,
    minutes: i32,
    time_zone: String,
    repeats: String,
    at: Moment,
}

impl Portable for OfAppointments {
    fn about(&self, locale: Locale) -> Vec<About> {
        vec![About {
            file: "appointments.json",
            words: td_string!(locale, appointments.data),
        }]
    }

    fn collect<'a>(
        &'a self,
        conn: &'a mut Conn,
        whose: &'a Whose,
        archive: &'a mut Archive,
    ) -> BoxFuture<'a, Result<(), AppError>> {
        async move {
            let appointment = |row: Row| Appointment {
                with: whose.name_of(row.display_name),
                status: row.status,
                asked_by_me: row.asked_by_me,
                about: row.about,
                starts_at: row.starts_at,
                minutes: row.minutes,
                time_zone: row.time_zone,
                repeats: row.repeats,
                at: row.created_at,
            };
            let rows = store::all(conn, whose.user).await?;
            let all: Vec<Appointment> = rows.into_iter().map(appointment).collect();
            archive.list("appointments.json", &all).await
        }
        .boxed()
    }
}

impl Erase for OfAppointments {
    /// What they have agreed on is out of sight with their partnerships, and calendars find it no more.
    fn hide<'c>(&'c self, _: &'c mut Conn, _: UserId, _: Micros) -> BoxFuture<'c, Result<AfterCommit, AppError>> {
        async move {
            let nothing: AfterCommit = Box::new(|| ());
            Ok(nothing)
        }
        .boxed()
    }

    fn bring_back<'c>(&'c self, _: &'c mut Conn, _: UserId, _: Micros) -> BoxFuture<'c, Result<AfterCommit, AppError>> {
        async move {
            let nothing: AfterCommit = Box::new(|| ());
            Ok(nothing)
        }
        .boxed()
    }

    fn erase<'c>(&'c self, conn: &'c mut Conn, user: UserId, _: Micros) -> BoxFuture<'c, Result<(), AppError>> {
        async move { Ok(store::erase(conn, user).await?) }.boxed()
    }
}
