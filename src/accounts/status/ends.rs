//! When a message goes, by the clock on the person's wall.

use std::time::Duration;

use super::{OwnMessage, Span};
use crate::kernel::clock::{day_after, local, week_after};
use crate::kernel::time::{LocalTime, Micros};

/// The shortest span.
const HOUR: Duration = Duration::from_secs(3600);

/// Until when a message is shown that is written now, by the clock on the wall in `zone`; `None` until it is cleared. `before` is the end of
/// the one before, which may have passed meanwhile: then nothing is left to keep, and it goes with the day, as a new one.
pub(super) fn end(span: Span, now: Micros, zone: &str, before: Option<Micros>) -> Option<Micros> {
    match span {
        Span::Kept => before.filter(|end| *end > now).or_else(|| Some(day_after(now, zone))),
        Span::Hour => Some(now.plus(HOUR)),
        Span::Today => Some(day_after(now, zone)),
        Span::Week => Some(week_after(now, zone)),
        Span::Cleared => None,
    }
}

/// A message of one's own, if it is still shown. Midnight is told as the last minute of the day that it ends.
pub(in crate::accounts) fn own_message(
    text: String,
    until: Option<Micros>,
    now: Micros,
    zone: &str,
) -> Option<OwnMessage> {
    let told = |end: Micros| -> LocalTime {
        let at = local(end, now, zone);
        let is_midnight = at.hour == 0 && at.minute == 0;
        if is_midnight {
            local(end.minus(Duration::from_secs(60)), now, zone)
        } else {
            at
        }
    };
    let is_shown = !text.is_empty() && until.is_none_or(|end| end > now);
    is_shown.then(|| OwnMessage {
        text,
        until: until.map(told),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// 2026-05-04 09:00 UTC, a Monday: 11:00 in Madrid, 18:00 in Tokyo.
    const MORNING: Micros = Micros::from_millis(1_777_885_200_000);
    const MINUTE: Duration = Duration::from_secs(60);

    #[test]
    fn a_message_ends_by_the_clock_on_the_persons_wall() {
        let hours = |hours: u32| MORNING.plus(HOUR * hours);
        for (span, zone, expected) in [
            (Span::Hour, "Europe/Madrid", Some(hours(1))),
            (Span::Today, "Europe/Madrid", Some(hours(13))),
            (Span::Today, "Asia/Tokyo", Some(hours(6))),
            (Span::Today, "Nowhere/Land", Some(hours(15))),
            (Span::Week, "Europe/Madrid", Some(hours(13 + 6 * 24))),
            (Span::Cleared, "Europe/Madrid", None),
        ] {
            assert_eq!(end(span, MORNING, zone, None), expected, "{span:?} in {zone}");
        }
    }

    #[test]
    fn what_is_kept_is_kept_while_there_is_something_to_keep() {
        let zone = "Europe/Madrid";
        let (past, future) = (MORNING.minus(MINUTE), MORNING.plus(MINUTE));
        assert_eq!(end(Span::Kept, MORNING, zone, Some(future)), Some(future));
        let today = end(Span::Today, MORNING, zone, None);
        assert_eq!(end(Span::Kept, MORNING, zone, Some(past)), today);
        assert_eq!(end(Span::Kept, MORNING, zone, None), today);
    }

    #[test]
    fn a_message_of_ones_own_is_told_with_its_last_minute_and_not_after_its_end() {
        let told =
            |until: Option<Micros>, now: Micros| own_message("Back soon".to_owned(), until, now, "Europe/Madrid");
        let clock = |message: OwnMessage| message.until.map(|at| (at.day, at.hour, at.minute, at.days_ago));
        assert_eq!(clock(told(None, MORNING).unwrap()), None);
        let hour = end(Span::Hour, MORNING, "Europe/Madrid", None);
        assert_eq!(clock(told(hour, MORNING).unwrap()), Some((4, 12, 0, 0)));
        let today = end(Span::Today, MORNING, "Europe/Madrid", None);
        assert_eq!(clock(told(today, MORNING).unwrap()), Some((4, 23, 59, 0)));
        let week = end(Span::Week, MORNING, "Europe/Madrid", None);
        assert_eq!(clock(told(week, MORNING).unwrap()), Some((10, 23, 59, -6)));
        assert!(told(hour, MORNING.plus(HOUR)).is_none());
        assert!(told(hour, MORNING.plus(HOUR - MINUTE)).is_some());
        assert!(own_message(String::new(), None, MORNING, "Europe/Madrid").is_none());
    }
}
