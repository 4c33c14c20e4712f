//! A week and the clocks on the walls of its time zones, without I/O.
//!
//! A week here is the seven days of UTC from some midnight on, in quarter hours: every zone's clock stands at a multiple of a quarter of an
//! hour from UTC. Two zones are compared by these quarters, so that what a clock does in that very week, an hour skipped or had twice, is right.

use serde::{Deserialize, Serialize};

/// Quarter hours of a week.
pub const QUARTERS: u16 = 7 * 24 * 4;
/// Minutes of a quarter hour.
pub const QUARTER: u16 = 15;
/// Minutes of a day.
pub const DAY: u16 = 24 * 60;
/// Minutes of a week.
const WEEK: i64 = 7 * DAY as i64;

/// A day of the week.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Weekday {
    /// The first (ISO 8601).
    Monday,
    /// The second.
    Tuesday,
    /// The third.
    Wednesday,
    /// The fourth.
    Thursday,
    /// The fifth.
    Friday,
    /// The sixth.
    Saturday,
    /// The last.
    Sunday,
}

impl Weekday {
    /// All of them, Monday first.
    pub const ALL: [Self; 7] = [
        Self::Monday,
        Self::Tuesday,
        Self::Wednesday,
        Self::Thursday,
        Self::Friday,
        Self::Saturday,
        Self::Sunday,
    ];

    /// The name in forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Monday => "mon",
            Self::Tuesday => "tue",
            Self::Wednesday => "wed",
            Self::Thursday => "thu",
            Self::Friday => "fri",
            Self::Saturday => "sat",
            Self::Sunday => "sun",
        }
    }

    /// The day with this name.
    pub fn parse(raw: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|day| day.name() == raw)
    }

    /// How many days after Monday.
    pub const fn number(self) -> u16 {
        self as u16
    }
}

/// How the clocks of a zone stand over a week.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ZoneWeek {
    /// The week's first day (UTC), in days since 1970.
    day: i32,
    /// From which quarter on the clocks are so many minutes ahead of UTC; in order, the first from quarter 0.
    offsets: Vec<(u16, i16)>,
}

impl ZoneWeek {
    /// The week from `day` (days since 1970, UTC) on. `offsets`: from which quarter of the week on the clocks are so many minutes ahead of
    /// UTC, in order; before the first it is UTC.
    pub const fn new(day: i32, offsets: Vec<(u16, i16)>) -> Self {
        Self { day, offsets }
    }

    /// What a clock shows when `quarter` begins: minutes since Monday 0:00.
    pub fn minute_of_week(&self, quarter: u16) -> u16 {
        // 1970 began on a Thursday.
        let monday = i64::from(Weekday::Thursday.number()) * i64::from(DAY);
        let minute = i64::from(self.day) * i64::from(DAY)
            + i64::from(quarter) * i64::from(QUARTER)
            + i64::from(self.offset(quarter))
            + monday;
        minute.rem_euclid(WEEK) as u16
    }

    fn offset(&self, quarter: u16) -> i16 {
        let holds = self.offsets.iter().rev().find(|(from, _)| *from <= quarter);
        holds.map_or(0, |(_, minutes)| *minutes)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-03-26, a Thursday. On the Sunday after it the clocks of Madrid leap from two to three.
    const DAY_OF_MARCH: i32 = 20_538;
    /// From 2026-03-29 01:00 UTC on.
    const LEAP: u16 = 3 * 96 + 4;

    #[test]
    fn names_of_days_are_read_back() {
        for (number, day) in (0..).zip(Weekday::ALL) {
            assert_eq!((Weekday::parse(day.name()), day.number()), (Some(day), number));
        }
        assert_eq!(Weekday::parse("monday"), None);
    }

    #[test]
    fn the_first_day_has_its_weekday() {
        let utc = ZoneWeek::new(0, Vec::new());
        assert_eq!(utc.minute_of_week(0), Weekday::Thursday.number() * DAY);
        assert_eq!(utc.minute_of_week(4 * 96), 0, "a Monday");
        assert_eq!(
            ZoneWeek::new(-1, Vec::new()).minute_of_week(0),
            Weekday::Wednesday.number() * DAY
        );
        assert_eq!(
            ZoneWeek::new(DAY_OF_MARCH, Vec::new()).minute_of_week(0),
            Weekday::Thursday.number() * DAY
        );
    }

    #[test]
    fn zones_are_ahead_and_behind_also_by_parts_of_an_hour() {
        let at = |minutes| ZoneWeek::new(4, vec![(0, minutes)]).minute_of_week(0);
        assert_eq!([at(0), at(330), at(765)], [0, 330, 765]);
        assert_eq!(at(-210), 7 * DAY - 210, "still Sunday");
    }

    #[test]
    fn an_hour_is_skipped_where_the_clocks_leap() {
        let madrid = ZoneWeek::new(DAY_OF_MARCH, vec![(0, 60), (LEAP, 120)]);
        let sunday = Weekday::Sunday.number() * DAY;
        assert_eq!(madrid.minute_of_week(LEAP - 1), sunday + 60 + 45);
        assert_eq!(madrid.minute_of_week(LEAP), sunday + 3 * 60);
    }
}
