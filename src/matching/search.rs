//! The search for partners: a window of people by the index, in the order of their score.
//!
//! What a page costs does not depend on how many people there are: the index is read for so many people, and where a name, an interest or
//! being here says that there are few, these are read and no index.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::time::Duration;

use super::index::topics;
use super::model::order::{After, Place, Round, WINDOW, shown_by};
use super::model::score::{Fit, Habits, Side, fit};
use super::model::{Count, Filters, PAGE};
use super::requests::ASK_AGAIN;
use super::store::search::{self as store, Pair, STREAMS, Stream, Wanted};
use crate::kernel::clock::{day, zone_week};
use crate::kernel::error::AppError;
use crate::kernel::fold;
use crate::kernel::id::UserId;
use crate::kernel::text::single_line;
use crate::kernel::week::ZoneWeek;
use crate::profiles::about::AgeGroup;
use crate::profiles::blocks::service as blocks;
use crate::profiles::hours::FreeTime;
use crate::profiles::interests::Interest;
use crate::profiles::languages::LanguageCode;
use crate::profiles::model::{Level, PersonLanguage, Profile};
use crate::profiles::service as profiles;
use crate::server::db::Conn;
use crate::server::state::AppState;

/// How far one search looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Extent {
    /// People in one window.
    pub window: usize,
    /// Up to so many people who have an interest or are here are looked at one by one.
    pub few: usize,
    /// Where there are more, rows of each pair of languages that are looked at, at a time …
    pub look: usize,
    /// … and how often, until it is asked whether to look further.
    pub looks: usize,
}

impl Default for Extent {
    fn default() -> Self {
        Self {
            window: WINDOW,
            few: 1_000,
            look: 2_000,
            looks: 3,
        }
    }
}

/// People whose names are looked at, for each pair of languages.
const NAMES: usize = 300;
/// Since when it counts how somebody answers.
const HABITS: Duration = Duration::from_secs(90 * 24 * 3_600);
/// Somebody who comes back to a list that is older than this begins anew.
const LIST_AGE: i32 = 7;

/// Somebody who was found, and why.
pub(super) struct Found {
    pub(super) id: UserId,
    pub(super) fit: Fit,
}

/// A page of them.
#[derive(Default)]
pub(super) struct FoundPage {
    pub(super) items: Vec<Found>,
    pub(super) next: Option<String>,
    /// How many there are, where all of them were looked at.
    pub(super) count: Option<Count>,
}

/// What the filters say, checked.
struct Query {
    wanted: Wanted,
    streams: Vec<Stream>,
    /// The words of a name, folded.
    words: Vec<String>,
    after: Option<After>,
}

/// Who fits `me`, a page of them. Filters that name nothing known find nobody rather than everybody.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn find(
    conn: &mut Conn,
    state: &AppState,
    me: (UserId, &Profile, &str),
    filters: &Filters,
    extent: Extent,
) -> Result<FoundPage, AppError> {
    let window = extent.window;
    let (id, profile, zone) = me;
    let this_year = state.clock.this_year();
    let is_young = profiles::age_group(conn, id, this_year).await? == AgeGroup::Young;
    let Some(query) = parse(profile, filters, is_young) else {
        return Ok(FoundPage::default());
    };
    let now = day(state.clock.now());
    let after = query.after;
    let today = after.map_or(now, |after| after.today);
    if !(now - LIST_AGE..=now).contains(&today) {
        return Ok(FoundPage::default());
    }
    let round = Round::of(id, today);
    let from = after.and_then(|after| after.from);
    let passed_over = passed_over(conn, state, id).await?;
    let few = few(conn, state, &query, extent.few).await?;
    let is_cut = few
        .as_ref()
        .is_some_and(|few| !query.words.is_empty() && few.len() >= NAMES);
    let are_all = few.is_some();
    let (mut people, looked_to) = match few {
        Some(few) => (of_few(conn, &query, &few, &round, from).await?, None),
        None => of_index(conn, &query, &round, from, extent, &passed_over).await?,
    };
    people.retain(|person| !passed_over.contains(&person.place.id));
    let count = are_all.then(|| Count::of(people.len(), is_cut));
    // A window that was begun ends where it ended then: who came meanwhile does not push anybody out of it.
    let end = after.filter(|after| after.last.is_some()).map(|after| after.to);
    let is_beyond = |person: &Person| end.is_some_and(|end| round.key(&person.place) > round.key(&end));
    let goes_on = people.len() > window || looked_to.is_some() || people.iter().any(is_beyond);
    people.retain(|person| !is_beyond(person));
    // A window that is not full ends where the look ended.
    let looked_to = looked_to.filter(|_| people.len() <= window);
    people.truncate(window);
    let Some(to) = looked_to.or(people.last().map(|last| last.place)).or(end) else {
        return Ok(FoundPage {
            count,
            ..FoundPage::default()
        });
    };
    let scored = score(conn, state, (profile, zone), people, today).await?;
    let last = after.and_then(|after| after.last);
    let mut rest = scored
        .into_iter()
        .filter(|found| last.is_none_or(|(score, id)| shown_by(found.fit.score, found.id) > shown_by(score, id)));
    let items: Vec<Found> = rest.by_ref().take(PAGE).collect();
    let is_more = rest.next().is_some();
    let next = match items.last() {
        Some(shown) if is_more => Some(After {
            today,
            from,
            to,
            last: Some((shown.fit.score, shown.id)),
        }),
        _ if !goes_on => None,
        _ => Some(After {
            today,
            from: Some(to),
            to,
            last: None,
        }),
    };
    Ok(FoundPage {
        items,
        next: next.map(|after| after.to_string()),
        count,
    })
}

/// How many fit in all, up to [`Count::MOST`], where the index has to be asked.
///
/// # Errors
/// When the database does not answer.
pub(super) async fn count(
    conn: &mut Conn,
    state: &AppState,
    (id, profile): (UserId, &Profile),
    filters: &Filters,
) -> Result<Count, AppError> {
    let is_young = profiles::age_group(conn, id, state.clock.this_year()).await? == AgeGroup::Young;
    let Some(query) = parse(profile, filters, is_young).filter(|query| !query.streams.is_empty()) else {
        return Ok(Count::of(0, false));
    };
    let round = Round::of(id, day(state.clock.now()));
    // Those who are passed over are counted with the others.
    let passed_over: Vec<UserId> = passed_over(conn, state, id).await?.into_iter().collect();
    let too_many = of_few(conn, &query, &passed_over, &round, None).await?.len();
    let most = Count::MOST as usize + 1 + too_many;
    // Where not every row is wanted, more of them are looked at.
    let is_sparse = query.wanted.interest.is_some() || query.wanted.here;
    let look = if is_sparse {
        most.max(Extent::default().look)
    } else {
        most
    };
    let (people, is_cut) = store::count(conn, &query.wanted, &query.streams, look).await?;
    Ok(Count::of(people.saturating_sub(too_many), is_cut))
}

/// Whom nobody who looks for partners wants to see: oneself, who is known already, and who is blocked either way.
async fn passed_over(conn: &mut Conn, state: &AppState, me: UserId) -> Result<HashSet<UserId>, AppError> {
    let declined_since = state.clock.now().minus(ASK_AGAIN);
    let mut passed_over: HashSet<UserId> = store::known(conn, me, declined_since).await?.into_iter().collect();
    passed_over.extend(blocks::around(conn, me).await?);
    passed_over.insert(me);
    Ok(passed_over)
}

fn parse(me: &Profile, filters: &Filters, is_young: bool) -> Option<Query> {
    let language = |code: &str| match code {
        "" => Some(None),
        code => LanguageCode::parse(code).map(Some),
    };
    let (speaks, learns) = (language(&filters.speaks)?, language(&filters.learns)?);
    let level = match filters.level.as_str() {
        "" => None,
        level => Some(Level::parse(level).ok()?),
    };
    let interest = match filters.interest.trim() {
        "" => None,
        typed => Some(Interest::parse(typed).ok()?),
    };
    let name = single_line(&filters.name, 0, 60).ok()?;
    let words = fold::words(&name);
    // Something was typed, and nobody is called so.
    if words.is_empty() && !name.is_empty() {
        return None;
    }
    let is_wanted = |wanted: Option<LanguageCode>, language: &PersonLanguage| {
        wanted.is_none_or(|wanted| wanted == language.language)
    };
    let streams = me
        .learned()
        .filter(|mine| is_wanted(speaks, mine))
        .flat_map(move |learned| {
            me.spoken()
                .filter(move |mine| is_wanted(learns, mine))
                .map(move |spoken| (learned.language, spoken.language))
        })
        .collect();
    Some(Query {
        wanted: Wanted {
            is_young,
            level,
            interest: interest.map(|interest| {
                let bit = topics(std::slice::from_ref(&interest));
                (interest, bit)
            }),
            here: !filters.online.is_empty(),
        },
        streams,
        words,
        after: match filters.after.as_str() {
            "" => None,
            after => Some(after.parse().ok()?),
        },
    })
}

/// Everybody who can be meant, where these are few: by a name, by being here, or by an interest that few people have.
async fn few(conn: &mut Conn, state: &AppState, query: &Query, most: usize) -> Result<Option<Vec<UserId>>, AppError> {
    let online = query.wanted.here.then(|| state.presence.online());
    let mut few = if let Some(longest) = query.words.iter().max_by_key(|word| word.chars().count()) {
        let mut named = Vec::new();
        for stream in &query.streams {
            named.extend(store::named(conn, query.wanted.is_young, *stream, longest, NAMES).await?);
        }
        named
    } else if let Some(online) = online.as_ref().filter(|online| online.len() <= most) {
        online.clone()
    } else if let Some((interest, _)) = &query.wanted.interest {
        let interested = store::interested(conn, interest, most + 1).await?;
        if interested.len() > most {
            return Ok(None);
        }
        interested
    } else {
        return Ok(None);
    };
    if let Some(online) = online {
        let online: HashSet<UserId> = online.into_iter().collect();
        few.retain(|user| online.contains(user));
        few = store::shown(conn, &few).await?;
    }
    Ok(Some(few))
}

/// Somebody as the index has them: one person of all their pairs of languages that are looked for.
struct Person {
    place: Place,
    languages: Vec<PersonLanguage>,
    pair: Pair,
}

impl Person {
    fn of(pair: Pair) -> Self {
        Self {
            place: pair.place,
            languages: vec![pair.speaks, pair.learns],
            pair,
        }
    }

    fn add(&mut self, pair: &Pair) {
        for language in [pair.speaks, pair.learns] {
            if !self.languages.contains(&language) {
                self.languages.push(language);
            }
        }
    }
}

/// One of each person.
fn together(people: &mut HashMap<UserId, Person>, pairs: Vec<Pair>) {
    for pair in pairs {
        match people.get_mut(&pair.place.id) {
            Some(person) => person.add(&pair),
            None => {
                people.insert(pair.place.id, Person::of(pair));
            }
        }
    }
}

async fn of_few(
    conn: &mut Conn,
    query: &Query,
    few: &[UserId],
    round: &Round,
    from: Option<Place>,
) -> Result<Vec<Person>, AppError> {
    let Wanted {
        is_young,
        level,
        interest,
        ..
    } = &query.wanted;
    let mut pairs = store::of_people(conn, *is_young, few, &query.streams).await?;
    pairs.retain(|pair| {
        level.is_none_or(|level| pair.learns.level == Some(level))
            && interest
                .as_ref()
                .is_none_or(|(interest, _)| pair.interests.contains(interest))
            && query.words.iter().all(|word| is_called(&pair.name_key, word))
    });
    let mut people = HashMap::new();
    together(&mut people, pairs);
    let mut people: Vec<Person> = people.into_values().collect();
    people.sort_by_cached_key(|person| round.key(&person.place));
    if let Some(from) = from.map(|from| round.key(&from)) {
        people.retain(|person| round.key(&person.place) > from);
    }
    Ok(people)
}

/// Whether one of the words of a folded name begins with `word`; in scripts without spaces, anywhere.
fn is_called(name_key: &str, word: &str) -> bool {
    fold::keys(name_key).iter().any(|key| key.starts_with(word))
}

/// The next people of the index after a place, a window and one more, in its order; or fewer, and how far they were looked for.
async fn of_index(
    conn: &mut Conn,
    query: &Query,
    round: &Round,
    from: Option<Place>,
    Extent {
        window, look, looks, ..
    }: Extent,
    passed_over: &HashSet<UserId>,
) -> Result<(Vec<Person>, Option<Place>), AppError> {
    // One more tells whether there are others.
    let count = window + 1;
    // Who is looked for by what the index does not hold may be far between.
    let is_sparse = query.wanted.interest.is_some() || query.wanted.here;
    let mut looked = 0;
    // Some stand there several times, though never so often that a look ends with nobody whole.
    let limit = count + count / 2 + 2 * STREAMS;
    let mut found: Vec<Person> = Vec::new();
    let begins = from.map_or(0, |from| round.segment_of(&from));
    for (number, segment) in round.segments().enumerate().skip(begins) {
        let mut after = from.filter(|_| number == begins);
        loop {
            let mut people = HashMap::new();
            // Up to where all streams were read.
            let mut horizon: Option<Place> = None;
            looked += 1;
            for streams in query.streams.chunks(STREAMS) {
                let until = match is_sparse {
                    true => store::reach(conn, &query.wanted, streams, segment, after, look).await?,
                    false => Vec::new(),
                };
                let until = until.into_iter().min_by_key(|place| round.key(place));
                horizon = nearer(round, horizon, until);
                let mut pairs = store::segment(conn, &query.wanted, streams, segment, (after, until), limit).await?;
                if pairs.len() == limit
                    && let Some(cut) = pairs.pop()
                {
                    // The last one may have more rows: the next look begins with them.
                    pairs.retain(|pair| pair.place.id != cut.place.id);
                    horizon = nearer(round, horizon, pairs.last().map(|pair| pair.place));
                }
                together(&mut people, pairs);
            }
            let mut people: Vec<Person> = people.into_values().collect();
            if let Some(horizon) = horizon.map(|horizon| round.key(&horizon)) {
                people.retain(|person| round.key(&person.place) <= horizon);
            }
            people.sort_by_cached_key(|person| round.key(&person.place));
            found.extend(
                people
                    .into_iter()
                    .filter(|person| !passed_over.contains(&person.place.id)),
            );
            if found.len() >= count {
                found.truncate(count);
                return Ok((found, None));
            }
            match horizon {
                Some(horizon) if is_sparse && looked >= looks => return Ok((found, Some(horizon))),
                Some(horizon) => after = Some(horizon),
                None => break,
            }
        }
    }
    Ok((found, None))
}

/// Which of two places comes first on the way.
fn nearer(round: &Round, one: Option<Place>, other: Option<Place>) -> Option<Place> {
    [one, other].into_iter().flatten().min_by_key(|place| round.key(place))
}

/// Everybody with their fit, the best first.
async fn score(
    conn: &mut Conn,
    state: &AppState,
    (me, zone): (&Profile, &str),
    people: Vec<Person>,
    today: i32,
) -> Result<Vec<Found>, AppError> {
    let mine = Side::of(me, me.hours.within(&zone_week(today, zone)));
    let ids: Vec<UserId> = people.iter().map(|person| person.place.id).collect();
    let habits = store::habits(conn, &ids, state.clock.now().minus(HABITS)).await?;
    let mut weeks: BTreeMap<String, ZoneWeek> = BTreeMap::new();
    let mut found: Vec<Found> = Vec::with_capacity(people.len());
    for Person { place, languages, pair } in people {
        let free = if mine.free == FreeTime::default() {
            FreeTime::default()
        } else {
            let week = weeks
                .entry(pair.time_zone)
                .or_insert_with_key(|zone| zone_week(today, zone));
            pair.hours.within(week)
        };
        let theirs = Side {
            languages: &languages,
            interests: &pair.interests,
            free,
            correction: pair.correction,
        };
        let habits = Habits {
            days_away: today - place.day,
            ..habits.get(&place.id).copied().unwrap_or_default()
        };
        if let Some(fit) = fit(&mine, &theirs, &habits) {
            found.push(Found { id: place.id, fit });
        }
    }
    found.sort_by_key(|found| shown_by(found.fit.score, found.id));
    Ok(found)
}
