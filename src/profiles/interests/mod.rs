//! What people like to talk about: a curated list, and anything else in a person's own words.
//!
//! Every interest is kept in one normalised form, so that two people who typed the same thing share it: curated ones as their
//! slug, whichever language they were typed in; own words in small letters with single spaces.
//!
//! To add a curated interest: one row in [`CURATED`], at its place in the English alphabet. Slugs are stored, so a slug never
//! changes.

mod curated;

pub use curated::{CURATED, CuratedInterest};

use super::languages::{capitalised, folded, folded_chars};
use crate::kernel::error::Problem;
use crate::kernel::text;
use serde::{Deserialize, Serialize};
use std::fmt;

/// The fewest characters of an interest.
pub const MIN_CHARS: usize = 2;
/// The most characters of an interest.
pub const MAX_CHARS: usize = 40;
/// The most interests of one person.
pub const MAX_INTERESTS: usize = 20;

/// One interest in its normalised form: the slug of a [`CuratedInterest`], or own words.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Interest(String);

impl Interest {
    /// Normalises what a person typed. The name of a curated interest, in any interface language, becomes its slug; accents,
    /// large letters and hyphens do not matter for that.
    ///
    /// # Errors
    /// [`Problem::Required`], [`Problem::TooShort`] and [`Problem::TooLong`] outside [`MIN_CHARS`] to [`MAX_CHARS`];
    /// [`Problem::Characters`] for anything but letters and digits of any script, spaces, hyphens, apostrophes and `&`, or if
    /// there is no letter and no digit.
    pub fn parse(raw: &str) -> Result<Self, Problem> {
        let small = raw.to_lowercase().replace(['’', 'ʼ'], "'");
        let words = text::single_line(&small, MIN_CHARS, MAX_CHARS)?;
        if !words.chars().all(is_allowed) || !words.contains(char::is_alphanumeric) {
            return Err(Problem::Characters);
        }
        let known = CURATED.iter().find(|interest| is_called(interest, &words));
        Ok(Self(known.map_or(words, |interest| interest.slug.to_owned())))
    }

    /// Several at once, as typed into one field: separated by commas (of any script), semicolons or line ends. Empty entries
    /// and repetitions are dropped; the order is kept.
    ///
    /// # Errors
    /// The first problem of [`parse`](Self::parse); [`Problem::TooMany`] above [`MAX_INTERESTS`].
    pub fn parse_list(raw: &str) -> Result<Vec<Self>, Problem> {
        let mut interests = Vec::new();
        for entry in raw
            .split([',', ';', '\n', '،', '、', '，'])
            .filter(|entry| !entry.trim().is_empty())
        {
            let interest = Self::parse(entry)?;
            if !interests.contains(&interest) {
                interests.push(interest);
            }
            if interests.len() > MAX_INTERESTS {
                return Err(Problem::TooMany { max: MAX_INTERESTS });
            }
        }
        Ok(interests)
    }

    /// The list as a person reads and edits it; [`parse_list`](Self::parse_list) reads it back.
    pub fn format_list(interests: &[Self], ui_language: &str) -> String {
        interests
            .iter()
            .map(|interest| interest.label(ui_language))
            .collect::<Vec<_>>()
            .join(", ")
    }

    /// Every curated interest, in the order of its names in the interface language.
    pub fn all_curated(ui_language: &str) -> Vec<Self> {
        let mut all: Vec<&CuratedInterest> = CURATED.iter().collect();
        all.sort_by_cached_key(|interest| folded(interest.name(ui_language)));
        all.into_iter().map(|interest| Self(interest.slug.to_owned())).collect()
    }

    /// The normalised form, as stored and compared.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// What a reader sees: the curated name in the interface language, or the own words with a large first letter.
    pub fn label(&self, ui_language: &str) -> String {
        let known = CURATED.iter().find(|interest| interest.slug == self.0);
        known.map_or_else(
            || capitalised(&self.0),
            |interest| interest.name(ui_language).to_owned(),
        )
    }
}

impl fmt::Display for Interest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl TryFrom<String> for Interest {
    type Error = String;

    fn try_from(raw: String) -> Result<Self, String> {
        Self::parse(&raw).map_err(|problem| format!("not an interest: {problem:?}"))
    }
}

impl From<Interest> for String {
    fn from(interest: Interest) -> Self {
        interest.0
    }
}

/// Whether one of the interest's names compares as `words`. Runs for every row and every stored interest that is read.
fn is_called(interest: &CuratedInterest, words: &str) -> bool {
    [interest.slug, interest.english, interest.spanish]
        .into_iter()
        .any(|name| comparable(name).eq(comparable(words)))
}

/// What curated names are compared by.
fn comparable(name: &str) -> impl Iterator<Item = char> {
    folded_chars(name).map(|c| if c == '-' { ' ' } else { c })
}

/// Letters and digits of any script with the signs they are written with, and the little that joins words.
fn is_allowed(c: char) -> bool {
    c.is_alphanumeric() || matches!(c, ' ' | '-' | '\'' | '&') || is_mark(c)
}

/// The marks within words that Unicode does not count as alphabetic, in the scripts that living languages are typed in: accents
/// that stand by themselves, nuktas, viramas, tone marks, and the two joiners that Persian and the Indic scripts need.
fn is_mark(c: char) -> bool {
    match c {
        '\u{300}'..='\u{36f}' | '\u{591}'..='\u{5bd}' | '\u{64b}'..='\u{65f}' => true,
        // Every Indic block has its nukta and its virama at the same place; Sinhala has its virama at its own.
        '\u{900}'..='\u{d7f}' => matches!(u32::from(c) & 0x7f, 0x3c | 0x4d),
        '\u{dca}' | '\u{e47}'..='\u{e4e}' | '\u{ec8}'..='\u{ecc}' => true,
        '\u{f39}' | '\u{f84}' | '\u{1037}' | '\u{1039}' | '\u{103a}' | '\u{17c9}'..='\u{17d3}' => true,
        '\u{200c}' | '\u{200d}' | '\u{3099}' | '\u{309a}' => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::HashMap;

    fn stored(raw: &str) -> String {
        Interest::parse(raw)
            .unwrap_or_else(|problem| panic!("{raw:?}: {problem:?}"))
            .into()
    }

    #[test]
    fn no_two_curated_interests_share_a_name_and_all_pass_their_own_rules() {
        assert!((40..=60).contains(&CURATED.len()), "{} interests", CURATED.len());
        let mut owners = HashMap::new();
        for interest in CURATED {
            assert!(
                interest.slug.bytes().all(|b| b.is_ascii_lowercase() || b == b'-'),
                "{interest:?}"
            );
            for name in [interest.slug, interest.english, interest.spanish] {
                assert_eq!(stored(name), interest.slug, "{name:?}");
                let owner = owners
                    .entry(comparable(name).collect::<String>())
                    .or_insert(interest.slug);
                assert_eq!(*owner, interest.slug, "{name:?} means two interests");
            }
        }
        for pair in CURATED.windows(2) {
            assert!(
                folded(pair[0].english) < folded(pair[1].english),
                "{} before {}",
                pair[0].english,
                pair[1].english
            );
        }
    }

    #[test]
    fn a_curated_name_in_either_language_is_the_same_interest() {
        for raw in ["hiking", "Hiking", "Senderismo", " SENDERISMO\t"] {
            assert_eq!(stored(raw), "hiking", "{raw:?}");
        }
        for raw in ["board-games", "Board  games", "juegos de mesa", "Juegos-de-mesa"] {
            assert_eq!(stored(raw), "board-games", "{raw:?}");
        }
        for raw in ["fútbol", "Futbol", "fu\u{301}tbol", "FÚTBOL"] {
            assert_eq!(stored(raw), "football", "{raw:?}");
        }
    }

    #[test]
    fn own_words_are_kept_in_one_form() {
        assert_eq!(stored("  Old\u{a0} Trains  "), "old trains");
        assert_eq!(stored("Rock’n’Roll"), "rock'n'roll");
        assert_eq!(stored("R&B"), "r&b");
        assert_eq!(stored("日本茶"), "日本茶");
        assert_eq!(stored("हिन्दी फ़िल्में"), "हिन्दी फ़िल्में");
        assert_eq!(stored("ทำอาหาร"), "ทำอาหาร");
        assert_eq!(stored("خط\u{200c}نویسی"), "خط\u{200c}نویسی");
        assert_eq!(stored("ОПЕРА"), "опера");
        assert_ne!(
            stored("año nuevo"),
            stored("ano nuevo"),
            "only curated names are compared without accents"
        );
    }

    #[test]
    fn what_cannot_be_an_interest_says_why() {
        let problem = |raw: &str| Interest::parse(raw).unwrap_err();
        assert_eq!(problem("  "), Problem::Required);
        assert_eq!(problem("x"), Problem::TooShort { min: 2 });
        assert_eq!(stored(&"é".repeat(40)).chars().count(), 40);
        assert_eq!(problem(&"é".repeat(41)), Problem::TooLong { max: 40 });
        assert_eq!(
            problem(&"İ".repeat(40)),
            Problem::TooLong { max: 40 },
            "two characters each in small letters"
        );
        for wrong in [
            "<b>",
            "a/b",
            "c++",
            "tea 🍵",
            "a_b",
            "--",
            "& '",
            "a, b",
            "ok\u{2028}.",
            "\u{301}\u{301}",
        ] {
            assert_eq!(problem(wrong), Problem::Characters, "{wrong:?}");
        }
    }

    #[test]
    fn a_field_of_several_is_split_and_tidied() {
        let list =
            |raw: &str| Interest::parse_list(raw).map(|all| all.into_iter().map(String::from).collect::<Vec<_>>());
        assert_eq!(list("cooking, hiking").unwrap(), ["cooking", "hiking"]);
        assert_eq!(
            list(" Cocina ,, jazz;cooking\n日本茶、Viajes, ").unwrap(),
            ["cooking", "jazz", "日本茶", "travel"]
        );
        assert!(list(" , ").unwrap().is_empty());
        assert_eq!(list("jazz, x"), Err(Problem::TooShort { min: 2 }));
        let many = |n: usize| (0..n).map(|i| format!("topic {i}")).collect::<Vec<_>>().join(",");
        assert_eq!(list(&many(20)).unwrap().len(), 20);
        assert_eq!(
            list(&format!("{},topic 3", many(20))).unwrap().len(),
            20,
            "a repetition is not one more"
        );
        assert_eq!(list(&many(21)), Err(Problem::TooMany { max: 20 }));
    }

    #[test]
    fn labels_are_in_the_readers_language_and_can_be_typed_back() {
        let interests = Interest::parse_list("board games, old trains, café").unwrap();
        assert_eq!(
            Interest::format_list(&interests, "en"),
            "Board games, Old trains, Coffee"
        );
        assert_eq!(
            Interest::format_list(&interests, "es"),
            "Juegos de mesa, Old trains, Café"
        );
        for ui_language in ["en", "es"] {
            assert_eq!(
                Interest::parse_list(&Interest::format_list(&interests, ui_language)).unwrap(),
                interests
            );
        }
    }

    #[test]
    fn the_list_to_choose_from_follows_the_readers_alphabet() {
        for ui_language in ["en", "es"] {
            let all = Interest::all_curated(ui_language);
            assert_eq!(all.len(), CURATED.len());
            assert!(
                all.windows(2)
                    .all(|pair| folded(&pair[0].label(ui_language)) < folded(&pair[1].label(ui_language))),
                "{ui_language}"
            );
        }
        assert_eq!(Interest::all_curated("es")[0].as_str(), "chess", "ajedrez");
    }

    #[test]
    fn json_is_the_stored_text_and_is_checked() {
        let interest = Interest::parse("Fotografía").unwrap();
        assert_eq!(serde_json::to_string(&interest).unwrap(), "\"photography\"");
        assert_eq!(serde_json::from_str::<Interest>("\"Photography\"").unwrap(), interest);
        assert!(serde_json::from_str::<Interest>("\"<script>\"").is_err());
    }

    proptest! {
        #[test]
        fn the_stored_form_and_every_label_mean_the_same_interest(raw in "[\\p{L}\\p{M}\\p{N} &'-]{0,30}") {
            if let Ok(interest) = Interest::parse(&raw) {
                prop_assert_eq!(&Interest::parse(interest.as_str()).unwrap(), &interest);
                for ui_language in ["en", "es"] {
                    prop_assert_eq!(&Interest::parse(&interest.label(ui_language)).unwrap(), &interest);
                }
                prop_assert!((MIN_CHARS..=MAX_CHARS).contains(&interest.as_str().chars().count()));
            }
        }
    }
}
