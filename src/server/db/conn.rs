//! One connection of either engine, in or out of a transaction.

use sqlx::pool::PoolConnection;
use sqlx::{PgConnection, Postgres, Sqlite, SqliteConnection, Transaction};

use super::StoreError;

/// A connection that store functions work on.
#[derive(Debug)]
pub struct Conn {
    inner: Inner,
    /// Whether the commit brings work for the background.
    brings_work: bool,
}

#[derive(Debug)]
enum Inner {
    SqliteReader(PoolConnection<Sqlite>),
    SqliteTransaction(Transaction<'static, Sqlite>),
    PostgresReader(PoolConnection<Postgres>),
    PostgresTransaction(Transaction<'static, Postgres>),
}

/// The native connection of the engine at hand, for [`on_engine!`](crate::on_engine).
#[derive(Debug)]
pub enum Engine<'c> {
    /// SQLite.
    Sqlite(&'c mut SqliteConnection),
    /// PostgreSQL.
    Postgres(&'c mut PgConnection),
}

/// Runs one expression on the native connection of a [`Conn`], compiled once per engine.
///
/// ```ignore
/// on_engine!(conn, |c| sqlx::query_as::<_, UserRow>("SELECT … WHERE id = $1").bind(id).fetch_optional(c).await)
/// ```
#[macro_export]
macro_rules! on_engine {
    ($conn:expr, |$c:ident| $body:expr) => {
        match $conn.engine() {
            $crate::server::db::Engine::Sqlite($c) => $body,
            $crate::server::db::Engine::Postgres($c) => $body,
        }
    };
}

impl Conn {
    const fn over(inner: Inner) -> Self {
        Self {
            inner,
            brings_work: false,
        }
    }

    /// The commit of this transaction will wake whoever waits in [`Db::work_came`](super::Db::work_came).
    pub(in crate::server) const fn bring_work(&mut self) {
        self.brings_work = true;
    }

    pub(super) const fn brings_work(&self) -> bool {
        self.brings_work
    }

    /// The native connection inside.
    pub fn engine(&mut self) -> Engine<'_> {
        match &mut self.inner {
            Inner::SqliteReader(conn) => Engine::Sqlite(conn),
            Inner::SqliteTransaction(conn) => Engine::Sqlite(conn),
            Inner::PostgresReader(conn) => Engine::Postgres(conn),
            Inner::PostgresTransaction(conn) => Engine::Postgres(conn),
        }
    }

    /// The text for the engine at hand, where the two need different ones.
    pub const fn sql(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self.inner {
            Inner::SqliteReader(_) | Inner::SqliteTransaction(_) => sqlite,
            Inner::PostgresReader(_) | Inner::PostgresTransaction(_) => postgres,
        }
    }

    /// Makes other transactions that lock the same `name` wait until this one ends.
    ///
    /// For rules over several rows (two people accept each other's request): without it two transactions could each wait for a
    /// row that the other holds. SQLite has one writer and needs nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn lock(&mut self, name: &str) -> Result<(), StoreError> {
        if let Engine::Postgres(conn) = self.engine() {
            sqlx::query("SELECT pg_advisory_xact_lock(hashtextextended($1, 0))")
                .bind(name)
                .execute(conn)
                .await?;
        }
        Ok(())
    }

    pub(super) async fn commit(self) -> Result<(), StoreError> {
        match self.inner {
            Inner::SqliteTransaction(transaction) => transaction.commit().await?,
            Inner::PostgresTransaction(transaction) => transaction.commit().await?,
            Inner::SqliteReader(_) | Inner::PostgresReader(_) => {}
        }
        Ok(())
    }

    pub(super) async fn rollback(self) -> Result<(), StoreError> {
        match self.inner {
            Inner::SqliteTransaction(transaction) => transaction.rollback().await?,
            Inner::PostgresTransaction(transaction) => transaction.rollback().await?,
            Inner::SqliteReader(_) | Inner::PostgresReader(_) => {}
        }
        Ok(())
    }
}

impl From<PoolConnection<Sqlite>> for Conn {
    fn from(conn: PoolConnection<Sqlite>) -> Self {
        Self::over(Inner::SqliteReader(conn))
    }
}

impl From<Transaction<'static, Sqlite>> for Conn {
    fn from(transaction: Transaction<'static, Sqlite>) -> Self {
        Self::over(Inner::SqliteTransaction(transaction))
    }
}

impl From<PoolConnection<Postgres>> for Conn {
    fn from(conn: PoolConnection<Postgres>) -> Self {
        Self::over(Inner::PostgresReader(conn))
    }
}

impl From<Transaction<'static, Postgres>> for Conn {
    fn from(transaction: Transaction<'static, Postgres>) -> Self {
        Self::over(Inner::PostgresTransaction(transaction))
    }
}
