//! What people hear of appointments: a line of their list (and a mail where they want one), and a hint to their tabs to look again.

use super::model::AppointmentId;
use super::wire::AppointmentNews;
use crate::accounts::service as accounts;
use crate::kernel::clock;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::notifications::model::Notice;
use crate::notifications::service::{self as notifications, Entry, Reading, Recorded};
use crate::server::db::Conn;
use crate::server::state::AppState;

/// What happened to an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum What {
    /// It was proposed, or another time for it.
    Proposed { starts_at: Micros, is_other_time: bool },
    /// Whoever was asked has answered.
    Answered { starts_at: Micros, is_accepted: bool },
    /// It takes place no more.
    Cancelled { starts_at: Micros },
}

/// Records it for the other of the two, in the caller's transaction and as the last of it. What stood in the own list is done with.
pub(super) async fn record(
    conn: &mut Conn,
    id: AppointmentId,
    (by, to): (UserId, UserId),
    what: What,
    now: Micros,
) -> Result<Vec<Recorded>, AppError> {
    let zone = accounts::time_zone(conn, to).await?;
    let local = |at: Micros| clock::local(at, now, &zone);
    let notice = match what {
        What::Proposed {
            starts_at,
            is_other_time,
        } => Notice::AppointmentProposed {
            when: local(starts_at),
            is_other_time,
        },
        What::Answered { starts_at, is_accepted } => Notice::AppointmentAnswered {
            when: local(starts_at),
            is_accepted,
        },
        What::Cancelled { starts_at } => Notice::AppointmentCancelled { when: local(starts_at) },
    };
    let entries = vec![
        Entry::MarkRead {
            user: by,
            subject: subject(id),
        },
        Entry::Put {
            user: to,
            subject: subject(id),
            actor: Some(by),
            notice,
            reading: Reading::Unread,
        },
    ];
    notifications::record_all(conn, now, entries).await
}

/// What an appointment is called in lists of notifications.
pub(super) fn subject(id: AppointmentId) -> String {
    format!("appointment:{id}")
}

/// Tells tabs to look again, after the commit.
pub(super) fn tell(state: &AppState, people: &[UserId]) {
    state.hub.to_users(people, &AppointmentNews::Changed);
}
