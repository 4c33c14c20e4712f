//! What profiles put into somebody's archive, and what becomes of it when they go.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde::Serialize;

use super::about::BirthYear;
use super::blocks::store::{self as blocks, BlockRow, ReportRow};
use super::model::{Profile, WholeProfile};
use super::{pictures, service, store};
use crate::accounts::deletion::erasing::Erase;
use crate::accounts::own_data::archive::Archive;
use crate::accounts::own_data::portable::{About, Moment, Portable, Whose};
use crate::i18n::{Locale, td_string};
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;
use crate::server::state::AppState;

/// The profile and the picture.
pub struct OfProfiles(pub AppState);

/// What somebody has said of themselves, and what of it they show.
#[derive(Serialize)]
struct Said {
    #[serde(flatten)]
    profile: Profile,
    birth_year: Option<BirthYear>,
    shows_birth_year: bool,
    is_public: bool,
}

/// Somebody whom they have blocked.
#[derive(Serialize)]
struct Blocked {
    who: String,
    since: Moment,
}

/// What they have reported.
#[derive(Serialize)]
struct Reported {
    who: String,
    kind: String,
    words: String,
    at: Moment,
}

impl Portable for OfProfiles {
    fn about(&self, locale: Locale) -> Vec<About> {
        vec![
            About {
                file: "profile.json",
                words: td_string!(locale, profiles.data.profile),
            },
            About {
                file: "picture-96.webp, picture-512.webp",
                words: td_string!(locale, profiles.data.picture),
            },
            About {
                file: "blocked.json",
                words: td_string!(locale, profiles.data.blocked),
            },
            About {
                file: "reports.json",
                words: td_string!(locale, profiles.data.reports),
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
            let WholeProfile {
                profile,
                birth_year,
                shows_birth_year,
                ..
            } = service::own_profile(conn, whose.user, self.0.clock.this_year()).await?;
            let said = Said {
                profile,
                birth_year,
                shows_birth_year,
                is_public: service::is_public(conn, whose.user).await?,
            };
            archive.json("profile.json", &said).await?;
            for (size, file) in pictures::files_of(&self.0, conn, whose.user).await? {
                archive.bytes(&format!("picture-{}.webp", size.pixels()), &file).await?;
            }
            let blocked = |row: BlockRow| Blocked {
                who: whose.name_of(row.display_name),
                since: row.at,
            };
            let all = blocks::all_blocks(conn, whose.user).await?;
            let all: Vec<Blocked> = all.into_iter().map(blocked).collect();
            archive.list("blocked.json", &all).await?;
            let reported = |row: ReportRow| Reported {
                who: whose.name_of(row.display_name),
                kind: row.kind,
                words: row.words,
                at: row.at,
            };
            let all = blocks::all_reports(conn, whose.user).await?;
            let all: Vec<Reported> = all.into_iter().map(reported).collect();
            archive.list("reports.json", &all).await
        }
        .boxed()
    }
}

impl Erase for OfProfiles {
    fn erase<'c>(&'c self, conn: &'c mut Conn, user: UserId, now: Micros) -> BoxFuture<'c, Result<(), AppError>> {
        async move {
            store::erase(conn, user).await?;
            blocks::erase(conn, user).await?;
            Ok(pictures::let_go(conn, user, now).await?)
        }
        .boxed()
    }
}
