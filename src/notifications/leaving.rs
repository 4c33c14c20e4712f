//! What notifications put into somebody's archive, and what becomes of it when they go.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde::Serialize;
use serde_json::{Value, json};

use super::store::leaving::{self as store, LineRow};
use crate::accounts::deletion::erasing::Erase;
use crate::accounts::own_data::archive::Archive;
use crate::accounts::own_data::portable::{About, Moment, Portable, ROWS, Whose};
use crate::i18n::{Locale, td_string};
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;

/// The list, the choices, the browsers.
pub struct OfNotifications;

/// A line of the list.
#[derive(Serialize)]
struct Line {
    at: Moment,
    about: String,
    person: Option<String>,
    what: Value,
    read_at: Option<Moment>,
}

/// A browser that is told, by the host of its push service alone: the address would let others write to it.
#[derive(Serialize)]
struct Browser {
    push_service: String,
    language: String,
    saved_at: Moment,
    failing_since: Option<Moment>,
}

impl Portable for OfNotifications {
    fn about(&self, locale: Locale) -> Vec<About> {
        vec![
            About {
                file: "notifications.json",
                words: td_string!(locale, notifications.data.list),
            },
            About {
                file: "notification-settings.json",
                words: td_string!(locale, notifications.data.settings),
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
            archive.open_list("notifications.json").await?;
            let mut after = 0;
            loop {
                let rows = store::lines(conn, user, after).await?;
                let is_last = (rows.len() as i64) < ROWS;
                after = rows.last().map_or(after, |row| row.seq);
                let line = |row: LineRow| Line {
                    at: row.created_at,
                    about: row.subject,
                    person: row.display_name.map(|name| whose.name_of(name)),
                    what: row.body.0,
                    read_at: row.read_at,
                };
                let lines: Vec<Line> = rows.into_iter().map(line).collect();
                archive.items(&lines).await?;
                if is_last {
                    break;
                }
            }
            archive.close_list().await?;
            let browsers = store::browsers(conn, user).await?.into_iter().map(|row| Browser {
                push_service: host(&row.endpoint),
                language: row.language,
                saved_at: row.saved_at,
                failing_since: row.failing_since,
            });
            let settings = json!({
                "kinds": store::settings(conn, user).await?,
                "quiet_hours": store::quiet(conn, user).await?,
                "browsers": browsers.collect::<Vec<Browser>>(),
            });
            archive.json("notification-settings.json", &settings).await
        }
        .boxed()
    }
}

fn host(address: &str) -> String {
    let url = reqwest::Url::parse(address).ok();
    url.and_then(|url| url.host_str().map(str::to_owned))
        .unwrap_or_default()
}

impl Erase for OfNotifications {
    fn erase<'c>(&'c self, conn: &'c mut Conn, user: UserId, _: Micros) -> BoxFuture<'c, Result<(), AppError>> {
        async move { Ok(store::erase(conn, user).await?) }.boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::host;

    #[test]
    fn of_a_push_address_only_the_host_is_told() {
        assert_eq!(host("https://push.example.org/send/secret?k=1"), "push.example.org");
        assert_eq!(host("nonsense"), "");
    }
}
