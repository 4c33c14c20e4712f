//! The countries and territories that people can be at home in.
//!
//! Codes are ISO 3166-1 alpha-2; names follow the Unicode CLDR (`territories` of the locales `en` and `es`), Hong Kong and Macao by their
//! short ones. Where nobody lives for good is left out. To add one: a row in [`COUNTRIES`], at its place in the English alphabet. Codes are
//! stored, so a row's code never changes and a row is never taken out.

mod table;

pub use table::{COUNTRIES, CountryNames};

use std::fmt;

use serde::{Deserialize, Deserializer, Serialize};

use super::languages::folded;
use crate::kernel::error::Problem;

/// A country of [`COUNTRIES`]. Stored and sent as its code.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize)]
#[serde(into = "String")]
pub struct Country(&'static str);

impl Country {
    /// Nothing for a person who does not say.
    ///
    /// # Errors
    /// [`Problem::Unknown`] for anything but a code.
    pub fn parse(raw: &str) -> Result<Option<Self>, Problem> {
        match raw {
            "" => Ok(None),
            code => match COUNTRIES.iter().find(|country| country.code == code) {
                Some(country) => Ok(Some(Self(country.code))),
                None => Err(Problem::Unknown),
            },
        }
    }

    /// Every country in alphabetical order of its names in the interface language, for a list to choose from.
    pub fn all_in(ui_language: &str) -> Vec<Self> {
        let mut all: Vec<Self> = COUNTRIES.iter().map(|country| Self(country.code)).collect();
        all.sort_by_cached_key(|country| folded(country.name(ui_language)));
        all
    }

    /// ISO 3166-1 alpha-2.
    pub const fn code(self) -> &'static str {
        self.0
    }

    /// The name in the interface language; English for any without a column.
    pub fn name(self, ui_language: &str) -> &'static str {
        let names = COUNTRIES.iter().find(|country| country.code == self.0);
        names.map_or(self.0, |names| match ui_language {
            "es" => names.spanish,
            _ => names.english,
        })
    }
}

impl fmt::Debug for Country {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Country({})", self.0)
    }
}

impl From<Country> for String {
    fn from(country: Country) -> Self {
        country.0.to_owned()
    }
}

impl<'de> Deserialize<'de> for Country {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let code = String::deserialize(deserializer)?;
        match Self::parse(&code) {
            Ok(Some(country)) => Ok(country),
            _ => Err(serde::de::Error::custom(format_args!(
                "no country has the code {code:?}"
            ))),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::collections::HashSet;

    use super::*;

    #[test]
    fn the_table_is_sorted_and_says_nothing_twice() {
        assert!(COUNTRIES.len() > 200, "{} countries", COUNTRIES.len());
        for pair in COUNTRIES.windows(2) {
            assert!(
                folded(pair[0].english) < folded(pair[1].english),
                "{} before {}",
                pair[0].english,
                pair[1].english
            );
        }
        let mut seen = HashSet::new();
        for row in COUNTRIES {
            assert!(
                row.code.len() == 2 && row.code.bytes().all(|b| b.is_ascii_uppercase()),
                "{row:?}"
            );
            for (column, text) in [("code", row.code), ("en", row.english), ("es", row.spanish)] {
                assert!(!text.is_empty() && text.trim() == text, "{row:?}");
                assert!(seen.insert((column, text)), "{text} twice");
            }
        }
    }

    #[test]
    fn a_country_is_read_by_its_code_and_nobody_has_to_say() {
        let spain = Country::parse("ES").unwrap().unwrap();
        assert_eq!(
            (spain.name("en"), spain.name("es"), spain.name("??")),
            ("Spain", "España", "Spain")
        );
        assert_eq!(Country::parse(""), Ok(None));
        for wrong in ["es", "XX", "ESP", " ES", "Spain"] {
            assert_eq!(Country::parse(wrong), Err(Problem::Unknown), "{wrong:?}");
        }
        for country in Country::all_in("en") {
            let json = serde_json::to_string(&country).unwrap();
            assert_eq!(json, format!("\"{}\"", country.code()));
            assert_eq!(serde_json::from_str::<Country>(&json).unwrap(), country);
        }
        assert!(serde_json::from_str::<Country>("\"\"").is_err() && serde_json::from_str::<Country>("7").is_err());
    }

    #[test]
    fn the_list_to_choose_from_follows_the_readers_alphabet() {
        let codes = |ui| Country::all_in(ui).into_iter().map(Country::code).collect::<Vec<_>>();
        let place = |ui, code| codes(ui).iter().position(|other| *other == code);
        assert_eq!(codes("en")[0], "AF");
        assert!(place("es", "DE") < place("es", "AD"), "Alemania, Andorra");
        assert!(place("en", "AD") < place("en", "DE"), "Andorra, Germany");
    }
}
