//! Reminders: a day before an appointment, by mail as well, and when it is about to begin.
//!
//! One job per appointment, due at the next reminder. When it runs it looks at what is agreed by then, so that whoever moves or cancels has nothing
//! to undo: what is not due any more is not said.

use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::model::AppointmentId;
use super::notices::{subject, tell};
use super::series::Occurrence;
use super::{service, store};
use crate::accounts::service as accounts;
use crate::kernel::clock;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::notifications::model::Notice;
use crate::notifications::service::{self as notifications, Entry, Reading, Recorded};
use crate::server::db::Conn;
use crate::server::jobs::{self, Handler, Job, JobError, NewJob};
use crate::server::state::AppState;

const KIND: &str = "appointments.remind";
/// How long before an appointment people are reminded of it. The first is the one that is mailed.
const AHEAD: [Duration; 2] = [Duration::from_secs(24 * 3_600), Duration::from_secs(15 * 60)];
/// How far the next reminder is looked for: a series comes back within a week, and one time may have been moved beyond it.
const HORIZON: Duration = Duration::from_secs(400 * 24 * 3_600);

/// Asks for the next reminder of an appointment, in the caller's transaction.
pub(super) async fn plan(conn: &mut Conn, id: AppointmentId, now: Micros) -> Result<(), AppError> {
    let Some([one, _]) = store::people(conn, id).await? else {
        return Ok(());
    };
    let Some(found) = store::of(conn, one, id).await? else {
        return Ok(());
    };
    let times = service::times(&found, now, now.plus(HORIZON));
    let next = times
        .iter()
        .flat_map(|time| AHEAD.map(|ahead| time.starts_at.minus(ahead)))
        .filter(|due| *due > now)
        .min();
    if let Some(due) = next {
        let job = NewJob::new(KIND, now).at(due).key(format!("{KIND}:{id}")).payload(&id);
        jobs::enqueue(conn, job).await?;
    }
    Ok(())
}

/// Reminds both people of an appointment.
pub struct Remind(pub AppState);

impl Remind {
    async fn remind(&self, id: AppointmentId) -> Result<(), AppError> {
        let now = self.0.clock.now();
        let (people, recorded) = self
            .0
            .db
            .transaction(move |conn| {
                async move {
                    conn.lock(&format!("appointment {id}")).await?;
                    let people = store::people(conn, id).await?;
                    let before = store::reminded(conn, id).await?;
                    let (Some(people), Some(before)) = (people, before) else {
                        return Ok((None, Vec::new()));
                    };
                    let recorded = remind_both(conn, id, people, (before, now)).await?;
                    Ok::<_, AppError>((Some(people), recorded))
                }
                .boxed()
            })
            .await?;
        notifications::publish(&self.0, recorded);
        if let Some(people) = people {
            tell(&self.0, &people);
        }
        Ok(())
    }
}

/// Says what became due since `before`, writes down that it was said, and asks for the next.
async fn remind_both(
    conn: &mut Conn,
    id: AppointmentId,
    people: [UserId; 2],
    (before, now): (Micros, Micros),
) -> Result<Vec<Recorded>, AppError> {
    let Some(found) = store::of(conn, people[0], id).await? else {
        return Ok(Vec::new());
    };
    if found.status != super::model::Status::Agreed {
        return Ok(Vec::new());
    }
    let mut entries = Vec::new();
    // Of what has begun meanwhile there is nothing to remind of. What is due to the moment is among them.
    let ahead: Vec<Occurrence> = service::times(&found, now, now.plus(AHEAD[0] + Duration::from_secs(1)))
        .into_iter()
        .filter(|time| time.starts_at > now)
        .collect();
    for time in ahead {
        let due = AHEAD.map(|ahead| time.starts_at.minus(ahead));
        // Only the latest of those that a machine that was off has missed.
        let Some(which) = due.iter().rposition(|due| *due > before && *due <= now) else {
            continue;
        };
        for (user, partner) in [(people[0], people[1]), (people[1], people[0])] {
            let zone = accounts::time_zone(conn, user).await?;
            let notice = Notice::AppointmentSoon {
                when: clock::local(time.starts_at, now, &zone),
                is_now: which > 0,
            };
            entries.push(Entry::Put {
                user,
                subject: subject(id),
                actor: Some(partner),
                notice,
                reading: Reading::Unread,
            });
        }
    }
    store::set_reminded(conn, id, now).await?;
    plan(conn, id, now).await?;
    notifications::record_all(conn, now, entries).await
}

impl Handler for Remind {
    fn kind(&self) -> &'static str {
        KIND
    }

    fn run(&self, job: Job) -> BoxFuture<'_, Result<(), JobError>> {
        async move { Ok(self.remind(job.payload::<AppointmentId>()?).await?) }.boxed()
    }
}
