//! SQL of notifications: the lines of the list, the log of their changes, how people want to hear of them.

// What a line of the list is read from, with the person who had a part in it.
macro_rules! line_columns {
    () => {
        "n.id, n.seq, n.subject, n.body, n.created_at, n.read_at, a.id AS actor_id, a.username, a.display_name, a.picture_id"
    };
}

pub(super) mod leaving;
mod lines;
mod log;
mod push;
mod retention;
mod settings;

use sqlx::FromRow;
use sqlx::types::Json;

use super::model::{Notice, Notification, NotificationId};
use crate::accounts::model::{PersonCard, hue};
use crate::kernel::clock;
use crate::kernel::id::UserId;
use crate::kernel::picture::PictureId;
use crate::kernel::time::Micros;

pub(super) use lines::{
    NewLine, exists, line, line_if_any, list, mark_all_read, mark_read, mark_subject_read, put, unread,
};
pub(super) use log::{NewEvent, head, insert_event, lock_log, next_number, replay, snapshot};
pub(super) use push::{
    Due, NewSubscription, due, forget_endpoint, forget_failing, forget_oldest_subscriptions, forget_subscription,
    rings_until, save_subscription, set_failing, subscriptions,
};
pub(super) use retention::{forget_events, forget_lines, with_old_events};
pub(super) use settings::{quiet, save_quiet, save_setting, setting, settings};

#[derive(FromRow)]
struct LineRow {
    id: NotificationId,
    seq: i64,
    subject: String,
    body: Json<Notice>,
    created_at: Micros,
    read_at: Option<Micros>,
    #[sqlx(flatten)]
    actor: ActorRow,
}

/// Somebody, or nobody.
#[derive(FromRow)]
struct ActorRow {
    actor_id: Option<UserId>,
    username: Option<String>,
    display_name: Option<String>,
    picture_id: Option<PictureId>,
}

impl From<ActorRow> for Option<PersonCard> {
    fn from(row: ActorRow) -> Self {
        let id = row.actor_id?;
        Some(PersonCard {
            id,
            hue: hue(id),
            username: row.username?,
            display_name: row.display_name?,
            picture: row.picture_id,
        })
    }
}

/// The number of a log; one below zero is none of ours.
const fn number(seq: i64) -> u64 {
    seq.unsigned_abs()
}

/// The other way round; what no log will ever reach counts as the largest.
pub(super) fn sql_number(seq: u64) -> i64 {
    i64::try_from(seq).unwrap_or(i64::MAX)
}

fn count(count: i64) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// How the reader's clock shows times.
#[derive(Clone, Copy)]
struct Wall<'a> {
    zone: Option<&'a str>,
    now: Micros,
}

impl LineRow {
    fn seen(self, wall: Wall<'_>) -> Notification {
        Notification {
            id: self.id,
            seq: number(self.seq),
            subject: self.subject,
            actor: self.actor.into(),
            notice: self.body.0,
            at: clock::local(self.created_at, wall.now, wall.zone.unwrap_or("UTC")),
            is_read: self.read_at.is_some(),
        }
    }
}

/// A [`LineRow`] of an outer join.
#[derive(FromRow)]
struct MaybeLineRow {
    id: Option<NotificationId>,
    seq: Option<i64>,
    subject: Option<String>,
    body: Option<Json<Notice>>,
    created_at: Option<Micros>,
    read_at: Option<Micros>,
    #[sqlx(flatten)]
    actor: ActorRow,
}

impl MaybeLineRow {
    fn line(self) -> Option<LineRow> {
        Some(LineRow {
            id: self.id?,
            seq: self.seq?,
            subject: self.subject?,
            body: self.body?,
            created_at: self.created_at?,
            read_at: self.read_at,
            actor: self.actor,
        })
    }
}
