//! How far a database is behind this program, or ahead of it.

use std::collections::BTreeMap;

use super::{Db, StoreError};
use crate::on_engine;

/// What a database lacks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Nothing.
    Current,
    /// So many steps, which `serve` and `migrate` take.
    Behind(usize),
    /// It was made by a newer version of the program, or by another program.
    Foreign,
}

impl Db {
    /// How the tables stand to what this program expects. Changes nothing.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn standing(&self) -> Result<Standing, StoreError> {
        let mut conn = self.read().await?;
        let sql = conn.sql(
            "SELECT COUNT(*) FROM sqlite_master WHERE type = 'table' AND name = '_sqlx_migrations'",
            "SELECT COUNT(*) FROM pg_class WHERE oid = to_regclass('_sqlx_migrations')",
        );
        let (tables,): (i64,) = on_engine!(conn, |c| sqlx::query_as(sql).fetch_one(c).await)?;
        let applied: Vec<(i64, Vec<u8>)> = if tables == 0 {
            Vec::new()
        } else {
            let sql = "SELECT version, checksum FROM _sqlx_migrations WHERE success";
            on_engine!(conn, |c| sqlx::query_as(sql).fetch_all(c).await)?
        };
        let migrations = match conn.engine() {
            super::Engine::Sqlite(_) => sqlx::migrate!("migrations/sqlite"),
            super::Engine::Postgres(_) => sqlx::migrate!("migrations/postgres"),
        };
        let mut missing: BTreeMap<i64, &[u8]> = migrations
            .iter()
            .map(|migration| (migration.version, migration.checksum.as_ref()))
            .collect();
        for (version, checksum) in &applied {
            if missing.remove(version) != Some(checksum.as_slice()) {
                return Ok(Standing::Foreign);
            }
        }
        Ok(match missing.len() {
            0 => Standing::Current,
            steps => Standing::Behind(steps),
        })
    }
}
