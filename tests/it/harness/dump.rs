//! The whole database as text, to see that something changed nothing.

use std::collections::BTreeMap;

use super::{Engine, TestApp};

/// Every row, by table.
#[derive(Debug)]
pub struct Dump(BTreeMap<String, Vec<String>>);

impl Dump {
    /// The tables that hold something else now.
    pub fn changes(&self, now: &Self) -> Vec<String> {
        self.0
            .keys()
            .filter(|table| self.0.get(*table) != now.0.get(*table))
            .cloned()
            .collect()
    }

    /// The rows that hold a text in whatever case, each after its table.
    pub fn rows_with(&self, text: &str) -> Vec<String> {
        let text = text.to_lowercase();
        let rows = self
            .0
            .iter()
            .flat_map(|(table, rows)| rows.iter().map(move |row| (table, row)));
        rows.filter(|(_, row)| row.to_lowercase().contains(&text))
            .map(|(table, row)| format!("{table}: {row}"))
            .collect()
    }
}

impl TestApp {
    /// Every row of every table but `without`.
    pub async fn dump(&self, without: &[&str]) -> Dump {
        let tables = match self.engine {
            Engine::Sqlite => {
                "SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE '\\_sqlx%' ESCAPE '\\'"
            }
            Engine::Postgres => {
                "SELECT tablename::text FROM pg_tables WHERE schemaname = 'public' AND tablename NOT LIKE '\\_sqlx%'"
            }
        };
        let mut dump = BTreeMap::new();
        for table in self
            .texts(tables)
            .await
            .into_iter()
            // Processes tell each other every few seconds who is here, whatever a test does.
            .filter(|table| !without.contains(&table.as_str()) && table != "process" && table != "presence")
        {
            let row = match self.engine {
                Engine::Sqlite => {
                    let sql = sqlx::AssertSqlSafe(format!(
                        "SELECT group_concat('quote(' || name || ')', ' || ''|'' || ') FROM pragma_table_info('{table}')"
                    ));
                    let (columns,): (String,) =
                        speakle::on_engine!(self.read().await, |c| sqlx::query_as(sql).fetch_one(c).await).unwrap();
                    columns
                }
                Engine::Postgres => format!("{table}::text"),
            };
            // Work that comes back by itself comes back in the background.
            let only = if table == "job" {
                "WHERE unique_key IS NULL OR unique_key <> kind"
            } else {
                ""
            };
            let sql = sqlx::AssertSqlSafe(format!("SELECT {row} FROM {table} {only} ORDER BY 1"));
            let rows: Vec<(String,)> =
                speakle::on_engine!(self.read().await, |c| sqlx::query_as(sql).fetch_all(c).await).unwrap();
            dump.insert(table, rows.into_iter().map(|(row,)| row).collect());
        }
        Dump(dump)
    }

    /// Fails if anything but what is in `without` is not as it was.
    pub async fn assert_unchanged(&self, before: &Dump, without: &[&str]) {
        assert_eq!(
            before.changes(&self.dump(without).await),
            Vec::<String>::new(),
            "tables that changed"
        );
    }
}
