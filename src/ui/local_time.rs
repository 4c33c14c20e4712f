//! Points in time as people say them.

use leptos::prelude::*;

use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::time::LocalTime;
use crate::kernel::week::Weekday;

/// A `<time>` with the words of [`when_text`].
#[component]
pub fn When(
    /// The point, in the reader's own time zone.
    time: LocalTime,
) -> impl IntoView {
    let locale = use_locale();
    view! { <time datetime=time.machine()>{when_text(locale, &time)}</time> }
}

/// "Today, 14:05", "Yesterday, 14:05", "21 November, 14:05", "21 November 2025, 14:05".
pub fn when_text(locale: Locale, time: &LocalTime) -> String {
    let clock = format!("{:02}:{:02}", time.hour, time.minute);
    match time.days_ago {
        0 => td_string!(locale, ui.time.today, clock = clock),
        1 => td_string!(locale, ui.time.yesterday, clock = clock),
        _ => td_string!(locale, ui.time.day_at, day = day_text(locale, time), clock = clock),
    }
}

/// "21 November" of this year, "21 November 2025" of any other.
pub fn day_text(locale: Locale, time: &LocalTime) -> String {
    let month = month_name(locale, time.month);
    if time.this_year {
        td_string!(locale, ui.time.day_this_year, day = time.day, month = month)
    } else {
        td_string!(locale, ui.time.day, day = time.day, month = month, year = time.year)
    }
}

/// The weekday of a point in time.
pub fn weekday_of(locale: Locale, time: &LocalTime) -> &'static str {
    weekday_name(locale, weekday(time))
}

/// "Thursday 26 March", and the year where it is another one than today's.
pub fn day_name(locale: Locale, time: &LocalTime) -> String {
    let (day, date) = (weekday_of(locale, time), day_text(locale, time));
    td_string!(locale, ui.time.weekday_date, day = day, date = date)
}

/// "Thursday 26 March, 18:00": for what lies ahead, where a day of the week says more than how many days away it is.
pub fn moment_text(locale: Locale, time: &LocalTime) -> String {
    let clock = format!("{:02}:{:02}", time.hour, time.minute);
    td_string!(locale, ui.time.day_at, day = day_name(locale, time), clock = clock)
}

/// Which day of the week it is (Sakamoto's rule, of the Gregorian calendar).
fn weekday(time: &LocalTime) -> Weekday {
    const SHIFTS: [i32; 12] = [0, 3, 2, 5, 0, 3, 5, 1, 4, 6, 2, 4];
    let month = usize::from(time.month.clamp(1, 12)) - 1;
    let year = i32::from(time.year) - i32::from(time.month < 3);
    let from_sunday =
        (year + year.div_euclid(4) - year.div_euclid(100) + year.div_euclid(400) + SHIFTS[month] + i32::from(time.day))
            .rem_euclid(7);
    Weekday::ALL[(from_sunday as usize + 6) % 7]
}

/// A time of day, given in minutes since midnight: "18:00". The end of a day is "24:00".
pub fn clock_text(minute: u16) -> String {
    format!("{:02}:{:02}", minute / 60, minute % 60)
}

/// A day's name, as it stands by itself.
pub fn weekday_name(locale: Locale, day: Weekday) -> &'static str {
    match day {
        Weekday::Monday => td_string!(locale, ui.weekday.monday),
        Weekday::Tuesday => td_string!(locale, ui.weekday.tuesday),
        Weekday::Wednesday => td_string!(locale, ui.weekday.wednesday),
        Weekday::Thursday => td_string!(locale, ui.weekday.thursday),
        Weekday::Friday => td_string!(locale, ui.weekday.friday),
        Weekday::Saturday => td_string!(locale, ui.weekday.saturday),
        Weekday::Sunday => td_string!(locale, ui.weekday.sunday),
    }
}

/// Its first letters, over a narrow column.
pub fn weekday_short(locale: Locale, day: Weekday) -> String {
    weekday_name(locale, day).chars().take(2).collect()
}

/// A month's name, as it stands inside a date.
fn month_name(locale: Locale, month: u8) -> &'static str {
    match month {
        1 => td_string!(locale, ui.month.january),
        2 => td_string!(locale, ui.month.february),
        3 => td_string!(locale, ui.month.march),
        4 => td_string!(locale, ui.month.april),
        5 => td_string!(locale, ui.month.may),
        6 => td_string!(locale, ui.month.june),
        7 => td_string!(locale, ui.month.july),
        8 => td_string!(locale, ui.month.august),
        9 => td_string!(locale, ui.month.september),
        10 => td_string!(locale, ui.month.october),
        11 => td_string!(locale, ui.month.november),
        _ => td_string!(locale, ui.month.december),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::time::Micros;

    #[test]
    fn times_are_said_from_where_the_reader_stands() {
        let mut time = LocalTime {
            year: 2026,
            month: 11,
            day: 21,
            hour: 14,
            minute: 5,
            days_ago: 0,
            this_year: true,
            at: Micros(0),
        };
        assert_eq!(when_text(Locale::en, &time), "Today, 14:05");
        time.days_ago = 1;
        assert_eq!(when_text(Locale::es, &time), "Ayer, 14:05");
        time.days_ago = 2;
        assert_eq!(when_text(Locale::en, &time), "21 November, 14:05");
        assert_eq!(when_text(Locale::es, &time), "21 de noviembre, 14:05");
        time.this_year = false;
        assert_eq!(when_text(Locale::en, &time), "21 November 2026, 14:05");
        assert_eq!(when_text(Locale::es, &time), "21 de noviembre de 2026, 14:05");
    }

    #[test]
    fn days_of_the_week_are_those_of_the_calendar() {
        let time = |year, month, day| LocalTime {
            year,
            month,
            day,
            hour: 18,
            minute: 5,
            days_ago: -1,
            this_year: true,
            at: Micros(0),
        };
        for (date, day) in [
            (time(1970, 1, 1), Weekday::Thursday),
            (time(2000, 2, 29), Weekday::Tuesday),
            (time(2026, 3, 29), Weekday::Sunday),
            (time(2026, 11, 23), Weekday::Monday),
        ] {
            assert_eq!(weekday(&date), day, "{date:?}");
        }
        assert_eq!(moment_text(Locale::en, &time(2026, 3, 26)), "Thursday 26 March, 18:05");
        assert_eq!(moment_text(Locale::es, &time(2026, 3, 26)), "Jueves 26 de marzo, 18:05");
    }
}
