//! Use cases of profiles: read them, edit one's own.

use std::collections::HashMap;
use std::sync::Arc;

use futures::FutureExt as _;

use super::about::{AgeGroup, BirthYear, CorrectionStyle, Goal, TOPICS_MAX, may_change};
use super::changed::ProfileListener;
use super::countries::Country;
use super::hours::WeekHours;
use super::interests::Interest;
use super::model::{BIO_MAX, LanguageRow, Profile, WholeProfile, parse_languages};
use super::store::{self, Birth};
use super::time_zones::present_name;
use crate::accounts::model::Viewer;
use crate::accounts::service as accounts;
use crate::kernel::error::{AppError, Problems};
use crate::kernel::id::UserId;
use crate::kernel::text::multi_line;
use crate::kernel::time::Micros;
use crate::server::db::{Conn, StoreError};
use crate::server::limits::Limit;
use crate::server::state::AppState;

/// The profile form, as it was sent.
#[derive(Clone, Debug)]
pub struct ProfileForm {
    /// The name to show.
    pub display_name: String,
    /// About me.
    pub bio: String,
    /// IANA name.
    pub time_zone: String,
    /// Separated by commas.
    pub interests: String,
    /// The rows of languages.
    pub languages: Vec<LanguageRow>,
    /// What they like to talk about.
    pub topics: String,
    /// The goals that are ticked, by name.
    pub goals: Vec<String>,
    /// How they like to be corrected, by name, or nothing.
    pub correction: String,
    /// The hours that are ticked, by the names of their boxes.
    pub hours: Vec<String>,
    /// A country's code, or nothing.
    pub country: String,
    /// A year, or nothing.
    pub birth_year: String,
    /// `on`: others may read it.
    pub show_birth_year: String,
}

/// Checks and saves one's own profile, all of it or nothing.
///
/// # Errors
/// Every field that cannot be used.
pub async fn save(
    state: &AppState,
    viewer: &Viewer,
    form: ProfileForm,
    listener: Arc<dyn ProfileListener>,
) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let mut problems = Problems::new();
    let display_name = problems.check("display_name", accounts::parse_display_name(&form.display_name));
    let bio = problems.check("bio", multi_line(&form.bio, 0, BIO_MAX));
    let time_zone = problems.check("time_zone", accounts::parse_time_zone(present_name(&form.time_zone)));
    let interests = problems.check("interests", Interest::parse_list(&form.interests));
    let languages = parse_languages(&mut problems, &form.languages);
    let exchange = parse_exchange(&mut problems, &form);
    let this_year = state.clock.this_year();
    let birth_year = problems.check("birth_year", BirthYear::parse(&form.birth_year, this_year));
    let (Some(display_name), Some(bio), Some(time_zone), Some(interests), Some(languages), Some(exchange), Some(year)) =
        (display_name, bio, time_zone, interests, languages, exchange, birth_year)
    else {
        return Err(problems.into_error());
    };
    let (user, now) = (viewer.id, state.clock.now());
    let profile = Profile {
        bio,
        languages,
        interests,
        ..exchange
    };
    let birth = Birth {
        year,
        is_shown: !form.show_birth_year.is_empty(),
    };
    state
        .db
        .transaction(move |conn| {
            async move {
                // One after the other: of two years that are said at once only one is the first.
                conn.lock(&format!("profile {user}")).await?;
                let before = store::birth(conn, user).await?;
                may_change(before.year, birth.year, this_year)
                    .map_err(|problem| AppError::field("birth_year", problem))?;
                accounts::set_name_and_zone(conn, user, &display_name, &time_zone).await?;
                store::save(conn, user, &profile, now).await?;
                store::set_birth(conn, user, birth).await?;
                listener.changed(conn, user, now).await
            }
            .boxed()
        })
        .await
}

/// What somebody wants of an exchange, and when they have time; the rest of the profile is empty.
fn parse_exchange(problems: &mut Problems, form: &ProfileForm) -> Option<Profile> {
    let topics = problems.check("topics", multi_line(&form.topics, 0, TOPICS_MAX));
    let goals = problems.check("goals", Goal::parse_all(form.goals.iter().map(String::as_str)));
    let correction = problems.check("correction", CorrectionStyle::parse(&form.correction));
    let hours = problems.check("hours", WeekHours::parse(&form.hours));
    let country = problems.check("country", Country::parse(&form.country));
    Some(Profile {
        topics: topics?,
        goals: goals?,
        correction: correction?,
        hours: hours?,
        country: country?,
        ..Profile::default()
    })
}

/// Writes a profile within the caller's transaction, for a new person.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(conn: &mut Conn, user: UserId, profile: &Profile, now: Micros) -> Result<(), StoreError> {
    store::save(conn, user, profile, now).await
}

/// The first profiles of many people at once, for demo data: each with a year of birth and when it was written.
///
/// # Errors
/// When the database does not answer.
pub async fn insert_many(
    conn: &mut Conn,
    profiles: &[(UserId, &Profile, Option<BirthYear>, Micros)],
) -> Result<(), StoreError> {
    let rows: Vec<store::many::NewProfile<'_>> = profiles
        .iter()
        .map(|(user, profile, birth_year, at)| store::many::NewProfile {
            user: *user,
            profile,
            birth_year: *birth_year,
            at: *at,
        })
        .collect();
    store::many::insert(conn, &rows).await
}

/// The profile of one person; an empty one if they never had any.
///
/// # Errors
/// When the database does not answer.
pub async fn profile(conn: &mut Conn, user: UserId) -> Result<Profile, AppError> {
    Ok(store::load(conn, &[user]).await?.remove(&user).unwrap_or_default())
}

/// One's own profile, with what others do not read; an empty one if there never was any.
///
/// # Errors
/// When the database does not answer.
pub async fn own_profile(conn: &mut Conn, user: UserId, this_year: i16) -> Result<WholeProfile, AppError> {
    let birth = store::birth(conn, user).await?;
    Ok(WholeProfile {
        profile: profile(conn, user).await?,
        birth_year: birth.year,
        shows_birth_year: birth.is_shown,
        this_year,
    })
}

/// Whether people who are no partners find and read somebody's profile.
///
/// # Errors
/// When the database does not answer.
pub async fn is_public(conn: &mut Conn, user: UserId) -> Result<bool, AppError> {
    Ok(store::is_public(conn, user).await?)
}

/// Says whether people who are no partners find and read one's own.
///
/// # Errors
/// [`AppError::Limited`].
pub async fn set_public(
    state: &AppState,
    viewer: &Viewer,
    is_public: bool,
    listener: Arc<dyn ProfileListener>,
) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let (user, now) = (viewer.id, state.clock.now());
    state
        .db
        .transaction(move |conn| {
            async move {
                conn.lock(&format!("profile {user}")).await?;
                store::set_public(conn, user, is_public, now).await?;
                listener.changed(conn, user, now).await
            }
            .boxed()
        })
        .await
}

/// Where a person belongs: young people and adults are kept apart.
///
/// # Errors
/// When the database does not answer.
pub async fn age_group(conn: &mut Conn, user: UserId, this_year: i16) -> Result<AgeGroup, AppError> {
    Ok(AgeGroup::of(store::birth(conn, user).await?.year, this_year))
}

/// Young people and adults do not meet here. Whoever is not signed in counts as an adult.
///
/// # Errors
/// [`AppError::NotFound`].
pub async fn require_same_age_group(
    conn: &mut Conn,
    me: Option<UserId>,
    other: UserId,
    this_year: i16,
) -> Result<(), AppError> {
    let mine = match me {
        Some(me) => age_group(conn, me, this_year).await?,
        None => AgeGroup::Adult,
    };
    if mine == age_group(conn, other, this_year).await? {
        Ok(())
    } else {
        Err(AppError::NotFound)
    }
}

/// The profiles of several people.
///
/// # Errors
/// When the database does not answer.
pub async fn profiles(conn: &mut Conn, users: &[UserId]) -> Result<HashMap<UserId, Profile>, AppError> {
    if users.is_empty() {
        return Ok(HashMap::new());
    }
    Ok(store::load(conn, users).await?)
}
