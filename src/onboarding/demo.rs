//! Fills an empty database with the demo people and with what has happened between them.

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use futures::FutureExt as _;

use super::crowd::{Crowd, Member};
use super::demo_people::{DEMO_CALLS, DEMO_PARTNERSHIPS, DEMO_PEOPLE, DEMO_REQUESTS, DemoPerson};
use crate::accounts::model::Theme;
use crate::accounts::service::{self as accounts, FirstPreferences, NewPerson};
use crate::calls::service as calls;
use crate::kernel::clock::year;
use crate::kernel::error::AppError;
use crate::kernel::id::UserId;
use crate::kernel::time::Micros;
use crate::matching::index::{self, Newcomer};
use crate::matching::service as matching;
use crate::profiles::about::{AgeGroup, CorrectionStyle, Goal};
use crate::profiles::hours::WeekHours;
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
const BATCH: usize = 5_000;
/// Where they have their addresses: nobody gets mail there.
const DOMAIN: &str = "demo.invalid";

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

/// Fills an empty database with `people` people: the first of the invented sixty, and a crowd beyond them. A database that
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
                    let ids = insert_known(conn, known, &first_hash, now).await?;
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
    let crowd = Arc::new(Crowd::new(year(now)));
    for start in (known..count).step_by(BATCH) {
        let (numbers, hash, crowd) = (start..count.min(start + BATCH), hash.clone(), crowd.clone());
        db.transaction(move |conn| async move { insert_crowd(conn, &crowd, numbers, &hash, now).await }.boxed())
            .await?;
    }
    Ok(SeedOutcome::Filled { people })
}

/// The first of the sixty.
async fn insert_known(
    conn: &mut Conn,
    count: usize,
    hash: &str,
    now: Micros,
) -> Result<HashMap<&'static str, UserId>, AppError> {
    let mut ids = HashMap::new();
    for (number, person) in (0_u64..).zip(&DEMO_PEOPLE[..count]) {
        let joined = now.minus(FIRST_JOINED).plus(Duration::from_secs(number));
        let email = format!("{}@{DOMAIN}", person.username);
        let first = FirstPreferences {
            locale: person.interface_language.map(str::to_owned),
            theme: Theme::System,
            time_zone: Some(person.time_zone.to_owned()),
            ..FirstPreferences::default()
        };
        let (username, name) = (person.username, person.display_name);
        let id = accounts::insert_person(conn, username, &email, name, hash, &first, joined).await?;
        let profile = profile(person).ok_or(AppError::Internal)?;
        profiles::insert(conn, id, &profile, joined).await?;
        index::write(conn, id, now, year(now)).await?;
        ids.insert(username, id);
    }
    Ok(ids)
}

/// People of the crowd, from one number to another.
async fn insert_crowd(
    conn: &mut Conn,
    crowd: &Crowd,
    numbers: std::ops::Range<usize>,
    hash: &str,
    now: Micros,
) -> Result<(), AppError> {
    let members: Result<Vec<Member>, _> = numbers.map(|number| crowd.member(number)).collect();
    let members = members.map_err(|_| AppError::Internal)?;
    let people: Vec<NewPerson> = members
        .iter()
        .map(|member| {
            let joined = now.minus(member.there);
            NewPerson {
                id: UserId::new_at(joined),
                username: member.username.clone(),
                display_name: member.display_name.clone(),
                time_zone: member.time_zone,
                joined,
                last_seen: now.minus(member.away),
            }
        })
        .collect();
    accounts::insert_many(conn, &people, DOMAIN, hash).await?;
    let both = || people.iter().zip(&members);
    let profiles: Vec<_> = both()
        .map(|(person, member)| (person.id, &member.profile, member.birth_year, person.joined))
        .collect();
    profiles::insert_many(conn, &profiles).await?;
    let newcomers: Vec<Newcomer<'_>> = both()
        .map(|(person, member)| Newcomer {
            id: person.id,
            names: [&person.display_name, &person.username],
            profile: &member.profile,
            age_group: AgeGroup::of(member.birth_year, year(now)),
            last_seen: person.last_seen,
        })
        .collect();
    index::write_many(conn, &newcomers).await
}

/// Partnerships, open requests and past calls between those who are there.
async fn insert_history(conn: &mut Conn, ids: &HashMap<&'static str, UserId>, now: Micros) -> Result<(), AppError> {
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

/// The languages of one of the sixty. `None` if the tables hold what the forms do not offer, which their tests exclude.
fn languages(person: &DemoPerson) -> Option<Vec<PersonLanguage>> {
    let mut languages: Vec<PersonLanguage> = Vec::new();
    for (codes, role) in [(person.native, Role::Native), (person.fluent, Role::Fluent)] {
        for code in codes {
            languages.push(PersonLanguage {
                language: LanguageCode::parse(code)?,
                role,
                level: None,
            });
        }
    }
    for (code, level) in person.learning {
        languages.push(PersonLanguage {
            language: LanguageCode::parse(code)?,
            role: Role::Learning,
            level: Some(Level::parse(level).ok()?),
        });
    }
    Some(languages)
}

/// What one of the sixty says of themselves.
fn profile(person: &DemoPerson) -> Option<Profile> {
    let interests: Result<Vec<Interest>, _> = person.interests.iter().map(|slug| Interest::parse(slug)).collect();
    let way = WAYS[person.username.bytes().map(usize::from).sum::<usize>() % WAYS.len()];
    let boxes: Vec<String> = way.hours.iter().map(|name| (*name).to_owned()).collect();
    Some(Profile {
        bio: person.bio.to_owned(),
        languages: languages(person)?,
        interests: interests.ok()?,
        goals: way.goals.to_vec(),
        correction: way.correction,
        hours: WeekHours::parse(&boxes).ok()?,
        ..Profile::default()
    })
}

/// What somebody wants of an exchange, and when they have time by their own clock.
#[derive(Clone, Copy)]
struct Way {
    goals: &'static [Goal],
    correction: Option<CorrectionStyle>,
    hours: &'static [&'static str],
}

/// The sixty share a few of them, each by their name.
const WAYS: [Way; 4] = [
    Way {
        goals: &[Goal::Speak, Goal::Travel],
        correction: Some(CorrectionStyle::AtTheEnd),
        hours: &[
            "mon-19", "mon-20", "tue-19", "tue-20", "thu-19", "thu-20", "sat-10", "sat-11",
        ],
    },
    Way {
        goals: &[Goal::Speak, Goal::Work],
        correction: Some(CorrectionStyle::AtOnce),
        hours: &["mon-7", "wed-7", "fri-7", "tue-20", "tue-21", "sun-17", "sun-18"],
    },
    Way {
        goals: &[Goal::Exam, Goal::Write],
        correction: None,
        hours: &["mon-18", "mon-19", "wed-18", "wed-19", "thu-18", "thu-19"],
    },
    Way {
        goals: &[Goal::Speak],
        correction: Some(CorrectionStyle::AtTheEnd),
        hours: &["sat-9", "sat-10", "sat-11", "sun-9", "sun-10", "sun-11", "wed-20"],
    },
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::matching::model::score::{Habits, Side, fit};
    use crate::profiles::hours::FreeTime;

    const NOW: Micros = Micros(1_795_000_000_000_000);

    fn profiles_of(count: usize) -> Vec<Profile> {
        let crowd = Crowd::new(year(NOW));
        let known = DEMO_PEOPLE.iter().map(|person| profile(person).unwrap());
        known
            .chain((DEMO_PEOPLE.len()..count).map(|number| crowd.member(number).unwrap().profile))
            .collect()
    }

    #[test]
    fn most_among_many_suit_somebody_and_the_sixty_all_do() {
        let people = profiles_of(600);
        let suits = |me: &Profile, they: &Profile| {
            let [me, they] = [me, they].map(|profile| Side::of(profile, FreeTime::default()));
            fit(&me, &they, &Habits::default()).is_some()
        };
        let finds: Vec<bool> = people
            .iter()
            .map(|me| people.iter().any(|they| suits(me, they)))
            .collect();
        assert!(finds[..DEMO_PEOPLE.len()].iter().all(|finds| *finds));
        let lonely = finds.iter().filter(|finds| !**finds).count();
        // Who learns what most learn and speaks what few do waits for more people than these.
        assert!(lonely < people.len() / 2, "{lonely} suit nobody");
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
