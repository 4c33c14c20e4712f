//! SQL of profiles.

use std::collections::HashMap;

use sqlx::FromRow;

use super::interests::Interest;
use super::languages::LanguageCode;
use super::model::{Level, PersonLanguage, Profile, Role};
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::server::db::{Conn, StoreError, id_list};

#[derive(FromRow)]
struct BioRow {
    user_id: UserId,
    bio: String,
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
    let bios = conn.sql(
        "SELECT user_id, bio FROM profile WHERE user_id IN (SELECT unhex(value) FROM json_each($1))",
        "SELECT user_id, bio FROM profile WHERE user_id IN (SELECT value::uuid FROM jsonb_array_elements_text($1::jsonb))",
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
    let bios: Vec<BioRow> = on_engine!(conn, |c| sqlx::query_as(bios).bind(&ids).fetch_all(c).await)?;
    let languages: Vec<LanguageRow> = on_engine!(conn, |c| sqlx::query_as(languages).bind(&ids).fetch_all(c).await)?;
    let interests: Vec<InterestRow> = on_engine!(conn, |c| sqlx::query_as(interests).bind(&ids).fetch_all(c).await)?;

    let mut profiles: HashMap<UserId, Profile> = bios
        .into_iter()
        .map(|row| {
            (
                row.user_id,
                Profile {
                    bio: row.bio,
                    ..Profile::default()
                },
            )
        })
        .collect();
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

/// Writes the whole profile; languages and interests that are no longer in it go.
pub(super) async fn save(conn: &mut Conn, user: UserId, profile: &Profile, now: Micros) -> Result<(), StoreError> {
    let sql = "INSERT INTO profile (user_id, bio, updated_at) VALUES ($1, $2, $3)
               ON CONFLICT (user_id) DO UPDATE SET bio = excluded.bio, updated_at = excluded.updated_at";
    on_engine!(conn, |c| sqlx::query(sql)
        .bind(user)
        .bind(&profile.bio)
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
