//! The log: numbers without gaps, and what came after one of them.

use sqlx::FromRow;

use super::{MaybeLineRow, Wall, count, number};
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::notifications::model::{Change, Epoch, Head, LATEST, Notification, NotificationId, What};
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// Locks a person's log until the end of the transaction, and makes it if there is none. Before anything of the list is looked at that
/// decides whether there is something to write: nobody else changes the list from here on.
pub(in crate::notifications) async fn lock_log(conn: &mut Conn, user: UserId) -> Result<(), StoreError> {
    let sql = "INSERT INTO event_log (user_id, epoch, last_seq, first_seq) VALUES ($1, $2, 0, 1)
               ON CONFLICT (user_id) DO UPDATE SET last_seq = event_log.last_seq";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(Epoch::first_of(user))
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Takes the next number of a person's log, which stays locked until the end of the transaction.
pub(in crate::notifications) async fn next_number(conn: &mut Conn, user: UserId) -> Result<(Epoch, i64), StoreError> {
    let sql = "INSERT INTO event_log (user_id, epoch, last_seq, first_seq) VALUES ($1, $2, 1, 1)
               ON CONFLICT (user_id) DO UPDATE SET last_seq = event_log.last_seq + 1 RETURNING epoch, last_seq";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(Epoch::first_of(user))
        .fetch_one(c)
        .await)?)
}

/// An event to write down.
pub(in crate::notifications) struct NewEvent {
    pub(in crate::notifications) kind: &'static str,
    pub(in crate::notifications) notification: Option<NotificationId>,
    pub(in crate::notifications) up_to: Option<i64>,
}

pub(in crate::notifications) async fn insert_event(
    conn: &mut Conn,
    user: UserId,
    seq: i64,
    event: &NewEvent,
    now: Micros,
) -> Result<(), StoreError> {
    let sql =
        "INSERT INTO event (user_id, seq, kind, notification_id, up_to, created_at) VALUES ($1, $2, $3, $4, $5, $6)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(seq)
        .bind(event.kind)
        .bind(event.notification)
        .bind(event.up_to)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Everything in one answer is of one moment, because it is read by one statement.
#[derive(FromRow)]
struct HeadRow {
    epoch: Epoch,
    last_seq: i64,
    unread: i64,
}

impl From<&HeadRow> for Head {
    fn from(row: &HeadRow) -> Self {
        Self {
            epoch: row.epoch,
            last: number(row.last_seq),
            unread: count(row.unread),
        }
    }
}

/// The head of a log; `None` for a person to whom nothing has happened.
pub(in crate::notifications) async fn head(conn: &mut Conn, user: UserId) -> Result<Option<Head>, StoreError> {
    let sql =
        "SELECT epoch, last_seq, (SELECT COUNT(*) FROM notification WHERE user_id = $1 AND read_at IS NULL) AS unread
               FROM event_log WHERE user_id = $1";
    let row: Option<HeadRow> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_optional(c).await)?;
    Ok(row.as_ref().map(Head::from))
}

/// The head of a log, and a line of the list or none.
#[derive(FromRow)]
struct SnapshotRow {
    #[sqlx(flatten)]
    head: HeadRow,
    time_zone: Option<String>,
    #[sqlx(flatten)]
    line: MaybeLineRow,
}

/// The head of a log and the newest lines; `None` for a person to whom nothing has happened.
pub(in crate::notifications) async fn snapshot(
    conn: &mut Conn,
    user: UserId,
    now: Micros,
) -> Result<Option<(Head, Vec<Notification>)>, StoreError> {
    let sql = concat!(
        "SELECT l.epoch, l.last_seq, me.time_zone,
                (SELECT COUNT(*) FROM notification WHERE user_id = $1 AND read_at IS NULL) AS unread, ",
        line_columns!(),
        " FROM event_log l JOIN users me ON me.id = l.user_id
          LEFT JOIN (SELECT * FROM notification WHERE user_id = $1 ORDER BY seq DESC LIMIT $2) n ON n.user_id = l.user_id
          LEFT JOIN users a ON a.id = n.actor_id
          WHERE l.user_id = $1 ORDER BY n.seq DESC"
    );
    let rows: Vec<SnapshotRow> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(LATEST as i64)
        .fetch_all(c)
        .await)?;
    let Some(head) = rows.first().map(|row| Head::from(&row.head)) else {
        return Ok(None);
    };
    let lines = rows.into_iter().filter_map(|row| {
        let wall = Wall {
            zone: row.time_zone.as_deref(),
            now,
        };
        Some(row.line.line()?.seen(wall))
    });
    Ok(Some((head, lines.collect())))
}

/// The head of a log, and an event or none. An event brings its line only if no later one does.
#[derive(FromRow)]
struct ReplayRow {
    #[sqlx(flatten)]
    head: HeadRow,
    time_zone: Option<String>,
    event_seq: Option<i64>,
    event_kind: Option<String>,
    notification_id: Option<NotificationId>,
    up_to: Option<i64>,
    #[sqlx(flatten)]
    line: MaybeLineRow,
}

impl ReplayRow {
    /// `None` if the row holds no event.
    fn change(self, now: Micros) -> Result<Option<Change>, StoreError> {
        let (Some(seq), Some(kind)) = (self.event_seq, self.event_kind) else {
            return Ok(None);
        };
        let wall = Wall {
            zone: self.time_zone.as_deref(),
            now,
        };
        let what = match (kind.as_str(), self.notification_id, self.up_to) {
            ("put", Some(_), _) => match self.line.line() {
                Some(line) => What::Put {
                    notification: line.seen(wall),
                },
                None => What::Passed,
            },
            ("read", Some(id), _) => What::Read { id },
            ("read_all", _, Some(up_to)) => What::ReadAll { up_to: number(up_to) },
            _ => return Err(StoreError::Row("event.kind")),
        };
        Ok(Some(Change { seq: number(seq), what }))
    }
}

/// The head of a log and what came after number `after`, if that is a number of this epoch, of what is kept, and not further back than
/// `reach`; else the head alone. `None` for a person to whom nothing has happened.
pub(in crate::notifications) async fn replay(
    conn: &mut Conn,
    user: UserId,
    epoch: Epoch,
    after: i64,
    reach: i64,
    now: Micros,
) -> Result<Option<(Head, Vec<Change>)>, StoreError> {
    let sql = concat!(
        "SELECT l.epoch, l.last_seq, me.time_zone,
                (SELECT COUNT(*) FROM notification WHERE user_id = $1 AND read_at IS NULL) AS unread,
                e.seq AS event_seq, e.kind AS event_kind, e.notification_id, e.up_to, ",
        line_columns!(),
        " FROM event_log l JOIN users me ON me.id = l.user_id
          LEFT JOIN event e ON e.user_id = $1 AND e.seq > $3 AND l.epoch = $2 AND $3 >= l.first_seq - 1 AND $3 >= l.last_seq - $4
          LEFT JOIN notification n ON n.id = e.notification_id AND n.seq = e.seq AND e.kind = 'put'
          LEFT JOIN users a ON a.id = n.actor_id
          WHERE l.user_id = $1 ORDER BY e.seq"
    );
    let rows: Vec<ReplayRow> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(epoch)
        .bind(after)
        .bind(reach)
        .fetch_all(c)
        .await)?;
    let Some(head) = rows.first().map(|row| Head::from(&row.head)) else {
        return Ok(None);
    };
    let changes: Result<Vec<Option<Change>>, StoreError> = rows.into_iter().map(|row| row.change(now)).collect();
    Ok(Some((head, changes?.into_iter().flatten().collect())))
}
