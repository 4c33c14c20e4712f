//! SQL of the search: what the index has of people, in its order, a bounded number at a time.

pub(in crate::matching) mod text;

use std::collections::HashMap;

use sqlx::FromRow;

use super::card;
use crate::accounts::model::{PersonCard, Visibility};
use crate::accounts::status::Availability;
use crate::kernel::id::UserId;
use crate::kernel::picture::PictureId;
use crate::kernel::time::Micros;
use crate::matching::model::order::{Place, Segment};
use crate::matching::model::score::Habits;
use crate::on_engine;
use crate::profiles::about::CorrectionStyle;
use crate::profiles::hours::WeekHours;
use crate::profiles::interests::Interest;
use crate::profiles::languages::LanguageCode;
use crate::profiles::model::{Level, PersonLanguage, Role};
use crate::server::db::{Conn, StoreError, id_list};

/// Pairs of languages that one statement reads: what they speak, what they learn.
pub(in crate::matching) const STREAMS: usize = 4;

/// What somebody speaks and what they learn.
pub(in crate::matching) type Stream = (LanguageCode, LanguageCode);

/// Whom to look for, whatever the place.
#[derive(Clone, Debug, Default)]
pub(in crate::matching) struct Wanted {
    pub(in crate::matching) is_young: bool,
    /// In what they learn.
    pub(in crate::matching) level: Option<Level>,
    /// With its bit.
    pub(in crate::matching) interest: Option<(Interest, i64)>,
    /// Only who is here and shows it.
    pub(in crate::matching) here: bool,
}

#[derive(FromRow)]
struct PairRow {
    user_id: UserId,
    active_day: i32,
    ring: i32,
    speaks: String,
    learns: String,
    role: String,
    speaks_level: String,
    learns_level: String,
    interests: String,
    hours: Vec<u8>,
    correction: Option<String>,
    name_key: String,
    time_zone: Option<String>,
}

/// One pair of languages of somebody, with what the score looks at.
pub(in crate::matching) struct Pair {
    pub(in crate::matching) place: Place,
    pub(in crate::matching) speaks: PersonLanguage,
    pub(in crate::matching) learns: PersonLanguage,
    pub(in crate::matching) interests: Vec<Interest>,
    pub(in crate::matching) hours: WeekHours,
    pub(in crate::matching) time_zone: String,
    pub(in crate::matching) correction: Option<CorrectionStyle>,
    /// Folded words, with spaces between them and around.
    pub(in crate::matching) name_key: String,
}

impl TryFrom<PairRow> for Pair {
    type Error = StoreError;

    fn try_from(row: PairRow) -> Result<Self, StoreError> {
        let correction = CorrectionStyle::parse(row.correction.as_deref().unwrap_or_default());
        Ok(Self {
            place: Place {
                day: row.active_day,
                ring: u16::try_from(row.ring).map_err(|_| StoreError::Row("match_pair.ring"))?,
                id: row.user_id,
            },
            speaks: language(&row.speaks, &row.role, &row.speaks_level)?,
            learns: language(&row.learns, Role::Learning.name(), &row.learns_level)?,
            interests: Interest::parse_list(&row.interests).map_err(|_| StoreError::Row("match_person.interests"))?,
            hours: WeekHours::from_bytes(&row.hours).ok_or(StoreError::Row("match_person.hours"))?,
            time_zone: row.time_zone.unwrap_or_else(|| "UTC".to_owned()),
            correction: correction.map_err(|_| StoreError::Row("match_person.correction"))?,
            name_key: row.name_key,
        })
    }
}

fn language(code: &str, role: &str, level: &str) -> Result<PersonLanguage, StoreError> {
    let level = match level {
        "" => None,
        level => Some(Level::parse(level).map_err(|_| StoreError::Row("match_pair.level"))?),
    };
    Ok(PersonLanguage {
        language: LanguageCode::parse(code).ok_or(StoreError::Row("match_pair.language"))?,
        role: Role::parse(role).map_err(|_| StoreError::Row("match_pair.role"))?,
        level,
    })
}

/// Rows of up to [`STREAMS`] streams within a segment, in its order, after a place in it.
pub(in crate::matching) async fn segment(
    conn: &mut Conn,
    wanted: &Wanted,
    streams: &[Stream],
    segment: Segment,
    (after, until): (Option<Place>, Option<Place>),
    limit: usize,
) -> Result<Vec<Pair>, StoreError> {
    let sql = text::SEGMENT[usize::from(wanted.level.is_some())];
    let code = |at: usize| code(streams, at);
    let last_day = after.map_or(segment.days.1, |place| place.day);
    let after_ring = after.map_or(-1, |place| i32::from(place.ring));
    let after_id = after.map_or(UserId::from_uuid(uuid::Uuid::nil()), |place| place.id);
    let (interest, bit) = wanted
        .interest
        .as_ref()
        .map_or(("", 0), |(interest, bit)| (interest.as_str(), *bit));
    let rows: Vec<PairRow> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(wanted.is_young)
        .bind(until.map_or(segment.days.0, |place| place.day))
        .bind(last_day)
        .bind(i32::from(segment.rings.0))
        .bind(i32::from(segment.rings.1))
        .bind(after_ring)
        .bind(after_id)
        .bind(bit)
        .bind(interest)
        .bind(wanted.here)
        .bind(limit as i64)
        .bind(wanted.level.map_or("", Level::name))
        .bind(code(0))
        .bind(code(1))
        .bind(code(2))
        .bind(code(3))
        .bind(code(4))
        .bind(code(5))
        .bind(code(6))
        .bind(code(7))
        .bind(until.map_or(i32::MAX, |place| i32::from(place.ring)))
        .bind(until.map_or(UserId::from_uuid(uuid::Uuid::nil()), |place| place.id))
        .fetch_all(c)
        .await)?;
    rows.into_iter().map(Pair::try_from).collect()
}

/// A language of one of the streams; those of streams that are not there are nobody's.
fn code(streams: &[Stream], at: usize) -> &'static str {
    match streams.get(at / 2) {
        None => "",
        Some((speaks, _)) if at.is_multiple_of(2) => speaks.code(),
        Some((_, learns)) => learns.code(),
    }
}

/// How many are wanted among so many rows of each stream, and whether one of these has more.
pub(in crate::matching) async fn count(
    conn: &mut Conn,
    wanted: &Wanted,
    streams: &[Stream],
    look: usize,
) -> Result<(usize, bool), StoreError> {
    let sql = text::count(streams.len(), wanted.level.is_some());
    let (interest, bit) = wanted
        .interest
        .as_ref()
        .map_or(("", 0), |(interest, bit)| (interest.as_str(), *bit));
    let (people, rows): (i64, i64) = on_engine!(conn, |c| {
        let mut query = sqlx::query_as(sqlx::AssertSqlSafe(sql))
            .bind(wanted.is_young)
            .bind(bit)
            .bind(interest)
            .bind(wanted.here)
            .bind(look as i64)
            .bind(wanted.level.map_or("", Level::name));
        for (speaks, learns) in streams {
            query = query.bind(speaks.code()).bind(learns.code());
        }
        query.fetch_one(c).await
    })?;
    let people = usize::try_from(people).unwrap_or_default();
    Ok((people, usize::try_from(rows).is_ok_and(|rows| rows >= look)))
}

/// For each of up to [`STREAMS`] streams within a segment where its row stands that comes `look` after a place; those are left out that end before.
pub(in crate::matching) async fn reach(
    conn: &mut Conn,
    wanted: &Wanted,
    streams: &[Stream],
    segment: Segment,
    after: Option<Place>,
    look: usize,
) -> Result<Vec<Place>, StoreError> {
    let sql = text::REACH[usize::from(wanted.level.is_some())];
    let rows: Vec<(i32, i32, UserId)> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(wanted.is_young)
        .bind(segment.days.0)
        .bind(after.map_or(segment.days.1, |place| place.day))
        .bind(i32::from(segment.rings.0))
        .bind(i32::from(segment.rings.1))
        .bind(after.map_or(-1, |place| i32::from(place.ring)))
        .bind(after.map_or(UserId::from_uuid(uuid::Uuid::nil()), |place| place.id))
        .bind(look as i64)
        .bind(wanted.level.map_or("", Level::name))
        .bind(code(streams, 0))
        .bind(code(streams, 1))
        .bind(code(streams, 2))
        .bind(code(streams, 3))
        .bind(code(streams, 4))
        .bind(code(streams, 5))
        .bind(code(streams, 6))
        .bind(code(streams, 7))
        .fetch_all(c)
        .await)?;
    rows.into_iter()
        .map(|(day, ring, id)| {
            Ok(Place {
                day,
                ring: u16::try_from(ring).map_err(|_| StoreError::Row("match_pair.ring"))?,
                id,
            })
        })
        .collect()
}

/// The rows of some people in these streams.
pub(in crate::matching) async fn of_people(
    conn: &mut Conn,
    is_young: bool,
    people: &[UserId],
    streams: &[Stream],
) -> Result<Vec<Pair>, StoreError> {
    let sql = conn.sql(text::OF_PEOPLE[0], text::OF_PEOPLE[1]);
    let ids = id_list(people.iter().map(|user| user.uuid()));
    let wanted = streams.iter().fold("|".to_owned(), |wanted, (speaks, learns)| {
        format!("{wanted}{}/{}|", speaks.code(), learns.code())
    });
    let rows: Vec<PairRow> = on_engine!(conn, |c| sqlx::query_as(sql)
        .bind(is_young)
        .bind(&ids)
        .bind(&wanted)
        .fetch_all(c)
        .await)?;
    rows.into_iter().map(Pair::try_from).collect()
}

/// People of a stream one of whose words begins with `word`, in the order of these words.
pub(in crate::matching) async fn named(
    conn: &mut Conn,
    is_young: bool,
    (speaks, learns): Stream,
    word: &str,
    limit: usize,
) -> Result<Vec<UserId>, StoreError> {
    // After everything that begins so.
    let end = format!("{word}{}", char::MAX);
    let rows: Vec<(UserId,)> = on_engine!(conn, |c| sqlx::query_as(text::NAMED)
        .bind(is_young)
        .bind(speaks.code())
        .bind(learns.code())
        .bind(word)
        .bind(&end)
        .bind(limit as i64)
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Those of some people who show when they are here.
pub(in crate::matching) async fn shown(conn: &mut Conn, people: &[UserId]) -> Result<Vec<UserId>, StoreError> {
    let sql = conn.sql(text::SHOWN[0], text::SHOWN[1]);
    let ids = id_list(people.iter().map(|user| user.uuid()));
    let rows: Vec<(UserId,)> = on_engine!(conn, |c| sqlx::query_as(sql).bind(&ids).fetch_all(c).await)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

#[derive(FromRow)]
struct CardRow {
    id: UserId,
    username: String,
    display_name: String,
    picture_id: Option<PictureId>,
    show_online: bool,
    is_invisible: bool,
    is_busy: bool,
}

/// What cards show of some people, and what others may see of their being here.
pub(in crate::matching) async fn cards(
    conn: &mut Conn,
    people: &[UserId],
) -> Result<HashMap<UserId, (PersonCard, Visibility)>, StoreError> {
    let sql = conn.sql(text::CARDS[0], text::CARDS[1]);
    let ids = id_list(people.iter().map(|user| user.uuid()));
    let rows: Vec<CardRow> = on_engine!(conn, |c| sqlx::query_as(sql).bind(&ids).fetch_all(c).await)?;
    let cards = rows.into_iter().map(|row| {
        let visibility = Visibility {
            show_online: row.show_online,
            availability: Availability::of(row.is_invisible, row.is_busy),
        };
        let person = card(row.id, row.username, row.display_name, row.picture_id);
        (row.id, (person, visibility))
    });
    Ok(cards.collect())
}

/// Up to so many people with an interest.
pub(in crate::matching) async fn interested(
    conn: &mut Conn,
    interest: &Interest,
    limit: usize,
) -> Result<Vec<UserId>, StoreError> {
    let rows: Vec<(UserId,)> = on_engine!(conn, |c| sqlx::query_as(text::INTERESTED)
        .bind(interest.as_str())
        .bind(limit as i64)
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

/// Those of whom nobody who looks for partners wants to hear: partners, people who were asked, and who has declined since then.
pub(in crate::matching) async fn known(
    conn: &mut Conn,
    me: UserId,
    declined_since: Micros,
) -> Result<Vec<UserId>, StoreError> {
    let rows: Vec<(UserId,)> = on_engine!(conn, |c| sqlx::query_as(text::KNOWN)
        .bind(me)
        .bind(declined_since)
        .fetch_all(c)
        .await)?;
    Ok(rows.into_iter().map(|(id,)| id).collect())
}

#[derive(FromRow)]
struct HabitsRow {
    recipient_id: UserId,
    waiting: i64,
    asked: i64,
    answered: i64,
}

/// How people have answered requests since then; those who had none are left out. Days away are not among it.
pub(in crate::matching) async fn habits(
    conn: &mut Conn,
    people: &[UserId],
    since: Micros,
) -> Result<HashMap<UserId, Habits>, StoreError> {
    let sql = conn.sql(text::HABITS[0], text::HABITS[1]);
    let ids = id_list(people.iter().map(|user| user.uuid()));
    let rows: Vec<HabitsRow> = on_engine!(conn, |c| sqlx::query_as(sql).bind(since).bind(&ids).fetch_all(c).await)?;
    let count = |number: i64| u32::try_from(number).unwrap_or_default();
    let habits = rows.into_iter().map(|row| {
        let habits = Habits {
            days_away: 0,
            asked: count(row.asked),
            answered: count(row.answered),
            waiting: count(row.waiting),
        };
        (row.recipient_id, habits)
    });
    Ok(habits.collect())
}
