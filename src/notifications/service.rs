//! Use cases of notifications: record what happened, tell it to every tab, bring a client up to date, mark what was read.

use futures::FutureExt as _;
use uuid::Uuid;

use super::by_mail;
use super::model::{Change, Epoch, Head, Notice, Notification, NotificationId, PAGE, What};
use super::push::ahead::Ahead;
use super::store::{self, NewEvent, NewLine};
use super::wire::NotificationNews;
use crate::accounts::model::Viewer;
use crate::kernel::error::AppError;
use crate::kernel::id::{ConnectionId, UserId};
use crate::kernel::paging::Page;
use crate::kernel::time::Micros;
use crate::server::db::Conn;
use crate::server::limits::Limit;
use crate::server::state::AppState;

pub use super::push::service::has_browser;
pub use super::settings::{SettingsForm, channels, is_quiet, save_settings, settings};

/// Events of a person that are kept, and how far back a client is brought up to date by them.
pub const EVENTS_KEPT: u64 = 1_000;
/// Bytes of changes in one frame, well below what a message may have.
const FRAME: usize = 32 * 1024;

/// Whether something is news to the person whom it is recorded for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reading {
    /// It counts until they have read it.
    Unread,
    /// The same of something that goes on until a time ([`Kind::passes`](super::model::Kind::passes)).
    Passing {
        /// When it passes by itself.
        until: Micros,
    },
    /// It counts, and is found by who looks: nobody is disturbed with it, also later.
    Quiet,
    /// They did it themselves, or it is in front of them: it stands in the list, and counts as read.
    Read,
}

/// Something to record for one person.
#[derive(Clone, Debug)]
pub enum Entry {
    /// A line that is new, or says something else now.
    Put {
        /// For whom.
        user: UserId,
        /// What it is about, as `call:{invitation}`.
        subject: String,
        /// Who did it.
        actor: Option<UserId>,
        /// What happened.
        notice: Notice,
        /// Whether it is news.
        reading: Reading,
    },
    /// The line about a subject needs nobody's attention any more.
    MarkRead {
        /// Of whom.
        user: UserId,
        /// What it is about.
        subject: String,
    },
}

impl Entry {
    /// Whose list it changes.
    pub const fn user(&self) -> UserId {
        match self {
            Self::Put { user, .. } | Self::MarkRead { user, .. } => *user,
        }
    }
}

/// What was recorded and is to be published after the commit.
#[derive(Clone, Debug)]
pub struct Recorded {
    user: UserId,
    epoch: Epoch,
    change: Change,
    unread: u32,
}

impl Recorded {
    /// Whose list has changed.
    pub const fn user(&self) -> UserId {
        self.user
    }

    /// What has changed in it.
    pub const fn change(&self) -> &Change {
        &self.change
    }
}

/// Records several things, in the caller's transaction and as the last of it: the people's logs stay locked until the commit. They are taken in
/// the order of the people's ids, so that two transactions never wait for each other.
///
/// # Errors
/// When the database does not answer.
pub async fn record_all(conn: &mut Conn, now: Micros, mut entries: Vec<Entry>) -> Result<Vec<Recorded>, AppError> {
    entries.sort_by_key(Entry::user);
    let mut recorded = Vec::new();
    for entry in entries {
        match entry {
            Entry::Put {
                user,
                subject,
                actor,
                notice,
                reading,
            } => {
                recorded.push(record(conn, now, user, &subject, actor, notice, reading).await?);
            }
            Entry::MarkRead { user, subject } => recorded.extend(mark_subject_read(conn, now, user, &subject).await?),
        }
    }
    Ok(recorded)
}

/// Records one thing for one person, in the caller's transaction; for several people use [`record_all`].
///
/// # Errors
/// When the database does not answer.
pub async fn record(
    conn: &mut Conn,
    now: Micros,
    user: UserId,
    subject: &str,
    actor: Option<UserId>,
    notice: Notice,
    reading: Reading,
) -> Result<Recorded, AppError> {
    let (epoch, seq) = store::next_number(conn, user).await?;
    let ahead = Ahead::of_put(conn, now, user, subject, notice.kind(), reading).await?;
    let line = NewLine {
        subject,
        actor,
        notice: &notice,
        is_read: reading == Reading::Read,
        rings_until: ahead.as_ref().and_then(|ahead| ahead.rings_until),
    };
    let id = store::put(conn, user, seq, &line, now).await?;
    let event = NewEvent {
        kind: "put",
        notification: Some(id),
        up_to: None,
    };
    store::insert_event(conn, user, seq, &event, now).await?;
    if let Some(ahead) = ahead {
        ahead.ask(conn, now, seq.unsigned_abs()).await?;
    }
    let (notification, unread) = store::line(conn, user, id, now).await?;
    by_mail::ask(conn, now, user, &notification, reading).await?;
    let change = Change {
        seq: notification.seq,
        what: What::Put { notification },
    };
    Ok(Recorded {
        user,
        epoch,
        change,
        unread,
    })
}

/// Marks the line about a subject read, in the caller's transaction; `None` if there was nothing to mark.
///
/// # Errors
/// When the database does not answer.
pub async fn mark_subject_read(
    conn: &mut Conn,
    now: Micros,
    user: UserId,
    subject: &str,
) -> Result<Option<Recorded>, AppError> {
    store::lock_log(conn, user).await?;
    let recorded = match store::mark_subject_read(conn, user, subject, now).await? {
        Some(id) => Some(write_down(conn, now, user, What::Read { id }).await?),
        None => None,
    };
    // Also when they had read the line by hand while it rang.
    if let Some(ahead) = Ahead::of_end(conn, now, user, subject).await? {
        ahead
            .ask(conn, now, recorded.as_ref().map_or(0, |recorded| recorded.change.seq))
            .await?;
    }
    Ok(recorded)
}

/// The event of a change that is no put. The log is locked by then.
async fn write_down(conn: &mut Conn, now: Micros, user: UserId, what: What) -> Result<Recorded, AppError> {
    let event = match what {
        What::Read { id } => NewEvent {
            kind: "read",
            notification: Some(id),
            up_to: None,
        },
        What::ReadAll { up_to } => NewEvent {
            kind: "read_all",
            notification: None,
            up_to: Some(store::sql_number(up_to)),
        },
        // Puts have a line of their own, and what has passed is not written down.
        What::Put { .. } | What::Passed => return Err(AppError::Internal),
    };
    let (epoch, seq) = store::next_number(conn, user).await?;
    store::insert_event(conn, user, seq, &event, now).await?;
    let unread = store::unread(conn, user).await?;
    let change = Change {
        seq: seq.unsigned_abs(),
        what,
    };
    Ok(Recorded {
        user,
        epoch,
        change,
        unread,
    })
}

/// Tells every tab of each person what was recorded. After the commit, and whatever becomes of it: who does not hear it now asks for it.
pub fn publish(state: &AppState, recorded: Vec<Recorded>) {
    for Recorded {
        user,
        epoch,
        change,
        unread,
    } in recorded
    {
        let after = change.seq - 1;
        state.hub.to_user(
            user,
            &NotificationNews::Changes {
                epoch,
                after,
                changes: vec![change],
                unread,
            },
        );
    }
}

/// How many are unread, for what stands around every page.
///
/// # Errors
/// When the database does not answer.
pub async fn unread(conn: &mut Conn, user: UserId) -> Result<u32, AppError> {
    Ok(store::unread(conn, user).await?)
}

/// The same for a request.
///
/// # Errors
/// When the database does not answer.
pub async fn unread_of(state: &AppState, user: UserId) -> Result<u32, AppError> {
    unread(&mut state.db.read().await?, user).await
}

/// How far a person's log is.
///
/// # Errors
/// When the database does not answer.
pub async fn head(state: &AppState, user: UserId) -> Result<Head, AppError> {
    let head = store::head(&mut state.db.read().await?, user).await?;
    Ok(head.unwrap_or(Head::of_nothing(Epoch::first_of(user))))
}

/// A page of the list, newest first; `after` is the `next` of the page before. One that is none begins at the top.
///
/// # Errors
/// When the database does not answer.
pub async fn list(state: &AppState, viewer: &Viewer, after: Option<&str>) -> Result<Page<Notification>, AppError> {
    let below = after.and_then(|after| after.parse().ok()).unwrap_or(i64::MAX);
    let (mut conn, now) = (state.db.read().await?, state.clock.now());
    let rows = store::list(&mut conn, viewer.id, below, PAGE as i64 + 1, &viewer.time_zone, now).await?;
    Ok(Page::from_rows(rows, PAGE, |last| last.seq.to_string()))
}

/// What a client needs that has heard everything up to number `after` of `epoch`: what came since then, or all of it anew.
///
/// # Errors
/// [`AppError::Limited`], or when the database does not answer.
pub async fn since(
    state: &AppState,
    user: UserId,
    epoch: Option<Epoch>,
    after: u64,
) -> Result<NotificationNews, AppError> {
    state.limits.check(Limit::Tab, &user.to_string())?;
    let (mut conn, now) = (state.db.read().await?, state.clock.now());
    let nothing = |epoch| NotificationNews::Snapshot {
        epoch,
        last: 0,
        unread: 0,
        latest: Vec::new(),
    };
    // Numbers that this log has not reached: it went back (an older copy of the database). Under another epoch the client forgets them.
    let mut is_ahead = false;
    if let Some(epoch) = epoch {
        let (from, reach) = (store::sql_number(after), store::sql_number(EVENTS_KEPT));
        match store::replay(&mut conn, user, epoch, from, reach, now).await? {
            Some((head, changes))
                if head.epoch == epoch && after.checked_add(changes.len() as u64) == Some(head.last) =>
            {
                return Ok(NotificationNews::Changes {
                    epoch,
                    after,
                    changes,
                    unread: head.unread,
                });
            }
            Some((head, _)) => is_ahead = head.epoch == epoch && after > head.last,
            None if epoch == Epoch::first_of(user) && after == 0 => {
                return Ok(NotificationNews::Changes {
                    epoch,
                    after,
                    changes: Vec::new(),
                    unread: 0,
                });
            }
            None => is_ahead = epoch == Epoch::first_of(user),
        }
    }
    let fresh = is_ahead.then(|| Epoch::from_uuid(Uuid::new_v4()));
    Ok(match store::snapshot(&mut conn, user, now).await? {
        Some((head, latest)) => NotificationNews::Snapshot {
            epoch: fresh.unwrap_or(head.epoch),
            last: head.last,
            unread: head.unread,
            latest,
        },
        None => nothing(fresh.unwrap_or(Epoch::first_of(user))),
    })
}

/// The same over a socket, in as many frames as it needs.
///
/// # Errors
/// When the database does not answer.
pub async fn resume(
    state: &AppState,
    user: UserId,
    connection: ConnectionId,
    epoch: Option<Epoch>,
    after: u64,
) -> Result<(), AppError> {
    for news in in_frames(since(state, user, epoch, after).await?) {
        state.hub.to_connection(connection, &news);
    }
    Ok(())
}

/// Cuts changes that one frame cannot hold into several, each going on where the one before ends.
fn in_frames(news: NotificationNews) -> Vec<NotificationNews> {
    let NotificationNews::Changes {
        epoch,
        after,
        changes,
        unread,
    } = news
    else {
        return vec![news];
    };
    let (mut frames, mut size) = (vec![Vec::new()], 0);
    for change in changes {
        let length = serde_json::to_string(&change).map_or(0, |text| text.len());
        if size + length > FRAME && size > 0 {
            frames.push(Vec::new());
            size = 0;
        }
        size += length;
        if let Some(frame) = frames.last_mut() {
            frame.push(change);
        }
    }
    let mut after = after;
    let frames = frames.into_iter().map(|changes| {
        let begins = after;
        after += changes.len() as u64;
        NotificationNews::Changes {
            epoch,
            after: begins,
            changes,
            unread,
        }
    });
    frames.collect()
}

/// Marks everything read up to number `up_to`.
///
/// # Errors
/// [`AppError::Limited`], or when the database does not answer.
pub async fn mark_all_read(state: &AppState, user: UserId, up_to: u64) -> Result<(), AppError> {
    state.limits.check(Limit::Reading, &user.to_string())?;
    let now = state.clock.now();
    let recorded = state
        .db
        .transaction(move |conn| {
            async move {
                store::lock_log(conn, user).await?;
                let marked = store::mark_all_read(conn, user, store::sql_number(up_to), now).await?;
                if marked == 0 {
                    return Ok(None);
                }
                write_down(conn, now, user, What::ReadAll { up_to }).await.map(Some)
            }
            .boxed()
        })
        .await?;
    publish(state, recorded.into_iter().collect());
    Ok(())
}

/// Marks one read; once more is fine.
///
/// # Errors
/// [`AppError::NotFound`] for a line of somebody else's, [`AppError::Limited`].
pub async fn mark_read(state: &AppState, user: UserId, id: NotificationId) -> Result<(), AppError> {
    state.limits.check(Limit::Reading, &user.to_string())?;
    let now = state.clock.now();
    let recorded = state
        .db
        .transaction(move |conn| {
            async move {
                if !store::exists(conn, user, id).await? {
                    return Err(AppError::NotFound);
                }
                store::lock_log(conn, user).await?;
                if !store::mark_read(conn, user, id, now).await? {
                    return Ok(None);
                }
                write_down(conn, now, user, What::Read { id }).await.map(Some)
            }
            .boxed()
        })
        .await?;
    publish(state, recorded.into_iter().collect());
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_frame_cannot_hold_comes_in_several_without_a_gap() {
        let changes = |count: u64| {
            let id = NotificationId::from_uuid(Uuid::nil());
            (1..=count)
                .map(|n| Change {
                    seq: 7 + n,
                    what: What::Read { id },
                })
                .collect()
        };
        let (epoch, unread) = (Epoch::from_uuid(Uuid::nil()), 3);
        for (count, at_least) in [(0, 1), (1, 1), (1_000, 3)] {
            let frames = in_frames(NotificationNews::Changes {
                epoch,
                after: 7,
                changes: changes(count),
                unread,
            });
            assert!(frames.len() >= at_least, "{count}: {}", frames.len());
            let mut last = 7;
            for frame in frames {
                assert!(serde_json::to_string(&frame).unwrap().len() < crate::realtime::model::MAX_MESSAGE);
                let NotificationNews::Changes { after, changes, .. } = frame else {
                    panic!("{frame:?}")
                };
                assert_eq!(after, last);
                for change in changes {
                    last += 1;
                    assert_eq!(change.seq, last);
                }
            }
            assert_eq!(last, 7 + count);
        }
    }
}
