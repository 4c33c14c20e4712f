//! How the engines go about a search: by the indexes made for it, never through a whole table.

use speakle::matching::service::search_statements;
use speakle::onboarding::service::seed_demo;
use sqlx::AssertSqlSafe;
use sqlx::Row as _;

use crate::harness::{Engine, TestApp};

/// What may be gone through: what a statement has made itself, and the ids that it was given.
const OWN: [&str; 6] = ["every", "one", "c", "number", "json_each", "CONSTANT"];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sqlite_goes_by_indexes() {
    let app = TestApp::start(Engine::Sqlite).await;
    for (name, sql) in search_statements(true) {
        let plan: Vec<String> = {
            let sql = AssertSqlSafe(format!("EXPLAIN QUERY PLAN {sql}"));
            let rows = speakle::on_engine!(app.read().await, |c| sqlx::query(sql)
                .fetch_all(c)
                .await
                .map(|rows| rows.iter().map(|row| row.get::<String, _>("detail")).collect()));
            rows.unwrap()
        };
        assert!(!plan.is_empty(), "{name}");
        for step in &plan {
            let Some(scanned) = step.strip_prefix("SCAN ") else {
                continue;
            };
            let what = scanned.split(' ').next().unwrap_or_default();
            assert!(
                OWN.contains(&what) || what.starts_with("(subquery"),
                "{name} goes through {scanned}: {plan:#?}"
            );
        }
        let count = |part: &str| plan.iter().filter(|step| step.contains(part)).count();
        let index = match name {
            "segment" | "reach" => {
                "SEARCH p USING COVERING INDEX match_pair_order (is_young=? AND speaks=? AND learns=? AND active_day"
            }
            "segment of a level" | "reach of a level" => {
                "SEARCH p USING COVERING INDEX match_pair_level (is_young=? AND speaks=? AND learns=? AND learns_level=? AND active_day"
            }
            "of people" => {
                assert_eq!(count("SEARCH p USING PRIMARY KEY (user_id=?)"), 1, "{plan:#?}");
                continue;
            }
            _ => continue,
        };
        assert_eq!(
            count(index),
            4,
            "{name} has four branches, each in the order of the index: {plan:#?}"
        );
    }
}

/// A statement with these in place of `$1`, `$2`, …
fn with(sql: &str, values: &[&str]) -> String {
    let last_first = values.iter().enumerate().rev();
    last_first.fold(sql.to_owned(), |sql, (at, value)| {
        sql.replace(&format!("${}", at + 1), value)
    })
}

/// What a search asks with, so that a plan is that of a search.
fn values(name: &str) -> Vec<&'static str> {
    const NOBODY: &str = "'00000000-0000-0000-0000-000000000000'::uuid";
    const IDS: &str = "'[\"00000000-0000-0000-0000-000000000001\"]'";
    const STREAMS: [&str; 8] = ["'en'", "'es'", "''", "''", "''", "''", "''", "''"];
    let level = if name.ends_with("of a level") { "'B1'" } else { "''" };
    let mut values = match name.split(" of a level").next().unwrap() {
        "segment" => vec![
            "false",
            "0",
            "40000",
            "0",
            "65535",
            "-1",
            NOBODY,
            "0::bigint",
            "''",
            "false",
            "120",
            level,
        ],
        "count" => vec!["false", "0::bigint", "''", "false", "2000", level],
        "reach" => vec!["false", "0", "40000", "0", "65535", "-1", NOBODY, "2000", level],
        "of people" => return vec!["false", IDS, "'|en/es|'"],
        "named" => return vec!["false", "'en'", "'es'", "'ana'", "'anb'", "300"],
        "shown" | "cards" => return vec![IDS],
        "interested" => return vec!["'cooking'", "1001"],
        "known" => return vec![NOBODY, "0"],
        "habits" => return vec!["0", IDS],
        other => panic!("what does {other} ask with?"),
    };
    values.extend(STREAMS);
    if name.starts_with("segment") {
        values.extend(["2147483647", NOBODY]);
    }
    values
}

/// With few people an engine is right to read all of them. These settings say that there are many: what goes by an index can, and in its order.
const MANY: [&str; 3] = [
    "SET enable_seqscan = off",
    "SET enable_bitmapscan = off",
    "SET enable_sort = off",
];

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn postgres_goes_by_indexes() {
    let app = TestApp::start(Engine::Postgres).await;
    seed_demo(&app.state, 300).await.unwrap();
    app.execute("ANALYZE").await;
    let mut conn = app.read().await;
    for setting in MANY {
        speakle::on_engine!(&mut conn, |c| sqlx::query(setting).execute(c).await.map(drop)).unwrap();
    }
    for (name, sql) in search_statements(false) {
        let sql = with(&sql, &values(name));
        assert!(!sql.contains('$'), "{name}: {sql}");
        let explain = AssertSqlSafe(format!("EXPLAIN {sql}"));
        let plan: Vec<(String,)> =
            speakle::on_engine!(&mut conn, |c| sqlx::query_as(explain).fetch_all(c).await).unwrap();
        let plan: Vec<&str> = plan.iter().map(|(step,)| step.as_str()).collect();
        let scanned = plan.iter().find(|step| step.contains("Seq Scan on"));
        assert_eq!(scanned, None, "{name}: {plan:#?}");
        let index = match name {
            "segment" | "reach" => "Index Only Scan using match_pair_order",
            "segment of a level" | "reach of a level" => "Index Only Scan using match_pair_level",
            _ => continue,
        };
        let count = plan.iter().filter(|step| step.contains(index)).count();
        assert_eq!(count, 4, "{name}: {plan:#?}");
    }
}
