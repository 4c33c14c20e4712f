//! The languages that people can speak and learn.
//!
//! Codes are ISO 639-1 where a language has one, else ISO 639-3. English, native and Spanish names follow the Unicode CLDR
//! (`languages` of the locales `en`, the language's own, and `es`); where the CLDR has no native name, or a form that its
//! speakers shorten only in writing ("Indonesia"), the usual endonym stands instead.
//!
//! To add a language: one row in [`LANGUAGES`], at its place in the English alphabet. Codes are stored and sent, so a row's code
//! never changes and a row is never taken out.

mod table;

pub use table::{LANGUAGES, Language};

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

const _: () = assert!(
    LANGUAGES.len() <= u8::MAX as usize,
    "LanguageCode holds a row number of one byte"
);

/// A language of [`LANGUAGES`]: small, cheap to copy, always valid. Stored and sent as its code; ordered by English name.
#[derive(Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct LanguageCode(u8);

impl LanguageCode {
    /// The language with exactly this code; `None` for any other text.
    pub fn parse(code: &str) -> Option<Self> {
        LANGUAGES
            .iter()
            .position(|language| language.code == code)
            .and_then(|at| u8::try_from(at).ok())
            .map(Self)
    }

    /// Every language, by English name.
    pub fn all() -> impl ExactSizeIterator<Item = Self> + Clone {
        (0..LANGUAGES.len() as u8).map(Self)
    }

    /// Every language in alphabetical order of its names in the interface language, for a list to choose from.
    pub fn all_in(ui_language: &str) -> Vec<Self> {
        let mut languages: Vec<Self> = Self::all().collect();
        languages.sort_by_cached_key(|language| folded(language.name(ui_language)));
        languages
    }

    fn entry(self) -> &'static Language {
        &LANGUAGES[usize::from(self.0)]
    }

    /// ISO 639-1, else ISO 639-3.
    pub fn code(self) -> &'static str {
        self.entry().code
    }

    /// "Spanish".
    pub fn english(self) -> &'static str {
        self.entry().english
    }

    /// "español"; goes with `lang` = [`code`](Self::code) and `dir` = [`direction`](Self::direction).
    pub fn native(self) -> &'static str {
        self.entry().native
    }

    /// "español": the Spanish name, as within a sentence.
    pub fn spanish(self) -> &'static str {
        self.entry().spanish
    }

    /// The name as within a sentence of the interface language; English for any interface language without a column.
    pub fn name(self, ui_language: &str) -> &'static str {
        match ui_language {
            "es" => self.spanish(),
            _ => self.english(),
        }
    }

    /// Whether the native name is written from right to left.
    pub fn is_rtl(self) -> bool {
        self.entry().rtl
    }

    /// The value of the HTML attribute `dir` for text in this language.
    pub fn direction(self) -> &'static str {
        if self.is_rtl() { "rtl" } else { "ltr" }
    }

    /// "Spanish – español": for the options of a select. One name where both are the same.
    pub fn label(self) -> String {
        self.label_in("en")
    }

    /// The same for an interface in another language: "Alemán – Deutsch".
    pub fn label_in(self, ui_language: &str) -> String {
        let (name, native) = (self.name(ui_language), self.native());
        let title = capitalised(name);
        if name.to_lowercase() == native.to_lowercase() {
            title
        } else {
            format!("{title} – {native}")
        }
    }
}

impl fmt::Display for LanguageCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(self.code())
    }
}

impl fmt::Debug for LanguageCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "LanguageCode({})", self.code())
    }
}

impl Serialize for LanguageCode {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.code())
    }
}

impl<'de> Deserialize<'de> for LanguageCode {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        Self::parse(&code).ok_or_else(|| serde::de::Error::custom(format_args!("no language has the code {code:?}")))
    }
}

/// The first letter made large, as at the start of a line, where its script does that and small letters lead back to it.
pub(super) fn capitalised(text: &str) -> String {
    let mut rest = text.chars();
    let Some(first) = rest.next() else {
        return String::new();
    };
    // Georgian has large letters for whole lines in capitals only.
    let starts_large = !matches!(first, 'ა'..='ჿ') && first.to_uppercase().flat_map(char::to_lowercase).eq([first]);
    if starts_large {
        first.to_uppercase().chain(rest).collect()
    } else {
        text.to_owned()
    }
}

/// A text as it sorts and compares where accents and large letters do not count: "Árabe" as "arabe".
pub(super) fn folded(text: &str) -> String {
    folded_chars(text).collect()
}

/// The same without a new string, for comparing.
pub(super) fn folded_chars(text: &str) -> impl Iterator<Item = char> {
    text.chars().flat_map(char::to_lowercase).filter_map(without_accent)
}

/// The bare letter, for the accents that English, Spanish and their neighbours use; `None` for an accent that stands by itself.
fn without_accent(c: char) -> Option<char> {
    Some(match c {
        'á' | 'à' | 'â' | 'ä' | 'ã' | 'å' | 'ā' => 'a',
        'ç' => 'c',
        'é' | 'è' | 'ê' | 'ë' | 'ē' => 'e',
        'í' | 'ì' | 'î' | 'ï' | 'ī' => 'i',
        'ñ' => 'n',
        'ó' | 'ò' | 'ô' | 'ö' | 'õ' | 'ō' => 'o',
        'ú' | 'ù' | 'û' | 'ü' | 'ū' => 'u',
        '\u{300}'..='\u{36f}' => return None,
        other => other,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::HashSet;

    fn language(code: &str) -> LanguageCode {
        LanguageCode::parse(code).unwrap_or_else(|| panic!("no {code}"))
    }

    #[test]
    fn the_table_is_large() {
        assert!(LANGUAGES.len() >= 80, "{} languages", LANGUAGES.len());
        assert_eq!(LanguageCode::all().len(), LANGUAGES.len());
    }

    #[test]
    fn codes_and_english_and_spanish_names_are_unique_and_of_their_shape() {
        let mut codes = HashSet::new();
        let mut english = HashSet::new();
        let mut spanish = HashSet::new();
        for row in LANGUAGES {
            assert!(
                matches!(row.code.len(), 2 | 3) && row.code.bytes().all(|b| b.is_ascii_lowercase()),
                "{row:?}"
            );
            assert!(codes.insert(row.code), "code twice: {row:?}");
            assert!(english.insert(row.english), "English name twice: {row:?}");
            assert!(spanish.insert(row.spanish), "Spanish name twice: {row:?}");
            for name in [row.english, row.native, row.spanish] {
                assert!(
                    !name.is_empty() && name.trim() == name && !name.contains('–'),
                    "{row:?}"
                );
            }
            assert!(row.english.starts_with(char::is_uppercase), "{row:?}");
            assert!(row.spanish.starts_with(char::is_lowercase), "{row:?}");
        }
    }

    #[test]
    fn the_table_is_sorted_by_english_name() {
        for pair in LANGUAGES.windows(2) {
            assert!(
                folded(pair[0].english) < folded(pair[1].english),
                "{} before {}",
                pair[0].english,
                pair[1].english
            );
        }
    }

    #[test]
    fn right_to_left_is_flagged_exactly_where_the_native_name_is() {
        for row in LANGUAGES {
            let letters_of_rtl_scripts = row.native.chars().any(|c| matches!(c, '\u{590}'..='\u{7bf}'));
            assert_eq!(row.rtl, letters_of_rtl_scripts, "{row:?}");
        }
        assert_eq!((language("he").direction(), language("en").direction()), ("rtl", "ltr"));
    }

    #[test]
    fn every_language_survives_display_and_json() {
        for language in LanguageCode::all() {
            assert_eq!(LanguageCode::parse(&language.to_string()), Some(language));
            let json = serde_json::to_string(&language).unwrap();
            assert_eq!(json, format!("\"{}\"", language.code()));
            assert_eq!(serde_json::from_str::<LanguageCode>(&json).unwrap(), language);
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        for wrong in ["", "e", "ES", " es", "es-ES", "spa", "xx", "español", "zz9"] {
            assert_eq!(LanguageCode::parse(wrong), None, "{wrong:?}");
            assert!(
                serde_json::from_str::<LanguageCode>(&format!("{wrong:?}")).is_err(),
                "{wrong:?}"
            );
        }
        assert!(serde_json::from_str::<LanguageCode>("7").is_err());
    }

    #[test]
    fn labels_begin_with_the_name_in_the_interface_language() {
        assert_eq!(language("es").label(), "Spanish – español");
        assert_eq!(language("yue").label(), "Cantonese – 粵語");
        assert_eq!(language("en").label(), "English");
        assert_eq!(language("de").label_in("es"), "Alemán – Deutsch");
        assert_eq!(language("es").label_in("es"), "Español");
        assert_eq!(language("ar").label_in("es"), "Árabe – العربية");
        assert_eq!(
            (
                language("fr").name("es"),
                language("fr").name("en"),
                language("fr").name("??")
            ),
            ("francés", "French", "French")
        );
    }

    #[test]
    fn the_list_to_choose_from_follows_the_readers_alphabet() {
        assert!(LanguageCode::all_in("en").into_iter().eq(LanguageCode::all()));
        let spanish = LanguageCode::all_in("es");
        assert_eq!(spanish.len(), LANGUAGES.len());
        let place = |code| spanish.iter().position(|l| *l == language(code)).unwrap();
        assert!(
            place("de") < place("ar") && place("ar") < place("hy"),
            "alemán, árabe, armenio"
        );
    }
}
