//! The database as the stores rely on it: migrations, transactions that survive their callers, constraints by name.

use std::sync::Arc;
use std::sync::atomic::{AtomicU32, Ordering};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use speakle::kernel::error::AppError;
use speakle::on_engine;
use speakle::server::db::{Conn, Db, StoreError};
use uuid::Uuid;

use crate::harness::app::Storage;
use crate::harness::{Engine, TestApp, eventually};

both_engines!(
    migrating_twice_is_fine,
    several_processes_may_migrate_at_once,
    a_dropped_caller_leaves_no_open_transaction_and_no_half_write,
    a_failure_inside_rolls_back,
    a_panic_inside_rolls_back_and_reaches_the_caller,
    unique_constraints_are_recognised_by_name,
    references_are_enforced,
    readers_cannot_write_by_mistake,
);

/// One row in each of two tables that no other code touches in these tests.
fn write_both(conn: &mut Conn, key: Uuid, pause: Duration) -> BoxFuture<'_, Result<(), StoreError>> {
    async move {
        on_engine!(conn, |c| sqlx::query("INSERT INTO one_side (id) VALUES ($1)")
            .bind(key)
            .execute(c)
            .await
            .map(drop))?;
        tokio::time::sleep(pause).await;
        on_engine!(conn, |c| sqlx::query("INSERT INTO other_side (id) VALUES ($1)")
            .bind(key)
            .execute(c)
            .await
            .map(drop))?;
        Ok(())
    }
    .boxed()
}

async fn with_two_sides(engine: Engine) -> TestApp {
    let app = TestApp::by_hand(engine).await;
    for sql in match engine {
        Engine::Sqlite => [
            "CREATE TABLE one_side (id BLOB PRIMARY KEY)",
            "CREATE TABLE other_side (id BLOB PRIMARY KEY)",
        ],
        Engine::Postgres => [
            "CREATE TABLE one_side (id UUID PRIMARY KEY)",
            "CREATE TABLE other_side (id UUID PRIMARY KEY)",
        ],
    } {
        app.execute(sql).await;
    }
    app
}

async fn half_writes(app: &TestApp) -> i64 {
    app.number(
        "SELECT COUNT(*) FROM one_side a FULL JOIN other_side b ON a.id = b.id WHERE a.id IS NULL OR b.id IS NULL",
    )
    .await
}

/// Nothing is in a transaction but the asker.
async fn wait_until_idle(app: &TestApp) {
    // SQLite has one writer: getting it means that everybody before is done, and beginning on it that they left it clean.
    app.execute("DELETE FROM one_side WHERE 1 = 0").await;
    if app.engine == Engine::Postgres {
        eventually("no open transaction", || async {
            let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid() AND xact_start IS NOT NULL";
            (app.number(sql).await == 0).then_some(())
        })
        .await;
    }
}

async fn migrating_twice_is_fine(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    app.person("ana").create().await;
    app.state.db.migrate().await.unwrap();
    let again = Db::open(&app.storage.url).await.unwrap();
    again.migrate().await.unwrap();
    assert_eq!(app.number("SELECT COUNT(*) FROM users").await, 1);
}

async fn several_processes_may_migrate_at_once(engine: Engine) {
    let storage = Storage::new(engine).await;
    let all = (0..4).map(|_| async {
        let db = Db::open(&storage.url).await.unwrap();
        db.migrate().await.unwrap();
        db.ping().await.unwrap();
    });
    futures::future::join_all(all).await;
}

/// While a new file is switched to its write-ahead log, SQLite refuses others at once instead of making them wait.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn several_processes_may_make_the_same_file_at_once() {
    for _ in 0..60 {
        let storage = Storage::new(Engine::Sqlite).await;
        let all = (0..8).map(|_| {
            let url = storage.url.clone();
            tokio::spawn(async move { Db::open(&url).await })
        });
        for opened in futures::future::join_all(all).await {
            let db = opened.unwrap().unwrap();
            db.ping().await.unwrap();
            db.close().await;
        }
    }
}

async fn a_dropped_caller_leaves_no_open_transaction_and_no_half_write(engine: Engine) {
    let app = with_two_sides(engine).await;
    let begun = Arc::new(AtomicU32::new(0));
    let mut callers = Vec::new();
    for round in 0..200_u64 {
        let (db, begun) = (app.state.db.clone(), begun.clone());
        callers.push(async move {
            let write = db.transaction(move |conn| {
                begun.fetch_add(1, Ordering::SeqCst);
                write_both(conn, Uuid::new_v4(), Duration::from_micros(round * 13 % 900))
            });
            // A client that hangs up, at another point each time: before the begin, inside, around the commit.
            let patience = Duration::from_micros(round * 7_919 % 6_000);
            tokio::time::timeout(patience, write).await.is_ok()
        });
    }
    let done = futures::future::join_all(callers)
        .await
        .into_iter()
        .filter(|is_done| *is_done)
        .count();
    assert!(done < 200, "nobody hung up");
    eventually("the abandoned ones to end", || async {
        wait_until_idle(&app).await;
        // Each transaction that began ends by itself, caller or not.
        let written = app.number("SELECT COUNT(*) FROM other_side").await;
        (written == i64::from(begun.load(Ordering::SeqCst))).then_some(())
    })
    .await;
    assert_eq!(half_writes(&app).await, 0);
    // And every connection of the pool is good for the next one.
    let db = &app.state.db;
    let after = (0..40).map(|_| db.transaction(|conn| write_both(conn, Uuid::new_v4(), Duration::ZERO)));
    for result in futures::future::join_all(after).await {
        result.unwrap();
    }
    assert_eq!(half_writes(&app).await, 0);
}

async fn a_failure_inside_rolls_back(engine: Engine) {
    let app = with_two_sides(engine).await;
    let result: Result<(), AppError> = app
        .state
        .db
        .transaction(|conn| {
            async move {
                write_both(conn, Uuid::new_v4(), Duration::ZERO).await?;
                Err(AppError::NotFound)
            }
            .boxed()
        })
        .await;
    assert_eq!(result, Err(AppError::NotFound));
    wait_until_idle(&app).await;
    assert_eq!(app.number("SELECT COUNT(*) FROM one_side").await, 0);
}

async fn a_panic_inside_rolls_back_and_reaches_the_caller(engine: Engine) {
    let app = with_two_sides(engine).await;
    for _ in 0..20 {
        let db = app.state.db.clone();
        let caller = tokio::spawn(async move {
            db.transaction::<(), StoreError, _>(|conn| {
                async move {
                    write_both(conn, Uuid::new_v4(), Duration::ZERO).await?;
                    std::panic::resume_unwind(Box::new("on purpose"))
                }
                .boxed()
            })
            .await
        });
        let panic = caller.await.unwrap_err().into_panic();
        assert_eq!(panic.downcast_ref::<&str>(), Some(&"on purpose"));
    }
    wait_until_idle(&app).await;
    assert_eq!(app.number("SELECT COUNT(*) FROM one_side").await, 0);
    app.state
        .db
        .transaction(|conn| write_both(conn, Uuid::new_v4(), Duration::ZERO))
        .await
        .unwrap();
    assert_eq!(app.number("SELECT COUNT(*) FROM one_side").await, 1);
}

/// Why `sql`, which writes a row of a new key, is refused.
async fn refusal(app: &TestApp, sql: &'static str) -> StoreError {
    let copied = app.state.db.transaction::<(), StoreError, _>(move |conn| {
        async move {
            Ok(on_engine!(conn, |c| sqlx::query(sql)
                .bind(Uuid::new_v4())
                .execute(c)
                .await
                .map(drop))?)
        }
        .boxed()
    });
    copied.await.unwrap_err()
}

async fn unique_constraints_are_recognised_by_name(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    app.ana_and_ben().await;
    let names = [
        "users_username_key",
        "users_email_key",
        "session_token_hash",
        "partnership_room_id",
    ];
    for (sql, name) in [
        (
            "INSERT INTO users (id, username, username_key, email, email_key, password_hash, display_name, search_key, created_at)
             SELECT $1, username, username_key, 'x@x.example', 'x@x.example', '', '', '', 0 FROM users WHERE username_key = 'ana'",
            "users_username_key",
        ),
        (
            "INSERT INTO users (id, username, username_key, email, email_key, password_hash, display_name, search_key, created_at)
             SELECT $1, 'x', 'x', email, email_key, '', '', '', 0 FROM users WHERE username_key = 'ana'",
            "users_email_key",
        ),
        (
            "INSERT INTO session (id, user_id, token_hash, created_at, last_used_at, expires_at, user_agent, address)
             SELECT $1, user_id, token_hash, 0, 0, 0, '', '' FROM session",
            "session_token_hash",
        ),
        (
            "INSERT INTO partnership (id, low_id, high_id, room_id, since) SELECT $1, high_id, low_id, room_id, 0 FROM partnership",
            "partnership_room_id",
        ),
    ] {
        let error = refusal(&app, sql).await;
        for candidate in names {
            assert_eq!(error.violates(candidate), candidate == name, "{candidate} in {error}");
        }
    }
    let error = refusal(
        &app,
        "INSERT INTO profile (user_id, bio, updated_at) VALUES ($1, '', 0)",
    )
    .await;
    assert!(names.iter().all(|name| !error.violates(name)), "{error}");
}

async fn references_are_enforced(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let error = refusal(
        &app,
        "INSERT INTO profile (user_id, bio, updated_at) VALUES ($1, '', 0)",
    )
    .await;
    assert!(error.to_string().to_lowercase().contains("foreign key"), "{error}");
    let ana = app.person("ana").create().await;
    app.execute("DELETE FROM users").await;
    assert_eq!(app.number("SELECT COUNT(*) FROM session").await, 0);
    assert_eq!(
        ana.ask::<serde_json::Value>("own_profile", &[]).await,
        Err(AppError::SignedOut)
    );
}

/// On SQLite what is read comes over connections that cannot write; PostgreSQL has one pool.
async fn readers_cannot_write_by_mistake(engine: Engine) {
    let app = TestApp::by_hand(engine).await;
    let written = on_engine!(app.read().await, |c| sqlx::query("DELETE FROM users")
        .execute(c)
        .await
        .map(drop));
    assert_eq!(written.is_err(), engine == Engine::Sqlite);
}
