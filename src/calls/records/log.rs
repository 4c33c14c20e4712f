//! The history: calls, and what rang without becoming one.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::accounts::model::PersonCard;
use crate::calls::model::CallView;
use crate::invitations::model::InvitationId;
use crate::kernel::paging::Page;
use crate::kernel::time::LocalTime;

/// What the history is asked for; empty fields ask for everything. Stands in the address as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(default)]
pub struct LogFilters {
    /// A username.
    pub with: String,
    /// A [`Kind`]'s name.
    pub kind: String,
    /// A [`Period`]'s name.
    pub period: String,
    /// Where the page starts, as the page before said.
    pub after: String,
}

impl LogFilters {
    /// Whether anything narrows the list.
    pub fn is_any(&self) -> bool {
        let Self { with, kind, period, .. } = self;
        [with, kind, period].iter().any(|field| !field.is_empty())
    }
}

/// What kinds of entries are shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Kind {
    /// Everything.
    #[default]
    All,
    /// Only what was answered.
    Calls,
    /// Only what rang for the reader, who did not answer.
    Missed,
}

impl Kind {
    /// Those that have a name.
    pub const NAMED: [Self; 2] = [Self::Calls, Self::Missed];

    /// The name in the address.
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Calls => "calls",
            Self::Missed => "missed",
        }
    }

    /// The kind of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::All, Self::Calls, Self::Missed]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// How far back the history goes.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Period {
    /// To the beginning.
    #[default]
    All,
    /// Seven days.
    Week,
    /// Thirty days.
    Month,
    /// 365 days.
    Year,
}

impl Period {
    /// Those that have a name.
    pub const NAMED: [Self; 3] = [Self::Week, Self::Month, Self::Year];

    /// The name in the address.
    pub const fn name(self) -> &'static str {
        match self {
            Self::All => "",
            Self::Week => "week",
            Self::Month => "month",
            Self::Year => "year",
        }
    }

    /// The period of that name.
    pub fn parse(name: &str) -> Option<Self> {
        [Self::All, Self::Week, Self::Month, Self::Year]
            .into_iter()
            .find(|period| period.name() == name)
    }

    /// How long it is; `None` for all time.
    pub const fn length(self) -> Option<Duration> {
        const DAY: u64 = 24 * 3600;
        match self {
            Self::All => None,
            Self::Week => Some(Duration::from_secs(7 * DAY)),
            Self::Month => Some(Duration::from_secs(30 * DAY)),
            Self::Year => Some(Duration::from_secs(365 * DAY)),
        }
    }
}

/// How an attempt ended that did not become a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AttemptEnd {
    /// Whoever was called said no.
    Declined,
    /// Whoever called gave up.
    Cancelled,
    /// It rang and nobody answered.
    Missed,
    /// It reached no device.
    Expired,
}

/// An attempt, as one of the two sees it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct AttemptView {
    /// The invitation.
    pub id: InvitationId,
    /// The other person.
    pub partner: PersonCard,
    /// When it began, in the viewer's zone.
    pub at: LocalTime,
    /// How it ended.
    pub end: AttemptEnd,
    /// Whether the viewer called.
    pub by_me: bool,
    /// Whether the two are still partners.
    pub is_partner: bool,
}

/// A line of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogEntry {
    /// A call.
    Call(CallView),
    /// An attempt that did not become one.
    Attempt(AttemptView),
}

/// What calls and attempts come to.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogTotals {
    /// Calls: what was answered.
    pub calls: u64,
    /// Of these, the calls in which both were there.
    pub talks: u64,
    /// How long those took together, in seconds; the one that goes on does not count yet.
    pub seconds: u64,
    /// Attempts that did not become a call.
    pub failed: u64,
}

impl LogTotals {
    /// Of a hundred attempts, how many led to a talk, to the nearest; `None` where nobody ever called.
    pub fn success_percent(self) -> Option<u64> {
        let attempts = self.attempts();
        (self.talks * 100 + attempts / 2).checked_div(attempts)
    }

    /// All attempts, those that became calls as well.
    pub const fn attempts(self) -> u64 {
        self.calls + self.failed
    }

    /// Both together.
    pub const fn plus(self, other: Self) -> Self {
        Self {
            calls: self.calls + other.calls,
            talks: self.talks + other.talks,
            seconds: self.seconds + other.seconds,
            failed: self.failed + other.failed,
        }
    }
}

/// The same with one partner.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PartnerTotals {
    /// Who.
    pub partner: PersonCard,
    /// With them.
    pub totals: LogTotals,
}

/// A page of the history.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct CallLog {
    /// Newest first.
    pub entries: Page<LogEntry>,
    /// Of the people and the period that were asked for, whatever the kind.
    pub totals: LogTotals,
    /// The same by partner, who took the most time first.
    pub by_partner: Vec<PartnerTotals>,
    /// Whom one can ask for.
    pub people: Vec<PersonCard>,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_read_back() {
        for kind in [Kind::All, Kind::Calls, Kind::Missed] {
            assert_eq!(Kind::parse(kind.name()), Some(kind));
        }
        for period in [Period::All, Period::Week, Period::Month, Period::Year] {
            assert_eq!(Period::parse(period.name()), Some(period));
        }
        assert_eq!((Kind::parse("x"), Period::parse("x")), (None, None));
    }

    #[test]
    fn success_is_of_all_attempts() {
        let totals = |calls, talks, failed| LogTotals {
            calls,
            talks,
            failed,
            seconds: 0,
        };
        assert_eq!(LogTotals::default().success_percent(), None);
        assert_eq!(totals(0, 0, 3).success_percent(), Some(0));
        assert_eq!(totals(3, 2, 0).success_percent(), Some(67));
        assert_eq!(totals(3, 2, 5).success_percent(), Some(25));
        assert_eq!(totals(4, 4, 0).success_percent(), Some(100));
    }
}
