//! The people beyond the sixty: as many as are asked for, spread as people are. A few languages are spoken and learned by most, few people were
//! here today, and many say little of themselves.
//!
//! Person number n is the same on every machine: all that is drawn of them is drawn from n.

use std::time::Duration;

use super::demo_people::DEMO_PEOPLE;
use super::demo_people::names::Names;
use crate::kernel::error::Problem;
use crate::profiles::about::{BirthYear, CorrectionStyle, Goal};
use crate::profiles::countries::Country;
use crate::profiles::hours::WeekHours;
use crate::profiles::interests::Interest;
use crate::profiles::languages::LanguageCode;
use crate::profiles::model::{Level, PersonLanguage, Profile, Role};

const DAY: Duration = Duration::from_secs(24 * 3_600);

/// The exponent of Zipf's law for languages and interests: the second is about half as frequent as the first.
const SKEW: f64 = 1.07;

/// What most people grew up with, the most frequent first; every other language follows.
const SPOKEN: [&str; 18] = [
    "en", "es", "zh", "pt", "ar", "fr", "ja", "de", "ru", "ko", "hi", "it", "tr", "vi", "pl", "id", "uk", "nl",
];
/// What most people learn, likewise.
const LEARNED: [&str; 14] = [
    "en", "es", "fr", "ja", "ko", "de", "zh", "it", "pt", "ru", "ar", "tr", "nl", "sv",
];

/// Of a hundred who learn a language, how many are at each level.
const LEVELS: [(Level, u64); 6] = [
    (Level::A1, 18),
    (Level::A2, 25),
    (Level::B1, 26),
    (Level::B2, 18),
    (Level::C1, 9),
    (Level::C2, 4),
];
/// Of those who come back, how many were here on a given day of all who were not here later: the mean is nineteen days ago.
const DAILY: f64 = 0.05;
/// How many, in a hundred, came no more after a while.
const LOST: u64 = 25;

/// Somebody of the crowd.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Member {
    /// Theirs alone.
    pub(super) username: String,
    pub(super) display_name: String,
    pub(super) time_zone: &'static str,
    /// Without the year of birth.
    pub(super) profile: Profile,
    pub(super) birth_year: Option<BirthYear>,
    /// How long ago they were here.
    pub(super) away: Duration,
    /// How long ago they joined.
    pub(super) there: Duration,
}

/// What is drawn from.
pub(super) struct Crowd {
    spoken: Drawn<LanguageCode>,
    learned: Drawn<LanguageCode>,
    interests: Drawn<Interest>,
    this_year: i16,
}

impl Crowd {
    /// A crowd as of a year.
    pub(super) fn new(this_year: i16) -> Self {
        Self {
            spoken: Drawn::new(ranked(&SPOKEN)),
            learned: Drawn::new(ranked(&LEARNED)),
            interests: Drawn::new(Interest::all_curated("en")),
            this_year,
        }
    }

    /// Somebody.
    ///
    /// # Errors
    /// When the tables of names hold what the forms do not offer, which their tests exclude.
    pub(super) fn member(&self, number: usize) -> Result<Member, Problem> {
        let dice = &mut Dice::of(number);
        let native = *self.spoken.draw(dice);
        let names = Names::of(native.code());
        let (given, latin) = dice.one_of(names.given);
        let family = dice.one_of(names.family);
        let (time_zone, country) = dice.mostly_first(names.places);
        let away = days_away(dice);
        Ok(Member {
            username: format!("{latin}_{number}"),
            display_name: match names.is_family_first {
                true => format!("{family}{given}"),
                false => format!("{given} {family}"),
            },
            time_zone,
            profile: Profile {
                bio: bio(native, dice),
                languages: self.languages(native, dice),
                interests: self.some_interests(dice),
                goals: goals(dice),
                correction: dice.chance(50).then(|| *dice.one_of(&CorrectionStyle::ALL)),
                hours: hours(dice),
                country: match dice.chance(55) {
                    true => Country::parse(country)?,
                    false => None,
                },
                ..Profile::default()
            },
            birth_year: match dice.chance(45) {
                true => BirthYear::parse(&(self.this_year - age(dice)).to_string(), self.this_year)?,
                false => None,
            },
            away: DAY * away,
            there: DAY * (away + 1 + dice.below(700)),
        })
    }

    fn languages(&self, native: LanguageCode, dice: &mut Dice) -> Vec<PersonLanguage> {
        let mut languages = vec![PersonLanguage {
            language: native,
            role: Role::Native,
            level: None,
        }];
        let add = |languages: &mut Vec<PersonLanguage>, language, role, level| {
            if languages.iter().all(|known| known.language != language) {
                languages.push(PersonLanguage { language, role, level });
            }
        };
        if dice.chance(35) {
            let level = if dice.chance(60) { Level::C1 } else { Level::C2 };
            add(&mut languages, *self.learned.draw(dice), Role::Fluent, Some(level));
        }
        let wanted = languages.len() + 1 + usize::from(dice.chance(28)) + usize::from(dice.chance(6));
        // Whoever draws what they know draws again: they learn something.
        while languages.len() < wanted {
            let level = level(dice);
            add(&mut languages, *self.learned.draw(dice), Role::Learning, Some(level));
        }
        languages
    }

    fn some_interests(&self, dice: &mut Dice) -> Vec<Interest> {
        let mut interests: Vec<Interest> = Vec::new();
        if dice.chance(15) {
            return interests;
        }
        for _ in 0..2 + dice.below(6) {
            let interest = self.interests.draw(dice);
            if !interests.contains(interest) {
                interests.push(interest.clone());
            }
        }
        interests
    }
}

/// These first, then all the others.
fn ranked(first: &[&str]) -> Vec<LanguageCode> {
    let first: Vec<LanguageCode> = first.iter().filter_map(|code| LanguageCode::parse(code)).collect();
    let others = LanguageCode::all().filter(|language| !first.contains(language));
    first.iter().copied().chain(others).collect()
}

fn level(dice: &mut Dice) -> Level {
    let mut drawn = dice.below(100);
    for (level, share) in LEVELS {
        if u64::from(drawn) < share {
            return level;
        }
        drawn -= share as u32;
    }
    Level::C2
}

fn days_away(dice: &mut Dice) -> u32 {
    if dice.chance(LOST) {
        return 60 + dice.below(400);
    }
    // The inverse of the geometric distribution.
    ((1.0 - dice.unit()).ln() / (1.0 - DAILY).ln()) as u32
}

/// Most are between 18 and 40; some, who find each other alone, are not of age.
fn age(dice: &mut Dice) -> i16 {
    let age = match dice.below(100) {
        0..4 => 13 + dice.below(5),
        4..80 => 18 + dice.below(22),
        _ => 40 + dice.below(36),
    };
    age as i16
}

fn goals(dice: &mut Dice) -> Vec<Goal> {
    let mut goals: Vec<Goal> = Vec::new();
    for (goal, percent) in Goal::ALL.into_iter().zip([55, 20, 12, 25, 18]) {
        if dice.chance(percent) {
            goals.push(goal);
        }
    }
    goals
}

/// What somebody of the sixty with the same language says, or nothing.
fn bio(native: LanguageCode, dice: &mut Dice) -> String {
    let kin: Vec<&str> = DEMO_PEOPLE
        .iter()
        .filter(|person| person.native.first() == Some(&native.code()))
        .map(|person| person.bio)
        .collect();
    match kin.is_empty() || !dice.chance(25) {
        true => String::new(),
        false => (*dice.one_of(&kin)).to_owned(),
    }
}

/// Nothing, or some hours on evenings, mornings or at the weekend.
fn hours(dice: &mut Dice) -> WeekHours {
    let mut bytes = [0_u8; 21];
    let mut tick = |days: std::ops::Range<u32>, from: u32, count: u32| {
        for hour in days.flat_map(|day| (from..(from + count).min(24)).map(move |hour| day * 24 + hour)) {
            if let Some(byte) = bytes.get_mut((hour / 8) as usize) {
                *byte |= 1 << (hour % 8);
            }
        }
    };
    if dice.chance(40) {
        return WeekHours::default();
    }
    if dice.chance(75) {
        tick(0..5, 17 + dice.below(4), 2 + dice.below(2));
    }
    if dice.chance(20) {
        tick(0..5, 6 + dice.below(3), 1 + dice.below(2));
    }
    if dice.chance(55) {
        tick(5..7, 9 + dice.below(8), 2 + dice.below(4));
    }
    WeekHours::from_bytes(&bytes).unwrap_or_default()
}

/// Things that are drawn by Zipf's law: the first the most often.
struct Drawn<T> {
    things: Vec<T>,
    /// The share of each with those before it.
    up_to: Vec<f64>,
}

impl<T> Drawn<T> {
    fn new(things: Vec<T>) -> Self {
        let mut sum = 0.0;
        let mut up_to: Vec<f64> = (1..=things.len())
            .map(|rank| {
                sum += (rank as f64).powf(-SKEW);
                sum
            })
            .collect();
        up_to.iter_mut().for_each(|share| *share /= sum);
        Self { things, up_to }
    }

    fn draw(&self, dice: &mut Dice) -> &T {
        let drawn = dice.unit();
        let at = self.up_to.partition_point(|share| *share <= drawn);
        &self.things[at.min(self.things.len() - 1)]
    }
}

/// Numbers that look as if they had been thrown: SplitMix64 (Steele, Lea, Flood 2014).
struct Dice(u64);

impl Dice {
    fn of(number: usize) -> Self {
        Self((number as u64).wrapping_mul(0xd134_2543_de82_ef95))
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        mixed ^ (mixed >> 31)
    }

    /// From 0 to 1, without 1.
    fn unit(&mut self) -> f64 {
        (self.next() >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn below(&mut self, end: u32) -> u32 {
        ((u128::from(self.next()) * u128::from(end)) >> 64) as u32
    }

    fn chance(&mut self, percent: u64) -> bool {
        u64::from(self.below(100)) < percent
    }

    fn one_of<'a, T>(&mut self, things: &'a [T]) -> &'a T {
        &things[self.below(things.len() as u32) as usize]
    }

    /// Each half as often as the one before.
    fn mostly_first<T: Copy>(&mut self, things: &[T]) -> T {
        let at = (self.next().leading_zeros() as usize).min(things.len() - 1);
        things[at]
    }
}

#[cfg(test)]
mod tests {
    use std::collections::{BTreeMap, HashSet};

    use super::*;
    use crate::accounts::model::{Email, Username};
    use crate::accounts::service as accounts;
    use crate::profiles::about::AgeGroup;

    const YEAR: i16 = 2_026;

    #[test]
    fn names_are_valid_and_nobody_is_there_twice() {
        let crowd = Crowd::new(YEAR);
        let mut seen: HashSet<String> = DEMO_PEOPLE.iter().map(|person| person.username.to_owned()).collect();
        for number in (60..3_000).chain(999_940..1_000_000) {
            let member = crowd.member(number).unwrap();
            Username::parse(&member.username).unwrap();
            Email::parse(&format!("{}@demo.invalid", member.username)).unwrap();
            accounts::parse_display_name(&member.display_name).unwrap();
            assert!(member.profile.spoken().next().is_some() && member.profile.learned().next().is_some());
            assert!(member.there > member.away);
            assert_eq!(crowd.member(number).unwrap(), member, "the same each time");
            assert!(seen.insert(member.username), "number {number}");
        }
    }

    #[test]
    fn they_are_spread_as_people_are() {
        let crowd = Crowd::new(YEAR);
        let members: Vec<Member> = (0..20_000).map(|number| crowd.member(number).unwrap()).collect();
        let share = |is: &dyn Fn(&Member) -> bool| members.iter().filter(|member| is(member)).count() as f64 / 20_000.0;
        let mut learned: BTreeMap<&str, usize> = BTreeMap::new();
        for language in members.iter().flat_map(|member| member.profile.learned()) {
            *learned.entry(language.language.code()).or_default() += 1;
        }
        assert!(
            learned["en"] > 3 * learned["fr"] / 2 && learned["fr"] > 3 * learned["nl"],
            "{learned:?}"
        );
        assert!(learned.len() > 40, "hardly anybody learns what few learn: {learned:?}");
        let today = share(&|member| member.away < DAY);
        assert!((0.03..0.05).contains(&today), "{today} were here today");
        let in_a_month = share(&|member| member.away < DAY * 30);
        assert!((0.5..0.7).contains(&in_a_month), "{in_a_month} within a month");
        let with_hours = share(&|member| !member.profile.hours.is_empty());
        assert!(
            (0.45..0.62).contains(&with_hours),
            "{with_hours} say when they have time"
        );
        let young = share(&|member| AgeGroup::of(member.birth_year, YEAR) == AgeGroup::Young);
        assert!((0.01..0.04).contains(&young), "{young} are not of age");
    }
}
