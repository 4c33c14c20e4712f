//! What profiles put into somebody's archive, and what becomes of it when they go.

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::{pictures, service, store};
use crate::accounts::deletion::erasing::Erase;
use crate::accounts::own_data::archive::Archive;
use crate::accounts::own_data::portable::{About, Portable, Whose};
use crate::i18n::{Locale, td_string};
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;
use crate::server::state::AppState;

/// The profile and the picture.
pub struct OfProfiles(pub AppState);

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
        ]
    }

    fn collect<'a>(
        &'a self,
        conn: &'a mut Conn,
        whose: &'a Whose,
        archive: &'a mut Archive,
    ) -> BoxFuture<'a, Result<(), AppError>> {
        async move {
            let profile = service::profile(conn, whose.user).await?;
            archive.json("profile.json", &profile).await?;
            for (size, file) in pictures::files_of(&self.0, conn, whose.user).await? {
                archive.bytes(&format!("picture-{}.webp", size.pixels()), &file).await?;
            }
            Ok(())
        }
        .boxed()
    }
}

impl Erase for OfProfiles {
    fn erase<'c>(&'c self, conn: &'c mut Conn, user: UserId, now: Micros) -> BoxFuture<'c, Result<(), AppError>> {
        async move {
            store::erase(conn, user).await?;
            Ok(pictures::let_go(conn, user, now).await?)
        }
        .boxed()
    }
}
