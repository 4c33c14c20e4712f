//! Accounts of very many people at once, for demo data.

use super::taken_or_internal;
use crate::accounts::model::{Email, Username};
use crate::accounts::store;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::server::db::Conn;

/// Somebody of very many who are made at once.
#[derive(Clone, Debug)]
pub struct NewPerson {
    /// Their id, by the time at which they joined.
    pub id: UserId,
    /// Theirs alone.
    pub username: String,
    /// The name to show.
    pub display_name: String,
    /// IANA name.
    pub time_zone: &'static str,
    /// When they joined.
    pub joined: Micros,
    /// When they were here last.
    pub last_seen: Micros,
}

/// Makes many accounts at once, each with the address `username@domain`; as [`insert_person`] otherwise.
///
/// # Errors
/// A name that cannot be used, or is taken.
pub async fn insert_many(conn: &mut Conn, people: &[NewPerson], domain: &str, hash: &str) -> Result<(), AppError> {
    let rows: Result<Vec<store::many::NewPerson<'_>>, AppError> = people
        .iter()
        .map(|person| {
            let email = format!("{}@{domain}", person.username);
            Ok(store::many::NewPerson {
                id: person.id,
                username: Username::parse(&person.username).map_err(|problem| AppError::field("username", problem))?,
                email: Email::parse(&email).map_err(|problem| AppError::field("email", problem))?,
                display_name: &person.display_name,
                time_zone: person.time_zone,
                joined: person.joined,
                last_seen: person.last_seen,
            })
        })
        .collect();
    store::many::insert(conn, &rows?, hash).await.map_err(taken_or_internal)
}
