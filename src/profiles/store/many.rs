//! SQL that writes very many profiles at once, for demo data: one statement for each table, which reads its rows from one text.

use serde::Serialize;
use serde_json::json;
use uuid::Uuid;

use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::on_engine;
use crate::profiles::about::{BirthYear, CorrectionStyle, Goal};
use crate::profiles::countries::Country;
use crate::profiles::interests::Interest;
use crate::profiles::model::Profile;
use crate::server::db::{Conn, StoreError};

/// Somebody's first profile.
#[derive(Clone, Copy, Debug)]
pub(in crate::profiles) struct NewProfile<'a> {
    pub(in crate::profiles) user: UserId,
    pub(in crate::profiles) profile: &'a Profile,
    pub(in crate::profiles) birth_year: Option<BirthYear>,
    pub(in crate::profiles) at: Micros,
}

#[derive(Serialize)]
struct ProfileRow<'a> {
    id: Uuid,
    bio: &'a str,
    topics: &'a str,
    goals: String,
    correction: Option<&'static str>,
    hours: String,
    country: Option<&'static str>,
    birth_year: Option<i16>,
    at: i64,
}

#[derive(Serialize)]
struct LanguageRow {
    id: Uuid,
    language: &'static str,
    role: &'static str,
    level: Option<&'static str>,
    position: usize,
}

#[derive(Serialize)]
struct InterestRow<'a> {
    id: Uuid,
    interest: &'a str,
    position: usize,
}

/// Writes them.
pub(in crate::profiles) async fn insert(conn: &mut Conn, new: &[NewProfile<'_>]) -> Result<(), StoreError> {
    let profiles = new.iter().map(|new| ProfileRow {
        id: new.user.uuid(),
        bio: &new.profile.bio,
        topics: &new.profile.topics,
        goals: Goal::names(&new.profile.goals),
        correction: new.profile.correction.map(CorrectionStyle::name),
        hours: new.profile.hours.to_string(),
        country: new.profile.country.map(Country::code),
        birth_year: new.birth_year.map(BirthYear::number),
        at: new.at.0,
    });
    let profiles = json!(profiles.collect::<Vec<ProfileRow<'_>>>()).to_string();
    let languages = new.iter().flat_map(|new| {
        let languages = new.profile.languages.iter().enumerate();
        languages.map(|(position, language)| LanguageRow {
            id: new.user.uuid(),
            language: language.language.code(),
            role: language.role.name(),
            level: language.level_name(),
            position,
        })
    });
    let languages = json!(languages.collect::<Vec<LanguageRow>>()).to_string();
    let interests = new.iter().flat_map(|new| {
        let interests = new.profile.interests.iter().enumerate();
        interests.map(|(position, interest)| InterestRow {
            id: new.user.uuid(),
            interest: Interest::as_str(interest),
            position,
        })
    });
    let interests = json!(interests.collect::<Vec<InterestRow<'_>>>()).to_string();
    let of_profiles = conn.sql(
        "INSERT INTO profile (user_id, bio, topics, goals, correction, hours, country, birth_year, updated_at)
         SELECT unhex(replace(value ->> 'id', '-', '')), value ->> 'bio', value ->> 'topics', value ->> 'goals',
                value ->> 'correction', unhex(value ->> 'hours'), value ->> 'country', value ->> 'birth_year', value ->> 'at'
         FROM json_each($1)",
        "INSERT INTO profile (user_id, bio, topics, goals, correction, hours, country, birth_year, updated_at)
         SELECT r.id, r.bio, r.topics, r.goals, r.correction, decode(r.hours, 'hex'), r.country, r.birth_year, r.at
         FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, bio text, topics text, goals text, correction text, hours text,
              country text, birth_year int, at bigint)",
    );
    let of_languages = conn.sql(
        "INSERT INTO user_language (user_id, language, role, level, position)
         SELECT unhex(replace(value ->> 'id', '-', '')), value ->> 'language', value ->> 'role', value ->> 'level', value ->> 'position'
         FROM json_each($1)",
        "INSERT INTO user_language (user_id, language, role, level, position)
         SELECT r.id, r.language, r.role, r.level, r.position
         FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, language text, role text, level text, position int)",
    );
    let of_interests = conn.sql(
        "INSERT INTO user_interest (user_id, interest, position)
         SELECT unhex(replace(value ->> 'id', '-', '')), value ->> 'interest', value ->> 'position' FROM json_each($1)",
        "INSERT INTO user_interest (user_id, interest, position)
         SELECT r.id, r.interest, r.position
         FROM jsonb_to_recordset($1::jsonb) AS r (id uuid, interest text, position int)",
    );
    for (sql, rows) in [
        (of_profiles, profiles),
        (of_languages, languages),
        (of_interests, interests),
    ] {
        on_engine!(conn, |c| sqlx::query(sql).bind(rows).execute(c).await.map(drop))?;
    }
    Ok(())
}
