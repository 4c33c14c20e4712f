//! What the database holds.

use std::collections::HashMap;

use speakle::on_engine;
use speakle::server::db::{Conn, Db};
use uuid::Uuid;

use super::checker::{Event, Evidence, Invitation, ListLine, Log, Request};

/// How far a log is, and how many lines are unread, at one moment.
pub async fn head(conn: &mut Conn, user: Uuid) -> (u64, u64) {
    let sql = "SELECT COALESCE((SELECT last_seq FROM event_log WHERE user_id = $1), 0),
                      (SELECT COUNT(*) FROM notification WHERE user_id = $1 AND read_at IS NULL)";
    let (last, unread): (i64, i64) = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_one(c).await).unwrap();
    (last.unsigned_abs(), unread.unsigned_abs())
}

/// The ids of the people with these names, in this order.
pub async fn people(db: &Db, names: &[String]) -> Vec<Uuid> {
    let sql = "SELECT username, id FROM users";
    let rows: Vec<(String, Uuid)> =
        on_engine!(db.read().await.unwrap(), |c| sqlx::query_as(sql).fetch_all(c).await).unwrap();
    let ids: HashMap<String, Uuid> = rows.into_iter().collect();
    names.iter().map(|name| ids[name]).collect()
}

/// Invitations that ring, with who is called.
pub async fn ringing(db: &Db) -> Vec<(Uuid, Uuid)> {
    let sql = "SELECT id, callee_id FROM call_invitation WHERE status = 'ringing'";
    on_engine!(db.read().await.unwrap(), |c| sqlx::query_as(sql).fetch_all(c).await).unwrap()
}

/// Logs, lists, invitations, requests and jobs; what devices saw is left out.
pub async fn evidence(db: &Db, names: &[String]) -> Evidence {
    let ids = people(db, names).await;
    let numbers: HashMap<Uuid, usize> = ids.iter().enumerate().map(|(number, id)| (*id, number)).collect();
    let mut conn = db.read().await.unwrap();
    let mut logs = Vec::new();
    for (name, id) in names.iter().zip(&ids) {
        logs.push(log(&mut conn, name, *id).await);
    }
    let sql = "SELECT id, caller_id, callee_id, status, expires_at - created_at FROM call_invitation";
    let calls: Vec<(Uuid, Uuid, Uuid, String, i64)> =
        on_engine!(conn, |c| sqlx::query_as(sql).fetch_all(c).await).unwrap();
    let calls = calls.into_iter().map(|(id, caller, callee, status, span)| Invitation {
        id,
        caller: numbers[&caller],
        callee: numbers[&callee],
        status,
        rang: span > 0,
    });
    let sql = "SELECT id, sender_id, recipient_id, status, CASE WHEN settled_at = created_at THEN 1 ELSE 0 END FROM match_request";
    let requests: Vec<(Uuid, Uuid, Uuid, String, i32)> =
        on_engine!(conn, |c| sqlx::query_as(sql).fetch_all(c).await).unwrap();
    let requests = requests
        .into_iter()
        .map(|(id, sender, recipient, status, is_answer)| Request {
            id,
            sender: numbers[&sender],
            recipient: numbers[&recipient],
            status,
            is_answer: is_answer == 1,
        });
    let (calls, requests) = (calls.collect(), requests.collect());
    let sql = "SELECT COUNT(*) FROM job WHERE dead_at IS NOT NULL";
    let (dead_jobs,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql).fetch_one(c).await).unwrap();
    Evidence {
        people: logs,
        invitations: calls,
        requests,
        dead_jobs,
        ..Evidence::default()
    }
}

async fn log(conn: &mut Conn, name: &str, user: Uuid) -> Log {
    let sql = "SELECT seq, kind, notification_id, up_to FROM event WHERE user_id = $1 ORDER BY seq";
    let events: Vec<(i64, String, Option<Uuid>, Option<i64>)> =
        on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await).unwrap();
    let events = events.into_iter().map(|(seq, kind, line, up_to)| {
        let event = match (kind.as_str(), line, up_to) {
            ("put", Some(line), _) => Event::Put(line),
            ("read", Some(line), _) => Event::Read(line),
            ("read_all", _, Some(up_to)) => Event::ReadAll(up_to.unsigned_abs()),
            other => panic!("an event is {other:?}"),
        };
        (seq.unsigned_abs(), event)
    });
    let events = events.collect();
    let sql = "SELECT id, seq, subject, kind, CASE WHEN read_at IS NULL THEN 0 ELSE 1 END
               FROM notification WHERE user_id = $1 ORDER BY seq";
    let lines: Vec<(Uuid, i64, String, String, i32)> =
        on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_all(c).await).unwrap();
    let lines = lines.into_iter().map(|(id, seq, subject, kind, is_read)| ListLine {
        id,
        seq: seq.unsigned_abs(),
        subject,
        kind,
        is_read: is_read == 1,
    });
    let lines = lines.collect();
    let (last, _) = head(conn, user).await;
    Log {
        name: name.to_owned(),
        last,
        events,
        lines,
    }
}
