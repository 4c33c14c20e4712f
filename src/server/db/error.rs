//! What can go wrong between a store function and the database.

use sqlx::sqlite::SqliteError;

use crate::kernel::error::AppError;

/// A failed statement, or a row that does not say what it should.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    /// The database refused or did not answer.
    #[error("database: {0}")]
    Database(#[from] sqlx::Error),
    /// A row holds a value that no type of ours stands for; the text says which column.
    #[error("a row holds what it cannot: {0}")]
    Row(&'static str),
    /// Somebody else changed the same thing at this moment; the next try finds it settled.
    #[error("changed by somebody else at the same moment")]
    Conflict,
    /// The process is ending and the work was not done.
    #[error("shutting down")]
    ShuttingDown,
}

impl StoreError {
    /// Whether this is the violation of the unique constraint `name`, `table_column` in both engines.
    ///
    /// PostgreSQL reports the constraint's name; SQLite reports `table.column` in its message.
    pub fn violates(&self, name: &str) -> bool {
        let Self::Database(sqlx::Error::Database(error)) = self else {
            return false;
        };
        if !error.is_unique_violation() {
            return false;
        }
        match error.constraint() {
            Some(constraint) => constraint == name,
            None => error
                .message()
                .split([' ', ','])
                .any(|word| word.replace('.', "_") == name),
        }
    }

    /// Whether the same may work a little later: no answer, no free connection, or a lock or statement that took too long.
    pub(super) fn will_pass(&self) -> bool {
        match self {
            Self::Database(sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_)) => true,
            Self::Database(sqlx::Error::Database(error)) => match error.code() {
                Some(code) if error.try_downcast_ref::<SqliteError>().is_some() => {
                    // The low byte is the primary code (https://www.sqlite.org/rescode.html); 5 is SQLITE_BUSY.
                    code.parse::<u32>().is_ok_and(|code| code & 0xff == 5)
                }
                // Too long: query_canceled, lock_not_available, deadlock_detected, idle_in_transaction_session_timeout. Away:
                // admin_shutdown, crash_shutdown, cannot_connect_now, too_many_connections.
                Some(code) => matches!(
                    &*code,
                    "57014" | "55P03" | "40P01" | "25P03" | "57P01" | "57P02" | "57P03" | "53300"
                ),
                None => false,
            },
            _ => false,
        }
    }
}

impl From<StoreError> for AppError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Conflict | StoreError::ShuttingDown => Self::Busy { seconds: 1 },
            // The database is away or has too much to do: it will be back.
            error if error.will_pass() => {
                tracing::warn!(%error, "store");
                Self::Busy { seconds: 2 }
            }
            error => {
                tracing::error!(%error, "store");
                Self::Internal
            }
        }
    }
}
