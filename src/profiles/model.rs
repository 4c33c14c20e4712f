//! Languages with role and level, and the profile that they are part of.

use serde::{Deserialize, Serialize};

use super::about::{BirthYear, CorrectionStyle, Goal};
use super::completeness::{Completeness, Part};
use super::countries::Country;
use super::hours::WeekHours;
use super::interests::Interest;
use super::languages::LanguageCode;
use crate::kernel::error::{Problem, Problems};

/// The longest "about me", in characters.
pub const BIO_MAX: usize = 1_000;
/// The most languages of one person.
pub const LANGUAGES_MAX: usize = 12;

/// The largest file that becomes a picture, in bytes.
pub const PICTURE_BYTES_MAX: usize = 5 * 1024 * 1024;
/// What is said of a larger one.
pub const TOO_LARGE: Problem = Problem::FileTooLarge {
    megabytes: PICTURE_BYTES_MAX / 1024 / 1024,
};

/// What a language is to a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Grew up with it.
    Native,
    /// Speaks it well enough to help others.
    Fluent,
    /// Learns it.
    Learning,
}

impl Role {
    /// Every role, in the order of forms.
    pub const ALL: [Self; 3] = [Self::Native, Self::Fluent, Self::Learning];

    /// The name in forms and in the database.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Native => "native",
            Self::Fluent => "fluent",
            Self::Learning => "learning",
        }
    }

    /// # Errors
    /// [`Problem::Required`] for nothing, [`Problem::Unknown`] for anything but the names.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        match raw {
            "" => Err(Problem::Required),
            _ => Self::ALL
                .into_iter()
                .find(|role| role.name() == raw)
                .ok_or(Problem::Unknown),
        }
    }

    /// Whether it is a language that the person can offer to others.
    pub const fn is_spoken(self) -> bool {
        matches!(self, Self::Native | Self::Fluent)
    }
}

/// A level of the Common European Framework of Reference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub enum Level {
    /// Beginner.
    A1,
    /// Elementary.
    A2,
    /// Intermediate.
    B1,
    /// Upper intermediate.
    B2,
    /// Advanced.
    C1,
    /// Proficient.
    C2,
}

impl Level {
    /// Every level, from the lowest.
    pub const ALL: [Self; 6] = [Self::A1, Self::A2, Self::B1, Self::B2, Self::C1, Self::C2];

    /// The name everywhere.
    pub const fn name(self) -> &'static str {
        match self {
            Self::A1 => "A1",
            Self::A2 => "A2",
            Self::B1 => "B1",
            Self::B2 => "B2",
            Self::C1 => "C1",
            Self::C2 => "C2",
        }
    }

    /// # Errors
    /// [`Problem::Required`] for nothing, [`Problem::Unknown`] for anything but the names.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        match raw {
            "" => Err(Problem::Required),
            _ => Self::ALL
                .into_iter()
                .find(|level| level.name() == raw)
                .ok_or(Problem::Unknown),
        }
    }
}

/// A language of a person.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PersonLanguage {
    /// Which.
    pub language: LanguageCode,
    /// What it is to the person.
    pub role: Role,
    /// How well; `None` for native speakers, and for fluent ones who did not say.
    pub level: Option<Level>,
}

impl PersonLanguage {
    /// The level as people read it: "Native" speakers are above the scale.
    pub const fn level_name(&self) -> Option<&'static str> {
        match self.level {
            Some(level) => Some(level.name()),
            None => None,
        }
    }
}

/// What others may read about a person.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Profile {
    /// About me; may be empty; line breaks count.
    pub bio: String,
    /// In the person's order.
    pub languages: Vec<PersonLanguage>,
    /// In the person's order.
    pub interests: Vec<Interest>,
    /// What they like to talk about, in their own words; may be empty.
    #[serde(default)]
    pub topics: String,
    /// What they learn for.
    #[serde(default)]
    pub goals: Vec<Goal>,
    /// How they like to be corrected, if they have said.
    #[serde(default)]
    pub correction: Option<CorrectionStyle>,
    /// When they have time, by their own clock.
    #[serde(default)]
    pub hours: WeekHours,
    /// Where they are at home, if they have said.
    #[serde(default)]
    pub country: Option<Country>,
    /// Their year of birth, where they show it. What they have said and do not show is in [`WholeProfile`] alone.
    #[serde(default)]
    pub born: Option<BirthYear>,
}

/// One's own profile, with what others do not read, as the form shows it.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct WholeProfile {
    /// What others may read.
    #[serde(flatten)]
    pub profile: Profile,
    /// One's year of birth, if one has said.
    #[serde(default)]
    pub birth_year: Option<BirthYear>,
    /// Whether others may read it.
    #[serde(default)]
    pub shows_birth_year: bool,
    /// The year that it is, which says what years of birth can be chosen.
    #[serde(default)]
    pub this_year: i16,
}

impl Profile {
    /// How much of it is there.
    pub fn completeness(&self, has_picture: bool) -> Completeness {
        Completeness::of(|part| match part {
            Part::Languages => !self.languages.is_empty(),
            Part::Interests => !self.interests.is_empty(),
            Part::Hours => !self.hours.is_empty(),
            Part::Bio => !self.bio.is_empty(),
            Part::Picture => has_picture,
            Part::Topics => !self.topics.is_empty(),
            Part::Goals => !self.goals.is_empty(),
            Part::Correction => self.correction.is_some(),
        })
    }

    /// The languages that the person can offer.
    pub fn spoken(&self) -> impl Iterator<Item = &PersonLanguage> {
        self.languages.iter().filter(|language| language.role.is_spoken())
    }

    /// The languages that the person learns.
    pub fn learned(&self) -> impl Iterator<Item = &PersonLanguage> {
        self.languages.iter().filter(|language| language.role == Role::Learning)
    }
}

/// One row of the language part of the profile form, as it was sent.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct LanguageRow {
    /// A code, or nothing for a row that was left empty.
    pub language: String,
    /// A role's name.
    pub role: String,
    /// A level's name, or nothing.
    pub level: String,
}

/// The name of a field in row `index`, as the form sends it.
pub fn row_field(index: usize, field: &str) -> String {
    format!("languages[{index}][{field}]")
}

/// Checks the rows; notes problems under the fields' names, and under `languages` what concerns all of them.
pub fn parse_languages(problems: &mut Problems, rows: &[LanguageRow]) -> Option<Vec<PersonLanguage>> {
    let mut languages: Vec<PersonLanguage> = Vec::new();
    let mut is_complete = true;
    for (index, row) in rows.iter().enumerate().filter(|(_, row)| !row.language.is_empty()) {
        let language = LanguageCode::parse(&row.language).ok_or(Problem::Unknown);
        let language = problems.check(&row_field(index, "language"), language);
        let role = problems.check(&row_field(index, "role"), Role::parse(&row.role));
        let level = match role {
            // A native speaker's level is not asked, so one that was left over from another role is dropped.
            Some(Role::Native) | None => Some(None),
            Some(Role::Fluent) if row.level.is_empty() => Some(None),
            Some(_) => problems
                .check(&row_field(index, "level"), Level::parse(&row.level))
                .map(Some),
        };
        let (Some(language), Some(role), Some(level)) = (language, role, level) else {
            is_complete = false;
            continue;
        };
        if languages.iter().any(|other| other.language == language) {
            problems.add(&row_field(index, "language"), Problem::Repeated);
            is_complete = false;
        }
        languages.push(PersonLanguage { language, role, level });
    }
    if languages.len() > LANGUAGES_MAX {
        problems.add("languages", Problem::TooMany { max: LANGUAGES_MAX });
        is_complete = false;
    }
    if is_complete
        && !(languages.iter().any(|l| l.role.is_spoken()) && languages.iter().any(|l| l.role == Role::Learning))
    {
        problems.add("languages", Problem::Required);
        is_complete = false;
    }
    is_complete.then_some(languages)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn row(language: &str, role: &str, level: &str) -> LanguageRow {
        LanguageRow {
            language: language.to_owned(),
            role: role.to_owned(),
            level: level.to_owned(),
        }
    }

    fn parse(rows: &[LanguageRow]) -> Result<Vec<PersonLanguage>, Vec<(String, Problem)>> {
        let mut problems = Problems::new();
        let languages = parse_languages(&mut problems, rows);
        match problems.into_error() {
            crate::kernel::error::AppError::Invalid(found) if !found.is_empty() => {
                assert!(languages.is_none());
                Err(found
                    .into_iter()
                    .map(|problem| (problem.field, problem.problem))
                    .collect())
            }
            _ => Ok(languages.unwrap()),
        }
    }

    #[test]
    fn rows_become_languages_and_empty_rows_are_left_out() {
        let languages = parse(&[
            row("es", "native", "B1"),
            row("", "", ""),
            row("fr", "fluent", ""),
            row("en", "learning", "B2"),
        ])
        .unwrap();
        assert_eq!(languages.len(), 3);
        assert_eq!(languages[0].level, None);
        assert_eq!(languages[1].level, None);
        assert_eq!(languages[2].level, Some(Level::B2));
    }

    #[test]
    fn every_problem_is_named_at_its_row() {
        let problems = parse(&[
            row("xx", "native", ""),
            row("es", "", ""),
            row("en", "learning", ""),
            row("en", "learning", "B1"),
        ])
        .unwrap_err();
        assert_eq!(
            problems,
            [
                ("languages[0][language]".to_owned(), Problem::Unknown),
                ("languages[1][role]".to_owned(), Problem::Required),
                ("languages[2][level]".to_owned(), Problem::Required),
            ]
        );
        let problems = parse(&[row("es", "native", ""), row("es", "learning", "B1")]).unwrap_err();
        assert_eq!(problems, [("languages[1][language]".to_owned(), Problem::Repeated)]);
    }

    #[test]
    fn a_profile_knows_what_it_lacks() {
        let mut profile = Profile {
            languages: parse(&[row("es", "native", ""), row("en", "learning", "B2")]).unwrap(),
            ..Profile::default()
        };
        let mut seen = Vec::new();
        for _ in Part::ALL {
            let Completeness { next, .. } = profile.completeness(seen.contains(&Part::Picture));
            let Some(part) = next else { break };
            seen.push(part);
            match part {
                Part::Languages | Part::Picture => {}
                Part::Interests => profile.interests = Interest::parse_list("hiking").unwrap(),
                Part::Hours => profile.hours = WeekHours::parse(&["mon-9".to_owned()]).unwrap(),
                Part::Bio => profile.bio = "Hello".to_owned(),
                Part::Topics => profile.topics = "Food".to_owned(),
                Part::Goals => profile.goals = vec![Goal::Speak],
                Part::Correction => profile.correction = Some(CorrectionStyle::AtOnce),
            }
        }
        assert_eq!(seen, Part::ALL[1..]);
        assert_eq!(profile.completeness(true).percent, 100);
    }

    #[test]
    fn what_is_not_shown_is_in_ones_own_profile_alone() {
        let own = WholeProfile {
            birth_year: Some(BirthYear::from_number(1990)),
            this_year: 2026,
            ..WholeProfile::default()
        };
        let json = serde_json::to_string(&own).unwrap();
        assert!(json.contains("1990"), "{json}");
        assert_eq!(serde_json::from_str::<WholeProfile>(&json).unwrap(), own);
        // Whoever reads only what others may read leaves the rest aside.
        assert_eq!(serde_json::from_str::<Profile>(&json).unwrap(), Profile::default());
        assert!(!serde_json::to_string(&own.profile).unwrap().contains("1990"));
    }

    #[test]
    fn both_sides_of_an_exchange_are_needed() {
        for rows in [vec![], vec![row("es", "native", "")], vec![row("en", "learning", "A1")]] {
            assert_eq!(parse(&rows).unwrap_err(), [("languages".to_owned(), Problem::Required)]);
        }
    }
}
