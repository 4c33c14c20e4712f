//! How long the database may keep us waiting.

use std::time::Duration;

use sqlx::PgConnection;

/// Each becomes an error when it is over, so that a lock that nobody gives back or a statement that does not end holds up those who
/// wait for it and not the whole process. Migrations have all the time that they need.
#[derive(Clone, Copy, Debug)]
pub struct Timeouts {
    /// For a free connection.
    pub connection: Duration,
    /// For a lock that somebody else holds; on SQLite for the one write lock, if another process has it.
    pub lock: Duration,
    /// For the end of one statement (PostgreSQL).
    pub statement: Duration,
    /// For the next statement of an open transaction (PostgreSQL); the connection is closed then.
    pub idle_in_transaction: Duration,
}

impl Default for Timeouts {
    fn default() -> Self {
        Self {
            connection: Duration::from_secs(5),
            lock: Duration::from_secs(10),
            statement: Duration::from_secs(30),
            idle_in_transaction: Duration::from_secs(60),
        }
    }
}

impl Timeouts {
    /// Sets them for the session of a new connection. By a statement and not by an option of the connection, which poolers refuse.
    pub(super) async fn apply(self, conn: &mut PgConnection) -> Result<(), sqlx::Error> {
        let sql = "SELECT set_config('lock_timeout', $1, FALSE), set_config('statement_timeout', $2, FALSE),
                   set_config('idle_in_transaction_session_timeout', $3, FALSE)";
        let milliseconds = |span: Duration| span.as_millis().to_string();
        sqlx::query(sql)
            .bind(milliseconds(self.lock))
            .bind(milliseconds(self.statement))
            .bind(milliseconds(self.idle_in_transaction))
            .execute(conn)
            .await
            .map(drop)
    }
}
