//! What accounts have of a person: who they are here, by what they come in, where they are signed in, and what was
//! written down of it.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::archive::Archive;
use super::portable::{About, Moment, Portable, ROWS, Whose};
use crate::accounts::store::own_data::{self as store, HappeningRow};
use crate::i18n::{Locale, td_string};
use crate::kernel::error::AppError;
use crate::server::db::Conn;

/// The account.
pub struct OfAccount;

/// Something that happened to it.
#[derive(Serialize)]
struct Happened {
    at: Moment,
    what: String,
    address: String,
    browser: String,
    detail: Value,
}

impl From<HappeningRow> for Happened {
    fn from(row: HappeningRow) -> Self {
        Self {
            at: row.at,
            what: row.kind,
            address: row.address,
            browser: row.user_agent,
            detail: serde_json::from_str(&row.detail).unwrap_or_default(),
        }
    }
}

impl Portable for OfAccount {
    fn about(&self, locale: Locale) -> Vec<About> {
        vec![
            About {
                file: "account.json",
                words: td_string!(locale, accounts.data.readme.account),
            },
            About {
                file: "ways-in.json",
                words: td_string!(locale, accounts.data.readme.ways_in),
            },
            About {
                file: "sessions.json",
                words: td_string!(locale, accounts.data.readme.sessions),
            },
            About {
                file: "devices.json",
                words: td_string!(locale, accounts.data.readme.devices),
            },
            About {
                file: "account-history.json",
                words: td_string!(locale, accounts.data.readme.history),
            },
            About {
                file: "archives.json",
                words: td_string!(locale, accounts.data.readme.archives),
            },
        ]
    }

    fn collect<'a>(
        &'a self,
        conn: &'a mut Conn,
        whose: &'a Whose,
        archive: &'a mut Archive,
    ) -> BoxFuture<'a, Result<(), AppError>> {
        async move {
            let user = whose.user;
            let account = store::account(conn, user).await?.ok_or(AppError::NotFound)?;
            archive.json("account.json", &account).await?;
            let ways_in = serde_json::json!({
                "passkeys": store::passkeys(conn, user).await?,
                "accounts_elsewhere": store::identities(conn, user).await?,
                "mails_with_links": store::links(conn, user, whose.now).await?,
            });
            archive.json("ways-in.json", &ways_in).await?;
            archive
                .list("sessions.json", &store::sessions(conn, user).await?)
                .await?;
            archive.list("devices.json", &store::devices(conn, user).await?).await?;
            archive.open_list("account-history.json").await?;
            let mut after = Uuid::nil();
            loop {
                let rows = store::happenings(conn, user, after).await?;
                let is_last = (rows.len() as i64) < ROWS;
                after = rows.last().map_or(after, |row| row.id);
                let happened: Vec<Happened> = rows.into_iter().map(Happened::from).collect();
                archive.items(&happened).await?;
                if is_last {
                    break;
                }
            }
            archive.close_list().await?;
            archive.list("archives.json", &store::exports(conn, user).await?).await
        }
        .boxed()
    }
}
