//! SQL that makes very many people at once, for demo data: all of them by one statement, which reads them from one text.

use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::search_key;
use crate::accounts::model::{Email, Username};
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// Somebody who is about to be there.
#[derive(Clone, Debug)]
pub(in crate::accounts) struct NewPerson<'a> {
    pub(in crate::accounts) id: UserId,
    pub(in crate::accounts) username: Username,
    pub(in crate::accounts) email: Email,
    pub(in crate::accounts) display_name: &'a str,
    pub(in crate::accounts) time_zone: &'a str,
    pub(in crate::accounts) joined: Micros,
    pub(in crate::accounts) last_seen: Micros,
}

#[derive(Serialize)]
struct Row<'a> {
    id: Uuid,
    username: &'a str,
    username_key: String,
    email: &'a str,
    email_key: String,
    display_name: &'a str,
    search_key: String,
    time_zone: &'a str,
    joined: i64,
    last_seen: i64,
}

/// Makes them; their addresses count as confirmed.
pub(in crate::accounts) async fn insert(
    conn: &mut Conn,
    people: &[NewPerson<'_>],
    hash: &str,
) -> Result<(), StoreError> {
    let rows = people.iter().map(|person| Row {
        id: person.id.uuid(),
        username: person.username.as_str(),
        username_key: person.username.key(),
        email: person.email.as_str(),
        email_key: person.email.key(),
        display_name: person.display_name,
        search_key: search_key(person.display_name, person.username.as_str()),
        time_zone: person.time_zone,
        joined: person.joined.0,
        last_seen: person.last_seen.0,
    });
    let rows = json!(rows.collect::<Vec<Row<'_>>>()).to_string();
    let sql = conn.sql(
        "INSERT INTO users (id, username, username_key, email, email_key, password_hash, display_name, search_key, time_zone,
                            created_at, last_seen_at, email_verified_at, owned_since)
         SELECT unhex(replace(value ->> 'id', '-', '')), value ->> 'username', value ->> 'username_key', value ->> 'email',
                value ->> 'email_key', $2, value ->> 'display_name', value ->> 'search_key', value ->> 'time_zone',
                value ->> 'joined', value ->> 'last_seen', value ->> 'joined', value ->> 'joined'
         FROM json_each($1)",
        "INSERT INTO users (id, username, username_key, email, email_key, password_hash, display_name, search_key, time_zone,
                            created_at, last_seen_at, email_verified_at, owned_since)
         SELECT r.id, r.username, r.username_key, r.email, r.email_key, $2, r.display_name, r.search_key, r.time_zone,
                r.joined, r.last_seen, r.joined, r.joined
         FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, username text, username_key text, email text, email_key text,
              display_name text, search_key text, time_zone text, joined bigint, last_seen bigint)",
    );
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(rows)
        .bind(hash)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}
