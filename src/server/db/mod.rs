//! The relational store behind one type: SQLite in a file by default, PostgreSQL through `DATABASE_URL`.
//!
//! - Reads take a connection by [`Db::read`]; every write goes through [`Db::transaction`].
//! - Store functions take a [`Conn`] and run one SQL text on either engine with [`on_engine!`](crate::on_engine).
//! - Where the engines differ, the text is chosen by [`Conn::sql`].
//! - Errors of a statement are [`StoreError`]s; a broken unique constraint is recognised by name ([`StoreError::violates`]).

mod conn;
mod error;
mod timeouts;
mod versions;

use std::path::Path;
use std::str::FromStr as _;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;
use sqlx::postgres::{PgConnectOptions, PgPool, PgPoolOptions};
use sqlx::sqlite::{SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous};
use sqlx::{Connection as _, PgConnection};
use tokio::sync::Notify;
use tokio::time::Instant;

pub use conn::{Conn, Engine};
pub use error::StoreError;
pub use timeouts::Timeouts;
pub use versions::Standing;

/// Statements that a connection keeps prepared: more than there are.
const STATEMENTS: usize = 1_000;
/// Rows that are read ahead of whoever asked.
const ROWS: usize = 512;
/// Connections to PostgreSQL per process, and readers of an SQLite file.
const CONNECTIONS: u32 = 16;

/// A handle to the database; cheap to clone.
#[derive(Clone, Debug)]
pub struct Db {
    pools: Pools,
    /// Told when a commit of this process has brought work for the background.
    work: Arc<Notify>,
}

#[derive(Clone, Debug)]
enum Pools {
    /// One writer, because SQLite has one write lock: waiting in our queue is fair, waiting in SQLite's is not.
    Sqlite {
        writer: SqlitePool,
        readers: SqlitePool,
    },
    Postgres(PgPool),
}

impl Db {
    fn over(pools: Pools) -> Self {
        Self {
            pools,
            work: Arc::default(),
        }
    }

    /// Opens the database that `url` names (`sqlite:PATH` or `postgres://…`); an SQLite file and its folder are created when missing.
    ///
    /// # Errors
    /// When the address cannot be read or the database does not answer.
    pub async fn open(url: &str) -> Result<Self, StoreError> {
        Self::open_with(url, Timeouts::default()).await
    }

    /// The same with other [`Timeouts`], for tests.
    ///
    /// # Errors
    /// As for [`Db::open`].
    pub async fn open_with(url: &str, timeouts: Timeouts) -> Result<Self, StoreError> {
        if let Some(path) = url.strip_prefix("sqlite:") {
            let path = path.strip_prefix("//").unwrap_or(path);
            if let Some(folder) = Path::new(path).parent().filter(|folder| !folder.as_os_str().is_empty()) {
                std::fs::create_dir_all(folder).map_err(sqlx::Error::Io)?;
            }
            let options = SqliteConnectOptions::new()
                .filename(path)
                .create_if_missing(true)
                .foreign_keys(true)
                .journal_mode(SqliteJournalMode::Wal)
                // FULL: a commit that was acknowledged survives a power cut.
                .synchronous(SqliteSynchronous::Full)
                .busy_timeout(timeouts.lock)
                // Each statement is prepared once; and whoever reads many rows is woken once for all of them.
                .statement_cache_capacity(STATEMENTS)
                .row_buffer_size(ROWS);
            let pool = |connections| {
                SqlitePoolOptions::new()
                    .max_connections(connections)
                    .acquire_timeout(timeouts.connection)
            };
            let writer = patiently(timeouts.lock, || pool(1).connect_with(options.clone())).await?;
            let options = options.create_if_missing(false).read_only(true);
            let readers = patiently(timeouts.lock, || pool(CONNECTIONS).connect_with(options.clone())).await?;
            Ok(Self::over(Pools::Sqlite { writer, readers }))
        } else {
            let options = PgConnectOptions::from_str(url)?.application_name("speakle");
            let pool = PgPoolOptions::new()
                .max_connections(CONNECTIONS)
                .acquire_timeout(timeouts.connection)
                .after_connect(move |conn, _| timeouts.apply(conn).boxed())
                .connect_with(options)
                .await?;
            Ok(Self::over(Pools::Postgres(pool)))
        }
    }

    /// Brings the tables to this version. Safe to run by several processes at once.
    ///
    /// # Errors
    /// When a step fails, or the database was made by a newer version.
    #[expect(
        clippy::disallowed_methods,
        reason = "nobody cancels a migration: it runs before anything is served"
    )]
    pub async fn migrate(&self) -> Result<(), sqlx::migrate::MigrateError> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => {
                // sqlx locks out other migrating processes on PostgreSQL only; here the one write lock does it.
                let mut transaction = writer.begin_with("BEGIN IMMEDIATE").await?;
                sqlx::migrate!("migrations/sqlite").run(&mut *transaction).await?;
                Ok(transaction.commit().await?)
            }
            Pools::Postgres(pool) => {
                // On a connection without our timeouts: a large table takes its time, and so does another process that migrates it.
                let mut conn = PgConnection::connect_with(&pool.connect_options()).await?;
                sqlx::migrate!("migrations/postgres").run(&mut conn).await?;
                Ok(conn.close().await?)
            }
        }
    }

    /// A connection for reading. What several statements read may be of different moments; what must agree belongs in a transaction.
    ///
    /// # Errors
    /// When none is free in time.
    pub async fn read(&self) -> Result<Conn, StoreError> {
        Ok(match &self.pools {
            Pools::Sqlite { readers, .. } => Conn::from(readers.acquire().await?),
            Pools::Postgres(pool) => Conn::from(pool.acquire().await?),
        })
    }

    /// Runs `work` in one transaction: commits when it succeeds, rolls back when it fails.
    ///
    /// It runs on its own task, to its end, even if the caller is dropped (axum drops handlers of clients that hang up): a
    /// cancelled `begin` could otherwise hand a connection back inside an open transaction (sqlx issue 4385).
    ///
    /// # Errors
    /// What `work` answers, or that the database could not begin or commit.
    pub async fn transaction<T, E, F>(&self, work: F) -> Result<T, E>
    where
        F: for<'c> FnOnce(&'c mut Conn) -> BoxFuture<'c, Result<T, E>> + Send + 'static,
        T: Send + 'static,
        E: From<StoreError> + Send + 'static,
    {
        let db = self.clone();
        let task = tokio::spawn(async move {
            let mut conn = db.begin().await?;
            match work(&mut conn).await {
                Ok(value) => {
                    let brings_work = conn.brings_work();
                    conn.commit().await?;
                    if brings_work {
                        db.work.notify_one();
                    }
                    Ok(value)
                }
                Err(error) => {
                    // A connection that cannot roll back is broken, and its closing rolls back.
                    if let Err(rollback) = conn.rollback().await {
                        tracing::warn!(error = %rollback, "rollback failed");
                    }
                    Err(error)
                }
            }
        });
        match task.await {
            Ok(result) => result,
            Err(stopped) => match stopped.try_into_panic() {
                Ok(panic) => std::panic::resume_unwind(panic),
                Err(_) => Err(StoreError::ShuttingDown.into()),
            },
        }
    }

    #[expect(
        clippy::disallowed_methods,
        reason = "this is Db::transaction's own begin, on a task that nobody cancels"
    )]
    async fn begin(&self) -> Result<Conn, StoreError> {
        Ok(match &self.pools {
            Pools::Sqlite { writer, .. } => Conn::from(writer.begin_with("BEGIN IMMEDIATE").await?),
            Pools::Postgres(pool) => Conn::from(pool.begin().await?),
        })
    }

    /// Comes back when a commit of this process has brought work for the background, at once if one did since the last time.
    pub(in crate::server) async fn work_came(&self) {
        self.work.notified().await;
    }

    /// Whether the database answers at this moment.
    ///
    /// # Errors
    /// Why it does not.
    pub async fn ping(&self) -> Result<(), StoreError> {
        let mut conn = self.read().await?;
        crate::on_engine!(conn, |c| { sqlx::query("SELECT 1").execute(c).await.map(drop) })?;
        Ok(())
    }

    /// Closes every connection after the work in flight.
    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, readers } => {
                readers.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

/// Opens an SQLite file although another process may be making it: while that switches a new file to its write-ahead log, SQLite refuses
/// others at once, whatever the busy timeout.
async fn patiently<O>(patience: Duration, mut open: impl FnMut() -> O) -> Result<SqlitePool, StoreError>
where
    O: Future<Output = Result<SqlitePool, sqlx::Error>>,
{
    let deadline = Instant::now() + patience;
    loop {
        match open().await.map_err(StoreError::from) {
            Err(error) if error.will_pass() && Instant::now() < deadline => {
                tokio::time::sleep(Duration::from_millis(20)).await;
            }
            opened => return opened,
        }
    }
}

/// Keys as one argument of a statement that asks `IN` a list: a JSON array of 32 hexadecimal digits each, which SQLite reads by
/// `unhex` over `json_each` and PostgreSQL by a cast over `jsonb_array_elements_text`.
pub fn id_list(ids: impl Iterator<Item = uuid::Uuid>) -> String {
    let ids: Vec<String> = ids.map(|id| format!("\"{}\"", id.simple())).collect();
    format!("[{}]", ids.join(","))
}
