//! What somebody wants of an exchange, and how they like it: goals, corrections; and the year of birth, which is their own affair.

use serde::{Deserialize, Serialize};

use crate::kernel::error::Problem;

/// The longest "what I like to talk about", in characters.
pub const TOPICS_MAX: usize = 300;

/// What a person learns a language for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Goal {
    /// To talk with people.
    Speak,
    /// To write.
    Write,
    /// To pass an examination.
    Exam,
    /// To get along on journeys.
    Travel,
    /// For work.
    Work,
}

impl Goal {
    /// Every goal, in the order of forms.
    pub const ALL: [Self; 5] = [Self::Speak, Self::Write, Self::Exam, Self::Travel, Self::Work];

    /// The name in forms and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Speak => "speak",
            Self::Write => "write",
            Self::Exam => "exam",
            Self::Travel => "travel",
            Self::Work => "work",
        }
    }

    /// # Errors
    /// [`Problem::Unknown`] for anything but the names.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        let known = Self::ALL.into_iter().find(|goal| goal.name() == raw);
        known.ok_or(Problem::Unknown)
    }

    /// Several at once, in the order of forms; one that is there twice counts once.
    ///
    /// # Errors
    /// As for [`parse`](Self::parse).
    pub fn parse_all<'a>(raw: impl Iterator<Item = &'a str>) -> Result<Vec<Self>, Problem> {
        let mut goals: Vec<Self> = raw.map(Self::parse).collect::<Result<_, _>>()?;
        goals.sort_unstable();
        goals.dedup();
        Ok(goals)
    }

    /// As the database keeps them.
    pub fn names(goals: &[Self]) -> String {
        goals.iter().map(|goal| goal.name()).collect::<Vec<_>>().join(",")
    }

    /// Reads [`names`](Self::names) back.
    ///
    /// # Errors
    /// As for [`parse`](Self::parse).
    pub fn from_names(names: &str) -> Result<Vec<Self>, Problem> {
        Self::parse_all(names.split(',').filter(|name| !name.is_empty()))
    }
}

/// When a person likes to hear of their mistakes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CorrectionStyle {
    /// When they make them.
    AtOnce,
    /// At the end of the talk.
    AtTheEnd,
    /// When they ask.
    WhenAsked,
}

impl CorrectionStyle {
    /// Every style, in the order of forms.
    pub const ALL: [Self; 3] = [Self::AtOnce, Self::AtTheEnd, Self::WhenAsked];

    /// The name in forms and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::AtOnce => "at_once",
            Self::AtTheEnd => "at_the_end",
            Self::WhenAsked => "when_asked",
        }
    }

    /// Nothing for a person who has not said.
    ///
    /// # Errors
    /// [`Problem::Unknown`] for anything but the names.
    pub fn parse(raw: &str) -> Result<Option<Self>, Problem> {
        match raw {
            "" => Ok(None),
            name => match Self::ALL.into_iter().find(|style| style.name() == name) {
                Some(style) => Ok(Some(style)),
                None => Err(Problem::Unknown),
            },
        }
    }
}

/// The youngest that a person may be.
pub const YOUNGEST: i16 = 13;
/// The oldest that is believed.
pub const OLDEST: i16 = 120;
/// From which age on a person is an adult.
pub const ADULT: i16 = 18;

/// The year in which somebody was born. Shown to others only with their consent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct BirthYear(i16);

impl BirthYear {
    /// The years that can be chosen in `this_year`, the latest first.
    pub fn choices(this_year: i16) -> impl Iterator<Item = Self> {
        (this_year - OLDEST..=this_year - YOUNGEST).rev().map(Self)
    }

    /// Nothing for a person who does not say.
    ///
    /// # Errors
    /// [`Problem::Unknown`] for anything but the [`choices`](Self::choices).
    pub fn parse(raw: &str, this_year: i16) -> Result<Option<Self>, Problem> {
        if raw.is_empty() {
            return Ok(None);
        }
        let chosen = Self::choices(this_year).find(|choice| choice.0.to_string() == raw);
        chosen.map(Some).ok_or(Problem::Unknown)
    }

    /// As the database keeps it.
    pub const fn number(self) -> i16 {
        self.0
    }

    /// Reads [`number`](Self::number) back.
    pub const fn from_number(year: i16) -> Self {
        Self(year)
    }
}

/// Young people and adults are kept apart.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AgeGroup {
    /// Under [`ADULT`], by the year.
    Young,
    /// Everybody else, those who do not say among them.
    #[default]
    Adult,
}

impl AgeGroup {
    /// Where somebody of `born` belongs in `this_year`.
    pub fn of(born: Option<BirthYear>, this_year: i16) -> Self {
        match born {
            Some(BirthYear(year)) if year > Self::last_adult_year(this_year) => Self::Young,
            _ => Self::Adult,
        }
    }

    /// The last year of birth of adults.
    pub const fn last_adult_year(this_year: i16) -> i16 {
        this_year - ADULT
    }
}

/// Whether somebody may say another year of birth. Who has said one stays among young people or adults: whoever could move by a year that
/// is typed anew would meet the others.
///
/// # Errors
/// [`Problem::AgeGroup`].
pub fn may_change(before: Option<BirthYear>, after: Option<BirthYear>, this_year: i16) -> Result<(), Problem> {
    let stays = AgeGroup::of(before, this_year) == AgeGroup::of(after, this_year);
    if before.is_none() || stays {
        Ok(())
    } else {
        Err(Problem::AgeGroup)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn goals_are_a_set_in_the_order_of_the_form() {
        let parse = |raw: &[&str]| Goal::parse_all(raw.iter().copied());
        assert_eq!(parse(&["work", "speak", "work"]), Ok(vec![Goal::Speak, Goal::Work]));
        assert_eq!(parse(&[]), Ok(vec![]));
        assert_eq!(parse(&["speak", ""]), Err(Problem::Unknown));
        assert_eq!(Goal::from_names(&Goal::names(&Goal::ALL)), Ok(Goal::ALL.to_vec()));
        assert_eq!((Goal::names(&[]).as_str(), Goal::from_names("")), ("", Ok(vec![])));
        assert_eq!(Goal::from_names("speak,sing"), Err(Problem::Unknown));
    }

    #[test]
    fn styles_are_read_by_name_and_nobody_has_to_say() {
        for style in CorrectionStyle::ALL {
            assert_eq!(CorrectionStyle::parse(style.name()), Ok(Some(style)));
        }
        assert_eq!(CorrectionStyle::parse(""), Ok(None));
        assert_eq!(CorrectionStyle::parse("never"), Err(Problem::Unknown));
    }

    #[test]
    fn only_years_that_are_offered_are_taken() {
        let parse = |raw: &str| BirthYear::parse(raw, 2026).map(|year| year.map(BirthYear::number));
        assert_eq!(
            [parse(""), parse("2013"), parse("1906")],
            [Ok(None), Ok(Some(2013)), Ok(Some(1906))]
        );
        for wrong in ["2014", "1905", "0", "-1", "+1990", "01990", " 1990", "1990.5", "mcmxc"] {
            assert_eq!(parse(wrong), Err(Problem::Unknown), "{wrong:?}");
        }
        assert_eq!(BirthYear::choices(2026).next().map(BirthYear::number), Some(2013));
    }

    #[test]
    fn who_has_said_a_year_stays_with_the_young_or_with_the_adults() {
        let year = |number| Some(BirthYear::from_number(number));
        assert_eq!(AgeGroup::of(year(2009), 2026), AgeGroup::Young);
        assert_eq!(AgeGroup::of(year(2008), 2026), AgeGroup::Adult);
        assert_eq!(AgeGroup::of(None, 2026), AgeGroup::Adult);
        for (before, after, allowed) in [
            (None, year(2010), true),
            (None, year(1990), true),
            (year(2010), year(2011), true),
            (year(1990), year(1991), true),
            (year(1990), None, true),
            (year(2010), year(1990), false),
            (year(2010), None, false),
            (year(1990), year(2010), false),
            // They have come of age meanwhile.
            (year(2008), year(1990), true),
        ] {
            assert_eq!(
                may_change(before, after, 2026).is_ok(),
                allowed,
                "{before:?} to {after:?}"
            );
        }
    }
}
