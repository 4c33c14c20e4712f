//! Fills an empty database with the demo people and with what has happened between them.

use std::collections::HashMap;
use std::time::Duration;

use futures::FutureExt as _;

use super::demo_people::{DEMO_CALLS, DEMO_PARTNERSHIPS, DEMO_PEOPLE, DEMO_REQUESTS, DemoPerson};
use crate::accounts::model::Theme;
use crate::accounts::service::{self as accounts, FirstPreferences};
use crate::calls::service as calls;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::matching::service as matching;
use crate::profiles::interests::Interest;
use crate::profiles::languages::LanguageCode;
use crate::profiles::model::{Level, PersonLanguage, Profile, Role};
use crate::profiles::service as profiles;
use crate::server::db::{Conn, Db};
use crate::server::state::AppState;

/// The password of all of them.
const PASSWORD: &str = "speakle-demo";
/// `ana` and `ben` are always among them.
const FEWEST: u32 = 2;
/// People in one transaction: others may write in between.
const BATCH: usize = 500;

const HOUR: Duration = Duration::from_secs(3_600);
const DAY: Duration = Duration::from_secs(24 * 3_600);
/// When the first of them joined, before today.
const FIRST_JOINED: Duration = Duration::from_secs(120 * 24 * 3_600);
/// When pairs became partners, before today: before the first of their calls.
const PARTNERS_SINCE: Duration = Duration::from_secs(40 * 24 * 3_600);

/// What became of the seeding.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SeedOutcome {
    /// The database was empty, and now holds this many people.
    Filled {
        /// How many.
        people: u32,
    },
    /// Somebody lives there; nothing was changed.
    LeftAlone {
        /// How many live there.
        people: i64,
    },
}

/// Fills an empty database with `people` people: the first of the invented sixty, and variations of them beyond. A database that
/// anybody lives in is left alone.
///
/// # Errors
/// When the database does not answer.
pub async fn seed_demo(state: &AppState, people: u32) -> Result<SeedOutcome, AppError> {
    let hash = state.passwords.hash(PASSWORD.to_owned()).await?;
    seed(&state.db, state.clock.now(), hash, people).await
}

async fn seed(db: &Db, now: Micros, hash: String, people: u32) -> Result<SeedOutcome, AppError> {
    let people = people.max(FEWEST);
    let count = people as usize;
    let known = count.min(DEMO_PEOPLE.len());
    let first_hash = hash.clone();
    let living = db
        .transaction(move |conn| {
            async move {
                conn.lock("demo people").await?;
                let living = accounts::count(conn).await?;
                if living == 0 {
                    let ids = insert_people(conn, 0..known, &first_hash, now).await?;
                    insert_history(conn, &ids, now).await?;
                }
                Ok::<_, AppError>(living)
            }
            .boxed()
        })
        .await?;
    if living > 0 {
        return Ok(SeedOutcome::LeftAlone { people: living });
    }
    for start in (known..count).step_by(BATCH) {
        let (numbers, hash) = (start..count.min(start + BATCH), hash.clone());
        db.transaction(move |conn| async move { insert_people(conn, numbers, &hash, now).await.map(drop) }.boxed())
            .await?;
    }
    Ok(SeedOutcome::Filled { people })
}

async fn insert_people(
    conn: &mut Conn,
    numbers: std::ops::Range<usize>,
    hash: &str,
    now: Micros,
) -> Result<HashMap<String, UserId>, AppError> {
    let mut ids = HashMap::new();
    for number in numbers {
        let person = newcomer(number).ok_or(AppError::Internal)?;
        let joined = now.minus(FIRST_JOINED).plus(Duration::from_secs(number as u64));
        let email = format!("{}@demo.invalid", person.username);
        let first = FirstPreferences {
            locale: person.locale.map(str::to_owned),
            theme: Theme::System,
            time_zone: Some(person.time_zone.to_owned()),
            ..FirstPreferences::default()
        };
        let id = accounts::insert_person(
            conn,
            &person.username,
            &email,
            &person.display_name,
            hash,
            &first,
            joined,
        )
        .await?;
        profiles::insert(conn, id, &person.profile, joined).await?;
        ids.insert(person.username, id);
    }
    Ok(ids)
}

/// Partnerships, open requests and past calls between those who are there.
async fn insert_history(conn: &mut Conn, ids: &HashMap<String, UserId>, now: Micros) -> Result<(), AppError> {
    let pair = |one: &str, other: &str| Some((*ids.get(one)?, *ids.get(other)?));
    for (number, (one, other)) in (0_u32..).zip(DEMO_PARTNERSHIPS) {
        if let Some((one, other)) = pair(one, other) {
            matching::begin_partnership(conn, one, other, now.minus(PARTNERS_SINCE).plus(HOUR * number)).await?;
        }
    }
    // The oldest first: lists show what was told last on top.
    for (number, (from, to, message)) in (1_u32..).zip(DEMO_REQUESTS).collect::<Vec<_>>().into_iter().rev() {
        if let Some((from, to)) = pair(from, to) {
            matching::insert_request(conn, from, to, message, now.minus(HOUR * (5 * number))).await?;
        }
    }
    for (number, (caller, callee, days_ago, minutes)) in (0_u32..).zip(DEMO_CALLS) {
        let Some((caller, callee)) = pair(caller, callee) else {
            continue;
        };
        let partnership = matching::partnership(conn, caller, callee)
            .await?
            .ok_or(AppError::Internal)?;
        let started = evening(now, u32::from(*days_ago), number);
        calls::insert_past_call(conn, &partnership, started, u32::from(*minutes) * 60).await?;
    }
    Ok(())
}

/// A moment in the evening (UTC) of an earlier day, not at the same minute for all.
fn evening(now: Micros, days_ago: u32, number: u32) -> Micros {
    let midnight = Micros(now.0 - now.0.rem_euclid(DAY.as_micros() as i64));
    midnight
        .minus(DAY * days_ago)
        .plus(HOUR * 18 + Duration::from_secs(60 * u64::from(number * 47 % 180)))
}

/// Somebody who is about to be inserted.
struct Newcomer {
    username: String,
    display_name: String,
    time_zone: &'static str,
    locale: Option<&'static str>,
    profile: Profile,
}

/// Person number `number`: one of the sixty, or beyond them somebody like one of them. `None` if the tables hold what the forms do not
/// offer, which their tests exclude.
fn newcomer(number: usize) -> Option<Newcomer> {
    let count = DEMO_PEOPLE.len();
    let (base, round) = (DEMO_PEOPLE.get(number % count)?, number / count);
    // Strides without a common divisor with the count: in each round everybody meets somebody else.
    let other = DEMO_PEOPLE.get((number * 7 + round * 13) % count)?;
    let (username, display_name, other) = if round == 0 {
        (base.username.to_owned(), base.display_name.to_owned(), None)
    } else {
        (
            format!("{}_{}", base.username, round + 1),
            mixed_name(base, round),
            Some((other, round)),
        )
    };
    Some(Newcomer {
        username,
        display_name,
        time_zone: base.time_zone,
        locale: base.interface_language,
        profile: Profile {
            bio: base.bio.to_owned(),
            languages: languages(base, other)?,
            interests: interests(base, other.map(|(other, _)| other))?,
        },
    })
}

/// The first name with the last name of somebody who grew up with the same language.
fn mixed_name(base: &DemoPerson, round: usize) -> String {
    let kin: Vec<&DemoPerson> = DEMO_PEOPLE
        .iter()
        .filter(|other| other.native.first() == base.native.first())
        .collect();
    let last = kin
        .get(round % kin.len().max(1))
        .and_then(|kin| kin.display_name.split_whitespace().next_back());
    let first = base.display_name.split_whitespace().next();
    first.into_iter().chain(last).collect::<Vec<_>>().join(" ")
}

/// The languages of `base`. A variation learns them at another level, and every second one learns the other's language too.
fn languages(base: &DemoPerson, other: Option<(&DemoPerson, usize)>) -> Option<Vec<PersonLanguage>> {
    let mut languages: Vec<PersonLanguage> = Vec::new();
    for (codes, role) in [(base.native, Role::Native), (base.fluent, Role::Fluent)] {
        for code in codes {
            languages.push(PersonLanguage {
                language: LanguageCode::parse(code)?,
                role,
                level: None,
            });
        }
    }
    let shift = other.map_or(0, |(_, round)| round);
    let extra = other
        .filter(|(_, round)| round % 2 == 1)
        .and_then(|(other, _)| other.native.first());
    let learned = base.learning.iter().copied().chain(extra.map(|code| (*code, "A2")));
    for (code, level) in learned {
        let (language, level) = (LanguageCode::parse(code)?, Level::parse(level).ok()?);
        if languages.iter().any(|known| known.language == language) {
            continue;
        }
        let place = Level::ALL.iter().position(|other| *other == level)?;
        let level = Level::ALL[(place + shift) % Level::ALL.len()];
        languages.push(PersonLanguage {
            language,
            role: Role::Learning,
            level: Some(level),
        });
    }
    Some(languages)
}

/// The interests of `base`, or of a variation: some of each.
fn interests(base: &DemoPerson, other: Option<&DemoPerson>) -> Option<Vec<Interest>> {
    let slugs: Vec<&str> = match other {
        None => base.interests.to_vec(),
        Some(other) => base
            .interests
            .iter()
            .take(2)
            .chain(other.interests.iter().take(3))
            .copied()
            .collect(),
    };
    let mut interests: Vec<Interest> = Vec::new();
    for slug in slugs {
        let interest = Interest::parse(slug).ok()?;
        if !interests.contains(&interest) {
            interests.push(interest);
        }
    }
    Some(interests)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::accounts::model::{Email, Username};
    use crate::matching::model::reason;
    use std::collections::HashSet;

    const NOW: Micros = Micros(1_795_000_000_000_000);

    #[test]
    fn the_sixty_are_as_written_and_variations_differ() {
        let (ana, later) = (newcomer(0).unwrap(), newcomer(60).unwrap());
        assert_eq!(
            (ana.username.as_str(), ana.display_name.as_str()),
            ("ana", "Ana Castillo")
        );
        assert_eq!(later.username, "ana_2");
        assert_ne!(later.display_name, ana.display_name);
        assert_ne!(later.profile, ana.profile);
    }

    #[test]
    fn names_are_valid_and_nobody_is_there_twice() {
        let mut seen = HashSet::new();
        for number in (0..3_000).chain(999_940..1_000_000) {
            let person = newcomer(number).unwrap();
            Username::parse(&person.username).unwrap();
            Email::parse(&format!("{}@demo.invalid", person.username)).unwrap();
            accounts::parse_display_name(&person.display_name).unwrap();
            assert!(seen.insert(person.username), "number {number}");
            assert!(person.profile.spoken().next().is_some() && person.profile.learned().next().is_some());
        }
    }

    #[test]
    fn everybody_among_many_suits_somebody() {
        let people: Vec<Profile> = (0..600).map(|number| newcomer(number).unwrap().profile).collect();
        for (number, me) in people.iter().enumerate() {
            assert!(people.iter().any(|they| reason(me, they).is_some()), "number {number}");
        }
    }

    #[test]
    fn calls_were_on_the_day_that_the_table_says() {
        let midnight = Micros(NOW.0 - NOW.0.rem_euclid(DAY.as_micros() as i64));
        for number in 0..50 {
            let at = evening(NOW, 3, number);
            assert!(
                at > midnight.minus(DAY * 3) && at.plus(HOUR * 3) < midnight.minus(DAY * 2),
                "{number}"
            );
        }
    }

    #[tokio::test]
    async fn an_empty_database_is_filled_once() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&format!("sqlite:{}", folder.path().join("demo.db").display()))
            .await
            .unwrap();
        db.migrate().await.unwrap();
        let outcome = seed(&db, NOW, "no hash".to_owned(), 75).await.unwrap();
        assert_eq!(outcome, SeedOutcome::Filled { people: 75 });
        let again = seed(&db, NOW, "no hash".to_owned(), 10).await.unwrap();
        assert_eq!(again, SeedOutcome::LeftAlone { people: 75 });

        let mut conn = db.read().await.unwrap();
        let ana = accounts::person_by_username(&mut conn, "ana").await.unwrap();
        let ben = accounts::person_by_username(&mut conn, "ben").await.unwrap();
        assert!(
            matching::partnership(&mut conn, ana.id, ben.id)
                .await
                .unwrap()
                .is_some()
        );
        assert_eq!(ana.display_name, "Ana Castillo");
        drop(conn);
        db.close().await;
    }

    #[tokio::test]
    async fn ana_and_ben_are_there_however_few_are_asked_for() {
        let folder = tempfile::tempdir().unwrap();
        let db = Db::open(&format!("sqlite:{}", folder.path().join("demo.db").display()))
            .await
            .unwrap();
        db.migrate().await.unwrap();
        assert_eq!(
            seed(&db, NOW, "no hash".to_owned(), 0).await.unwrap(),
            SeedOutcome::Filled { people: 2 }
        );
        db.close().await;
    }
}
