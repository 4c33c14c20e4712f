//! How appointments are said.

use crate::appointments::model::{BothTimes, Repeats};
use crate::i18n::{Locale, td_string};
use crate::ui::{clock_text, moment_text, weekday_of};

/// "Thursday, 26 March, 18:00–18:45".
pub(super) fn span_text(locale: Locale, at: &BothTimes, minutes: u16) -> String {
    let begins = u16::from(at.mine.hour) * 60 + u16::from(at.mine.minute);
    // Past midnight it is said by the clock of the next day.
    let ends = (begins + minutes) % (24 * 60);
    format!("{}–{}", moment_text(locale, &at.mine), clock_text(ends))
}

/// "01:00 on Friday for Ben": only where the clocks differ.
pub(super) fn theirs_text(locale: Locale, at: &BothTimes, name: &str) -> Option<String> {
    let BothTimes { mine, theirs } = at;
    if (mine.day, mine.hour, mine.minute) == (theirs.day, theirs.hour, theirs.minute) {
        return None;
    }
    let clock = clock_text(u16::from(theirs.hour) * 60 + u16::from(theirs.minute));
    Some(if mine.day == theirs.day {
        td_string!(locale, appointments.theirs, clock = clock, name = name)
    } else {
        let day = weekday_of(locale, theirs);
        // In Spanish they are small but where a line begins.
        let day = match locale {
            Locale::en => day.to_owned(),
            Locale::es => day.to_lowercase(),
        };
        td_string!(locale, appointments.theirs_on, clock = clock, day = day, name = name)
    })
}

/// "45 minutes", "1 hour", "1 hour 30 minutes".
pub(super) fn length_text(locale: Locale, minutes: u16) -> String {
    let (hours, rest) = (minutes / 60, minutes % 60);
    let hours = (hours > 0).then(|| td_string!(locale, appointments.hours, count = hours));
    let rest = (rest > 0).then(|| td_string!(locale, appointments.minutes, count = rest));
    let parts: Vec<String> = hours.into_iter().chain(rest).collect();
    parts.join(" ")
}

/// "Every week", where it comes back.
pub(super) fn repeats_text(locale: Locale, repeats: Repeats) -> Option<&'static str> {
    match repeats {
        Repeats::Never => None,
        Repeats::Weekly => Some(td_string!(locale, appointments.weekly)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::time::{LocalTime, Micros};

    fn at(day: u8, hour: u8) -> LocalTime {
        LocalTime {
            year: 2026,
            month: 3,
            day,
            hour,
            minute: 30,
            days_ago: -2,
            this_year: true,
            at: Micros(0),
        }
    }

    #[test]
    fn times_are_said_on_both_walls_where_they_differ() {
        let both = |theirs| BothTimes {
            mine: at(26, 23),
            theirs,
        };
        assert_eq!(
            span_text(Locale::en, &both(at(26, 23)), 45),
            "Thursday 26 March, 23:30–00:15"
        );
        assert_eq!(theirs_text(Locale::en, &both(at(26, 23)), "Ben"), None);
        assert_eq!(
            theirs_text(Locale::en, &both(at(26, 22)), "Ben").as_deref(),
            Some("22:30 for Ben")
        );
        assert_eq!(
            theirs_text(Locale::es, &both(at(27, 7)), "Ben").as_deref(),
            Some("07:30 del viernes para Ben")
        );
    }

    #[test]
    fn lengths_are_said_in_hours_and_minutes() {
        let said = |minutes| length_text(Locale::en, minutes);
        assert_eq!(
            [said(15), said(60), said(90), said(120)],
            ["15 minutes", "1 hour", "1 hour 30 minutes", "2 hours"]
        );
        assert_eq!(length_text(Locale::es, 60), "1 hora");
    }
}
