//! Use cases of profiles: read them, edit one's own.

use std::collections::HashMap;

use futures::FutureExt as _;

use super::interests::Interest;
use super::model::{BIO_MAX, LanguageRow, Profile, parse_languages};
use super::store;
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
}

/// Checks and saves one's own profile, all of it or nothing.
///
/// # Errors
/// Every field that cannot be used.
pub async fn save(state: &AppState, viewer: &Viewer, form: ProfileForm) -> Result<(), AppError> {
    state.limits.check(Limit::Change, &viewer.id.to_string())?;
    let mut problems = Problems::new();
    let display_name = problems.check("display_name", accounts::parse_display_name(&form.display_name));
    let bio = problems.check("bio", multi_line(&form.bio, 0, BIO_MAX));
    let time_zone = problems.check("time_zone", accounts::parse_time_zone(present_name(&form.time_zone)));
    let interests = problems.check("interests", Interest::parse_list(&form.interests));
    let languages = parse_languages(&mut problems, &form.languages);
    let (Some(display_name), Some(bio), Some(time_zone), Some(interests), Some(languages)) =
        (display_name, bio, time_zone, interests, languages)
    else {
        return Err(problems.into_error());
    };
    let (user, now) = (viewer.id, state.clock.now());
    let profile = Profile {
        bio,
        languages,
        interests,
    };
    state
        .db
        .transaction(move |conn| {
            async move {
                accounts::set_name_and_zone(conn, user, &display_name, &time_zone).await?;
                store::save(conn, user, &profile, now).await?;
                Ok::<_, AppError>(())
            }
            .boxed()
        })
        .await
}

/// Writes a profile within the caller's transaction, for a new person.
///
/// # Errors
/// When the database does not answer.
pub async fn insert(conn: &mut Conn, user: UserId, profile: &Profile, now: Micros) -> Result<(), StoreError> {
    store::save(conn, user, profile, now).await
}

/// The profile of one person; an empty one if they never had any.
///
/// # Errors
/// When the database does not answer.
pub async fn profile(conn: &mut Conn, user: UserId) -> Result<Profile, AppError> {
    Ok(store::load(conn, &[user]).await?.remove(&user).unwrap_or_default())
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
