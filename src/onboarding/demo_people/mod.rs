//! The sixty people of an installation that is only tried out: `speakle demo` and `script/run --demo` fill an empty database
//! with them.
//!
//! Promises, held by the tests below: `ana` and `ben` come first and suit each other; everybody suits somebody; every code,
//! level, interest and time zone is one that the forms offer. People who act in [`DEMO_REQUESTS`] suit each other and are not
//! partners; calls are between partners. All of them are invented.
//!
//! To add a person: one entry in the file of their part of the world, and the two numbers that count them.

mod americas;
mod asia_africa_oceania;
mod europe;
mod history;
pub(super) mod names;

pub use history::{DEMO_CALLS, DEMO_PARTNERSHIPS, DEMO_REQUESTS};

/// An invented person as the forms would take them.
#[derive(Clone, Copy, Debug)]
pub struct DemoPerson {
    /// What they sign in with; also the address of their profile.
    pub username: &'static str,
    /// What others call them.
    pub display_name: &'static str,
    /// One to three sentences, in English or in their own language.
    pub bio: &'static str,
    /// Codes of the languages they grew up with.
    pub native: &'static [&'static str],
    /// Codes of further languages they speak well.
    pub fluent: &'static [&'static str],
    /// Codes of the languages they learn, each with the CEFR level `A1` to `C2`.
    pub learning: &'static [(&'static str, &'static str)],
    /// Slugs of curated interests.
    pub interests: &'static [&'static str],
    /// An IANA time zone.
    pub time_zone: &'static str,
    /// The interface language that they chose; `None` leaves it to the browser.
    pub interface_language: Option<&'static str>,
}

/// How many there are.
const COUNT: usize = 60;

/// Everybody, `ana` and `ben` first.
pub static DEMO_PEOPLE: &[DemoPerson] = &EVERYBODY;

static EVERYBODY: [DemoPerson; COUNT] = {
    let mut all = [europe::PEOPLE[0]; COUNT];
    let next = put(&mut all, 0, &europe::PEOPLE);
    let next = put(&mut all, next, &americas::PEOPLE);
    let next = put(&mut all, next, &asia_africa_oceania::PEOPLE);
    assert!(next == COUNT, "COUNT is not the number of people");
    all
};

/// Copies `people` into `all` from place `at` on, and says where the next ones go.
const fn put(all: &mut [DemoPerson; COUNT], at: usize, people: &[DemoPerson]) -> usize {
    let mut i = 0;
    while i < people.len() {
        all[at + i] = people[i];
        i += 1;
    }
    at + people.len()
}

const fn person(username: &'static str, display_name: &'static str, time_zone: &'static str) -> DemoPerson {
    DemoPerson {
        username,
        display_name,
        bio: "",
        native: &[],
        fluent: &[],
        learning: &[],
        interests: &[],
        time_zone,
        interface_language: None,
    }
}

impl DemoPerson {
    const fn bio(mut self, bio: &'static str) -> Self {
        self.bio = bio;
        self
    }

    const fn native(mut self, codes: &'static [&'static str]) -> Self {
        self.native = codes;
        self
    }

    const fn fluent(mut self, codes: &'static [&'static str]) -> Self {
        self.fluent = codes;
        self
    }

    const fn learning(mut self, codes_and_levels: &'static [(&'static str, &'static str)]) -> Self {
        self.learning = codes_and_levels;
        self
    }

    const fn interests(mut self, slugs: &'static [&'static str]) -> Self {
        self.interests = slugs;
        self
    }

    const fn interface(mut self, language: &'static str) -> Self {
        self.interface_language = Some(language);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profiles::interests::{CURATED, MAX_INTERESTS};
    use crate::profiles::languages::LanguageCode;
    use crate::profiles::time_zones::TIME_ZONES;
    use std::collections::{HashMap, HashSet};

    fn find(username: &str) -> &'static DemoPerson {
        DEMO_PEOPLE
            .iter()
            .find(|person| person.username == username)
            .unwrap_or_else(|| panic!("nobody is {username}"))
    }

    fn teaches(a: &DemoPerson, b: &DemoPerson) -> bool {
        b.learning
            .iter()
            .any(|(code, _)| a.native.contains(code) || a.fluent.contains(code))
    }

    /// Each speaks something that the other learns.
    fn suit(a: &DemoPerson, b: &DemoPerson) -> bool {
        a.username != b.username && teaches(a, b) && teaches(b, a)
    }

    fn pair<'a>(a: &'a str, b: &'a str) -> (&'a str, &'a str) {
        (a.min(b), a.max(b))
    }

    fn partners() -> HashSet<(&'static str, &'static str)> {
        DEMO_PARTNERSHIPS.iter().map(|(a, b)| pair(a, b)).collect()
    }

    #[test]
    fn ana_and_ben_come_first_and_suit_each_other() {
        let [ana, ben, ..] = DEMO_PEOPLE else { panic!("too few") };
        assert_eq!(
            (ana.username, ana.display_name, ana.time_zone),
            ("ana", "Ana Castillo", "Europe/Madrid")
        );
        assert_eq!((ana.native, ana.learning), (&["es"][..], &[("en", "B1")][..]));
        assert_eq!(
            (ben.username, ben.display_name, ben.time_zone),
            ("ben", "Ben Carter", "Europe/London")
        );
        assert_eq!((ben.native, ben.learning), (&["en"][..], &[("es", "B1")][..]));
        assert!(suit(ana, ben));
        assert_eq!(DEMO_PARTNERSHIPS[0], ("ana", "ben"));
        assert_eq!(
            (ana.interface_language, ben.interface_language),
            (None, None),
            "the browser decides for who tries them out"
        );
    }

    #[test]
    fn names_and_bios_are_of_their_shape_and_nobody_is_there_twice() {
        assert_eq!(DEMO_PEOPLE.len(), 60);
        let (mut usernames, mut names, mut bios) = (HashSet::new(), HashSet::new(), HashSet::new());
        for person in DEMO_PEOPLE {
            let name = person.username;
            assert!((3..=30).contains(&name.len()), "{name}");
            assert!(
                name.bytes()
                    .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'.')),
                "{name}"
            );
            assert!(usernames.insert(name), "{name} twice");
            assert!(names.insert(person.display_name), "{} twice", person.display_name);
            assert!(bios.insert(person.bio), "bio of {name} twice");
            assert!((40..=300).contains(&person.bio.chars().count()), "bio of {name}");
            assert!(
                !person.bio.contains("  ") && person.bio.trim() == person.bio,
                "bio of {name}"
            );
            let sentences = person.bio.matches(['.', '。', '?', '!']).count();
            assert!((1..=3).contains(&sentences), "bio of {name}: {sentences} sentences");
        }
    }

    #[test]
    fn every_code_level_interest_and_time_zone_is_offered_by_the_forms() {
        for person in DEMO_PEOPLE {
            let name = person.username;
            let learned: Vec<&str> = person.learning.iter().map(|(code, _)| *code).collect();
            let codes: Vec<&str> = [person.native, person.fluent, &learned].concat();
            assert!(!person.native.is_empty() && !learned.is_empty(), "{name}");
            assert_eq!(
                codes.iter().collect::<HashSet<_>>().len(),
                codes.len(),
                "{name} has a language in two roles"
            );
            for code in codes {
                assert!(LanguageCode::parse(code).is_some(), "{name}: {code}");
            }
            for (_, level) in person.learning {
                assert!(["A1", "A2", "B1", "B2", "C1", "C2"].contains(level), "{name}: {level}");
            }
            assert!((3..=MAX_INTERESTS).contains(&person.interests.len()), "{name}");
            assert_eq!(
                person.interests.iter().collect::<HashSet<_>>().len(),
                person.interests.len(),
                "{name}"
            );
            for slug in person.interests {
                assert!(CURATED.iter().any(|interest| interest.slug == *slug), "{name}: {slug}");
            }
            assert!(TIME_ZONES.contains(&person.time_zone), "{name}: {}", person.time_zone);
            assert!(matches!(person.interface_language, None | Some("es")), "{name}");
        }
    }

    #[test]
    fn twelve_languages_are_spoken_by_several_and_learned() {
        let mut natives: HashMap<&str, usize> = HashMap::new();
        for code in DEMO_PEOPLE.iter().flat_map(|person| person.native) {
            *natives.entry(code).or_default() += 1;
        }
        let spoken: HashSet<&str> = natives.keys().copied().collect();
        assert_eq!(
            spoken,
            HashSet::from(["es", "en", "fr", "de", "ja", "pt", "it", "ko", "zh", "ar", "ru", "tr"])
        );
        assert!(natives.values().all(|people| *people >= 3), "{natives:?}");
        let learned: HashSet<&str> = DEMO_PEOPLE
            .iter()
            .flat_map(|person| person.learning)
            .map(|(code, _)| *code)
            .collect();
        assert_eq!(learned, spoken);
    }

    #[test]
    fn everybody_suits_somebody() {
        for person in DEMO_PEOPLE {
            assert!(
                DEMO_PEOPLE.iter().any(|other| suit(person, other)),
                "{} suits nobody",
                person.username
            );
        }
    }

    #[test]
    fn ana_and_ben_have_people_left_to_find() {
        let taken: HashSet<_> = DEMO_REQUESTS
            .iter()
            .map(|(a, b, _)| pair(a, b))
            .chain(partners())
            .collect();
        for name in ["ana", "ben"] {
            let free = DEMO_PEOPLE
                .iter()
                .filter(|other| suit(find(name), other) && !taken.contains(&pair(name, other.username)));
            assert!(free.count() >= 3, "{name}");
        }
    }

    #[test]
    fn partners_suit_each_other_and_no_pair_is_there_twice() {
        assert!(DEMO_PARTNERSHIPS.len() >= 13);
        assert_eq!(partners().len(), DEMO_PARTNERSHIPS.len());
        for (a, b) in DEMO_PARTNERSHIPS {
            assert!(suit(find(a), find(b)), "{a} and {b}");
        }
    }

    #[test]
    fn requests_are_between_people_who_suit_each_other_and_are_not_partners() {
        let (mut pairs, mut messages) = (HashSet::new(), HashSet::new());
        for (from, to, message) in DEMO_REQUESTS {
            assert!(suit(find(from), find(to)), "{from} and {to}");
            assert!(!partners().contains(&pair(from, to)), "{from} and {to} are partners");
            assert!(pairs.insert(pair(from, to)), "{from} and {to} twice");
            assert!(
                messages.insert(*message) && (20..=300).contains(&message.chars().count()),
                "{from} to {to}"
            );
        }
        for name in ["ana", "ben"] {
            assert!(
                DEMO_REQUESTS.iter().filter(|(_, to, _)| *to == name).count() >= 2,
                "{name}"
            );
        }
    }

    #[test]
    fn calls_are_between_partners_and_at_most_one_a_day() {
        let mut days = HashSet::new();
        for (a, b, days_ago, minutes) in DEMO_CALLS {
            assert!(partners().contains(&pair(a, b)), "{a} and {b} are not partners");
            assert!(
                *days_ago >= 1 && (1..=180).contains(minutes),
                "{a} and {b}, {days_ago} days ago"
            );
            assert!(
                days.insert((pair(a, b), days_ago)),
                "{a} and {b} twice {days_ago} days ago"
            );
        }
        let with = |a, b| DEMO_CALLS.iter().filter(|(x, y, ..)| pair(x, y) == pair(a, b)).count();
        assert!(with("ana", "ben") >= 5);
    }
}
