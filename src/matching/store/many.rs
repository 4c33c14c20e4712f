//! SQL that puts very many people into the index of the search at once, for demo data: one statement for each table, which reads its rows from
//! one text.

use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use super::index::{PairRow, PersonRow};
use crate::on_engine;
use crate::server::db::{Conn, StoreError};

/// Everything that the index has of somebody.
pub(in crate::matching) struct Entry {
    pub(in crate::matching) person: PersonRow,
    pub(in crate::matching) pairs: Vec<PairRow>,
    pub(in crate::matching) topics: i64,
    /// The words of their name.
    pub(in crate::matching) words: Vec<String>,
}

#[derive(Serialize)]
struct Person<'a> {
    id: Uuid,
    young: bool,
    day: i32,
    ring: u16,
    name_key: &'a str,
    interests: &'a str,
    hours: String,
    correction: Option<&'static str>,
}

#[derive(Serialize)]
struct Pair {
    id: Uuid,
    speaks: &'static str,
    learns: &'static str,
    young: bool,
    day: i32,
    ring: u16,
    role: &'static str,
    speaks_level: &'static str,
    learns_level: &'static str,
    topics: i64,
}

#[derive(Serialize, PartialEq, Eq, PartialOrd, Ord)]
struct Name<'a> {
    young: bool,
    speaks: &'static str,
    learns: &'static str,
    word: &'a str,
    id: Uuid,
}

/// Puts them in: nobody of them is there yet.
pub(in crate::matching) async fn insert(conn: &mut Conn, entries: &[Entry]) -> Result<(), StoreError> {
    let people = entries.iter().map(|Entry { person, .. }| Person {
        id: person.place.id.uuid(),
        young: person.is_young,
        day: person.place.day,
        ring: person.place.ring,
        name_key: &person.name_key,
        interests: &person.interests,
        hours: person.hours.to_string(),
        correction: person.correction,
    });
    let people = json!(people.collect::<Vec<Person<'_>>>()).to_string();
    let pairs = entries.iter().flat_map(|entry| {
        let Entry { person, topics, .. } = entry;
        entry.pairs.iter().map(|pair| Pair {
            id: person.place.id.uuid(),
            speaks: pair.speaks.language.code(),
            learns: pair.learns.language.code(),
            young: person.is_young,
            day: person.place.day,
            ring: person.place.ring,
            role: pair.speaks.role.name(),
            speaks_level: pair.speaks.level_name().unwrap_or_default(),
            learns_level: pair.learns.level_name().unwrap_or_default(),
            topics: *topics,
        })
    });
    let pairs = json!(pairs.collect::<Vec<Pair>>()).to_string();
    let mut names: Vec<Name<'_>> = entries
        .iter()
        .flat_map(|entry| {
            entry.pairs.iter().flat_map(move |pair| {
                entry.words.iter().map(move |word| Name {
                    young: entry.person.is_young,
                    speaks: pair.speaks.language.code(),
                    learns: pair.learns.language.code(),
                    word,
                    id: entry.person.place.id.uuid(),
                })
            })
        })
        .collect();
    // In the order of the table, so that neighbours are written one after the other.
    names.sort_unstable();
    let names = json!(names).to_string();
    let of_people = conn.sql(
        "INSERT INTO match_person (user_id, is_young, active_day, ring, name_key, interests, hours, correction)
         SELECT unhex(replace(value ->> 'id', '-', '')), value ->> 'young', value ->> 'day', value ->> 'ring', value ->> 'name_key',
                value ->> 'interests', unhex(value ->> 'hours'), value ->> 'correction' FROM json_each($1)",
        "INSERT INTO match_person (user_id, is_young, active_day, ring, name_key, interests, hours, correction)
         SELECT r.id, r.young, r.day, r.ring, r.name_key, r.interests, decode(r.hours, 'hex'), r.correction
         FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, young boolean, day int, ring int, name_key text, interests text,
              hours text, correction text)",
    );
    let of_pairs = conn.sql(
        "INSERT INTO match_pair (user_id, speaks, learns, is_young, active_day, ring, role, speaks_level, learns_level, topics)
         SELECT unhex(replace(value ->> 'id', '-', '')), value ->> 'speaks', value ->> 'learns', value ->> 'young', value ->> 'day',
                value ->> 'ring', value ->> 'role', value ->> 'speaks_level', value ->> 'learns_level', value ->> 'topics'
         FROM json_each($1)",
        "INSERT INTO match_pair (user_id, speaks, learns, is_young, active_day, ring, role, speaks_level, learns_level, topics)
         SELECT r.id, r.speaks, r.learns, r.young, r.day, r.ring, r.role, r.speaks_level, r.learns_level, r.topics
         FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, speaks text, learns text, young boolean, day int, ring int, role text,
              speaks_level text, learns_level text, topics bigint)",
    );
    let of_names = conn.sql(
        "INSERT INTO match_name (is_young, speaks, learns, word, user_id)
         SELECT value ->> 'young', value ->> 'speaks', value ->> 'learns', value ->> 'word', unhex(replace(value ->> 'id', '-', ''))
         FROM json_each($1)",
        "INSERT INTO match_name (is_young, speaks, learns, word, user_id)
         SELECT r.young, r.speaks, r.learns, r.word, r.id
         FROM jsonb_to_recordset($1::jsonb) AS r (young boolean, speaks text, learns text, word text, id uuid)",
    );
    for (sql, rows) in [(of_people, people), (of_pairs, pairs), (of_names, names)] {
        on_engine!(conn, |c| sqlx::query(sql).bind(rows).execute(c).await.map(drop))?;
    }
    Ok(())
}
