//! In which order people are looked through, before anybody's score is known.
//!
//! An index cannot hold an order that is another one for each reader. So people stand in one order that has nothing to do with who asks:
//! who was here last comes first, and within a day everybody has a place on a ring. A reader looks at a window of so many people in that
//! order, and within the window the best fit comes first ([`super::score`]); then at the next window. Where fewer people are there than a
//! window holds, that is the order of the score alone.
//!
//! Of the latest days a large place has more people than a window. There each reader begins elsewhere on the ring, and elsewhere on the next
//! day, and goes around: so everybody stands in as many first windows as anybody else.

use std::cmp::Reverse;
use std::fmt;
use std::str::FromStr;

use crate::kernel::id::UserId;

/// How many people a window holds.
pub const WINDOW: usize = 120;
/// On how many days, today among them, readers begin at places of their own.
const FRESH_DAYS: i32 = 2;

/// Where somebody stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Place {
    /// The day (UTC) on which they were here last, in days since 1970.
    pub day: i32,
    /// Their place on the ring.
    pub ring: u16,
    /// Who.
    pub id: UserId,
}

impl Place {
    /// Somebody's place on the ring, for good.
    pub const fn ring_of(id: UserId) -> u16 {
        let id = id.uuid().as_u128();
        (mix((id >> 64) as u64 ^ mix(id as u64)) >> 48) as u16
    }
}

/// People who stand beside each other in the index: of these days, the latest first, and of these places on the ring.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Segment {
    /// The first and the last day.
    pub days: (i32, i32),
    /// The first and the last place.
    pub rings: (u16, u16),
}

impl Segment {
    fn holds(&self, place: &Place) -> bool {
        (self.days.0..=self.days.1).contains(&place.day) && (self.rings.0..=self.rings.1).contains(&place.ring)
    }
}

/// The way of one reader through everybody, as of one day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Round {
    /// The day, in days since 1970 (UTC).
    today: i32,
    /// Where on the ring it begins.
    start: u16,
}

/// What places sort by: the segment, then the latest day, the ring, the id.
type Key = (usize, Reverse<i32>, u16, UserId);

impl Round {
    /// The way of `reader` on `today`.
    pub fn of(reader: UserId, today: i32) -> Self {
        let id = reader.uuid().as_u128();
        let mixed = mix((id >> 64) as u64 ^ mix(id as u64 ^ mix(today as u64)));
        Self {
            today,
            start: (mixed >> 48) as u16,
        }
    }

    /// The day that it is of.
    pub const fn today(&self) -> i32 {
        self.today
    }

    /// Everybody, in parts that an index can read one after the other. Who came after `today` began stands with those of today.
    pub fn segments(&self) -> impl Iterator<Item = Segment> + use<> {
        let (today, start) = (self.today, self.start);
        let fresh = (0..FRESH_DAYS).flat_map(move |ago| {
            let days = (today - ago, if ago == 0 { i32::MAX } else { today - ago });
            let from_start = Segment {
                days,
                rings: (start, u16::MAX),
            };
            let up_to_start = start.checked_sub(1).map(|last| Segment { days, rings: (0, last) });
            [Some(from_start), up_to_start].into_iter().flatten()
        });
        fresh.chain([Segment {
            days: (i32::MIN, today - FRESH_DAYS),
            rings: (0, u16::MAX),
        }])
    }

    /// Which segment a place is in, counted from 0.
    pub fn segment_of(&self, place: &Place) -> usize {
        // Every place is in one of them.
        self.segments()
            .position(|segment| segment.holds(place))
            .unwrap_or_default()
    }

    /// What places sort by on this way.
    pub fn key(&self, place: &Place) -> impl Ord + use<> {
        let key: Key = (self.segment_of(place), Reverse(place.day), place.ring, place.id);
        key
    }

    /// Everybody with their score, window by window, each in the order in which it is shown. What a search finds has to be this.
    pub fn windows(&self, people: impl IntoIterator<Item = (Place, i64)>, size: usize) -> Vec<Vec<UserId>> {
        let mut people: Vec<(Place, i64)> = people.into_iter().collect();
        people.sort_by_cached_key(|(place, _)| self.key(place));
        people
            .chunks(size.max(1))
            .map(|window| {
                let mut window = window.to_vec();
                window.sort_by_key(|(place, score)| shown_by(*score, place.id));
                window.into_iter().map(|(place, _)| place.id).collect()
            })
            .collect()
    }
}

/// What a window is sorted by: the best score first, then the smaller id.
pub const fn shown_by(score: i64, id: UserId) -> (Reverse<i64>, UserId) {
    (Reverse(score), id)
}

/// The finalizer of SplitMix64 (Steele, Lea, Flood 2014): every bit of the number depends on every bit of the other.
const fn mix(number: u64) -> u64 {
    let number = number.wrapping_add(0x9e37_79b9_7f4a_7c15);
    let number = (number ^ (number >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let number = (number ^ (number >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    number ^ (number >> 31)
}

/// Where a page begins: within which window, and after whom. Stands in the address as a text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct After {
    /// The day of the [`Round`].
    pub today: i32,
    /// The window begins after this place; at the beginning, if there is none.
    pub from: Option<Place>,
    /// The window's last place.
    pub to: Place,
    /// The last one shown of it, with their score; nobody where the next window begins here.
    pub last: Option<(i64, UserId)>,
}

impl fmt::Display for Place {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}_{}_{}", self.day, self.ring, self.id.uuid().simple())
    }
}

impl FromStr for Place {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        let mut parts = text.split('_');
        let place = Self {
            day: part(parts.next())?,
            ring: part(parts.next())?,
            id: part(parts.next())?,
        };
        parts.next().is_none().then_some(place).ok_or(NotAPlace)
    }
}

impl fmt::Display for After {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let from = self.from.map(|place| place.to_string()).unwrap_or_default();
        let last = self.last.map(|(score, id)| format!("{score}_{}", id.uuid().simple()));
        write!(f, "{}.{from}.{}.{}", self.today, self.to, last.unwrap_or_default())
    }
}

impl FromStr for After {
    type Err = NotAPlace;

    fn from_str(text: &str) -> Result<Self, NotAPlace> {
        let [today, from, to, last]: [&str; 4] =
            text.split('.').collect::<Vec<_>>().try_into().map_err(|_| NotAPlace)?;
        let last = match last.split_once('_') {
            Some((score, id)) => Some((part(Some(score))?, part(Some(id))?)),
            None if last.is_empty() => None,
            None => return Err(NotAPlace),
        };
        Ok(Self {
            today: part(Some(today))?,
            from: if from.is_empty() { None } else { Some(from.parse()?) },
            to: to.parse()?,
            last,
        })
    }
}

/// The text says no place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct NotAPlace;

fn part<T: FromStr>(text: Option<&str>) -> Result<T, NotAPlace> {
    text.and_then(|text| text.parse().ok()).ok_or(NotAPlace)
}

#[cfg(test)]
mod tests {
    use std::collections::HashMap;

    use proptest::prelude::*;
    use uuid::Uuid;

    use super::*;

    const TODAY: i32 = 20_780;

    fn user(number: u128) -> UserId {
        UserId::from_uuid(Uuid::from_u128(number))
    }

    #[test]
    fn a_reader_begins_elsewhere_on_another_day_and_beside_others() {
        let starts: Vec<u16> = (0..40)
            .map(|number| Round::of(user(7), TODAY + number).start)
            .chain((0..40).map(|number| Round::of(user(number), TODAY).start))
            .collect();
        let mut different = starts.clone();
        different.sort_unstable();
        different.dedup();
        assert!(different.len() > 70, "{starts:?}");
        assert_eq!(Round::of(user(7), TODAY), Round::of(user(7), TODAY), "the same all day");
    }

    #[test]
    fn first_windows_are_spread_over_everybody() {
        // Two thousand people who are as good as each other, and three hundred who look for somebody.
        let people = (0..2_000_u128).map(|number| Place {
            day: TODAY,
            ring: (mix(number as u64) >> 48) as u16,
            id: user(number),
        });
        let mut seen: HashMap<UserId, usize> = HashMap::new();
        for reader in 0..300_u128 {
            let round = Round::of(user(1_000_000 + reader), TODAY);
            let windows = round.windows(people.clone().map(|place| (place, 50)), WINDOW);
            for id in &windows[0] {
                *seen.entry(*id).or_default() += 1;
            }
        }
        let mean = 300 * WINDOW / 2_000;
        let most = seen.values().max().copied().unwrap_or_default();
        assert!(
            most <= 3 * mean,
            "somebody is in {most} first windows, the mean is {mean}"
        );
        assert!(seen.len() > 1_990, "only {} people are in any", seen.len());
    }

    #[test]
    fn what_is_no_place_in_the_list_is_not_read() {
        let id = "0190b6a07f6e7c3a9d2b2f1f5a3c4d5e";
        let place = format!("20780_1_{id}");
        assert!(format!("20780..{place}.").parse::<After>().is_ok());
        for wrong in [
            String::new(),
            ".".to_owned(),
            "...".to_owned(),
            format!("20780..{place}"),
            format!("20780..{place}.1"),
            format!("20780..{place}.1_x"),
            format!("20780.x.{place}."),
            format!("20780..{place}_1."),
            format!("20780..20780_65536_{id}."),
            format!("99999999999..{place}."),
            format!("20780..{place}..1"),
        ] {
            assert_eq!(wrong.parse::<After>(), Err(NotAPlace), "{wrong:?}");
        }
    }

    fn place() -> impl Strategy<Value = Place> {
        (TODAY - 6..TODAY + 2, any::<u16>(), any::<u128>()).prop_map(|(day, ring, id)| Place {
            day,
            ring,
            id: user(id),
        })
    }

    fn round() -> impl Strategy<Value = Round> {
        prop_oneof![Just(0), Just(u16::MAX), any::<u16>()].prop_map(|start| Round { today: TODAY, start })
    }

    proptest! {
        #[test]
        fn every_place_is_in_one_segment(place in place(), round in round()) {
            prop_assert_eq!(round.segments().filter(|segment| segment.holds(&place)).count(), 1);
        }

        #[test]
        fn nobody_is_left_out_and_nobody_comes_twice(
            people in prop::collection::vec((place(), 0_i64..100), 0..60), round in round(), size in 1_usize..20,
        ) {
            let windows = round.windows(people.clone(), size);
            let mut shown: Vec<UserId> = windows.concat();
            let mut all: Vec<UserId> = people.iter().map(|(place, _)| place.id).collect();
            shown.sort_unstable();
            all.sort_unstable();
            prop_assert_eq!(shown, all);
            prop_assert!(windows.iter().rev().skip(1).all(|window| window.len() == size));
            // Nobody of a later window was here on a later day than anybody of an earlier one.
            let day_of = |id: &UserId| {
                let found = people.iter().find(|(place, _)| place.id == *id);
                found.map(|(place, _)| place.day.min(TODAY))
            };
            for pair in windows.windows(2) {
                let oldest = pair[0].iter().filter_map(day_of).min();
                let latest = pair[1].iter().filter_map(day_of).max();
                prop_assert!(latest <= oldest, "{latest:?} after {oldest:?}");
            }
        }

        #[test]
        fn one_window_for_all_is_the_order_of_the_score(
            people in prop::collection::vec((place(), 0_i64..100), 0..40), round in round(),
        ) {
            let mut best_first = people.clone();
            best_first.sort_by_key(|(place, score)| (-score, place.id));
            let expected: Vec<UserId> = best_first.into_iter().map(|(place, _)| place.id).collect();
            prop_assert_eq!(round.windows(people, WINDOW).concat(), expected);
        }

        #[test]
        fn where_a_page_begins_survives_the_address(
            from in prop::option::of(place()), to in place(), last in prop::option::of((0_i64..100, any::<u128>())),
        ) {
            let after = After { today: TODAY, from, to, last: last.map(|(score, id)| (score, user(id))) };
            prop_assert_eq!(after.to_string().parse::<After>(), Ok(after));
        }
    }
}
