//! How well two people suit each other, and why: one formula of named weights, 0 to 100.
//!
//! Whether they suit at all is a matter of languages: each speaks what the other learns. Of the pairs of languages that work both ways the
//! best one counts. What they like, when they have time and how they take part is added to it once.

use std::cmp::Reverse;

use serde::{Deserialize, Serialize};

use crate::profiles::about::CorrectionStyle;
use crate::profiles::hours::FreeTime;
use crate::profiles::interests::Interest;
use crate::profiles::languages::LanguageCode;
use crate::profiles::model::{Level, PersonLanguage, Profile, Role};

/// The most for how well they know what I learn.
pub const TEACHER: i64 = 24;
/// The most for how well I know what they learn.
pub const STUDENT: i64 = 16;
/// The most for levels that are alike: each side is then as patient as it needs the other to be.
pub const BALANCE: i64 = 10;
/// Less for each level between the two.
pub const STEP: i64 = 2;
/// Where one of the two has not said their level.
pub const BALANCE_UNKNOWN: i64 = 4;
/// For each shared interest …
pub const INTEREST: i64 = 4;
/// … up to this many.
pub const INTERESTS_COUNTED: usize = 4;
/// For each whole hour in common in the coming week …
pub const HOUR: i64 = 2;
/// … up to this many.
pub const HOURS_COUNTED: u32 = 7;
/// For liking the same way of being corrected.
pub const CORRECTION: i64 = 4;
/// Who was here today or yesterday.
pub const HERE_LATELY: i64 = 10;
/// Who was here within a week.
pub const HERE_THIS_WEEK: i64 = 7;
/// Who was here within a month.
pub const HERE_THIS_MONTH: i64 = 3;
/// The most for answering requests, yes or no.
pub const REPLY: i64 = 6;
/// Requests that everybody is taken to have had, so that the first one does not decide …
pub const REPLY_ASKED: u32 = 3;
/// … and of them those that they are taken to have answered.
pub const REPLY_ANSWERED: u32 = 2;
/// Less for each request that waits for their answer, so that not everybody is sent to the same few people …
pub const WAITING: i64 = 2;
/// … up to this many.
pub const WAITING_COUNTED: u32 = 5;

/// What the formula knows of somebody.
#[derive(Clone, Copy, Debug)]
pub struct Side<'a> {
    /// Those they speak and those they learn.
    pub languages: &'a [PersonLanguage],
    /// What they like.
    pub interests: &'a [Interest],
    /// When they have time in the coming week.
    pub free: FreeTime,
    /// How they like to be corrected, if they have said.
    pub correction: Option<CorrectionStyle>,
}

impl<'a> Side<'a> {
    /// Of a profile, and when its person has time in the coming week.
    pub fn of(profile: &'a Profile, free: FreeTime) -> Self {
        Self {
            languages: &profile.languages,
            interests: &profile.interests,
            free,
            correction: profile.correction,
        }
    }
}

/// How somebody takes part: known of them, and told to nobody.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Habits {
    /// Days (UTC) since they were here.
    pub days_away: i32,
    /// Requests to them that are over.
    pub asked: u32,
    /// Those among them that they accepted or declined.
    pub answered: u32,
    /// Requests that wait for their answer.
    pub waiting: u32,
}

/// Why two people suit each other, seen by one of them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Fit {
    /// What the other speaks and I learn.
    pub they_speak: PersonLanguage,
    /// What the other learns and I speak.
    pub they_learn: PersonLanguage,
    /// What both like.
    pub shared_interests: Vec<Interest>,
    /// How long both have time in the coming week, in minutes.
    pub minutes_in_common: u32,
    /// How both like to be corrected, if it is the same.
    pub correction: Option<CorrectionStyle>,
    /// 0 to 100.
    pub score: i64,
}

/// Why `they` suit `me`; `None` if the exchange would not work in both directions.
pub fn fit(me: &Side<'_>, they: &Side<'_>, habits: &Habits) -> Option<Fit> {
    let exchange = exchanges(me, they).max_by_key(Exchange::rank)?;
    let liked = they.interests.iter().filter(|interest| me.interests.contains(interest));
    let shared_interests: Vec<Interest> = liked.cloned().collect();
    let minutes_in_common = me.free.and(&they.free).minutes();
    let correction = they.correction.filter(|theirs| me.correction == Some(*theirs));
    let score = exchange.points()
        + shared_interests.len().min(INTERESTS_COUNTED) as i64 * INTEREST
        + i64::from((minutes_in_common / 60).min(HOURS_COUNTED)) * HOUR
        + correction.map_or(0, |_| CORRECTION)
        + habits.points();
    Some(Fit {
        they_speak: *exchange.they_speak,
        they_learn: *exchange.they_learn,
        shared_interests,
        minutes_in_common,
        correction,
        score: score.max(0),
    })
}

/// A pair of languages that works both ways: theirs for mine.
#[derive(Clone, Copy)]
struct Exchange<'a> {
    they_speak: &'a PersonLanguage,
    i_learn: &'a PersonLanguage,
    they_learn: &'a PersonLanguage,
    i_speak: &'a PersonLanguage,
}

fn exchanges<'a>(me: &Side<'a>, they: &Side<'a>) -> impl Iterator<Item = Exchange<'a>> {
    let (mine, theirs) = (me.languages, they.languages);
    let in_both = move |is_spoken_by_them: bool| {
        theirs
            .iter()
            .filter(move |language| language.role.is_spoken() == is_spoken_by_them)
            .filter_map(move |language| {
                let same = |other: &&PersonLanguage| {
                    other.language == language.language && other.role.is_spoken() != is_spoken_by_them
                };
                Some((language, mine.iter().find(same)?))
            })
    };
    in_both(true).flat_map(move |(they_speak, i_learn)| {
        in_both(false).map(move |(they_learn, i_speak)| Exchange {
            they_speak,
            i_learn,
            they_learn,
            i_speak,
        })
    })
}

impl Exchange<'_> {
    fn points(&self) -> i64 {
        let balance = match (self.i_learn.level, self.they_learn.level) {
            (Some(mine), Some(theirs)) => BALANCE - STEP * (step(mine) - step(theirs)).abs(),
            _ => BALANCE_UNKNOWN,
        };
        TEACHER * mastery(self.they_speak) / MASTERED + STUDENT * mastery(self.i_speak) / MASTERED + balance
    }

    /// What the best is told by. Of equal ones it does not matter which, but it is always the same, in whatever order languages stand.
    fn rank(&self) -> (i64, Reverse<(LanguageCode, LanguageCode)>) {
        let languages = (self.they_speak.language, self.they_learn.language);
        (self.points(), Reverse(languages))
    }
}

/// A native speaker's mastery.
const MASTERED: i64 = 6;

/// How well somebody knows a language that they speak, 0 to [`MASTERED`].
const fn mastery(language: &PersonLanguage) -> i64 {
    match (language.role, language.level) {
        (Role::Native, _) => MASTERED,
        // Fluent by their own word.
        (_, None) => step(Level::C1),
        (_, Some(level)) => step(level),
    }
}

/// How many levels are below this one.
const fn step(level: Level) -> i64 {
    level as i64
}

impl Habits {
    fn points(&self) -> i64 {
        let lately = match self.days_away {
            ..=1 => HERE_LATELY,
            2..=7 => HERE_THIS_WEEK,
            8..=30 => HERE_THIS_MONTH,
            _ => 0,
        };
        let asked = i64::from(self.asked) + i64::from(REPLY_ASKED);
        let answered = i64::from(self.answered.min(self.asked)) + i64::from(REPLY_ANSWERED);
        lately + REPLY * answered / asked - i64::from(self.waiting.min(WAITING_COUNTED)) * WAITING
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::kernel::week::{Weekday, ZoneWeek};
    use crate::profiles::hours::{WeekHours, box_name};

    const NEW: Habits = Habits {
        days_away: 0,
        asked: 0,
        answered: 0,
        waiting: 0,
    };

    /// What a [`Side`] borrows.
    #[derive(Clone, Debug, Default)]
    struct Person {
        languages: Vec<PersonLanguage>,
        interests: Vec<Interest>,
        free: FreeTime,
        correction: Option<CorrectionStyle>,
    }

    impl Person {
        fn knows(mut self, code: &str, role: Role, level: Option<Level>) -> Self {
            self.languages.push(PersonLanguage {
                language: LanguageCode::parse(code).unwrap(),
                role,
                level,
            });
            self
        }

        fn likes(mut self, interests: &[&str]) -> Self {
            self.interests = interests.iter().map(|one| Interest::parse(one).unwrap()).collect();
            self
        }

        /// Has time on Monday from midnight on, in UTC.
        fn has_time(mut self, hours: u16) -> Self {
            let boxes: Vec<String> = (0..hours).map(|hour| box_name(Weekday::Monday, hour)).collect();
            self.free = WeekHours::parse(&boxes).unwrap().within(&ZoneWeek::new(0, Vec::new()));
            self
        }

        fn side(&self) -> Side<'_> {
            Side {
                languages: &self.languages,
                interests: &self.interests,
                free: self.free,
                correction: self.correction,
            }
        }
    }

    fn suits(me: &Person, they: &Person, habits: &Habits) -> Option<Fit> {
        fit(&me.side(), &they.side(), habits)
    }

    fn ana() -> Person {
        Person::default()
            .knows("es", Role::Native, None)
            .knows("en", Role::Learning, Some(Level::B1))
    }

    fn ben() -> Person {
        Person::default()
            .knows("en", Role::Native, None)
            .knows("es", Role::Learning, Some(Level::B1))
    }

    #[test]
    fn the_weights_make_a_hundred() {
        let interests = ["cooking", "film", "hiking", "music", "travel"];
        let correction = Some(CorrectionStyle::AtTheEnd);
        let me = Person {
            correction,
            ..ana().likes(&interests).has_time(12)
        };
        let they = Person {
            correction,
            ..ben().likes(&interests).has_time(9)
        };
        let much_answered = Habits {
            asked: 10_000,
            answered: 10_000,
            ..NEW
        };
        let best = suits(&me, &they, &much_answered).unwrap();
        let most = TEACHER
            + STUDENT
            + BALANCE
            + INTEREST * INTERESTS_COUNTED as i64
            + HOUR * i64::from(HOURS_COUNTED)
            + CORRECTION
            + HERE_LATELY
            + REPLY;
        assert_eq!(most, 100);
        // However many requests somebody answers, they come near the most and stay below it.
        assert_eq!(best.score, most - 1);
        assert_eq!((best.minutes_in_common, best.shared_interests.len()), (9 * 60, 5));
        assert_eq!(best.correction, correction);
    }

    #[test]
    fn an_exchange_works_in_both_directions_or_not_at_all() {
        let tom = Person::default()
            .knows("en", Role::Native, None)
            .knows("fr", Role::Learning, Some(Level::A2));
        let found = suits(&ana(), &ben(), &NEW).unwrap();
        assert_eq!(
            (found.they_speak.language.code(), found.they_learn.language.code()),
            ("en", "es")
        );
        for (me, they) in [(ana(), tom.clone()), (tom, ana()), (ana(), ana())] {
            assert_eq!(suits(&me, &they, &NEW), None);
        }
    }

    #[test]
    fn each_weight_counts_as_it_is_named() {
        let base = suits(&ana(), &ben(), &NEW).unwrap().score;
        assert_eq!(base, TEACHER + STUDENT + BALANCE + HERE_LATELY + 4);
        let with = |me: &Person, they: &Person, habits| suits(me, they, &habits).unwrap().score - base;
        let fluent = |level| {
            Person::default()
                .knows("en", Role::Fluent, level)
                .knows("es", Role::Learning, Some(Level::B1))
        };
        for (level, less) in [(None, 8), (Some(Level::C2), 4), (Some(Level::B1), 16)] {
            assert_eq!(with(&ana(), &fluent(level), NEW), -less, "{level:?}");
        }
        let beginner = Person::default()
            .knows("en", Role::Native, None)
            .knows("es", Role::Learning, Some(Level::A1));
        assert_eq!(with(&ana(), &beginner, NEW), -2 * STEP);
        let (me, they) = (
            ana().likes(&["cooking", "film"]),
            ben().likes(&["film", "cooking", "music"]),
        );
        assert_eq!(with(&me, &they, NEW), 2 * INTEREST);
        assert_eq!(with(&ana().has_time(3), &ben().has_time(2), NEW), 2 * HOUR);
        let habits = |days_away, asked, answered, waiting| Habits {
            days_away,
            asked,
            answered,
            waiting,
        };
        for (habits, points) in [
            (habits(1, 0, 0, 0), 0),
            (habits(2, 0, 0, 0), HERE_THIS_WEEK - HERE_LATELY),
            (habits(30, 0, 0, 0), HERE_THIS_MONTH - HERE_LATELY),
            (habits(31, 0, 0, 0), -HERE_LATELY),
            (habits(0, 3, 3, 0), 1),
            (habits(0, 9, 0, 0), -3),
            (habits(0, 0, 0, 2), -2 * WAITING),
            (habits(0, 0, 0, 99), -i64::from(WAITING_COUNTED) * WAITING),
        ] {
            assert_eq!(with(&ana(), &ben(), habits), points, "{habits:?}");
        }
    }

    #[test]
    fn one_style_of_correction_in_common_counts_and_silence_does_not() {
        let styled = |person: Person, correction| Person { correction, ..person };
        let (once, end) = (Some(CorrectionStyle::AtOnce), Some(CorrectionStyle::AtTheEnd));
        for (mine, theirs, shared) in [
            (once, once, once),
            (once, end, None),
            (None, None, None),
            (end, None, None),
        ] {
            let found = suits(&styled(ana(), mine), &styled(ben(), theirs), &NEW).unwrap();
            assert_eq!(found.correction, shared, "{mine:?} and {theirs:?}");
        }
    }

    #[test]
    fn the_best_pair_of_languages_counts() {
        let me = Person::default()
            .knows("es", Role::Fluent, Some(Level::C1))
            .knows("de", Role::Native, None)
            .knows("en", Role::Learning, Some(Level::B1))
            .knows("fr", Role::Learning, Some(Level::A1));
        let they = Person::default()
            .knows("en", Role::Fluent, Some(Level::C2))
            .knows("fr", Role::Native, None)
            .knows("es", Role::Learning, Some(Level::B1))
            .knows("de", Role::Learning, Some(Level::A1));
        let found = suits(&me, &they, &NEW).unwrap();
        assert_eq!(
            (found.they_speak.language.code(), found.they_learn.language.code()),
            ("fr", "de")
        );
    }

    fn language() -> impl Strategy<Value = PersonLanguage> {
        let code = prop::sample::select(vec!["ar", "de", "en", "es", "fr", "ja"]);
        let level = prop::option::of(prop::sample::select(Level::ALL.to_vec()));
        (code, prop::sample::select(Role::ALL.to_vec()), level).prop_map(|(code, role, level)| PersonLanguage {
            language: LanguageCode::parse(code).unwrap(),
            role,
            level: level.filter(|_| role != Role::Native),
        })
    }

    fn person() -> impl Strategy<Value = Person> {
        let interests = vec!["cooking", "film", "hiking", "music", "travel", "old trains"];
        let correction = prop::option::of(prop::sample::select(CorrectionStyle::ALL.to_vec()));
        (
            prop::collection::vec(language(), 0..6),
            prop::sample::subsequence(interests, 0..=6),
            0_u16..24,
            correction,
        )
            .prop_map(|(mut languages, interests, hours, correction)| {
                // A language stands once per person.
                languages.sort_by_key(|known| known.language);
                languages.dedup_by_key(|known| known.language);
                let rest = Person::default().likes(&interests).has_time(hours);
                Person {
                    languages,
                    correction,
                    ..rest
                }
            })
    }

    fn habits() -> impl Strategy<Value = Habits> {
        (0..60, 0_u32..40, 0_u32..40, 0_u32..12).prop_map(|(days_away, asked, answered, waiting)| Habits {
            days_away,
            asked,
            answered,
            waiting,
        })
    }

    proptest! {
        #[test]
        fn two_people_suit_each_other_or_neither_does(me in person(), they in person(), habits in habits()) {
            let (found, back) = (suits(&me, &they, &habits), suits(&they, &me, &habits));
            prop_assert_eq!(found.is_some(), back.is_some());
            if let (Some(found), Some(back)) = (found, back) {
                prop_assert!((0..=100).contains(&found.score), "{found:?}");
                prop_assert_eq!(found.minutes_in_common, back.minutes_in_common);
                prop_assert_eq!(found.correction, back.correction);
                prop_assert_eq!(found.shared_interests.len(), back.shared_interests.len());
                // What is said is so.
                prop_assert!(they.languages.contains(&found.they_speak) && found.they_speak.role.is_spoken());
                prop_assert!(they.languages.contains(&found.they_learn) && !found.they_learn.role.is_spoken());
                for (language, mine) in [(found.they_speak, false), (found.they_learn, true)] {
                    let known = me.languages.iter().find(|known| known.language == language.language);
                    prop_assert_eq!(known.map(|known| known.role.is_spoken()), Some(mine));
                }
                prop_assert!(found.shared_interests.iter().all(|liked| me.interests.contains(liked)));
            }
        }

        #[test]
        fn the_order_of_a_profile_changes_nothing(me in person(), they in person(), habits in habits()) {
            let turned = |person: &Person| {
                let mut turned = person.clone();
                turned.languages.reverse();
                turned
            };
            prop_assert_eq!(suits(&me, &they, &habits), suits(&turned(&me), &turned(&they), &habits));
        }

        #[test]
        fn more_in_common_is_never_worse(me in person(), they in person(), habits in habits()) {
            let Some(found) = suits(&me, &they, &habits) else { return Ok(()) };
            let mut closer = they.clone();
            closer.interests = me.interests.clone();
            closer.free = me.free;
            closer.correction = me.correction;
            let closer_fit = suits(&me, &closer, &habits).unwrap();
            prop_assert!(closer_fit.score >= found.score, "{closer_fit:?} after {found:?}");
            let one_more = Habits { waiting: habits.waiting + 1, days_away: habits.days_away + 1, ..habits };
            prop_assert!(suits(&me, &they, &one_more).unwrap().score <= found.score);
        }
    }
}
