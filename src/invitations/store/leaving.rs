//! SQL of people who take along how they called, and of those who go.

use sqlx::FromRow;
use uuid::Uuid;

use crate::accounts::own_data::portable::{Moment, ROWS};
use crate::kernel::id::UserId;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// An invitation, with the name of the other one.
#[derive(FromRow)]
pub(in crate::invitations) struct InvitationRow {
    pub(in crate::invitations) id: Uuid,
    pub(in crate::invitations) display_name: String,
    pub(in crate::invitations) by_me: bool,
    pub(in crate::invitations) message: String,
    pub(in crate::invitations) status: String,
    pub(in crate::invitations) created_at: Moment,
    pub(in crate::invitations) settled_at: Option<Moment>,
}

/// Some invitations of and to a person, after the one of that key: keys sort by time.
pub(in crate::invitations) async fn invitations(
    conn: &mut Conn,
    user: UserId,
    after: Uuid,
) -> Result<Vec<InvitationRow>, StoreError> {
    let sql = "SELECT i.id, u.display_name, i.caller_id = $1 AS by_me, i.message, i.status, i.created_at, i.settled_at
               FROM call_invitation i
               JOIN users u ON u.id = CASE WHEN i.caller_id = $1 THEN i.callee_id ELSE i.caller_id END
               WHERE (i.caller_id = $1 OR i.callee_id = $1) AND i.id > $2 ORDER BY i.id LIMIT $3";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(after)
        .bind(ROWS)
        .fetch_all(c)
        .await)?)
}

/// What they said along goes.
pub(in crate::invitations) async fn erase(conn: &mut Conn, user: UserId) -> Result<(), StoreError> {
    let sql = "UPDATE call_invitation SET message = '' WHERE caller_id = $1 AND message <> ''";
    on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
    Ok(())
}
