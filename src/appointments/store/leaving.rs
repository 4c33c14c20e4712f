//! SQL of people who take their appointments along, and of those who go.

use sqlx::FromRow;

use crate::accounts::own_data::portable::Moment;
use crate::kernel::id::UserId;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// An appointment, with the name of the other one.
#[derive(FromRow)]
pub(in crate::appointments) struct Row {
    pub(in crate::appointments) display_name: String,
    pub(in crate::appointments) status: String,
    pub(in crate::appointments) asked_by_me: bool,
    pub(in crate::appointments) about: String,
    pub(in crate::appointments) starts_at: Moment,
    pub(in crate::appointments) minutes: i32,
    pub(in crate::appointments) time_zone: String,
    pub(in crate::appointments) repeats: String,
    pub(in crate::appointments) created_at: Moment,
}

/// All of a person's, the oldest first.
pub(in crate::appointments) async fn all(conn: &mut Conn, user: UserId) -> Result<Vec<Row>, StoreError> {
    let sql =
        "SELECT u.display_name, a.status, a.asked_by = $1 AS asked_by_me, a.about, a.starts_at, a.minutes, a.time_zone,
                      a.repeats, a.created_at
               FROM partnership p
               JOIN appointment a ON a.partnership_id = p.id
               JOIN users u ON u.id = CASE WHEN p.low_id = $1 THEN p.high_id ELSE p.low_id END
               WHERE p.low_id = $1 OR p.high_id = $1 ORDER BY a.created_at, a.id";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?)
}

const ERASE: [&str; 2] = [
    "DELETE FROM calendar_feed WHERE user_id = $1",
    // There is nobody to meet any more, and half of the words are theirs.
    "DELETE FROM appointment WHERE partnership_id IN (SELECT id FROM partnership WHERE low_id = $1 OR high_id = $1)",
];

/// Everything of theirs goes.
pub(in crate::appointments) async fn erase(conn: &mut Conn, user: UserId) -> Result<(), StoreError> {
    for sql in ERASE {
        on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
    }
    Ok(())
}
