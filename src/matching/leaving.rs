//! What matching puts into somebody's archive, and what becomes of it when they go.

use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde::Serialize;

use super::index;
use super::requests::{answered, tell_changed};
use super::service::PARTNERSHIP_ENDED;
use super::store::following as store_of_following;
use super::store::leaving::{self as store, PartnerRow, RequestRow};
use crate::accounts::deletion::erasing::Erase;
use crate::accounts::new_device::AfterCommit;
use crate::accounts::own_data::archive::Archive;
use crate::accounts::own_data::portable::{About, Moment, Portable, ROWS, Whose};
use crate::i18n::{Locale, td_string};
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::notifications::service as notifications;
use crate::server::db::Conn;
use crate::server::jobs::{self, NewJob};
use crate::server::state::AppState;

/// Requests, partnerships, and whom they follow.
pub struct OfMatching(pub AppState);

/// A request, sent or received.
#[derive(Serialize)]
struct Request {
    with: String,
    sent_by_me: bool,
    message: String,
    status: String,
    answer: String,
    at: Moment,
    settled_at: Option<Moment>,
}

/// A partnership, in force or not.
#[derive(Serialize)]
struct Partner {
    with: String,
    since: Moment,
    ended_at: Option<Moment>,
    ended_by_me: Option<bool>,
    reason: Option<String>,
    words: String,
}

/// Somebody whom they follow.
#[derive(Serialize)]
struct Followed {
    whom: String,
    since: Moment,
}

impl Portable for OfMatching {
    fn about(&self, locale: Locale) -> Vec<About> {
        vec![
            About {
                file: "requests.json",
                words: td_string!(locale, matching.data.requests),
            },
            About {
                file: "partners.json",
                words: td_string!(locale, matching.data.partners),
            },
            About {
                file: "following.json",
                words: td_string!(locale, matching.data.following),
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
            archive.open_list("requests.json").await?;
            let mut after = uuid::Uuid::nil();
            loop {
                let rows = store::requests(conn, user, after).await?;
                let is_last = (rows.len() as i64) < ROWS;
                after = rows.last().map_or(after, |row| row.id);
                let request = |row: RequestRow| Request {
                    with: whose.name_of(row.display_name),
                    sent_by_me: row.sent_by_me,
                    message: row.message,
                    status: row.status,
                    answer: row.answer,
                    at: row.created_at,
                    settled_at: row.settled_at,
                };
                let requests: Vec<Request> = rows.into_iter().map(request).collect();
                archive.items(&requests).await?;
                if is_last {
                    break;
                }
            }
            archive.close_list().await?;
            let partner = |row: PartnerRow| Partner {
                with: whose.name_of(row.display_name),
                since: row.since,
                ended_at: row.ended_at,
                ended_by_me: row.ended_by_me,
                reason: row.end_reason,
                words: row.end_words,
            };
            let partners = store::partners(conn, user).await?;
            let partners: Vec<Partner> = partners.into_iter().map(partner).collect();
            archive.list("partners.json", &partners).await?;
            let followed = store_of_following::all(conn, user).await?;
            let followed: Vec<Followed> = followed
                .into_iter()
                .map(|row| Followed {
                    whom: whose.name_of(row.display_name),
                    since: row.at,
                })
                .collect();
            archive.list("following.json", &followed).await
        }
        .boxed()
    }
}

impl OfMatching {
    /// Tabs of these people look again.
    fn look_again(&self, people: Vec<UserId>) -> impl FnOnce() + Send + use<> {
        let state = self.0.clone();
        move || {
            tokio::spawn(async move { tell_changed(&state, &people).await });
        }
    }
}

impl Erase for OfMatching {
    /// What is asked is withdrawn, and partnerships end, until the person stays after all: what rings and calls end
    /// with them.
    fn hide<'c>(
        &'c self,
        conn: &'c mut Conn,
        user: UserId,
        now: Micros,
    ) -> BoxFuture<'c, Result<AfterCommit, AppError>> {
        async move {
            // Requests first: one that is accepted at this moment makes a partnership, which is found then.
            let settled = store::settle_all(conn, user, now).await?;
            let left = store::leave(conn, user, now).await?;
            index::remove(conn, user).await?;
            for partnership in &left {
                let ended = NewJob::new(PARTNERSHIP_ENDED, now).payload(&partnership.id);
                jobs::enqueue(conn, ended).await?;
            }
            let notices = settled.iter().map(answered).collect();
            let recorded = notifications::record_all(conn, now, notices).await?;
            let others = settled.iter().flat_map(|one| [one.sender_id, one.recipient_id]);
            let others = others.chain(left.iter().map(|left| left.other_id));
            let tell = self.look_again(others.filter(|other| *other != user).collect());
            let state = self.0.clone();
            let after: AfterCommit = Box::new(move || {
                notifications::publish(&state, recorded);
                tell();
            });
            Ok(after)
        }
        .boxed()
    }

    fn bring_back<'c>(
        &'c self,
        conn: &'c mut Conn,
        user: UserId,
        now: Micros,
    ) -> BoxFuture<'c, Result<AfterCommit, AppError>> {
        async move {
            let others = store::return_to(conn, user).await?;
            index::write(conn, user, now, self.0.clock.this_year()).await?;
            let after: AfterCommit = Box::new(self.look_again(others));
            Ok(after)
        }
        .boxed()
    }

    fn erase<'c>(&'c self, conn: &'c mut Conn, user: UserId, now: Micros) -> BoxFuture<'c, Result<(), AppError>> {
        async move {
            index::remove(conn, user).await?;
            Ok(store::erase(conn, user, now).await?)
        }
        .boxed()
    }
}
