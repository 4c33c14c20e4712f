//! What calls put into somebody's archive, and what becomes of it when they go.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use serde::Serialize;
use serde_json::Value;

use super::store::leaving::{self as store, CallRow, SampleRow};
use crate::accounts::deletion::erasing::Erase;
use crate::accounts::own_data::archive::Archive;
use crate::accounts::own_data::portable::{About, Moment, Portable, ROWS, Whose};
use crate::i18n::{Locale, td_string};
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;

/// Calls, with what was measured and said of them.
pub struct OfCalls;

/// A call, from the person's side.
#[derive(Serialize)]
struct Call {
    id: uuid::Uuid,
    with: String,
    at: Moment,
    both_there_at: Option<Moment>,
    first_media_at: Option<Moment>,
    ended_at: Option<Moment>,
    end_reason: Option<String>,
    ended_by_me: Option<bool>,
    my_device: Option<String>,
    i_joined_at: Option<Moment>,
    i_left_at: Option<Moment>,
    my_connection: Option<Value>,
    my_feedback: Option<Feedback>,
}

/// What the person thought of it.
#[derive(Serialize)]
struct Feedback {
    stars: i64,
    tags: Value,
    note: String,
    saved_at: Moment,
}

impl Call {
    fn of(whose: &Whose, row: CallRow) -> Self {
        let feedback = match (row.stars, row.tags, row.note, row.saved_at) {
            (Some(stars), Some(tags), Some(note), Some(saved_at)) => Some(Feedback {
                stars,
                tags: tags.0,
                note,
                saved_at,
            }),
            _ => None,
        };
        Self {
            id: row.id,
            with: whose.name_of(row.display_name),
            at: row.created_at,
            both_there_at: row.started_at,
            first_media_at: row.first_media_at,
            ended_at: row.ended_at,
            end_reason: row.end_reason,
            ended_by_me: row.ended_by_me,
            my_device: row.device,
            i_joined_at: row.joined_at,
            i_left_at: row.left_at,
            my_connection: row.totals.map(|totals| totals.0),
            my_feedback: feedback,
        }
    }
}

/// How the connection was for some seconds, as the person's browser measured it.
#[derive(Serialize)]
struct Sample {
    call: uuid::Uuid,
    at: Moment,
    figures: Value,
}

/// A key with which a browser of the person signs connections: its public half, which partners' browsers know.
#[derive(Serialize)]
struct DeviceKey {
    public_key: String,
    last_used_at: Moment,
}

impl Portable for OfCalls {
    fn about(&self, locale: Locale) -> Vec<About> {
        vec![
            About {
                file: "calls.json",
                words: td_string!(locale, calls.data.calls),
            },
            About {
                file: "call-measurements.json",
                words: td_string!(locale, calls.data.measurements),
            },
            About {
                file: "device-keys.json",
                words: td_string!(locale, calls.data.device_keys),
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
            archive.open_list("calls.json").await?;
            let mut after = uuid::Uuid::nil();
            loop {
                let rows = store::calls(conn, user, after).await?;
                let is_last = (rows.len() as i64) < ROWS;
                after = rows.last().map_or(after, |row| row.id);
                let calls: Vec<Call> = rows.into_iter().map(|row| Call::of(whose, row)).collect();
                archive.items(&calls).await?;
                if is_last {
                    break;
                }
            }
            archive.close_list().await?;
            archive.open_list("call-measurements.json").await?;
            let mut after = (uuid::Uuid::nil(), Micros(0));
            loop {
                let rows = store::samples(conn, user, after).await?;
                let is_last = (rows.len() as i64) < ROWS;
                after = rows.last().map_or(after, |row| (row.call_id, row.at.0));
                let sample = |row: SampleRow| Sample {
                    call: row.call_id,
                    at: row.at,
                    figures: row.figures.0,
                };
                let samples: Vec<Sample> = rows.into_iter().map(sample).collect();
                archive.items(&samples).await?;
                if is_last {
                    break;
                }
            }
            archive.close_list().await?;
            let keys = store::device_keys(conn, user).await?.into_iter().map(|row| DeviceKey {
                public_key: STANDARD.encode(row.public_key),
                last_used_at: row.used_at,
            });
            archive
                .list("device-keys.json", &keys.collect::<Vec<DeviceKey>>())
                .await
        }
        .boxed()
    }
}

impl Erase for OfCalls {
    /// That the two talked stays in the other's history. Calls that go on end with the partnerships.
    fn erase<'c>(&'c self, conn: &'c mut Conn, user: UserId, _: Micros) -> BoxFuture<'c, Result<(), AppError>> {
        async move { Ok(store::erase(conn, user).await?) }.boxed()
    }
}
