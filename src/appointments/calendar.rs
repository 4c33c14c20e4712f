//! Appointments as calendars read them: iCalendar (RFC 5545), without I/O.
//!
//! A series is one event that comes back by the clocks of its zone, with the transitions of that zone beside it, so that it is right in a
//! calendar that has never heard of the zone. What is otherwise once is an exception of it.

use std::fmt::Write as _;

use jiff::civil::DateTime;
use jiff::tz::{Offset, TimeZone};
use jiff::{Span, Timestamp};

use super::model::Repeats;
use super::series::{self, Series};
use crate::kernel::time::Micros;

/// Bytes of a line, without its end.
const LINE: usize = 75;
/// For how many years ahead a zone's transitions are told.
const YEARS: i64 = 10;

/// One appointment for a calendar.
#[derive(Clone, Debug)]
pub(super) struct Event {
    /// A name that is the same for ever, in all calendars.
    pub(super) uid: String,
    /// What stands in the calendar.
    pub(super) title: String,
    /// What it is about; may be empty.
    pub(super) about: String,
    /// Where to go.
    pub(super) link: String,
    /// Its times.
    pub(super) series: Series,
    /// Goes up with each change.
    pub(super) edition: i32,
    /// When it was made.
    pub(super) created_at: Micros,
    /// When it was changed last.
    pub(super) changed_at: Micros,
    /// Whether it takes place no more.
    pub(super) is_cancelled: bool,
}

/// A calendar of these, named `name`.
pub(super) fn calendar(name: &str, events: &[Event]) -> String {
    let mut lines = Lines::default();
    lines.put("BEGIN:VCALENDAR");
    lines.put("VERSION:2.0");
    lines.put("PRODID:-//Speakle//Appointments//EN");
    lines.put("CALSCALE:GREGORIAN");
    lines.put("METHOD:PUBLISH");
    lines.text("X-WR-CALNAME", name);
    // Both are how often to look again, each for some readers.
    lines.put("REFRESH-INTERVAL;VALUE=DURATION:PT1H");
    lines.put("X-PUBLISHED-TTL:PT1H");
    let mut zones: Vec<(&str, Micros)> = Vec::new();
    for series in events.iter().map(|event| &event.series) {
        if series.repeats == Repeats::Weekly {
            match zones.iter_mut().find(|(zone, _)| *zone == series.time_zone) {
                Some((_, from)) => *from = (*from).min(series.starts_at),
                None => zones.push((&series.time_zone, series.starts_at)),
            }
        }
    }
    for (zone, from) in zones {
        time_zone(&mut lines, zone, from);
    }
    for event in events {
        put(&mut lines, event);
    }
    lines.put("END:VCALENDAR");
    lines.0
}

fn put(lines: &mut Lines, event: &Event) {
    let series = &event.series;
    let zone = series::zone(&series.time_zone);
    let is_series = series.repeats == Repeats::Weekly;
    let planned = Time {
        starts_at: series.starts_at,
        minutes: series.minutes,
        zone: is_series.then_some((series.time_zone.as_str(), &zone)),
    };
    begin(lines, event);
    planned.put(lines);
    if is_series {
        lines.put("RRULE:FREQ=WEEKLY");
        // The clocks at which it begins: each is named by what they would show on its day.
        let clock = series::wall(series.starts_at, &zone).time();
        let at = |day: i32| date_of(day).to_datetime(clock);
        for exception in series.exceptions.iter().filter(|exception| exception.instead.is_none()) {
            lines.put(&format!(
                "EXDATE;TZID={}:{}",
                series.time_zone,
                civil(at(exception.day))
            ));
        }
        end(lines, event);
        for exception in &series.exceptions {
            let Some((starts_at, minutes)) = exception.instead else {
                continue;
            };
            begin(lines, event);
            lines.put(&format!(
                "RECURRENCE-ID;TZID={}:{}",
                series.time_zone,
                civil(at(exception.day))
            ));
            let moved = Time {
                starts_at,
                minutes,
                ..planned
            };
            moved.put(lines);
            end(lines, event);
        }
    } else {
        end(lines, event);
    }
}

fn begin(lines: &mut Lines, event: &Event) {
    lines.put("BEGIN:VEVENT");
    lines.put(&format!("UID:{}", event.uid));
    lines.put(&format!("DTSTAMP:{}", utc(event.changed_at)));
    lines.put(&format!("CREATED:{}", utc(event.created_at)));
    lines.put(&format!("LAST-MODIFIED:{}", utc(event.changed_at)));
    lines.put(&format!("SEQUENCE:{}", event.edition));
}

fn end(lines: &mut Lines, event: &Event) {
    lines.text("SUMMARY", &event.title);
    if event.about.is_empty() {
        lines.text("DESCRIPTION", &event.link);
    } else {
        lines.text("DESCRIPTION", &format!("{}\n\n{}", event.about, event.link));
    }
    lines.put(&format!("URL:{}", event.link));
    lines.put(match event.is_cancelled {
        true => "STATUS:CANCELLED",
        false => "STATUS:CONFIRMED",
    });
    lines.put("TRANSP:OPAQUE");
    lines.put("END:VEVENT");
}

/// When an event is.
#[derive(Clone, Copy)]
struct Time<'a> {
    starts_at: Micros,
    minutes: u16,
    /// By whose clocks, where it comes back.
    zone: Option<(&'a str, &'a TimeZone)>,
}

impl Time<'_> {
    fn put(self, lines: &mut Lines) {
        match self.zone {
            Some((name, zone)) => lines.put(&format!(
                "DTSTART;TZID={name}:{}",
                civil(series::wall(self.starts_at, zone))
            )),
            None => lines.put(&format!("DTSTART:{}", utc(self.starts_at))),
        }
        lines.put(&format!("DURATION:PT{}M", self.minutes));
    }
}

/// How the clocks of a zone change from some time before `from` on.
fn time_zone(lines: &mut Lines, name: &str, from: Micros) {
    let zone = series::zone(name);
    let from = Timestamp::from_microsecond(from.0).unwrap_or(Timestamp::UNIX_EPOCH);
    let year = |years: i64| from.checked_add(Span::new().hours(years * 365 * 24)).unwrap_or(from);
    let (begins, ends) = (year(-1), year(YEARS));
    lines.put("BEGIN:VTIMEZONE");
    lines.put(&format!("TZID:{name}"));
    // How they stand before the first change.
    let mut before = zone.to_offset(begins);
    observance(lines, "STANDARD", zone.to_datetime(begins), before, before);
    for change in zone.following(begins).take_while(|change| change.timestamp() < ends) {
        let kind = match change.dst().is_dst() {
            true => "DAYLIGHT",
            false => "STANDARD",
        };
        // By the clocks as they were until then.
        let wall = before.to_datetime(change.timestamp());
        observance(lines, kind, wall, before, change.offset());
        before = change.offset();
    }
    lines.put("END:VTIMEZONE");
}

fn observance(lines: &mut Lines, kind: &str, wall: DateTime, from: Offset, to: Offset) {
    lines.put(&format!("BEGIN:{kind}"));
    lines.put(&format!("DTSTART:{}", civil(wall)));
    lines.put(&format!("TZOFFSETFROM:{}", offset(from)));
    lines.put(&format!("TZOFFSETTO:{}", offset(to)));
    lines.put(&format!("END:{kind}"));
}

/// `+0130`, and `-033045` where the clocks once stood so.
fn offset(offset: Offset) -> String {
    let seconds = offset.seconds();
    let (sign, rest) = (if seconds < 0 { '-' } else { '+' }, seconds.unsigned_abs());
    let mut text = format!("{sign}{:02}{:02}", rest / 3_600, rest / 60 % 60);
    if rest % 60 > 0 {
        let _ = write!(text, "{:02}", rest % 60);
    }
    text
}

fn utc(at: Micros) -> String {
    format!("{}Z", civil(series::wall(at, &TimeZone::UTC)))
}

fn civil(at: DateTime) -> String {
    format!(
        "{:04}{:02}{:02}T{:02}{:02}{:02}",
        at.year(),
        at.month(),
        at.day(),
        at.hour(),
        at.minute(),
        at.second()
    )
}

fn date_of(day: i32) -> jiff::civil::Date {
    let first = jiff::civil::date(1970, 1, 1);
    Span::new()
        .try_days(day)
        .and_then(|days| first.checked_add(days))
        .unwrap_or(first)
}

/// What is written: lines of a bounded length, which end as mails' do.
#[derive(Default)]
struct Lines(String);

impl Lines {
    /// A line as it is, cut into several where it is long: what goes on begins with a space.
    fn put(&mut self, line: &str) {
        let mut length = 0;
        for character in line.chars() {
            if length + character.len_utf8() > LINE {
                self.0.push_str("\r\n ");
                length = 1;
            }
            self.0.push(character);
            length += character.len_utf8();
        }
        self.0.push_str("\r\n");
    }

    /// A property whose value is people's words.
    fn text(&mut self, name: &str, value: &str) {
        let mut line = format!("{name}:");
        for character in value.chars() {
            match character {
                '\\' | ';' | ',' => line.extend(['\\', character]),
                '\n' => line.push_str("\\n"),
                // Nothing that would end the line or that no calendar takes.
                character if character.is_control() => {}
                character => line.push(character),
            }
        }
        self.put(&line);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::appointments::series::Exception;

    fn at(text: &str) -> Micros {
        Micros(text.parse::<Timestamp>().unwrap().as_microsecond())
    }

    fn event(repeats: Repeats) -> Event {
        Event {
            uid: "1@speakle.example".to_owned(),
            title: "Speakle: Ben".to_owned(),
            about: String::new(),
            link: "https://speakle.example/appointments".to_owned(),
            series: Series {
                starts_at: at("2026-03-26T17:00:00Z"),
                minutes: 45,
                time_zone: "Europe/Madrid".to_owned(),
                repeats,
                exceptions: Vec::new(),
            },
            edition: 3,
            created_at: at("2026-03-01T08:00:00Z"),
            changed_at: at("2026-03-02T08:00:00Z"),
            is_cancelled: false,
        }
    }

    fn lines(text: &str) -> Vec<&str> {
        text.split("\r\n").collect()
    }

    #[test]
    fn one_time_is_told_in_utc_and_needs_no_zone() {
        let text = calendar("Speakle", &[event(Repeats::Never)]);
        let lines = lines(&text);
        for line in [
            "BEGIN:VCALENDAR",
            "DTSTART:20260326T170000Z",
            "DURATION:PT45M",
            "SEQUENCE:3",
            "STATUS:CONFIRMED",
            "END:VCALENDAR",
        ] {
            assert!(lines.contains(&line), "{line} in {text}");
        }
        assert!(!text.contains("VTIMEZONE") && !text.contains("RRULE"), "{text}");
    }

    #[test]
    fn a_series_follows_the_clocks_of_its_zone_with_what_is_otherwise() {
        let mut weekly = event(Repeats::Weekly);
        weekly.series.exceptions = vec![
            Exception {
                day: series::days_since_1970("2026-04-02".parse().unwrap()),
                instead: None,
            },
            Exception {
                day: series::days_since_1970("2026-04-09".parse().unwrap()),
                instead: Some((at("2026-04-10T08:30:00Z"), 30)),
            },
        ];
        let text = calendar("Speakle", &[weekly]);
        let lines = lines(&text);
        for line in [
            "DTSTART;TZID=Europe/Madrid:20260326T180000",
            "RRULE:FREQ=WEEKLY",
            "EXDATE;TZID=Europe/Madrid:20260402T180000",
            "RECURRENCE-ID;TZID=Europe/Madrid:20260409T180000",
            "DTSTART;TZID=Europe/Madrid:20260410T103000",
            "DURATION:PT30M",
            "TZID:Europe/Madrid",
            // The last Sunday of March, at two by the clocks of the winter.
            "DTSTART:20260329T020000",
            "TZOFFSETTO:+0200",
        ] {
            assert!(lines.contains(&line), "{line} in {text}");
        }
        assert_eq!(text.matches("BEGIN:VEVENT").count(), 2);
        assert_eq!(text.matches("BEGIN:VTIMEZONE").count(), 1);
    }

    #[test]
    fn what_people_write_stays_text_in_lines_of_a_bounded_length() {
        let mut event = event(Repeats::Never);
        event.about = format!("a;b,c\\d\r\nEND:VEVENT {}", "é".repeat(200));
        let text = calendar("Ana, Ben; \u{7}and\ttabs", &[event]);
        assert!(text.contains("X-WR-CALNAME:Ana\\, Ben\\; andtabs\r\n"), "{text}");
        assert_eq!(text.matches("\r\nEND:VEVENT\r\n").count(), 1);
        let unfolded = text.replace("\r\n ", "");
        assert!(
            unfolded.contains("DESCRIPTION:a\\;b\\,c\\\\d\\nEND:VEVENT éé"),
            "{unfolded}"
        );
        assert!(lines(&text).iter().all(|line| line.len() <= LINE), "{text}");
        assert!(
            text.replace("\r\n", "")
                .chars()
                .all(|character| !character.is_control())
        );
    }

    #[test]
    fn offsets_are_written_to_the_second() {
        let of = |seconds| offset(Offset::from_seconds(seconds).unwrap());
        assert_eq!(
            [of(0), of(5_400), of(-12_600), of(-968)],
            ["+0000", "+0130", "-0330", "-001608"]
        );
    }
}
