//! How long the database may keep us waiting: what takes too long is an error, and hurts nobody else.

use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use speakle::kernel::error::AppError;
use speakle::on_engine;
use speakle::server::db::{Conn, Db, StoreError, Timeouts};
use tokio::sync::oneshot;

use crate::harness::app::Storage;
use crate::harness::{Engine, PATIENCE, TestApp, eventually};

both_engines!(a_lock_that_nobody_gives_back_is_an_error_and_no_hang);

/// What a request hears of a database that takes too long.
const BUSY: AppError = AppError::Busy { seconds: 2 };

fn execute<'c>(conn: &'c mut Conn, sql: &'static str) -> BoxFuture<'c, Result<(), StoreError>> {
    async move { Ok(on_engine!(conn, |c| sqlx::query(sql).execute(c).await.map(drop))?) }.boxed()
}

/// Runs `sql` in a transaction; fails the test if there is no answer at all.
async fn write(db: &Db, sql: &'static str) -> Result<(), AppError> {
    let writing = db.transaction(move |conn| async move { Ok(execute(conn, sql).await?) }.boxed());
    tokio::time::timeout(PATIENCE, writing).await.expect("it hangs")
}

async fn a_lock_that_nobody_gives_back_is_an_error_and_no_hang(engine: Engine) {
    const CHANGE: &str = "UPDATE users SET locale = 'es'";
    let app = TestApp::by_hand(engine).await;
    app.person("ana").create().await;
    let hasty = Timeouts {
        lock: Duration::from_millis(200),
        statement: PATIENCE * 2,
        ..Timeouts::default()
    };
    let hasty = Db::open_with(&app.storage.url, hasty).await.unwrap();
    write(&hasty, CHANGE).await.unwrap();

    let (taken, is_taken) = oneshot::channel();
    let (give_back, is_given_back) = oneshot::channel::<()>();
    let db = app.state.db.clone();
    let holder = tokio::spawn(async move {
        db.transaction::<(), StoreError, _>(move |conn| {
            async move {
                conn.lock("a pair").await?;
                execute(conn, CHANGE).await?;
                taken.send(()).unwrap();
                let _ = is_given_back.await;
                Ok(())
            }
            .boxed()
        })
        .await
    });
    is_taken.await.unwrap();
    assert_eq!(write(&hasty, CHANGE).await, Err(BUSY), "a row");
    let named = hasty.transaction::<(), AppError, _>(|conn| async move { Ok(conn.lock("a pair").await?) }.boxed());
    let named = tokio::time::timeout(PATIENCE, named).await.expect("it hangs");
    assert_eq!(named, Err(BUSY), "a lock by name");
    // Who only reads is not held up.
    hasty.ping().await.unwrap();

    give_back.send(()).unwrap();
    holder.await.unwrap().unwrap();
    for _ in 0..20 {
        write(&hasty, CHANGE).await.unwrap();
    }
    hasty.close().await;
}

#[tokio::test]
async fn every_connection_has_the_timeouts_of_the_program() {
    let app = TestApp::by_hand(Engine::Postgres).await;
    let sql = "SELECT current_setting(name) FROM unnest(ARRAY['lock_timeout', 'statement_timeout', 'idle_in_transaction_session_timeout'])
               WITH ORDINALITY AS setting (name, place) ORDER BY place";
    assert_eq!(app.texts(sql).await, ["10s", "30s", "1min"]);
}

#[tokio::test]
async fn a_statement_that_does_not_end_is_cut_off() {
    let app = TestApp::by_hand(Engine::Postgres).await;
    let hasty = Timeouts {
        statement: Duration::from_millis(200),
        ..Timeouts::default()
    };
    let hasty = Db::open_with(&app.storage.url, hasty).await.unwrap();
    assert_eq!(write(&hasty, "SELECT pg_sleep(3600)").await, Err(BUSY));
    write(&hasty, "SELECT 1").await.unwrap();
    hasty.close().await;
}

#[tokio::test]
async fn a_transaction_that_does_nothing_gives_its_locks_back() {
    let app = TestApp::by_hand(Engine::Postgres).await;
    app.person("ana").create().await;
    let hasty = Timeouts {
        idle_in_transaction: Duration::from_millis(200),
        ..Timeouts::default()
    };
    let hasty = Db::open_with(&app.storage.url, hasty).await.unwrap();
    let (taken, is_taken) = oneshot::channel();
    let (go_on, may_go_on) = oneshot::channel::<()>();
    let db = hasty.clone();
    let idler = tokio::spawn(async move {
        db.transaction::<(), AppError, _>(move |conn| {
            async move {
                execute(conn, "UPDATE users SET locale = 'es'").await?;
                taken.send(()).unwrap();
                let _ = may_go_on.await;
                Ok(execute(conn, "UPDATE users SET locale = 'en'").await?)
            }
            .boxed()
        })
        .await
    });
    is_taken.await.unwrap();
    eventually("the idle transaction to be closed", || async {
        let sql = "SELECT COUNT(*) FROM pg_stat_activity WHERE datname = current_database() AND state = 'idle in transaction'";
        (app.number(sql).await == 0).then_some(())
    })
    .await;
    go_on.send(()).unwrap();
    assert_eq!(idler.await.unwrap(), Err(BUSY));
    assert_eq!(app.number("SELECT COUNT(*) FROM users WHERE locale IS NULL").await, 1);
    write(&hasty, "UPDATE users SET locale = 'en'").await.unwrap();
    hasty.close().await;
}

#[tokio::test]
async fn migrations_may_take_their_time() {
    let storage = Storage::new(Engine::Postgres).await;
    let hasty = Timeouts {
        statement: Duration::from_millis(1),
        ..Timeouts::default()
    };
    let hasty = Db::open_with(&storage.url, hasty).await.unwrap();
    assert_eq!(write(&hasty, "SELECT pg_sleep(3600)").await, Err(BUSY));
    hasty.migrate().await.unwrap();
    hasty.close().await;
}
