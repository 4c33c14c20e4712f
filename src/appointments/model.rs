//! Appointments: times to talk that two partners have agreed on, or are about to.

use serde::{Deserialize, Serialize};

use crate::accounts::model::PersonCard;
use crate::define_id;
use crate::kernel::error::Problem;
use crate::kernel::time::LocalTime;

define_id! {
    /// An appointment, of one time or of one each week.
    AppointmentId
}

/// Most characters of what an appointment is about.
pub const ABOUT_MAX: usize = 280;
/// How long an appointment may take, in minutes.
pub const LENGTHS: [u16; 6] = [15, 30, 45, 60, 90, 120];
/// How long it takes unless somebody chooses, in minutes.
pub const USUAL_LENGTH: u16 = 30;
/// How far ahead the first time of an appointment may be, in days.
pub const DAYS_AHEAD: i32 = 366;

/// Reads how long an appointment takes.
///
/// # Errors
/// [`Problem::Required`], and [`Problem::Unknown`] for anything but [`LENGTHS`].
pub fn parse_length(raw: &str) -> Result<u16, Problem> {
    if raw.is_empty() {
        return Err(Problem::Required);
    }
    let length = raw.parse().ok().filter(|length| LENGTHS.contains(length));
    length.ok_or(Problem::Unknown)
}

/// Whether an appointment comes back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Repeats {
    /// It is one time.
    #[default]
    Never,
    /// Each week, at the same time on the wall of whoever proposed it.
    Weekly,
}

impl Repeats {
    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Weekly => "weekly",
        }
    }

    /// The one with this name; what nobody knows is one time.
    pub fn named(name: &str) -> Self {
        match name {
            "weekly" => Self::Weekly,
            _ => Self::Never,
        }
    }
}

/// How an appointment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Status {
    /// One of the two has proposed it.
    Proposed,
    /// Both want it.
    Agreed,
    /// Whoever was asked did not want it.
    Declined,
    /// One of the two took it back.
    Cancelled,
}

impl Status {
    /// The name in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Agreed => "agreed",
            Self::Declined => "declined",
            Self::Cancelled => "cancelled",
        }
    }

    /// The one with this name; what nobody knows takes place no more.
    pub fn named(name: &str) -> Self {
        match name {
            "proposed" => Self::Proposed,
            "agreed" => Self::Agreed,
            "declined" => Self::Declined,
            _ => Self::Cancelled,
        }
    }
}

/// One point in time on two walls.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BothTimes {
    /// By the reader's clock.
    pub mine: LocalTime,
    /// By the partner's.
    pub theirs: LocalTime,
}

/// A time at which an appointment takes place, or would.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AppointmentView {
    /// Which appointment.
    pub id: AppointmentId,
    /// Which of its times, where it comes back: the day for which it was planned, in days since 1970.
    pub day: i32,
    /// With whom.
    pub partner: PersonCard,
    /// When it begins.
    pub at: BothTimes,
    /// How long it takes, in minutes.
    pub minutes: u16,
    /// Whether it comes back.
    pub repeats: Repeats,
    /// What it is about; may be empty.
    pub about: String,
    /// Whether it goes on at this moment, or will within the next minutes: the room is the place to be.
    pub is_now: bool,
    /// A change of it that waits for an answer, or the proposal itself.
    pub asked: Option<Asked>,
    /// Goes up with each change: an answer is to what was read.
    pub edition: i32,
}

/// What waits for an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Asked {
    /// Whether the reader asked, and the partner has to answer.
    pub by_me: bool,
    /// The other time that is proposed; `None` where the appointment itself is.
    pub other_time: Option<OtherTime>,
}

/// Another time for an appointment that stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherTime {
    /// When it would begin.
    pub at: BothTimes,
    /// How long it would take, in minutes.
    pub minutes: u16,
    /// Whether it is for one time of several only.
    pub is_for_once: bool,
}

/// A person's appointments.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Agenda {
    /// What waits for the reader's answer, the soonest first.
    pub to_answer: Vec<AppointmentView>,
    /// What stands, the soonest first.
    pub agreed: Vec<AppointmentView>,
    /// What waits for a partner's answer, the soonest first.
    pub asked: Vec<AppointmentView>,
    /// Whether calendars may fetch them at an address of the reader's own.
    pub has_feed: bool,
    /// The reader's time zone.
    pub time_zone: String,
}

/// What there is to choose from when a time is proposed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Choice {
    /// With whom.
    pub partner: PersonCard,
    /// When both have time in the next two weeks, the soonest first.
    pub starts: Vec<BothTimes>,
    /// Whether each of the two has said when they have time: [me, the partner].
    pub have_said: [bool; 2],
    /// The reader's time zone.
    pub time_zone: String,
    /// The partner's.
    pub their_time_zone: String,
    /// The appointment that is to be at another time.
    pub of: Option<AppointmentView>,
}

/// A time that somebody chose, as the form sends it: one of those that were offered, or a day and a time of their own.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ChosenTime {
    /// Microseconds since 1970, or nothing where day and time are given.
    pub start: String,
    /// `2026-03-29`.
    pub date: String,
    /// `18:00`.
    pub time: String,
    /// One of [`LENGTHS`].
    pub minutes: String,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_read_back() {
        for repeats in [Repeats::Never, Repeats::Weekly] {
            assert_eq!(Repeats::named(repeats.name()), repeats);
        }
        for status in [Status::Proposed, Status::Agreed, Status::Declined, Status::Cancelled] {
            assert_eq!(Status::named(status.name()), status);
        }
        assert_eq!(Status::named("postponed"), Status::Cancelled);
    }

    #[test]
    fn a_length_is_one_of_those_that_are_offered() {
        assert_eq!(parse_length("45"), Ok(45));
        assert_eq!(parse_length(""), Err(Problem::Required));
        for wrong in ["0", "-30", "31", "half an hour", "99999"] {
            assert_eq!(parse_length(wrong), Err(Problem::Unknown), "{wrong}");
        }
        assert!(LENGTHS.contains(&USUAL_LENGTH));
    }
}
