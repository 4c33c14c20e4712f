//! SQL of profiles.

pub(super) mod many;

use std::collections::HashMap;

use sqlx::FromRow;

use super::about::{BirthYear, CorrectionStyle, Goal};
use super::countries::Country;
use super::hours::WeekHours;
use super::interests::Interest;
use super::languages::LanguageCode;
use super::model::{Level, PersonLanguage, Profile, Role};
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError, id_list};

#[derive(FromRow)]
struct ProfileRow {
    user_id: UserId,
    bio: String,
    topics: String,
    goals: String,
    correction: Option<String>,
    hours: Vec<u8>,
    country: Option<String>,
    /// Of those who show it.
    born: Option<i32>,
}

impl TryFrom<ProfileRow> for Profile {
    type Error = StoreError;

    /// Without languages and interests, which are rows of their own.
    fn try_from(row: ProfileRow) -> Result<Self, StoreError> {
        let correction = CorrectionStyle::parse(row.correction.as_deref().unwrap_or_default());
        let country = Country::parse(row.country.as_deref().unwrap_or_default());
        Ok(Self {
            bio: row.bio,
            topics: row.topics,
            goals: Goal::from_names(&row.goals).map_err(|_| StoreError::Row("profile.goals"))?,
            correction: correction.map_err(|_| StoreError::Row("profile.correction"))?,
            hours: WeekHours::from_bytes(&row.hours).ok_or(StoreError::Row("profile.hours"))?,
            country: country.map_err(|_| StoreError::Row("profile.country"))?,
            born: row.born.map(year_of_birth).transpose()?,
            ..Self::default()
        })
    }
}

fn year_of_birth(number: i32) -> Result<BirthYear, StoreError> {
    let year = i16::try_from(number).map_err(|_| StoreError::Row("profile.birth_year"))?;
    Ok(BirthYear::from_number(year))
}

#[derive(FromRow)]
struct LanguageRow {
    user_id: UserId,
    language: String,
    role: String,
    level: Option<String>,
}

impl TryFrom<&LanguageRow> for PersonLanguage {
    type Error = StoreError;

    fn try_from(row: &LanguageRow) -> Result<Self, StoreError> {
        Ok(Self {
            language: LanguageCode::parse(&row.language).ok_or(StoreError::Row("user_language.language"))?,
            role: Role::parse(&row.role).map_err(|_| StoreError::Row("user_language.role"))?,
            level: row
                .level
                .as_deref()
                .map(Level::parse)
                .transpose()
                .map_err(|_| StoreError::Row("user_language.level"))?,
        })
    }
}

#[derive(FromRow)]
struct InterestRow {
    user_id: UserId,
    interest: String,
}

/// The profiles of `users`, three statements whatever their number. People without a profile are left out.
pub(super) async fn load(conn: &mut Conn, users: &[UserId]) -> Result<HashMap<UserId, Profile>, StoreError> {
    let ids = id_list(users.iter().map(|user| user.uuid()));
    let profiles = conn.sql(
        "SELECT user_id, bio, topics, goals, correction, hours, country, CASE WHEN shows_birth_year THEN birth_year END AS born
         FROM profile WHERE user_id IN (SELECT unhex(value) FROM json_each($1))",
        "SELECT user_id, bio, topics, goals, correction, hours, country, CASE WHEN shows_birth_year THEN birth_year END AS born
         FROM profile WHERE user_id IN (SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb))",
    );
    let languages = conn.sql(
        "SELECT user_id, language, role, level FROM user_language
         WHERE user_id IN (SELECT unhex(value) FROM json_each($1)) ORDER BY position",
        "SELECT user_id, language, role, level FROM user_language
         WHERE user_id IN (SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)) ORDER BY position",
    );
    let interests = conn.sql(
        "SELECT user_id, interest FROM user_interest
         WHERE user_id IN (SELECT unhex(value) FROM json_each($1)) ORDER BY position",
        "SELECT user_id, interest FROM user_interest
         WHERE user_id IN (SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb)) ORDER BY position",
    );
    let rows: Vec<ProfileRow> = on_engine!(conn, |c| sqlx::query_as(profiles).bind(&ids).fetch_all(c).await)?;
    let languages: Vec<LanguageRow> = on_engine!(conn, |c| sqlx::query_as(languages).bind(&ids).fetch_all(c).await)?;
    let interests: Vec<InterestRow> = on_engine!(conn, |c| sqlx::query_as(interests).bind(&ids).fetch_all(c).await)?;

    let mut profiles: HashMap<UserId, Profile> = HashMap::with_capacity(rows.len());
    for row in rows {
        profiles.insert(row.user_id, row.try_into()?);
    }
    for row in &languages {
        if let Some(profile) = profiles.get_mut(&row.user_id) {
            profile.languages.push(row.try_into()?);
        }
    }
    for row in interests {
        if let Some(profile) = profiles.get_mut(&row.user_id) {
            let interest = Interest::parse(&row.interest).map_err(|_| StoreError::Row("user_interest.interest"))?;
            profile.interests.push(interest);
        }
    }
    Ok(profiles)
}

/// What somebody has said of their year of birth.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Birth {
    pub(super) year: Option<BirthYear>,
    /// Whether others may read it.
    pub(super) is_shown: bool,
}

/// The year of birth of a person, shown or not.
pub(super) async fn birth(conn: &mut Conn, user: UserId) -> Result<Birth, StoreError> {
    let sql = "SELECT birth_year, shows_birth_year FROM profile WHERE user_id = $1";
    let row: Option<(Option<i32>, bool)> =
        on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_optional(c).await)?;
    let Some((year, is_shown)) = row else {
        return Ok(Birth::default());
    };
    Ok(Birth {
        year: year.map(year_of_birth).transpose()?,
        is_shown,
    })
}

/// Writes it of somebody who has a profile.
pub(super) async fn set_birth(conn: &mut Conn, user: UserId, birth: Birth) -> Result<(), StoreError> {
    let sql = "UPDATE profile SET birth_year = $2, shows_birth_year = $3 WHERE user_id = $1";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(birth.year.map(|year| i32::from(year.number())))
        .bind(birth.is_shown)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Whether people who are no partners find and read it; who has none has said nothing else.
pub(super) async fn is_public(conn: &mut Conn, user: UserId) -> Result<bool, StoreError> {
    let sql = "SELECT is_public FROM profile WHERE user_id = $1";
    let row: Option<(bool,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(user).fetch_optional(c).await)?;
    Ok(row.is_none_or(|(is_public,)| is_public))
}

/// Says so, of somebody who never had a profile too.
pub(super) async fn set_public(conn: &mut Conn, user: UserId, is_public: bool, now: Micros) -> Result<(), StoreError> {
    let sql = "INSERT INTO profile (user_id, bio, is_public, updated_at) VALUES ($1, '', $2, $3)
               ON CONFLICT (user_id) DO UPDATE SET is_public = excluded.is_public";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(is_public)
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    Ok(())
}

/// Writes the whole profile, but for the year of birth and who may read it; languages and interests that are no longer in it go.
pub(super) async fn save(conn: &mut Conn, user: UserId, profile: &Profile, now: Micros) -> Result<(), StoreError> {
    let sql = "INSERT INTO profile (user_id, bio, topics, goals, correction, hours, country, updated_at)
               VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
               ON CONFLICT (user_id) DO UPDATE
               SET bio = excluded.bio, topics = excluded.topics, goals = excluded.goals, correction = excluded.correction,
                   hours = excluded.hours, country = excluded.country, updated_at = excluded.updated_at";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(&profile.bio)
        .bind(&profile.topics)
        .bind(Goal::names(&profile.goals))
        .bind(profile.correction.map(CorrectionStyle::name))
        .bind(profile.hours.bytes())
        .bind(profile.country.map(Country::code))
        .bind(now)
        .execute(c)
        .await
        .map(drop))?;
    for sql in [
        "DELETE FROM user_language WHERE user_id = $1",
        "DELETE FROM user_interest WHERE user_id = $1",
    ] {
        on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
    }
    let sql = "INSERT INTO user_language (user_id, language, role, level, position) VALUES ($1, $2, $3, $4, $5)";
    for (position, language) in (0_i32..).zip(&profile.languages) {
        on_engine!(conn, |c| sqlx::query(sql)
            .bind(user)
            .bind(language.language.code())
            .bind(language.role.name())
            .bind(language.level_name())
            .bind(position)
            .execute(c)
            .await
            .map(drop))?;
    }
    let sql = "INSERT INTO user_interest (user_id, interest, position) VALUES ($1, $2, $3)";
    for (position, interest) in (0_i32..).zip(&profile.interests) {
        on_engine!(conn, |c| sqlx::query(sql)
            .bind(user)
            .bind(interest.as_str())
            .bind(position)
            .execute(c)
            .await
            .map(drop))?;
    }
    Ok(())
}

/// Takes a person's profile away.
pub(super) async fn erase(conn: &mut Conn, user: UserId) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM profile WHERE user_id = $1",
        "DELETE FROM user_language WHERE user_id = $1",
        "DELETE FROM user_interest WHERE user_id = $1",
    ] {
        on_engine!(conn, |c| sqlx::query(sql).bind(user).execute(c).await.map(drop))?;
    }
    Ok(())
}
