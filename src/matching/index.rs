//! The index of the search: rows made from somebody's profile, and the day of their last visit.
//!
//! Whatever changes what people are found by makes their rows anew, in its transaction: so a change is found at once, and a rolled back one
//! never. Visits move a person's rows once a day, however often a heartbeat comes.

use std::collections::HashSet;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use futures::FutureExt as _;
use futures::future::BoxFuture;

use super::model::order::Place;
use super::store::index::{self as store, PairRow, PersonRow};
use super::store::many::{self, Entry};
use crate::accounts::service as accounts;
use crate::accounts::visibility;
use crate::kernel::clock::day;
use crate::kernel::error::AppError;
use crate::kernel::fold;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::profiles::about::{AgeGroup, CorrectionStyle};
use crate::profiles::changed::ProfileListener;
use crate::profiles::interests::Interest;
use crate::profiles::model::Profile;
use crate::profiles::service as profiles;
use crate::realtime::model::Presence;
use crate::realtime::presence::PresenceListener;
use crate::server::db::Conn;
use crate::server::jobs::{Handler, Job, JobError};
use crate::server::state::AppState;

/// People who are written in one transaction.
const BATCH: i64 = 200;

/// Writes somebody's rows as things stand. Who cannot be found has none afterwards.
///
/// # Errors
/// When the database does not answer.
pub async fn write(conn: &mut Conn, user: UserId, now: Micros, this_year: i16) -> Result<(), AppError> {
    let kept = store::active_day(conn, user).await?;
    store::remove(conn, user).await?;
    let person = accounts::person(conn, user).await?;
    let profile = profiles::profile(conn, user).await?;
    let is_public = profiles::is_public(conn, user).await?;
    if person.is_gone() || !is_public || profile.spoken().next().is_none() || profile.learned().next().is_none() {
        return Ok(());
    }
    let active_day = match kept {
        Some(day) => day,
        None => accounts::last_seen(conn, user).await?.map_or(day(now), day),
    };
    let group = profiles::age_group(conn, user, this_year).await?;
    let names = [person.display_name.as_str(), person.username.as_str()];
    let entry = entry(user, names, &profile, group, active_day);
    store::insert(conn, &entry.person).await?;
    for pair in &entry.pairs {
        store::insert_pair(conn, &entry.person, pair, entry.topics).await?;
        for word in &entry.words {
            store::insert_name(conn, &entry.person, pair, word).await?;
        }
    }
    Ok(())
}

/// Somebody who is put into the index for the first time.
#[derive(Clone, Copy, Debug)]
pub struct Newcomer<'a> {
    /// Who.
    pub id: UserId,
    /// Display name and username.
    pub names: [&'a str; 2],
    /// What they are found by.
    pub profile: &'a Profile,
    /// Where they belong.
    pub age_group: AgeGroup,
    /// When they were here last.
    pub last_seen: Micros,
}

/// Writes the rows of many people at once who have none, for demo data.
///
/// # Errors
/// When the database does not answer.
pub async fn write_many(conn: &mut Conn, people: &[Newcomer<'_>]) -> Result<(), AppError> {
    let entries: Vec<Entry> = people
        .iter()
        .map(|person| {
            entry(
                person.id,
                person.names,
                person.profile,
                person.age_group,
                day(person.last_seen),
            )
        })
        .filter(|entry| !entry.pairs.is_empty())
        .collect();
    Ok(many::insert(conn, &entries).await?)
}

/// What the index has of somebody; without a pair they are not found.
fn entry(
    id: UserId,
    [display_name, username]: [&str; 2],
    profile: &Profile,
    group: AgeGroup,
    active_day: i32,
) -> Entry {
    let name = format!("{display_name} {username}");
    Entry {
        person: PersonRow {
            place: Place {
                day: active_day,
                ring: Place::ring_of(id),
                id,
            },
            is_young: group == AgeGroup::Young,
            name_key: format!(" {} ", fold::folded(&name)),
            interests: joined(&profile.interests),
            hours: profile.hours,
            correction: profile.correction.map(CorrectionStyle::name),
        },
        pairs: pairs(profile),
        topics: topics(&profile.interests),
        words: fold::keys(&name).into_iter().collect(),
    }
}

/// Takes somebody out.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn remove(conn: &mut Conn, user: UserId) -> Result<(), AppError> {
    Ok(store::remove(conn, user).await?)
}

/// Each language that somebody speaks with each that they learn.
fn pairs(profile: &Profile) -> Vec<PairRow> {
    let learned: Vec<_> = profile.learned().copied().collect();
    let with_learned = |speaks| {
        learned.iter().map(move |learns| PairRow {
            speaks,
            learns: *learns,
        })
    };
    profile.spoken().copied().flat_map(with_learned).collect()
}

/// As the index keeps them: an interest holds no comma.
fn joined(interests: &[Interest]) -> String {
    let interests: Vec<&str> = interests.iter().map(Interest::as_str).collect();
    interests.join(",")
}

/// The bits of these interests.
pub(super) fn topics(interests: &[Interest]) -> i64 {
    interests.iter().fold(0, |bits, interest| bits | topic(interest))
}

/// The bit of an interest, one of 63; several share one. FNV-1a, which stays the same for good: bits are stored.
fn topic(interest: &Interest) -> i64 {
    let hash = interest.as_str().bytes().fold(0xcbf2_9ce4_8422_2325_u64, |hash, byte| {
        (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3)
    });
    1 << (hash % 63)
}

/// Keeps the index. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Index {
    state: AppState,
    /// The day, and who was moved to it by this process.
    moved: Arc<Mutex<(i32, HashSet<UserId>)>>,
}

impl Index {
    /// The index over the state's database.
    pub fn new(state: AppState) -> Self {
        Self {
            state,
            moved: Arc::default(),
        }
    }

    /// Whether somebody was not moved to `today` yet, as far as this process knows; from now on they were.
    fn is_first(&self, user: UserId, today: i32) -> bool {
        let mut moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        if moved.0 != today {
            *moved = (today, HashSet::new());
        }
        moved.1.insert(user)
    }

    /// Everybody of `people` was here on the day of now, but those who appear offline: to others they were not.
    async fn here(&self, people: Vec<UserId>) -> Result<(), AppError> {
        let today = day(self.state.clock.now());
        let mut people: Vec<UserId> = people.into_iter().filter(|user| self.is_first(*user, today)).collect();
        if people.is_empty() {
            return Ok(());
        }
        // In one order: two processes that move the same people must not wait for each other in a circle.
        people.sort_unstable();
        let moved = self.move_to(people.clone(), today).await;
        if moved.is_err() {
            // The next word of them tries again.
            people.into_iter().for_each(|user| self.forget(user));
        }
        moved
    }

    async fn move_to(&self, people: Vec<UserId>, today: i32) -> Result<(), AppError> {
        self.state
            .db
            .transaction(move |conn| {
                async move {
                    for user in people {
                        if visibility::of(conn, user)
                            .await
                            .is_ok_and(|shown| !shown.is_invisible())
                        {
                            store::move_to(conn, user, today).await?;
                        }
                    }
                    Ok(())
                }
                .boxed()
            })
            .await
    }

    fn forget(&self, user: UserId) {
        let mut moved = self.moved.lock().unwrap_or_else(PoisonError::into_inner);
        moved.1.remove(&user);
    }

    async fn note(&self, user: UserId, presence: Presence) {
        if presence != Presence::Offline
            && let Err(error) = self.here(vec![user]).await
        {
            tracing::warn!(%error, "a visit is not in the index");
        }
    }
}

impl ProfileListener for Index {
    fn changed<'c>(&'c self, conn: &'c mut Conn, user: UserId, now: Micros) -> BoxFuture<'c, Result<(), AppError>> {
        write(conn, user, now, self.state.clock.this_year()).boxed()
    }
}

impl PresenceListener for Index {
    fn changed(&self, user: UserId, presence: Presence) -> BoxFuture<'_, ()> {
        self.note(user, presence).boxed()
    }

    /// Who appeared offline until now was passed over before.
    fn shown_otherwise(&self, user: UserId, presence: Presence) -> BoxFuture<'_, ()> {
        self.forget(user);
        self.note(user, presence).boxed()
    }
}

/// The job that moves to the day who is here when it begins.
pub struct NewDay(pub Index);

impl Handler for NewDay {
    fn kind(&self) -> &'static str {
        "matching.new_day"
    }

    fn every(&self) -> Option<Duration> {
        Some(Duration::from_secs(600))
    }

    fn run(&self, _: Job) -> BoxFuture<'_, Result<(), JobError>> {
        async move { Ok(self.0.here(self.0.state.presence.online()).await?) }.boxed()
    }
}

/// The job that makes the index whole: who has no rows, because they were there before the index, gets them, and who has come of age gets others.
pub struct Complete(pub AppState);

impl Complete {
    /// Writes the rows of everybody who can be found and has none, or those of somebody younger.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn complete(&self) -> Result<(), AppError> {
        let state = &self.0;
        let mut after = UserId::from_uuid(uuid::Uuid::nil());
        loop {
            let (now, this_year) = (state.clock.now(), state.clock.this_year());
            let last = state
                .db
                .transaction(move |conn| {
                    async move {
                        let outdated =
                            store::outdated(conn, after, AgeGroup::last_adult_year(this_year), BATCH).await?;
                        for user in &outdated {
                            write(conn, *user, now, this_year).await?;
                        }
                        Ok::<_, AppError>(outdated.last().copied())
                    }
                    .boxed()
                })
                .await?;
            match last {
                Some(last) => after = last,
                None => return Ok(()),
            }
        }
    }
}

impl Handler for Complete {
    fn kind(&self) -> &'static str {
        "matching.complete_index"
    }

    fn every(&self) -> Option<Duration> {
        Some(Duration::from_secs(24 * 3_600))
    }

    /// The first time, with very many people, it takes minutes.
    fn cut_off(&self) -> Duration {
        Duration::from_secs(3_600)
    }

    fn run(&self, _: Job) -> BoxFuture<'_, Result<(), JobError>> {
        async move { Ok(self.complete().await?) }.boxed()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profiles::languages::LanguageCode;
    use crate::profiles::model::{Level, PersonLanguage, Role};

    #[test]
    fn each_spoken_language_stands_with_each_learned_one() {
        let language = |code, role, level| PersonLanguage {
            language: LanguageCode::parse(code).unwrap(),
            role,
            level,
        };
        let profile = Profile {
            languages: vec![
                language("es", Role::Native, None),
                language("en", Role::Learning, Some(Level::B1)),
                language("ca", Role::Fluent, Some(Level::C1)),
                language("de", Role::Learning, Some(Level::A1)),
            ],
            ..Profile::default()
        };
        let pairs: Vec<_> = pairs(&profile)
            .iter()
            .map(|pair| (pair.speaks.language.code(), pair.learns.language.code()))
            .collect();
        assert_eq!(pairs, [("es", "en"), ("es", "de"), ("ca", "en"), ("ca", "de")]);
    }

    #[test]
    fn bits_of_interests_stay_as_they_are() {
        let interests = Interest::parse_list("cooking, old trains").unwrap();
        assert_eq!(topics(&[]), 0);
        assert_eq!(topics(&interests), topics(&interests[..1]) | topics(&interests[1..]));
        for interest in Interest::all_curated("en") {
            let bits = topics(std::slice::from_ref(&interest));
            assert!(bits > 0 && bits.count_ones() == 1, "{interest}");
        }
        // Stored: another number here means that every row has to be written anew.
        assert_eq!(topics(&interests[..1]), 1 << 52);
    }
}
