//! Browsers that want to be told while no page is open.

use sqlx::FromRow;

use super::{LineRow, Wall};
use crate::accounts::model::SessionId;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::notifications::model::Notification;
use crate::notifications::push::model::SubscriptionId;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// A browser to tell from now on.
pub(in crate::notifications) struct NewSubscription {
    pub(in crate::notifications) id: SubscriptionId,
    pub(in crate::notifications) user: UserId,
    pub(in crate::notifications) session: SessionId,
    pub(in crate::notifications) endpoint: String,
    pub(in crate::notifications) p256dh: Vec<u8>,
    pub(in crate::notifications) auth: Vec<u8>,
    pub(in crate::notifications) language: String,
}

/// Saves it; one that is known by its endpoint moves to this person and sign-in. False if it is somebody else's whose key or secret is another.
pub(in crate::notifications) async fn save_subscription(
    conn: &mut Conn,
    new: &NewSubscription,
    now: Micros,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO push_subscription (id, user_id, session_id, endpoint, p256dh, auth, language, saved_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
               ON CONFLICT (endpoint) DO UPDATE SET user_id = excluded.user_id, session_id = excluded.session_id,
                   p256dh = excluded.p256dh, auth = excluded.auth, language = excluded.language,
                   saved_at = excluded.saved_at, failing_since = NULL
               WHERE push_subscription.user_id = excluded.user_id
                   OR (push_subscription.p256dh = excluded.p256dh AND push_subscription.auth = excluded.auth)";
    let saved = on_engine!(conn, |c| sqlx::query(sql)
        .bind(new.id)
        .bind(new.user)
        .bind(new.session)
        .bind(&new.endpoint)
        .bind(&new.p256dh)
        .bind(&new.auth)
        .bind(&new.language)
        .bind(now)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?;
    Ok(saved > 0)
}

/// Forgets a person's browsers but the `kept` that were saved last.
pub(in crate::notifications) async fn forget_oldest_subscriptions(
    conn: &mut Conn,
    user: UserId,
    kept: i64,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM push_subscription WHERE user_id = $1 AND id NOT IN
               (SELECT id FROM push_subscription WHERE user_id = $1 ORDER BY saved_at DESC, id DESC LIMIT $2)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(kept)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Forgets the browser at an endpoint, if it is this person's.
pub(in crate::notifications) async fn forget_endpoint(
    conn: &mut Conn,
    user: UserId,
    endpoint: &str,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM push_subscription WHERE user_id = $1 AND endpoint = $2";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(endpoint)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Forgets one whose push service knows it no more; not if it was saved anew since `sent_at`.
pub(in crate::notifications) async fn forget_subscription(
    conn: &mut Conn,
    id: SubscriptionId,
    sent_at: Micros,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM push_subscription WHERE id = $1 AND saved_at <= $2";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(sent_at)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Forgets some of those by which nothing came through since `before`; how many.
pub(in crate::notifications) async fn forget_failing(
    conn: &mut Conn,
    before: Micros,
    limit: i64,
) -> Result<u64, StoreError> {
    let sql = "DELETE FROM push_subscription WHERE id IN
               (SELECT id FROM push_subscription WHERE failing_since < $1 LIMIT $2)";
    Ok(on_engine!(conn, |c| sqlx::query(sql)
        .bind(before)
        .bind(limit)
        .execute(c)
        .await
        .map(|done| done.rows_affected()))?)
}

/// The browsers of a person whose sign-in is in force.
pub(in crate::notifications) async fn subscriptions(
    conn: &mut Conn,
    user: UserId,
    now: Micros,
) -> Result<Vec<SubscriptionId>, StoreError> {
    let sql = "SELECT p.id FROM push_subscription p JOIN session s ON s.id = p.session_id
               WHERE p.user_id = $1 AND s.expires_at > $2 ORDER BY p.id";
    let rows: Vec<(SubscriptionId,)> =
        on_engine!(conn, |c| sqlx::query_as(sql).bind(user).bind(now).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Until when the ring of a subject rings, or rang, if it was pushed and its line still says that it rings.
pub(in crate::notifications) async fn rings_until(
    conn: &mut Conn,
    user: UserId,
    subject: &str,
) -> Result<Option<Micros>, StoreError> {
    let sql = "SELECT rings_until FROM notification WHERE user_id = $1 AND subject = $2";
    let row: Option<(Option<Micros>,)> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(user)
        .bind(subject)
        .fetch_optional(c)
        .await)?;
    Ok(row.and_then(|(until,)| until))
}

/// A browser, and what stands in its person's list about a subject.
pub(in crate::notifications) struct Due {
    pub(in crate::notifications) endpoint: String,
    pub(in crate::notifications) p256dh: Vec<u8>,
    pub(in crate::notifications) auth: Vec<u8>,
    /// Whether nothing came through the last time.
    pub(in crate::notifications) is_failing: bool,
    /// The person's language, or that of the browser.
    pub(in crate::notifications) language: String,
    pub(in crate::notifications) line: Notification,
    pub(in crate::notifications) rings_until: Option<Micros>,
}

#[derive(FromRow)]
struct DueRow {
    endpoint: String,
    p256dh: Vec<u8>,
    auth: Vec<u8>,
    failing_since: Option<Micros>,
    language: String,
    time_zone: Option<String>,
    rings_until: Option<Micros>,
    #[sqlx(flatten)]
    line: LineRow,
}

/// What there is to send, of one moment; `None` if browser, sign-in or line are gone, or the browser is another person's now.
pub(in crate::notifications) async fn due(
    conn: &mut Conn,
    subscription: SubscriptionId,
    user: UserId,
    subject: &str,
    now: Micros,
) -> Result<Option<Due>, StoreError> {
    let sql = concat!(
        "SELECT p.endpoint, p.p256dh, p.auth, p.failing_since, COALESCE(me.locale, p.language) AS language, me.time_zone,
                n.rings_until, ",
        line_columns!(),
        " FROM push_subscription p JOIN session s ON s.id = p.session_id AND s.expires_at > $4
          JOIN users me ON me.id = p.user_id JOIN notification n ON n.user_id = p.user_id AND n.subject = $3
          LEFT JOIN users a ON a.id = n.actor_id WHERE p.id = $1 AND p.user_id = $2"
    );
    let row: Option<DueRow> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(subscription)
        .bind(user)
        .bind(subject)
        .bind(now)
        .fetch_optional(c)
        .await)?;
    Ok(row.map(|row| Due {
        endpoint: row.endpoint,
        p256dh: row.p256dh,
        auth: row.auth,
        is_failing: row.failing_since.is_some(),
        language: row.language,
        rings_until: row.rings_until,
        line: row.line.seen(Wall {
            zone: row.time_zone.as_deref(),
            now,
        }),
    }))
}

/// Notes that something came through (`None`), or since when nothing does.
pub(in crate::notifications) async fn set_failing(
    conn: &mut Conn,
    id: SubscriptionId,
    since: Option<Micros>,
) -> Result<(), StoreError> {
    let sql = "UPDATE push_subscription SET failing_since = CASE WHEN $2 IS NULL THEN NULL ELSE COALESCE(failing_since, $2) END
               WHERE id = $1";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(id)
        .bind(since)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
