//! The hours of a week at which somebody likes to talk, and those that two people have in common.
//!
//! People tick hours by the clock on their own wall, and that is what is kept: it stays right when their clocks change. What two of them
//! share is asked for one week, quarter by quarter ([`ZoneWeek`]), so that it is right in that week too.

use std::fmt;

use serde::{Deserialize, Serialize};

use crate::kernel::error::Problem;
use crate::kernel::week::{DAY, QUARTER, QUARTERS, Weekday, ZoneWeek};

/// Hours of a week.
const HOURS: usize = 7 * 24;
/// Bytes that hold them, a bit each.
const BYTES: usize = HOURS / 8;

/// The hours of a week, by the clock of whoever ticked them: Monday 0:00 to 1:00 is the first. Travels as hexadecimal digits.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct WeekHours([u8; BYTES]);

impl WeekHours {
    /// Whether nothing is ticked.
    pub fn is_empty(&self) -> bool {
        self.0 == [0; BYTES]
    }

    /// How many hours are ticked.
    pub fn count(&self) -> u32 {
        self.0.iter().map(|byte| byte.count_ones()).sum()
    }

    /// Whether the hour that begins then is ticked; there is none after the 23rd.
    pub fn has(&self, day: Weekday, hour: u16) -> bool {
        hour < 24 && self.has_minute(day.number() * DAY + hour * 60)
    }

    /// Whether the hour is ticked that this minute of the week is in.
    fn has_minute(&self, minute: u16) -> bool {
        let hour = usize::from(minute / 60);
        self.0.get(hour / 8).is_some_and(|byte| (byte >> (hour % 8)) & 1 == 1)
    }

    fn tick(&mut self, day: Weekday, hour: u16) {
        let hour = usize::from(day.number() * 24 + hour);
        if let Some(byte) = self.0.get_mut(hour / 8) {
            *byte |= 1 << (hour % 8);
        }
    }

    /// Reads the boxes that were ticked, each named by [`box_name`]. One that is there twice counts once.
    ///
    /// # Errors
    /// [`Problem::Unknown`] for anything else.
    pub fn parse(boxes: &[String]) -> Result<Self, Problem> {
        let mut hours = Self::default();
        for name in boxes {
            let (day, hour) = parse_box(name).ok_or(Problem::Unknown)?;
            hours.tick(day, hour);
        }
        Ok(hours)
    }

    /// As the database keeps them: nothing where nothing is ticked.
    pub fn bytes(&self) -> &[u8] {
        if self.is_empty() { &[] } else { &self.0 }
    }

    /// Reads [`bytes`](Self::bytes) back; `None` for what is no week.
    pub fn from_bytes(bytes: &[u8]) -> Option<Self> {
        match bytes {
            [] => Some(Self::default()),
            bytes => bytes.try_into().ok().map(Self),
        }
    }

    /// The same hours apart from any clock, in the week of `week`.
    pub fn within(&self, week: &ZoneWeek) -> FreeTime {
        let mut free = FreeTime::default();
        if self.is_empty() {
            return free;
        }
        for quarter in 0..QUARTERS {
            if self.has_minute(week.minute_of_week(quarter)) {
                free.put(quarter);
            }
        }
        free
    }
}

/// The name of the box for an hour in forms: `sat-9`.
pub fn box_name(day: Weekday, hour: u16) -> String {
    format!("{}-{hour}", day.name())
}

fn parse_box(name: &str) -> Option<(Weekday, u16)> {
    let (day, hour) = name.split_once('-')?;
    let (day, number) = (Weekday::parse(day)?, hour.parse().ok()?);
    // Not "+9" or "09": one name for each box.
    (number < 24 && box_name(day, number) == name).then_some((day, number))
}

impl fmt::Display for WeekHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.bytes().iter().try_for_each(|byte| write!(f, "{byte:02x}"))
    }
}

impl From<WeekHours> for String {
    fn from(hours: WeekHours) -> Self {
        hours.to_string()
    }
}

impl TryFrom<String> for WeekHours {
    type Error = &'static str;

    fn try_from(digits: String) -> Result<Self, Self::Error> {
        const WRONG: &str = "not the hours of a week";
        if !digits.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(WRONG);
        }
        let byte = |at: usize| {
            digits
                .get(at..at + 2)
                .and_then(|pair| u8::from_str_radix(pair, 16).ok())
        };
        let bytes: Option<Vec<u8>> = (0..digits.len()).step_by(2).map(byte).collect();
        bytes.and_then(|bytes| Self::from_bytes(&bytes)).ok_or(WRONG)
    }
}

const WORDS: usize = (QUARTERS as usize).div_ceil(64);

/// The quarter hours of one week at which somebody has time, apart from any clock.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct FreeTime([u64; WORDS]);

impl FreeTime {
    fn put(&mut self, quarter: u16) {
        self.0[usize::from(quarter / 64)] |= 1 << (quarter % 64);
    }

    /// Whether it holds this quarter hour; there is none after the last.
    pub fn has(&self, quarter: u16) -> bool {
        quarter < QUARTERS && (self.0[usize::from(quarter / 64)] >> (quarter % 64)) & 1 == 1
    }

    /// When both have time. Both have to be of the same week.
    pub fn and(&self, other: &Self) -> Self {
        Self(std::array::from_fn(|word| self.0[word] & other.0[word]))
    }

    /// How long it is together, in minutes.
    pub fn minutes(&self) -> u32 {
        self.0.iter().map(|word| word.count_ones()).sum::<u32>() * u32::from(QUARTER)
    }

    /// The same on the clock of `week`, from Monday to Sunday. An hour that the clocks show twice stands there once.
    pub fn on_the_wall(&self, week: &ZoneWeek) -> Vec<Stretch> {
        let mut minutes: Vec<u16> = (0..QUARTERS)
            .filter(|quarter| self.has(*quarter))
            .map(|quarter| week.minute_of_week(quarter))
            .collect();
        minutes.sort_unstable();
        minutes.dedup();
        let mut stretches: Vec<Stretch> = Vec::new();
        for (day, minute) in minutes.into_iter().map(|minute| (minute / DAY, minute % DAY)) {
            match stretches.last_mut() {
                Some(last) if last.day.number() == day && last.to == minute => last.to += QUARTER,
                _ => stretches.push(Stretch {
                    day: Weekday::ALL[usize::from(day)],
                    from: minute,
                    to: minute + QUARTER,
                }),
            }
        }
        stretches
    }
}

/// A time on one day of the week, on somebody's wall.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stretch {
    /// The day.
    pub day: Weekday,
    /// When it begins, in minutes of the day.
    pub from: u16,
    /// When it ends, in minutes of the day: 1440 is midnight.
    pub to: u16,
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// 2026-03-26, a Thursday.
    const WEEK: i32 = 20_538;

    fn hours(ticked: &[(Weekday, std::ops::Range<u16>)]) -> WeekHours {
        let mut hours = WeekHours::default();
        for (day, range) in ticked {
            range.clone().for_each(|hour| hours.tick(*day, hour));
        }
        hours
    }

    fn ahead(minutes: i16) -> ZoneWeek {
        ZoneWeek::new(WEEK, vec![(0, minutes)])
    }

    /// The clocks leap on Sunday, 2026-03-29, at one o'clock UTC.
    fn madrid() -> ZoneWeek {
        ZoneWeek::new(WEEK, vec![(0, 60), (3 * 96 + 4, 120)])
    }

    fn stretch(day: Weekday, from: u16, to: u16) -> Stretch {
        Stretch {
            day,
            from: from * 60,
            to: to * 60,
        }
    }

    #[test]
    fn boxes_that_are_ticked_are_the_hours() {
        let ticked = ["mon-0", "sun-23", "sat-9", "sat-9"].map(str::to_owned);
        let read = WeekHours::parse(&ticked).unwrap();
        assert_eq!(read.count(), 3);
        for (day, hour) in [(Weekday::Monday, 0), (Weekday::Sunday, 23), (Weekday::Saturday, 9)] {
            assert!(read.has(day, hour), "{day:?} {hour}");
        }
        assert!(!read.has(Weekday::Sunday, 9) && !read.has(Weekday::Sunday, 24));
        assert_eq!(WeekHours::parse(&[]), Ok(WeekHours::default()));
        for wrong in [
            "", "mon", "mon-24", "mon-09", "mon-+9", "Mon-9", "mon--1", "mon-9-1", "thu-x",
        ] {
            assert_eq!(
                WeekHours::parse(&[wrong.to_owned()]),
                Err(Problem::Unknown),
                "{wrong:?}"
            );
        }
    }

    #[test]
    fn what_is_no_week_is_not_read() {
        let read = |text: &str| serde_json::from_str::<WeekHours>(&format!("{text:?}"));
        assert_eq!(read("").unwrap(), WeekHours::default());
        for wrong in [
            "0",
            "00",
            "zz",
            "+1",
            "é",
            &"0".repeat(41),
            &"0".repeat(44),
            &"-1".repeat(21),
        ] {
            assert!(read(wrong).is_err(), "{wrong:?}");
        }
        assert_eq!(WeekHours::from_bytes(&[1]), None);
    }

    #[test]
    fn evenings_meet_afternoons_across_an_ocean() {
        let ana = hours(&[(Weekday::Monday, 18..22), (Weekday::Friday, 18..22)]);
        let luz = hours(&[(Weekday::Monday, 12..15), (Weekday::Tuesday, 0..24)]);
        let (madrid, bogota) = (ahead(60), ahead(-300));
        let shared = ana.within(&madrid).and(&luz.within(&bogota));
        assert_eq!(shared.minutes(), 3 * 60);
        assert_eq!(shared.on_the_wall(&madrid), [stretch(Weekday::Monday, 18, 21)]);
        assert_eq!(shared.on_the_wall(&bogota), [stretch(Weekday::Monday, 12, 15)]);
    }

    #[test]
    fn another_day_begins_on_one_wall_before_the_other() {
        let late = hours(&[(Weekday::Sunday, 22..24)]);
        let (here, tokyo) = (ahead(0), ahead(540));
        assert_eq!(
            late.within(&here).on_the_wall(&tokyo),
            [stretch(Weekday::Monday, 7, 9)],
            "Sunday night is Monday morning"
        );
        let through = hours(&[(Weekday::Monday, 23..24), (Weekday::Tuesday, 0..1)]);
        assert_eq!(
            through.within(&here).on_the_wall(&here),
            [stretch(Weekday::Monday, 23, 24), stretch(Weekday::Tuesday, 0, 1)]
        );
    }

    #[test]
    fn half_hours_between_two_clocks_count_as_they_are() {
        let ana = hours(&[(Weekday::Wednesday, 12..14)]);
        let dev = hours(&[(Weekday::Wednesday, 18..19)]);
        let shared = ana.within(&ahead(0)).and(&dev.within(&ahead(330)));
        assert_eq!(shared.minutes(), 60);
        assert_eq!(
            shared.on_the_wall(&ahead(0)),
            [Stretch {
                day: Weekday::Wednesday,
                from: 12 * 60 + 30,
                to: 13 * 60 + 30
            }]
        );
    }

    #[test]
    fn the_overlap_follows_the_clocks_within_the_week_in_which_they_change() {
        // Eight in the evening in Madrid, two in the afternoon in Bogotá, whose clocks never change.
        let ana = hours(&[(Weekday::Saturday, 20..21), (Weekday::Sunday, 20..21)]);
        let luz = hours(&[(Weekday::Saturday, 14..15), (Weekday::Sunday, 14..15)]);
        let shared = ana.within(&madrid()).and(&luz.within(&ahead(-300)));
        assert_eq!(shared.minutes(), 60, "on Sunday it is one in the afternoon there");
        assert_eq!(shared.on_the_wall(&madrid()), [stretch(Weekday::Saturday, 20, 21)]);
    }

    #[test]
    fn an_hour_that_the_clocks_skip_is_not_there() {
        let night = hours(&[(Weekday::Sunday, 1..4)]);
        let free = night.within(&madrid());
        assert_eq!(free.minutes(), 2 * 60);
        assert_eq!(
            free.on_the_wall(&madrid()),
            [stretch(Weekday::Sunday, 1, 2), stretch(Weekday::Sunday, 3, 4)]
        );
        // In autumn they show the hour from two to three twice.
        let autumn = ZoneWeek::new(20_748, vec![(0, 120), (3 * 96 + 4, 60)]);
        let free = night.within(&autumn);
        assert_eq!(free.minutes(), 4 * 60);
        assert_eq!(free.on_the_wall(&autumn), [stretch(Weekday::Sunday, 1, 4)]);
    }

    fn any_hours() -> impl Strategy<Value = WeekHours> {
        prop::array::uniform21(any::<u8>()).prop_map(WeekHours)
    }

    /// Offsets that zones have, with a change of an hour at some quarter or none.
    fn any_week() -> impl Strategy<Value = ZoneWeek> {
        (-48_i16..=56, prop::option::of((1..QUARTERS, prop::bool::ANY))).prop_map(|(quarters, change)| {
            let before = quarters * 15;
            let mut offsets = vec![(0, before)];
            offsets.extend(change.map(|(from, forward)| (from, before + if forward { 60 } else { -60 })));
            ZoneWeek::new(WEEK, offsets)
        })
    }

    proptest! {
        #[test]
        fn hours_survive_the_form_the_wire_and_the_database(hours in any_hours()) {
            let boxes: Vec<String> = Weekday::ALL
                .into_iter()
                .flat_map(|day| (0..24).map(move |hour| (day, hour)))
                .filter(|(day, hour)| hours.has(*day, *hour))
                .map(|(day, hour)| box_name(day, hour))
                .collect();
            prop_assert_eq!(boxes.len() as u32, hours.count());
            prop_assert_eq!(WeekHours::parse(&boxes), Ok(hours));
            prop_assert_eq!(WeekHours::from_bytes(hours.bytes()), Some(hours));
            let json = serde_json::to_string(&hours).unwrap();
            prop_assert_eq!(serde_json::from_str::<WeekHours>(&json).unwrap(), hours);
        }

        #[test]
        fn two_people_find_the_same_time_whoever_asks(
            mine in any_hours(), my_week in any_week(), theirs in any_hours(), their_week in any_week(),
        ) {
            let (i, they) = (mine.within(&my_week), theirs.within(&their_week));
            prop_assert_eq!(i.and(&they), they.and(&i));
            let minutes = i.and(&they).minutes();
            prop_assert!(minutes <= i.minutes().min(they.minutes()));
            // What one wall shows of it, the other shows too; an hour had twice is shown once.
            for week in [&my_week, &their_week] {
                let shown: u32 = i.and(&they).on_the_wall(week).iter().map(|s| u32::from(s.to - s.from)).sum();
                prop_assert!(shown <= minutes && minutes <= shown + 60, "{shown} of {minutes}");
            }
        }

        #[test]
        fn a_week_without_a_change_has_each_hour_once(hours in any_hours(), quarters in -48_i16..=56) {
            let week = ahead(quarters * 15);
            let free = hours.within(&week);
            prop_assert_eq!(free.minutes(), hours.count() * 60);
            let shown = free.on_the_wall(&week);
            prop_assert_eq!(shown.iter().map(|s| u32::from(s.to - s.from)).sum::<u32>(), hours.count() * 60);
            for stretch in &shown {
                prop_assert!(stretch.from < stretch.to && stretch.to <= DAY);
                for hour in stretch.from / 60..stretch.to / 60 {
                    prop_assert!(hours.has(stretch.day, hour));
                }
            }
        }
    }
}
