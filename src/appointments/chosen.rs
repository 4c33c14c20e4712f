//! Reading the time that somebody chose.

use jiff::civil::{Date, Time};

use super::model::{ChosenTime, DAYS_AHEAD, parse_length};
use super::series::{moment, zone};
use crate::kernel::error::{Problem, Problems};
use crate::kernel::time::Micros;

/// A time that can be used.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Chosen {
    pub(super) starts_at: Micros,
    pub(super) minutes: u16,
}

/// Reads it by the clocks of `time_zone`; notes what is wrong.
pub(super) fn read(problems: &mut Problems, time: &ChosenTime, time_zone: &str, now: Micros) -> Option<Chosen> {
    let minutes = problems.check("minutes", parse_length(&time.minutes));
    let start = match time.start.as_str() {
        "" => own(problems, time, time_zone),
        start => problems.check("start", start.parse().map(Micros).map_err(|_| Problem::Unknown)),
    };
    let field = match time.start.as_str() {
        "" => "time",
        _ => "start",
    };
    let starts_at = start.and_then(|start| problems.check(field, in_reach(start, now)));
    Some(Chosen {
        starts_at: starts_at?,
        minutes: minutes?,
    })
}

/// A day and a time of the person's own.
fn own(problems: &mut Problems, time: &ChosenTime, time_zone: &str) -> Option<Micros> {
    let date = problems.check("date", parse::<Date>(&time.date));
    let clock = problems.check("time", parse::<Time>(&time.time));
    let wall = date?.to_datetime(clock?);
    problems.check("time", moment(wall, &zone(time_zone)).ok_or(Problem::Unknown))
}

fn parse<T: std::str::FromStr>(raw: &str) -> Result<T, Problem> {
    match raw.trim() {
        "" => Err(Problem::Required),
        raw => raw.parse().map_err(|_| Problem::Unknown),
    }
}

/// It lies ahead, and not beyond what anybody knows of their days. To the whole minute.
fn in_reach(start: Micros, now: Micros) -> Result<Micros, Problem> {
    let farthest = now.0.saturating_add(i64::from(DAYS_AHEAD) * 86_400_000_000);
    if start <= now {
        Err(Problem::Past)
    } else if start.0 > farthest {
        Err(Problem::TooFar)
    } else {
        Ok(Micros(start.0 - start.0.rem_euclid(60_000_000)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::error::AppError;

    fn at(text: &str) -> Micros {
        Micros(text.parse::<jiff::Timestamp>().unwrap().as_microsecond())
    }

    fn read_at(now: &str, time: &ChosenTime) -> Result<Chosen, Vec<(String, Problem)>> {
        let mut problems = Problems::new();
        let read = read(&mut problems, time, "Europe/Madrid", at(now));
        read.ok_or_else(|| match problems.into_error() {
            AppError::Invalid(fields) => fields.into_iter().map(|one| (one.field, one.problem)).collect(),
            other => panic!("{other:?}"),
        })
    }

    fn own_time(date: &str, time: &str) -> ChosenTime {
        ChosenTime {
            start: String::new(),
            date: date.to_owned(),
            time: time.to_owned(),
            minutes: "30".to_owned(),
        }
    }

    #[test]
    fn a_day_and_a_time_are_by_the_clocks_of_whoever_chose_them() {
        let now = "2026-03-20T12:00:00Z";
        for (date, time, start) in [
            ("2026-03-27", "18:00", "2026-03-27T17:00:00Z"),
            ("2026-03-30", "18:00", "2026-03-30T16:00:00Z"),
            // An hour that the clocks skip.
            ("2026-03-29", "02:30", "2026-03-29T01:30:00Z"),
        ] {
            let read = read_at(now, &own_time(date, time)).unwrap();
            assert_eq!((read.starts_at, read.minutes), (at(start), 30), "{date} {time}");
        }
    }

    #[test]
    fn one_of_those_that_were_offered_is_a_point_in_time() {
        let time = ChosenTime {
            start: at("2026-03-27T17:00:00Z").0.to_string(),
            ..own_time("", "")
        };
        assert_eq!(
            read_at("2026-03-20T12:00:00Z", &time).unwrap().starts_at,
            at("2026-03-27T17:00:00Z")
        );
    }

    #[test]
    fn what_cannot_be_used_is_named_by_its_field() {
        let now = "2026-03-20T12:00:00Z";
        let problem = |time: &ChosenTime| read_at(now, time).unwrap_err();
        let of = |field: &str, problem| vec![(field.to_owned(), problem)];
        assert_eq!(problem(&own_time("", "18:00")), of("date", Problem::Required));
        assert_eq!(problem(&own_time("2026-02-30", "18:00")), of("date", Problem::Unknown));
        assert_eq!(problem(&own_time("2026-03-27", "25:00")), of("time", Problem::Unknown));
        assert_eq!(problem(&own_time("2026-03-20", "12:59")), of("time", Problem::Past));
        assert_eq!(problem(&own_time("2027-03-25", "12:00")), of("time", Problem::TooFar));
        let with = |start: &str, minutes: &str| ChosenTime {
            start: start.to_owned(),
            minutes: minutes.to_owned(),
            ..ChosenTime::default()
        };
        assert_eq!(problem(&with("now", "30")), of("start", Problem::Unknown));
        assert_eq!(
            problem(&with(&i64::MAX.to_string(), "30")),
            of("start", Problem::TooFar)
        );
        assert_eq!(
            problem(&with(&i64::MIN.to_string(), "31")),
            [
                ("minutes".to_owned(), Problem::Unknown),
                ("start".to_owned(), Problem::Past)
            ]
        );
    }
}
