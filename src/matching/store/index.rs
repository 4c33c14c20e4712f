//! SQL of the index of the search.

use crate::kernel::id::UserId;
use crate::matching::model::order::Place;
use crate::on_engine;
use crate::profiles::hours::WeekHours;
use crate::profiles::model::PersonLanguage;
use crate::server::db::{Conn, StoreError};

/// Somebody who can be found.
pub(in crate::matching) struct PersonRow {
    pub(in crate::matching) place: Place,
    pub(in crate::matching) is_young: bool,
    /// Folded words, with spaces between them and around.
    pub(in crate::matching) name_key: String,
    /// With commas.
    pub(in crate::matching) interests: String,
    pub(in crate::matching) hours: WeekHours,
    pub(in crate::matching) correction: Option<&'static str>,
}

/// What they speak beside what they learn.
pub(in crate::matching) struct PairRow {
    pub(in crate::matching) speaks: PersonLanguage,
    pub(in crate::matching) learns: PersonLanguage,
}

/// The day that somebody's rows are of, if they have any.
pub(in crate::matching) async fn active_day(conn: &mut Conn, user: UserId) -> Result<Option<i32>, StoreError> {
    let sql = "SELECT active_day FROM match_person WHERE user_id = $1";
    let row: Option<(i32,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_optional(c).await)?;
    Ok(row.map(|(day,)| day))
}

/// Takes all rows of somebody away: the others go with the first.
pub(in crate::matching) async fn remove(conn: &mut Conn, user: UserId) -> Result<(), StoreError> {
    let sql = "DELETE FROM match_person WHERE user_id = $1";
    on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
    Ok(())
}

pub(in crate::matching) async fn insert(conn: &mut Conn, row: &PersonRow) -> Result<(), StoreError> {
    let sql = "INSERT INTO match_person (user_id, is_young, active_day, ring, name_key, interests, hours, correction)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(row.place.id)
        .bind(row.is_young)
        .bind(row.place.day)
        .bind(i32::from(row.place.ring))
        .bind(&row.name_key)
        .bind(&row.interests)
        .bind(row.hours.bytes())
        .bind(row.correction)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

pub(in crate::matching) async fn insert_pair(
    conn: &mut Conn,
    row: &PersonRow,
    pair: &PairRow,
    topics: i64,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO match_pair (user_id, speaks, learns, is_young, active_day, ring, role, speaks_level, learns_level, topics)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(row.place.id)
        .bind(pair.speaks.language.code())
        .bind(pair.learns.language.code())
        .bind(row.is_young)
        .bind(row.place.day)
        .bind(i32::from(row.place.ring))
        .bind(pair.speaks.role.name())
        .bind(pair.speaks.level_name().unwrap_or_default())
        .bind(pair.learns.level_name().unwrap_or_default())
        .bind(topics)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

pub(in crate::matching) async fn insert_name(
    conn: &mut Conn,
    row: &PersonRow,
    pair: &PairRow,
    word: &str,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO match_name (is_young, speaks, learns, word, user_id) VALUES ($1, $2, $3, $4, $5)";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(row.is_young)
        .bind(pair.speaks.language.code())
        .bind(pair.learns.language.code())
        .bind(word)
        .bind(row.place.id)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Moves somebody's rows to a later day; on that day already, nothing is written. The person first: whoever else writes their rows begins
/// with that one too.
pub(in crate::matching) async fn move_to(conn: &mut Conn, user: UserId, day: i32) -> Result<(), StoreError> {
    for sql in [
        "UPDATE match_person SET active_day = $2 WHERE user_id = $1 AND active_day < $2",
        "UPDATE match_pair SET active_day = $2 WHERE user_id = $1 AND active_day < $2",
    ] {
        on_engine!(conn, |c| sqlx::query(sql)
            .bind(user)
            .bind(day)
            .execute(c)
            .await
            .map(drop))?;
    }
    Ok(())
}

/// Some people with a name and a public profile who have no rows, or have come of age since these were written, after the one of that key.
pub(in crate::matching) async fn outdated(
    conn: &mut Conn,
    after: UserId,
    last_adult_year: i16,
    limit: i64,
) -> Result<Vec<UserId>, StoreError> {
    let sql = "SELECT u.id FROM users u JOIN profile p ON p.user_id = u.id LEFT JOIN match_person m ON m.user_id = u.id
               WHERE u.id > $1 AND u.username <> '' AND p.is_public AND (m.user_id IS NULL OR (m.is_young AND p.birth_year <= $2))
               ORDER BY u.id LIMIT $3";
    let rows: Vec<(UserId,)> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(after)
        .bind(i32::from(last_adult_year))
        .bind(limit)
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}
