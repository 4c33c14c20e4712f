//! The one source of the time of day, so that tests can set it.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp, Zoned};

use super::time::{LocalTime, Micros};
use super::week::{QUARTER, QUARTERS, ZoneWeek};

const DAY_SECONDS: i64 = 24 * 3_600;
const QUARTER_SECONDS: i64 = QUARTER as i64 * 60;

/// Tells the time. Cheap to clone; clones of a [`Clock::manual`] share one time.
#[derive(Clone, Debug)]
pub struct Clock(Source);

#[derive(Clone, Debug)]
enum Source {
    System,
    Manual(Arc<AtomicI64>),
}

impl Clock {
    /// The machine's clock.
    pub const fn system() -> Self {
        Self(Source::System)
    }

    /// A clock that stands still at `now` until [`Clock::advance`] moves it.
    pub fn manual(now: Micros) -> Self {
        Self(Source::Manual(Arc::new(AtomicI64::new(now.0))))
    }

    /// The time now.
    #[expect(
        clippy::disallowed_methods,
        reason = "this is the one place that asks the machine for the time"
    )]
    pub fn now(&self) -> Micros {
        match &self.0 {
            Source::System => Micros(Timestamp::now().as_microsecond()),
            Source::Manual(now) => Micros(now.load(Ordering::SeqCst)),
        }
    }

    /// The year that it is in UTC.
    pub fn this_year(&self) -> i16 {
        year(self.now())
    }

    /// Moves a manual clock forward; the machine's clock stays as it is.
    pub fn advance(&self, span: Duration) {
        if let Source::Manual(now) = &self.0 {
            now.fetch_add(span.as_micros() as i64, Ordering::SeqCst);
        }
    }

    /// `at` as it reads on the wall in `zone`; an unknown zone counts as UTC.
    pub fn local(&self, at: Micros, zone: &str) -> LocalTime {
        local(at, self.now(), zone)
    }
}

/// `at` as it reads on the wall in `zone`, where it is `now`; an unknown zone counts as UTC.
pub fn local(at: Micros, now: Micros, zone: &str) -> LocalTime {
    let (then, today) = (civil(at, zone), civil(now, zone).date());
    LocalTime {
        year: then.year(),
        month: then.month().unsigned_abs(),
        day: then.day().unsigned_abs(),
        hour: then.hour().unsigned_abs(),
        minute: then.minute().unsigned_abs(),
        days_ago: then.date().until(today).map_or(0, |span| span.get_days()),
        this_year: then.year() == today.year(),
        at,
    }
}

/// How many minutes of the day have passed by the clock on the wall in `zone`; an unknown zone counts as UTC.
pub fn minute_of_day(at: Micros, zone: &str) -> u16 {
    let time = civil(at, zone);
    u16::from(time.hour().unsigned_abs()) * 60 + u16::from(time.minute().unsigned_abs())
}

/// When the day after that of `at` begins on the wall in `zone`; an unknown zone counts as UTC.
pub fn day_after(at: Micros, zone: &str) -> Micros {
    beginning_of(at, zone, |_| 1)
}

/// When the week after that of `at` begins on the wall in `zone`: on a Monday (ISO 8601); an unknown zone counts as UTC.
pub fn week_after(at: Micros, zone: &str) -> Micros {
    beginning_of(at, zone, |today| 7 - today.weekday().to_monday_zero_offset())
}

/// The first moment of the day that comes so many days after that of `at`.
fn beginning_of(at: Micros, zone: &str, days: impl FnOnce(Date) -> i8) -> Micros {
    let here = civil(at, zone);
    let days = days(here.date());
    let then = here
        .date()
        .checked_add(Span::new().days(days))
        .and_then(|day| day.to_zoned(here.time_zone().clone()));
    match then {
        Ok(then) => Micros(then.timestamp().as_microsecond()),
        // Beyond the end of the calendar, in the year 9999.
        Err(_) => at,
    }
}

/// The year of `at` in UTC.
pub fn year(at: Micros) -> i16 {
    civil(at, "UTC").year()
}

/// The day (UTC) of `at`, in days since 1970.
pub const fn day(at: Micros) -> i32 {
    at.0.div_euclid(DAY_SECONDS * 1_000_000) as i32
}

/// How the clocks of `zone` stand over the week that begins with `day` (days since 1970, UTC); an unknown zone counts as UTC.
pub fn zone_week(day: i32, zone: &str) -> ZoneWeek {
    let start = i64::from(day) * DAY_SECONDS;
    let (Ok(zone), Ok(from)) = (TimeZone::get(zone), Timestamp::from_second(start)) else {
        return ZoneWeek::new(day, Vec::new());
    };
    let minutes = |offset: Offset| (offset.seconds() / 60) as i16;
    let mut offsets = vec![(0, minutes(zone.to_offset(from)))];
    for change in zone.following(from) {
        // Clocks change when a quarter hour begins; a change that does not would hold from the next one on.
        let seconds = change.timestamp().as_second() - start;
        let quarter = seconds.div_euclid(QUARTER_SECONDS) + i64::from(seconds.rem_euclid(QUARTER_SECONDS) > 0);
        match u16::try_from(quarter) {
            Ok(quarter) if quarter < QUARTERS => offsets.push((quarter, minutes(change.offset()))),
            _ => break,
        }
    }
    ZoneWeek::new(day, offsets)
}

fn civil(at: Micros, zone: &str) -> Zoned {
    let zone = TimeZone::get(zone).unwrap_or(TimeZone::UTC);
    Timestamp::from_microsecond(at.0)
        .unwrap_or(Timestamp::UNIX_EPOCH)
        .to_zoned(zone)
}

/// Whether `zone` is a name of the IANA time zone database, as `Europe/Madrid`.
pub fn is_time_zone(zone: &str) -> bool {
    zone.len() <= 64 && TimeZone::get(zone).is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_manual_clock_moves_only_when_told_and_for_every_clone() {
        let clock = Clock::manual(Micros::from_millis(0));
        let other = clock.clone();
        clock.advance(Duration::from_secs(3));
        assert_eq!(other.now(), Micros::from_millis(3_000));
    }

    #[test]
    fn the_year_turns_where_the_person_is() {
        // 2026-01-01 00:30 UTC: in Madrid it is the new year, in Los Angeles still the old one.
        let clock = Clock::manual(Micros::from_millis(1_767_227_400_000));
        let day_before = clock.now().minus(Duration::from_secs(86_400));
        let of = |zone: &str| {
            let time = clock.local(day_before, zone);
            (time.year, time.days_ago, time.this_year)
        };
        assert_eq!(of("Europe/Madrid"), (2025, 1, false));
        assert_eq!(of("America/Los_Angeles"), (2025, 1, true));
        assert!(clock.local(clock.now(), "Europe/Madrid").this_year);
    }

    #[test]
    fn days_and_weeks_begin_where_the_person_is() {
        let at = |text: &str| Micros(text.parse::<Timestamp>().unwrap().as_microsecond());
        for (now, zone, day, week) in [
            // A Saturday in Madrid whose night has no hour from two to three; in Tokyo it is Sunday already.
            (
                "2026-03-28T21:00:00Z",
                "Europe/Madrid",
                "2026-03-28T23:00:00Z",
                "2026-03-29T22:00:00Z",
            ),
            (
                "2026-03-28T21:00:00Z",
                "Asia/Tokyo",
                "2026-03-29T15:00:00Z",
                "2026-03-29T15:00:00Z",
            ),
            // At midnight of a Monday a whole day and a whole week lie ahead.
            (
                "2026-05-04T00:00:00Z",
                "UTC",
                "2026-05-05T00:00:00Z",
                "2026-05-11T00:00:00Z",
            ),
            (
                "2026-05-03T23:59:59Z",
                "Nowhere/Land",
                "2026-05-04T00:00:00Z",
                "2026-05-04T00:00:00Z",
            ),
            // In Beirut that day began at one: there was no midnight.
            (
                "2026-03-28T12:00:00Z",
                "Asia/Beirut",
                "2026-03-28T22:00:00Z",
                "2026-03-29T21:00:00Z",
            ),
        ] {
            assert_eq!(day_after(at(now), zone), at(day), "{now} in {zone}");
            assert_eq!(week_after(at(now), zone), at(week), "{now} in {zone}");
        }
    }

    #[test]
    fn a_day_begins_at_midnight_of_utc() {
        assert_eq!(day(Micros::from_millis(0)), 0);
        assert_eq!(day(Micros::from_millis(86_400_000 - 1)), 0);
        assert_eq!(day(Micros::from_millis(86_400_000)), 1);
        assert_eq!(day(Micros::from_millis(-1)), -1);
        // 2026-03-29 00:30 UTC.
        assert_eq!(day(Micros::from_millis(1_774_744_200_000)), 20_541);
    }

    #[test]
    fn the_clocks_of_a_week_are_those_of_its_days() {
        // 2026-03-26 to 2026-04-01: Madrid passes to summer time on Sunday the 29th, at one o'clock UTC.
        let week = |zone: &str| zone_week(20_538, zone);
        assert_eq!(
            week("Europe/Madrid"),
            ZoneWeek::new(20_538, vec![(0, 60), (3 * 96 + 4, 120)])
        );
        for (zone, minutes) in [
            ("UTC", 0),
            ("Asia/Kolkata", 330),
            ("Asia/Kathmandu", 345),
            ("America/Bogota", -300),
            ("America/Los_Angeles", -420),
        ] {
            assert_eq!(week(zone), ZoneWeek::new(20_538, vec![(0, minutes)]), "{zone}");
        }
        assert_eq!(week("Nowhere/Land"), ZoneWeek::new(20_538, Vec::new()));
        // 2026-10-22: back on Sunday the 25th. Lord Howe's clocks move by half an hour, three weeks before.
        assert_eq!(
            zone_week(20_748, "Europe/Madrid"),
            ZoneWeek::new(20_748, vec![(0, 120), (3 * 96 + 4, 60)])
        );
        assert_eq!(
            zone_week(20_727, "Australia/Lord_Howe"),
            ZoneWeek::new(20_727, vec![(0, 630), (2 * 96 + 62, 660)])
        );
    }

    #[test]
    fn each_quarter_of_a_week_shows_what_a_clock_on_the_wall_shows() {
        for zone in [
            "Europe/Madrid",
            "America/St_Johns",
            "Asia/Kathmandu",
            "Pacific/Apia",
            "UTC",
        ] {
            let week = zone_week(20_538, zone);
            for quarter in 0..QUARTERS {
                let at = Micros((20_538 * DAY_SECONDS + i64::from(quarter) * QUARTER_SECONDS) * 1_000_000);
                let day = civil(at, zone).weekday().to_monday_zero_offset().unsigned_abs();
                let shown = u16::from(day) * crate::kernel::week::DAY + minute_of_day(at, zone);
                assert_eq!(week.minute_of_week(quarter), shown, "{zone}, quarter {quarter}");
            }
        }
    }

    #[test]
    fn the_wall_shows_the_zone_of_the_person() {
        // 2026-03-29 00:30 UTC: Madrid is still on winter time and passes to summer time half an hour later.
        let clock = Clock::manual(Micros::from_millis(1_774_744_200_000));
        let madrid = clock.local(clock.now(), "Europe/Madrid");
        assert_eq!(
            (madrid.day, madrid.hour, madrid.minute, madrid.days_ago),
            (29, 1, 30, 0)
        );
        let los_angeles = clock.local(clock.now(), "America/Los_Angeles");
        assert_eq!((los_angeles.day, los_angeles.hour), (28, 17));
        let hour_later = clock.local(clock.now().plus(Duration::from_secs(3_600)), "Europe/Madrid");
        assert_eq!(hour_later.hour, 3);
        assert_eq!(
            clock
                .local(clock.now().minus(Duration::from_secs(7_200)), "Europe/Madrid")
                .days_ago,
            1
        );
        assert_eq!(clock.local(clock.now(), "Nowhere/Land").hour, 0);
        let minute = |zone: &str| minute_of_day(clock.now(), zone);
        assert_eq!(
            [minute("Europe/Madrid"), minute("America/Los_Angeles")],
            [90, 17 * 60 + 30]
        );
    }
}
