//! What ringing puts into somebody's archive, and what becomes of it when they go.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde::Serialize;

use super::store::leaving::{self as store, InvitationRow};
use crate::accounts::deletion::erasing::Erase;
use crate::accounts::own_data::archive::Archive;
use crate::accounts::own_data::portable::{About, Moment, Portable, ROWS, Whose};
use crate::i18n::{Locale, td_string};
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;

/// Invitations to calls.
pub struct OfInvitations;

/// An invitation to a call.
#[derive(Serialize)]
struct Invitation {
    with: String,
    by_me: bool,
    message: String,
    outcome: String,
    at: Moment,
    settled_at: Option<Moment>,
}

impl Portable for OfInvitations {
    fn about(&self, locale: Locale) -> Vec<About> {
        vec![About {
            file: "invitations.json",
            words: td_string!(locale, invitations.data),
        }]
    }

    fn collect<'a>(
        &'a self,
        conn: &'a mut Conn,
        whose: &'a Whose,
        archive: &'a mut Archive,
    ) -> BoxFuture<'a, Result<(), AppError>> {
        async move {
            archive.open_list("invitations.json").await?;
            let mut after = uuid::Uuid::nil();
            loop {
                let rows = store::invitations(conn, whose.user, after).await?;
                let is_last = (rows.len() as i64) < ROWS;
                after = rows.last().map_or(after, |row| row.id);
                let invitation = |row: InvitationRow| Invitation {
                    with: whose.name_of(row.display_name),
                    by_me: row.by_me,
                    message: row.message,
                    outcome: row.status,
                    at: row.created_at,
                    settled_at: row.settled_at,
                };
                let invitations: Vec<Invitation> = rows.into_iter().map(invitation).collect();
                archive.items(&invitations).await?;
                if is_last {
                    break;
                }
            }
            archive.close_list().await
        }
        .boxed()
    }
}

impl Erase for OfInvitations {
    /// That somebody called stays in the other's history; what they said along goes. What rings ends with the
    /// partnerships.
    fn erase<'c>(&'c self, conn: &'c mut Conn, user: UserId, _: Micros) -> BoxFuture<'c, Result<(), AppError>> {
        async move { Ok(store::erase(conn, user).await?) }.boxed()
    }
}
