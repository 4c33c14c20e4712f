//! SQL of people who take their requests and partners along, and of those who go.

use sqlx::FromRow;
use uuid::Uuid;

use super::Settled;
use crate::accounts::own_data::portable::{Moment, ROWS};
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::matching::model::PartnershipId;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// A request, with the name of the other one.
#[derive(FromRow)]
pub(in crate::matching) struct RequestRow {
    pub(in crate::matching) id: Uuid,
    pub(in crate::matching) display_name: String,
    pub(in crate::matching) sent_by_me: bool,
    pub(in crate::matching) message: String,
    pub(in crate::matching) status: String,
    pub(in crate::matching) answer: String,
    pub(in crate::matching) created_at: Moment,
    pub(in crate::matching) settled_at: Option<Moment>,
}

/// Some requests of and to a person, after the one of that key: keys sort by time.
pub(in crate::matching) async fn requests(
    conn: &mut Conn,
    user: UserId,
    after: Uuid,
) -> Result<Vec<RequestRow>, StoreError> {
    let sql =
        "SELECT r.id, u.display_name, r.sender_id = $1 AS sent_by_me, r.message, r.status, r.answer, r.created_at,
                      r.settled_at
               FROM match_request r
               JOIN users u ON u.id = CASE WHEN r.sender_id = $1 THEN r.recipient_id ELSE r.sender_id END
               WHERE (r.sender_id = $1 OR r.recipient_id = $1) AND r.id > $2 ORDER BY r.id LIMIT $3";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(after)
        .bind(ROWS)
        .fetch_all(c)
        .await)?)
}

/// A partnership, with the name of the other one.
#[derive(FromRow)]
pub(in crate::matching) struct PartnerRow {
    pub(in crate::matching) display_name: String,
    pub(in crate::matching) since: Moment,
    pub(in crate::matching) ended_at: Option<Moment>,
    pub(in crate::matching) ended_by_me: Option<bool>,
    pub(in crate::matching) end_reason: Option<String>,
    pub(in crate::matching) end_words: String,
}

/// All of a person's, ended or not. What was told of an end is of the one who ended it.
pub(in crate::matching) async fn partners(conn: &mut Conn, user: UserId) -> Result<Vec<PartnerRow>, StoreError> {
    let sql = "SELECT u.display_name, p.since, p.ended_at, p.ended_by = $1 AS ended_by_me,
                      CASE WHEN p.ended_by = $1 THEN p.end_reason END AS end_reason,
                      CASE WHEN p.ended_by = $1 THEN p.end_words ELSE '' END AS end_words
               FROM partnership p JOIN users u ON u.id = CASE WHEN p.low_id = $1 THEN p.high_id ELSE p.low_id END
               WHERE p.low_id = $1 OR p.high_id = $1 ORDER BY p.since, p.id";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?)
}

/// What is open of and to a person is so no more: theirs is taken back, and others' are left without an answer.
pub(in crate::matching) async fn settle_all(
    conn: &mut Conn,
    user: UserId,
    now: Micros,
) -> Result<Vec<Settled>, StoreError> {
    let sql = "UPDATE match_request
               SET status = CASE WHEN sender_id = $1 THEN 'cancelled' ELSE 'expired' END, settled_at = $2
               WHERE (sender_id = $1 OR recipient_id = $1) AND status = 'pending'
               RETURNING id, sender_id, recipient_id";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(now)
        .fetch_all(c)
        .await)?)
}

/// A partnership that was left.
#[derive(FromRow)]
pub(in crate::matching) struct Left {
    pub(in crate::matching) id: PartnershipId,
    pub(in crate::matching) other_id: UserId,
}

/// Ends a person's partnerships until they return.
pub(in crate::matching) async fn leave(conn: &mut Conn, user: UserId, now: Micros) -> Result<Vec<Left>, StoreError> {
    let sql = "UPDATE partnership SET ended_at = $2, ended_by = $1, left_by = $1
               WHERE (low_id = $1 OR high_id = $1) AND ended_at IS NULL
               RETURNING id, CASE WHEN low_id = $1 THEN high_id ELSE low_id END AS other_id";
    Ok(on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(now)
        .fetch_all(c)
        .await)?)
}

/// What ended because a person left holds again, unless the other one is leaving too: then it is they who keep it
/// from holding. Answers the others.
pub(in crate::matching) async fn return_to(conn: &mut Conn, user: UserId) -> Result<Vec<UserId>, StoreError> {
    let sql = "UPDATE partnership SET left_by = d.user_id, ended_by = d.user_id FROM account_deletion d
               WHERE partnership.left_by = $1 AND d.user_id = CASE WHEN low_id = $1 THEN high_id ELSE low_id END";
    on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
    let sql = "UPDATE partnership SET ended_at = NULL, ended_by = NULL, left_by = NULL WHERE left_by = $1
               RETURNING CASE WHEN low_id = $1 THEN high_id ELSE low_id END";
    let rows: Vec<(UserId,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(other,)| other).collect())
}

const ERASE: [&str; 5] = [
    "DELETE FROM follow WHERE follower_id = $1 OR followed_id = $1",
    // Their words; what others asked them is theirs.
    "DELETE FROM match_request WHERE sender_id = $1",
    "UPDATE match_request SET answer = '' WHERE recipient_id = $1 AND answer <> ''",
    "UPDATE partnership SET end_reason = NULL, end_words = '' WHERE ended_by = $1",
    // Between two who have gone nobody reads anything any more: with it go their calls and what they wrote.
    "DELETE FROM partnership WHERE (low_id = $1 OR high_id = $1)
       AND EXISTS (SELECT 1 FROM users u WHERE u.deleted_at IS NOT NULL
                   AND u.id = CASE WHEN partnership.low_id = $1 THEN partnership.high_id ELSE partnership.low_id END)",
];

/// What is theirs goes; that the two were partners stays with the other, for whom it is over for good.
pub(in crate::matching) async fn erase(conn: &mut Conn, user: UserId, now: Micros) -> Result<(), StoreError> {
    // Before it is asked who else has gone: of two who are deleted at once the later waits here for the earlier, and
    // sees it.
    let sql = "UPDATE partnership
               SET ended_at = COALESCE(ended_at, $2), ended_by = COALESCE(ended_by, $1), left_by = NULL
               WHERE low_id = $1 OR high_id = $1";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    for sql in ERASE {
        on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
    }
    Ok(())
}
