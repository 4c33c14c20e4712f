//! Points in time and how long things take, as both targets carry them.
//!
//! Times travel and are stored as microseconds since 1970 (UTC). The server turns them into the civil parts of a person's
//! own time zone ([`LocalTime`]) before they reach a view, so that server and browser render the same words.

use serde::{Deserialize, Serialize};

/// A point in time: microseconds since 1970-01-01 00:00 UTC.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[cfg_attr(feature = "ssr", derive(sqlx::Type), sqlx(transparent))]
#[serde(transparent)]
pub struct Micros(pub i64);

impl Micros {
    /// From milliseconds since 1970 (UTC).
    pub const fn from_millis(millis: i64) -> Self {
        Self(millis * 1_000)
    }

    /// Milliseconds since 1970 (UTC), rounded down.
    pub const fn millis(self) -> i64 {
        self.0.div_euclid(1_000)
    }

    /// Whole seconds and the nanoseconds beyond them, for formats that count so. Times before 1970 count as 1970.
    pub const fn seconds_and_nanos(self) -> (u64, u32) {
        if self.0 < 0 {
            return (0, 0);
        }
        ((self.0 / 1_000_000) as u64, (self.0 % 1_000_000) as u32 * 1_000)
    }

    /// This point moved into the future.
    pub const fn plus(self, span: std::time::Duration) -> Self {
        Self(self.0 + span.as_micros() as i64)
    }

    /// This point moved into the past.
    pub const fn minus(self, span: std::time::Duration) -> Self {
        Self(self.0 - span.as_micros() as i64)
    }

    /// How long it is from `earlier` to this point; zero when `earlier` is later.
    pub const fn since(self, earlier: Self) -> std::time::Duration {
        let span = self.0 - earlier.0;
        if span < 0 {
            std::time::Duration::ZERO
        } else {
            std::time::Duration::from_micros(span as u64)
        }
    }
}

/// A point in time as a calendar and a clock on the wall show it in one person's time zone.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LocalTime {
    /// The year, as in 2026.
    pub year: i16,
    /// The month, 1 to 12.
    pub month: u8,
    /// The day of the month, 1 to 31.
    pub day: u8,
    /// The hour, 0 to 23.
    pub hour: u8,
    /// The minute, 0 to 59.
    pub minute: u8,
    /// How many days before today (in the same zone) this is: 0 today, 1 yesterday.
    pub days_ago: i32,
    /// Whether this is in the year of today (in the same zone).
    pub this_year: bool,
    /// The same point without a zone, for `<time datetime>` and for sorting.
    pub at: Micros,
}

impl LocalTime {
    /// The machine-readable form for `<time datetime>`: `2026-11-21T14:05`.
    pub fn machine(&self) -> String {
        let Self {
            year,
            month,
            day,
            hour,
            minute,
            ..
        } = self;
        format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}")
    }
}

/// A duration as people read a call's length: `4:07`, `1:02:09`.
pub fn clock_length(seconds: u32) -> String {
    let (hours, minutes, seconds) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    if hours > 0 {
        format!("{hours}:{minutes:02}:{seconds:02}")
    } else {
        format!("{minutes}:{seconds:02}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn spans_never_go_below_zero() {
        let start = Micros::from_millis(1_000);
        assert_eq!(start.plus(Duration::from_secs(2)).since(start), Duration::from_secs(2));
        assert_eq!(start.since(start.plus(Duration::from_secs(2))), Duration::ZERO);
        assert_eq!(start.minus(Duration::from_secs(2)).millis(), -1_000);
    }

    #[test]
    fn lengths_read_like_a_clock() {
        assert_eq!(clock_length(0), "0:00");
        assert_eq!(clock_length(247), "4:07");
        assert_eq!(clock_length(3_729), "1:02:09");
    }
}
