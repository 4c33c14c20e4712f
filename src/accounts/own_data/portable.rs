//! What a feature has to do with somebody's archive.

use std::sync::Arc;

use futures::future::BoxFuture;
use serde::{Serialize, Serializer};

use super::DataExportId;
use super::archive::Archive;
use crate::accounts::names;
use crate::accounts::new_device::AfterCommit;
use crate::i18n::Locale;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;

/// Rows that are read at a time.
pub const ROWS: i64 = 500;

/// Whose archive it is.
#[derive(Clone, Copy, Debug)]
pub struct Whose {
    /// The person.
    pub user: UserId,
    /// In which language they read.
    pub locale: Locale,
    /// When it is made.
    pub now: Micros,
}

impl Whose {
    /// Somebody else by the name that the person knows them by.
    pub fn name_of(&self, display_name: String) -> String {
        names::or_gone(self.locale, display_name)
    }
}

/// A file of the archive.
#[derive(Clone, Copy, Debug)]
pub struct About {
    /// Its name.
    pub file: &'static str,
    /// What is in it, in one sentence.
    pub words: &'static str,
}

/// A feature that has something of people's.
pub trait Portable: Send + Sync {
    /// Its files, with what is in each.
    fn about(&self, locale: Locale) -> Vec<About>;

    /// Writes them. Large lists are read and written [`ROWS`] at a time.
    fn collect<'a>(
        &'a self,
        conn: &'a mut Conn,
        whose: &'a Whose,
        archive: &'a mut Archive,
    ) -> BoxFuture<'a, Result<(), AppError>>;
}

/// Every feature that has.
pub type Areas = Arc<[Arc<dyn Portable>]>;

/// Who tells people that their archive is ready.
pub trait ReadyListener: Send + Sync {
    /// Whether somebody wants a mail of it.
    fn wants_mail<'c>(&'c self, conn: &'c mut Conn, user: UserId) -> BoxFuture<'c, Result<bool, AppError>>;

    /// In the transaction in which it becomes so, as the last of it. Answers what is left to do after the commit.
    fn data_ready<'c>(
        &'c self,
        conn: &'c mut Conn,
        user: UserId,
        id: DataExportId,
        now: Micros,
    ) -> BoxFuture<'c, Result<AfterCommit, AppError>>;
}

/// A point in time as it stands in an archive: `2026-05-04T09:00:00Z` (RFC 3339).
#[derive(Clone, Copy, Debug, PartialEq, Eq, sqlx::Type)]
#[sqlx(transparent)]
pub struct Moment(pub Micros);

impl Serialize for Moment {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match jiff::Timestamp::from_microsecond(self.0.0) {
            Ok(at) => serializer.collect_str(&at),
            // No time of ours is so far away.
            Err(_) => serializer.serialize_i64(self.0.0),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn times_are_written_as_others_read_them() {
        let text = |micros| serde_json::to_string(&Moment(Micros(micros))).unwrap();
        assert_eq!(text(1_777_885_200_000_000), "\"2026-05-04T09:00:00Z\"");
        assert_eq!(text(1_777_885_200_250_000), "\"2026-05-04T09:00:00.25Z\"");
        assert_eq!(text(i64::MAX), i64::MAX.to_string());
    }
}
