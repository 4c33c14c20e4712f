//! Points in time as people say them.

use leptos::prelude::*;

use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::time::LocalTime;

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
}
