//! Blocked people, and the reasons for which people are reported.

use serde::{Deserialize, Serialize};

use crate::accounts::model::PersonCard;
use crate::define_id;
use crate::kernel::error::Problem;
use crate::kernel::time::LocalTime;

define_id! {
    /// A report.
    ReportId
}

/// The longest words of a report, in characters.
pub const WORDS_MAX: usize = 1_000;

/// What somebody is reported for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ReportKind {
    /// Sells something, or sends the same to everybody.
    Spam,
    /// Insults, threatens or presses.
    Harassment,
    /// Pretends to be somebody else.
    Pretence,
    /// Is of another age than they say.
    Age,
    /// Anything else, in words.
    Other,
}

impl ReportKind {
    /// Every kind, in the order of the form.
    pub const ALL: [Self; 5] = [Self::Spam, Self::Harassment, Self::Pretence, Self::Age, Self::Other];

    /// The name in forms and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Spam => "spam",
            Self::Harassment => "harassment",
            Self::Pretence => "pretence",
            Self::Age => "age",
            Self::Other => "other",
        }
    }

    /// # Errors
    /// [`Problem::Required`] for nothing, [`Problem::Unknown`] for anything but the names.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        match raw {
            "" => Err(Problem::Required),
            _ => Self::ALL
                .into_iter()
                .find(|kind| kind.name() == raw)
                .ok_or(Problem::Unknown),
        }
    }
}

/// Somebody whom one has blocked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct BlockedPerson {
    /// Who.
    pub person: PersonCard,
    /// Since when, in the viewer's zone.
    pub since: LocalTime,
}

/// What of one's profile and of other people only oneself reads.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PrivacyView {
    /// Whether people who are no partners find and read one's profile.
    pub is_public: bool,
    /// Whom one has blocked, the latest first.
    pub blocked: Vec<BlockedPerson>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_have_names_and_nothing_else_is_one() {
        for kind in ReportKind::ALL {
            assert_eq!(ReportKind::parse(kind.name()), Ok(kind));
        }
        assert_eq!(ReportKind::parse(""), Err(Problem::Required));
        assert_eq!(ReportKind::parse("Spam"), Err(Problem::Unknown));
    }
}
