//! When an appointment takes place, without I/O: once, or each week at the same time on one person's wall.
//!
//! A series is kept as the civil time at which it begins and the zone whose clocks it follows, so that "Thursdays at six" stays at six when the
//! clocks change. A time that the clocks skip is as much later; of one that they show twice it is the first.

use jiff::civil::{Date, DateTime};
use jiff::tz::TimeZone;
use jiff::{Span, Timestamp};

use super::model::Repeats;
use crate::kernel::time::Micros;

/// Days of a week.
const WEEK: i32 = 7;

/// An appointment's times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Series {
    /// When it begins first.
    pub(super) starts_at: Micros,
    /// How long each time takes, in minutes.
    pub(super) minutes: u16,
    /// The zone whose clocks it follows (IANA); an unknown one counts as UTC.
    pub(super) time_zone: String,
    /// Whether it comes back.
    pub(super) repeats: Repeats,
    /// The times that are otherwise.
    pub(super) exceptions: Vec<Exception>,
}

/// A time of a series that is not as planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Exception {
    /// The day for which it was planned, in days since 1970, on the wall of the series.
    pub(super) day: i32,
    /// When it is instead, and how many minutes it takes; `None` where it is not at all.
    pub(super) instead: Option<(Micros, u16)>,
}

/// One time of an appointment.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Occurrence {
    /// When it begins.
    pub(super) starts_at: Micros,
    /// How long it takes, in minutes.
    pub(super) minutes: u16,
    /// The day for which it was planned, in days since 1970, on the wall of the series.
    pub(super) day: i32,
}

impl Occurrence {
    /// When it is over.
    pub(super) const fn ends_at(&self) -> Micros {
        end(self.starts_at, self.minutes)
    }
}

/// When something is over that takes so many minutes.
pub(super) const fn end(starts_at: Micros, minutes: u16) -> Micros {
    Micros(starts_at.0 + minutes as i64 * 60_000_000)
}

impl Series {
    /// The first time that is over after `from`, if there is one.
    pub(super) fn next(&self, from: Micros) -> Option<Occurrence> {
        let moved = self.moved().filter(|time| time.ends_at() > from).min();
        let planned = self
            .planned(from)
            .find(|time| time.ends_at() > from && !self.is_otherwise(time.day));
        moved.into_iter().chain(planned).min()
    }

    /// All times that are over after `from` and begin before `to`, in order.
    pub(super) fn between(&self, from: Micros, to: Micros) -> Vec<Occurrence> {
        let planned = self
            .planned(from)
            .take_while(|time| time.starts_at < to)
            .filter(|time| !self.is_otherwise(time.day));
        let mut all: Vec<Occurrence> = planned
            .chain(self.moved())
            .filter(|time| time.ends_at() > from && time.starts_at < to)
            .collect();
        all.sort_unstable();
        all
    }

    /// The time that was planned for `day`, where it takes place.
    pub(super) fn on(&self, day: i32) -> Option<Occurrence> {
        if let Some(exception) = self.exceptions.iter().find(|exception| exception.day == day) {
            return exception.instead.map(|(starts_at, minutes)| Occurrence {
                starts_at,
                minutes,
                day,
            });
        }
        let first = self.first();
        let weeks = (day - self.day_of(first)).checked_div_euclid(WEEK)?;
        let is_planned = match self.repeats {
            Repeats::Never => day == self.day_of(first),
            Repeats::Weekly => weeks >= 0 && (day - self.day_of(first)) % WEEK == 0,
        };
        is_planned.then(|| self.planned_after(weeks)).flatten()
    }

    /// What is planned, in order, from about `from` on.
    fn planned(&self, from: Micros) -> impl Iterator<Item = Occurrence> + '_ {
        let weeks = match self.repeats {
            Repeats::Never => 0..1,
            Repeats::Weekly => {
                let ago = (from.0 - self.starts_at.0).div_euclid(i64::from(WEEK) * 86_400_000_000);
                // A clock may have gone back, and the one before may not be over.
                let first = i32::try_from(ago).unwrap_or(i32::MAX).saturating_sub(2).max(0);
                first..i32::MAX
            }
        };
        weeks.map_while(|week| self.planned_after(week))
    }

    fn moved(&self) -> impl Iterator<Item = Occurrence> + '_ {
        self.exceptions.iter().filter_map(|exception| {
            exception.instead.map(|(starts_at, minutes)| Occurrence {
                starts_at,
                minutes,
                day: exception.day,
            })
        })
    }

    fn is_otherwise(&self, day: i32) -> bool {
        self.exceptions.iter().any(|exception| exception.day == day)
    }

    /// What is planned so many weeks after the first time; `None` beyond the end of the calendar.
    fn planned_after(&self, weeks: i32) -> Option<Occurrence> {
        let first = self.first();
        let days = weeks.checked_mul(WEEK)?;
        let then = first.checked_add(Span::new().try_days(days).ok()?).ok()?;
        let starts_at = match weeks {
            // To the moment, also where the clocks show it twice.
            0 => self.starts_at,
            _ => moment(then, &self.zone())?,
        };
        Some(Occurrence {
            starts_at,
            minutes: self.minutes,
            day: days_since_1970(then.date()),
        })
    }

    /// The first time by the clocks of the series.
    fn first(&self) -> DateTime {
        wall(self.starts_at, &self.zone())
    }

    fn day_of(&self, at: DateTime) -> i32 {
        days_since_1970(at.date())
    }

    fn zone(&self) -> TimeZone {
        zone(&self.time_zone)
    }
}

/// The zone of this name; an unknown one counts as UTC.
pub(super) fn zone(name: &str) -> TimeZone {
    TimeZone::get(name).unwrap_or(TimeZone::UTC)
}

/// What the clocks of a zone show.
pub(super) fn wall(at: Micros, zone: &TimeZone) -> DateTime {
    let at = Timestamp::from_microsecond(at.0).unwrap_or(Timestamp::UNIX_EPOCH);
    zone.to_datetime(at)
}

/// When the clocks of a zone show this: of a time that they skip, as much later; of one that they show twice, the first.
pub(super) fn moment(wall: DateTime, zone: &TimeZone) -> Option<Micros> {
    let at = zone.to_ambiguous_timestamp(wall).compatible().ok()?;
    Some(Micros(at.as_microsecond()))
}

/// The number of a day, 0 for 1970-01-01.
pub(super) fn days_since_1970(date: Date) -> i32 {
    let first = jiff::civil::date(1970, 1, 1);
    first.until(date).map_or(0, |span| span.get_days())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn at(text: &str) -> Micros {
        Micros(text.parse::<Timestamp>().unwrap().as_microsecond())
    }

    fn series(starts_at: &str, time_zone: &str, repeats: Repeats) -> Series {
        Series {
            starts_at: at(starts_at),
            minutes: 60,
            time_zone: time_zone.to_owned(),
            repeats,
            exceptions: Vec::new(),
        }
    }

    fn starts(series: &Series, from: &str, to: &str) -> Vec<String> {
        let times = series.between(at(from), at(to));
        let text = |time: &Occurrence| Timestamp::from_microsecond(time.starts_at.0).unwrap().to_string();
        times.iter().map(text).collect()
    }

    #[test]
    fn one_time_is_one_time_until_it_is_over() {
        let once = series("2026-03-26T17:00:00Z", "Europe/Madrid", Repeats::Never);
        let time = once.next(at("2026-03-01T00:00:00Z")).unwrap();
        assert_eq!((time.starts_at, time.day), (once.starts_at, 20_538));
        assert_eq!(once.next(at("2026-03-26T17:59:59Z")), Some(time), "it goes on");
        assert_eq!(once.next(at("2026-03-26T18:00:00Z")), None);
        assert_eq!(once.on(20_538), Some(time));
        assert_eq!(once.on(20_545), None);
        assert_eq!(starts(&once, "2026-03-01T00:00:00Z", "2027-01-01T00:00:00Z").len(), 1);
    }

    #[test]
    fn each_week_it_is_at_the_same_time_on_the_wall_when_the_clocks_change() {
        // Thursdays at six in Madrid, which passes to summer time on 29 March.
        let weekly = series("2026-03-19T17:00:00Z", "Europe/Madrid", Repeats::Weekly);
        assert_eq!(
            starts(&weekly, "2026-03-19T00:00:00Z", "2026-04-10T00:00:00Z"),
            [
                "2026-03-19T17:00:00Z",
                "2026-03-26T17:00:00Z",
                "2026-04-02T16:00:00Z",
                "2026-04-09T16:00:00Z"
            ]
        );
        assert_eq!(
            weekly.next(at("2026-11-01T00:00:00Z")).map(|time| time.starts_at),
            Some(at("2026-11-05T17:00:00Z"))
        );
    }

    #[test]
    fn a_time_that_the_clocks_skip_is_as_much_later_and_of_two_it_is_the_first() {
        // Half past two does not exist in Madrid on 29 March; on 25 October it comes twice.
        let spring = series("2026-03-22T01:30:00Z", "Europe/Madrid", Repeats::Weekly);
        assert_eq!(
            starts(&spring, "2026-03-23T00:00:00Z", "2026-04-06T00:00:00Z"),
            ["2026-03-29T01:30:00Z", "2026-04-05T00:30:00Z"]
        );
        let autumn = series("2026-10-18T00:30:00Z", "Europe/Madrid", Repeats::Weekly);
        assert_eq!(
            starts(&autumn, "2026-10-19T00:00:00Z", "2026-11-02T00:00:00Z"),
            ["2026-10-25T00:30:00Z", "2026-11-01T01:30:00Z"]
        );
    }

    #[test]
    fn a_time_may_be_left_out_or_be_another_day() {
        let mut weekly = series("2026-05-07T16:00:00Z", "Europe/Madrid", Repeats::Weekly);
        let day = |text: &str| days_since_1970(text.parse().unwrap());
        weekly.exceptions = vec![
            Exception {
                day: day("2026-05-14"),
                instead: None,
            },
            Exception {
                day: day("2026-05-21"),
                instead: Some((at("2026-05-29T16:00:00Z"), 30)),
            },
        ];
        assert_eq!(
            starts(&weekly, "2026-05-01T00:00:00Z", "2026-06-05T00:00:00Z"),
            [
                "2026-05-07T16:00:00Z",
                "2026-05-28T16:00:00Z",
                "2026-05-29T16:00:00Z",
                "2026-06-04T16:00:00Z"
            ]
        );
        assert_eq!(weekly.on(day("2026-05-14")), None);
        assert_eq!(weekly.on(day("2026-05-15")), None);
        assert_eq!(weekly.on(day("2026-04-30")), None, "before the first");
        let moved = weekly.on(day("2026-05-21")).unwrap();
        assert_eq!((moved.starts_at, moved.minutes), (at("2026-05-29T16:00:00Z"), 30));
        assert_eq!(
            weekly.next(at("2026-05-08T00:00:00Z")).map(|time| time.day),
            Some(day("2026-05-28"))
        );
    }

    proptest! {
        #[test]
        fn what_comes_next_is_the_first_of_what_comes(
            start in 0_i64..4_000_000_000,
            zone in prop::sample::select(vec!["Europe/Madrid", "America/St_Johns", "Pacific/Apia", "Asia/Kathmandu", "UTC"]),
            ahead in 0_i64..40_000_000,
            moved in prop::option::of((0_i64..40_000_000, 0_i32..50)),
        ) {
            let mut weekly = series("2026-01-01T00:00:00Z", zone, Repeats::Weekly);
            weekly.starts_at = Micros(start * 1_000_000);
            if let Some((seconds, week)) = moved {
                weekly.exceptions.push(Exception {
                    day: weekly.day_of(weekly.first()) + week * WEEK,
                    instead: Some((Micros((start + seconds) * 1_000_000), 30)),
                });
            }
            let from = Micros((start + ahead) * 1_000_000);
            let to = Micros(from.0 + 30 * 86_400_000_000);
            let all = weekly.between(from, to);
            prop_assert_eq!(weekly.next(from), all.first().copied());
            for time in &all {
                prop_assert_eq!(weekly.on(time.day), Some(*time));
            }
            // Weeks are seven days on the wall, whatever the clocks do.
            for pair in all.windows(2) {
                prop_assert!(moved.is_some() || pair[1].day - pair[0].day == WEEK);
            }
        }
    }
}
