//! Every column that refers to people has an answer: a table that comes later and has none fails here.

use std::collections::BTreeMap;

use crate::accounts::leaving::{Scene, rows};
use crate::harness::{Engine, TestApp};

both_engines!(every_table_that_refers_to_people_has_an_answer);

/// What becomes of the rows that name somebody who has gone.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Answer {
    /// They go.
    Gone,
    /// They go while the person is still going.
    GoneBefore,
    /// They stay: others hang on them.
    Stays,
    /// One of two columns: the pair stays.
    OneOfTwo,
    /// There is nothing of the kind by then.
    OfNobody,
}

use Answer::{Gone, GoneBefore, OfNobody, OneOfTwo, Stays};

/// Columns of a foreign key to `users`, and those that hold a person without one.
const ANSWERS: [(&str, &str, Answer); 51] = [
    ("account_deletion", "user_id", GoneBefore),
    ("account_token", "user_id", Gone),
    ("appointment", "asked_by", Gone),
    ("audit", "user_id", Stays),
    ("block", "blocked_id", Gone),
    ("block", "blocker_id", Gone),
    ("calendar_feed", "user_id", Gone),
    ("call", "ended_by", Stays),
    ("call_feedback", "user_id", Gone),
    ("call_invitation", "callee_id", Stays),
    ("call_invitation", "caller_id", Stays),
    ("call_participant", "user_id", Stays),
    ("call_sample", "user_id", Gone),
    ("conversation_member", "user_id", Gone),
    ("data_export", "user_id", Gone),
    ("device_key", "user_id", Gone),
    ("event", "user_id", Gone),
    ("event_log", "user_id", Gone),
    ("follow", "followed_id", Gone),
    ("follow", "follower_id", Gone),
    ("identity", "user_id", Gone),
    ("known_device", "user_id", Gone),
    ("match_name", "user_id", Gone),
    ("match_pair", "user_id", Gone),
    ("match_person", "user_id", Gone),
    ("match_request", "recipient_id", Stays),
    ("match_request", "sender_id", Gone),
    ("message", "author_id", Stays),
    ("notification", "actor_id", Stays),
    ("notification", "user_id", Gone),
    ("notification_setting", "user_id", Gone),
    ("partnership", "ended_by", Stays),
    ("partnership", "high_id", OneOfTwo),
    ("partnership", "left_by", GoneBefore),
    ("partnership", "low_id", OneOfTwo),
    ("passkey", "user_id", Gone),
    ("passkey_ceremony", "user_id", Gone),
    ("picture", "user_id", Gone),
    ("presence", "user_id", OfNobody),
    ("profile", "user_id", Gone),
    ("push_subscription", "user_id", Gone),
    ("quiet_hours", "user_id", Gone),
    ("recovery_code", "user_id", Gone),
    ("report", "reported_id", Stays),
    ("report", "reporter_id", Gone),
    ("second_factor", "user_id", Gone),
    ("session", "user_id", Gone),
    ("sign_in_attempt", "user_id", Gone),
    ("user_interest", "user_id", Gone),
    ("user_language", "user_id", Gone),
    ("user_role", "user_id", Gone),
];

/// Every column of the schema that refers to `users`, or is named as those that hold a person.
async fn columns(app: &TestApp) -> Vec<(String, String)> {
    let sql = match app.engine {
        Engine::Sqlite => {
            "SELECT t.name || ' ' || f.\"from\" FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f
             WHERE t.type = 'table' AND f.\"table\" = 'users'
             UNION SELECT t.name || ' ' || c.name FROM sqlite_master t JOIN pragma_table_info(t.name) c
             WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite%' AND (c.name = 'user_id' OR c.name LIKE '%\\_by' ESCAPE '\\')"
        }
        Engine::Postgres => {
            "SELECT c.conrelid::regclass::text || ' ' || a.attname::text FROM pg_constraint c
             JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
             WHERE c.contype = 'f' AND c.confrelid = 'users'::regclass
             UNION SELECT table_name::text || ' ' || column_name::text FROM information_schema.columns
             WHERE table_schema = 'public' AND (column_name = 'user_id' OR column_name LIKE '%\\_by')"
        }
    };
    let rows = app.texts(sql).await;
    let mut columns: Vec<(String, String)> = rows
        .into_iter()
        .map(|row| {
            let (table, column) = row.split_once(' ').unwrap();
            (table.to_owned(), column.to_owned())
        })
        .collect();
    columns.sort();
    columns
}

async fn every_table_that_refers_to_people_has_an_answer(engine: Engine) {
    let scene = Scene::new(engine).await;
    let Scene { app, zuleika, .. } = &scene;
    let answers: BTreeMap<(String, String), Answer> = ANSWERS
        .iter()
        .map(|(table, column, answer)| (((*table).to_owned(), (*column).to_owned()), *answer))
        .collect();
    let found = columns(app).await;
    assert!(found.len() > 30, "{found:?}");
    let without: Vec<_> = found.iter().filter(|column| !answers.contains_key(*column)).collect();
    assert!(
        without.is_empty(),
        "what becomes of these when somebody goes? {without:?}"
    );
    let unknown: Vec<_> = answers.keys().filter(|column| !found.contains(column)).collect();
    assert!(unknown.is_empty(), "answers to what is not asked: {unknown:?}");

    zuleika.tell::<()>("ask_for_data", &[]).await.unwrap();
    let mut before = BTreeMap::new();
    for (table, column) in answers.keys() {
        before.insert(
            (table.clone(), column.clone()),
            rows(app, table, column, zuleika.id).await,
        );
    }
    scene.ask().await;
    for column in answers.keys().filter(|column| answers[*column] == GoneBefore) {
        let count = rows(app, &column.0, &column.1, zuleika.id).await;
        before.insert(column.clone(), count);
    }
    app.advance(speakle::accounts::deletion::GRACE);
    app.clean_up().await;
    for (column, answer) in &answers {
        let (then, now) = (before[column], rows(app, &column.0, &column.1, zuleika.id).await);
        match answer {
            Gone | GoneBefore => {
                assert!(then > 0, "{column:?} had no row: this test sees nothing of it");
                assert_eq!(now, 0, "{column:?}");
            }
            Stays => assert!(now > 0, "{column:?} does not stay"),
            OneOfTwo => assert_eq!(now, then, "{column:?}"),
            OfNobody => assert_eq!(now, 0, "{column:?}"),
        }
    }
}
