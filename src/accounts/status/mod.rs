//! What a person says of themselves beside being here: their availability, one choice of three, and a line in their own words.
//!
//! Promises: partners see it, and nobody else; they see it only while they see the person as here, so that being invisible looks like having
//! gone; a line goes at its time by the server's clock, also when nobody is there; who is busy is disturbed as little as in quiet hours, by
//! the same rule (`notifications::service::is_quiet`).
//!
//! To add a span for which a line is shown: a variant of [`Span`], its end in `ends.rs`, its words in `pages/status.rs` of accounts.

pub mod api;
#[cfg(feature = "ssr")]
pub mod choose;
#[cfg(feature = "ssr")]
pub(super) mod ends;
#[cfg(feature = "ssr")]
pub mod expiry;
pub mod own;
pub mod words;

use serde::{Deserialize, Serialize};

use crate::kernel::error::Problem;
use crate::kernel::text::single_line;
use crate::kernel::time::LocalTime;

/// The longest status message, in characters.
pub const MESSAGE_MAX: usize = 80;

/// How a person wants to be reached and seen.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Availability {
    /// As they are.
    #[default]
    Available,
    /// Seen as busy by partners; nothing rings or sounds.
    Busy,
    /// Not here, to everybody. Partners can call all the same.
    Invisible,
}

impl Availability {
    /// Every choice, in the order of the menu.
    pub const ALL: [Self; 3] = [Self::Available, Self::Busy, Self::Invisible];

    /// The name in forms and on the wire.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Available => "available",
            Self::Busy => "busy",
            Self::Invisible => "invisible",
        }
    }

    /// # Errors
    /// [`Problem::Unknown`] for anything but the names.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        Self::ALL
            .into_iter()
            .find(|choice| choice.name() == raw)
            .ok_or(Problem::Unknown)
    }

    /// From the two columns of the database; the first counts.
    pub const fn of(is_invisible: bool, is_busy: bool) -> Self {
        match (is_invisible, is_busy) {
            (true, _) => Self::Invisible,
            (false, true) => Self::Busy,
            (false, false) => Self::Available,
        }
    }
}

/// What is asked for: one of the three, or no more than not to be invisible.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Like this.
    One(Availability),
    /// Not invisible any more, if they are; whoever is busy stays so.
    Visible,
}

impl Wanted {
    /// What a switch asks for that knows of being invisible only.
    pub const fn invisible(is_wanted: bool) -> Self {
        if is_wanted {
            Self::One(Availability::Invisible)
        } else {
            Self::Visible
        }
    }
}

/// For how long a message is shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Span {
    /// Until the time that was chosen before.
    Kept,
    /// An hour from now.
    Hour,
    /// Until the person's day ends.
    Today,
    /// Until the person's Sunday ends.
    Week,
    /// Until they clear it.
    Cleared,
}

impl Span {
    /// Every choice.
    pub const ALL: [Self; 5] = [Self::Kept, Self::Hour, Self::Today, Self::Week, Self::Cleared];

    /// The name in forms.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Kept => "kept",
            Self::Hour => "hour",
            Self::Today => "today",
            Self::Week => "week",
            Self::Cleared => "cleared",
        }
    }

    /// # Errors
    /// [`Problem::Unknown`] for anything but the names.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        Self::ALL
            .into_iter()
            .find(|span| span.name() == raw)
            .ok_or(Problem::Unknown)
    }

    /// What is offered to somebody with this message, and which of it at first: what they have chosen before stays unless they say
    /// otherwise, and a new message goes with the day.
    pub fn offered(now: Option<&OwnMessage>) -> (&'static [Self], Self) {
        const NEW: &[Span] = &[Span::Hour, Span::Today, Span::Week, Span::Cleared];
        match now {
            None => (NEW, Self::Today),
            Some(OwnMessage { until: None, .. }) => (NEW, Self::Cleared),
            Some(OwnMessage { until: Some(_), .. }) => (&Self::ALL, Self::Kept),
        }
    }
}

/// One's own status message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnMessage {
    /// One line.
    pub text: String,
    /// The last minute in which it is shown; `None` until it is cleared.
    pub until: Option<LocalTime>,
}

/// What a person says of themselves, as they know it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct OwnStatus {
    /// How they want to be reached and seen.
    pub availability: Availability,
    /// Their line, if there is one.
    pub message: Option<OwnMessage>,
}

/// A message as it was typed; empty for none.
///
/// # Errors
/// [`Problem::TooLong`].
pub fn parse_message(raw: &str) -> Result<String, Problem> {
    single_line(raw, 0, MESSAGE_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::time::Micros;

    #[test]
    fn there_is_one_choice_of_three_and_it_reads_back_by_its_name() {
        for choice in Availability::ALL {
            assert_eq!(Availability::parse(choice.name()), Ok(choice));
        }
        assert_eq!(Availability::parse("asleep"), Err(Problem::Unknown));
        for (is_invisible, is_busy, choice) in [
            (false, false, Availability::Available),
            (false, true, Availability::Busy),
            (true, false, Availability::Invisible),
            (true, true, Availability::Invisible),
        ] {
            assert_eq!(Availability::of(is_invisible, is_busy), choice);
        }
    }

    #[test]
    fn a_message_is_one_line_of_eighty_characters_without_tricks() {
        assert_eq!(
            parse_message("  Exam week 📚 \r\n please"),
            Ok("Exam week 📚 please".to_owned())
        );
        assert_eq!(parse_message("a\u{202e}b\u{0}c\u{2066}d"), Ok("abcd".to_owned()));
        assert_eq!(parse_message(" \u{200b}\n\t "), Ok(String::new()));
        assert_eq!(parse_message(&"😀".repeat(MESSAGE_MAX)), Ok("😀".repeat(MESSAGE_MAX)));
        for length in [MESSAGE_MAX + 1, 10_000] {
            assert_eq!(
                parse_message(&"x".repeat(length)),
                Err(Problem::TooLong { max: MESSAGE_MAX })
            );
        }
    }

    #[test]
    fn what_was_chosen_before_is_offered_where_there_is_something_to_keep() {
        for span in Span::ALL {
            assert_eq!(Span::parse(span.name()), Ok(span));
        }
        assert_eq!(Span::parse("for ever"), Err(Problem::Unknown));
        let message = |until| OwnMessage {
            text: "Exam week".to_owned(),
            until,
        };
        let at = LocalTime {
            year: 2026,
            month: 5,
            day: 4,
            hour: 23,
            minute: 59,
            days_ago: 0,
            this_year: true,
            at: Micros(0),
        };
        for (now, has_kept, first) in [
            (None, false, Span::Today),
            (Some(message(None)), false, Span::Cleared),
            (Some(message(Some(at))), true, Span::Kept),
        ] {
            let (offered, chosen) = Span::offered(now.as_ref());
            assert_eq!((offered.contains(&Span::Kept), chosen), (has_kept, first));
            assert!(offered.contains(&chosen));
        }
    }
}
