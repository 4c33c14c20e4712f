//! What the search asks for: in the address and in words.

use leptos_router::params::ParamsMap;

use super::languages::ui_language;
use crate::i18n::{Locale, td_string};
use crate::matching::model::Filters;
use crate::profiles::interests::Interest;
use crate::profiles::languages::LanguageCode;

/// The page of the search.
pub(super) const PAGE: &str = "/partners/find";

/// What an address asks for.
pub(super) fn from_query(query: &ParamsMap) -> Filters {
    let value = |name: &str| query.get(name).unwrap_or_default();
    Filters {
        speaks: value("speaks"),
        learns: value("learns"),
        level: value("level"),
        interest: value("interest"),
        name: value("name"),
        online: value("online"),
        after: value("after"),
    }
}

/// The address that asks for it.
pub(super) fn address(filters: &Filters) -> String {
    let Filters {
        speaks,
        learns,
        level,
        interest,
        name,
        online,
        after,
    } = filters;
    let query: Vec<String> = [
        ("speaks", speaks),
        ("learns", learns),
        ("level", level),
        ("interest", interest),
        ("online", online),
        ("name", name),
        ("after", after),
    ]
    .into_iter()
    .filter(|(_, value)| !value.is_empty())
    .map(|(field, value)| format!("{field}={}", escaped(value)))
    .collect();
    if query.is_empty() {
        PAGE.to_owned()
    } else {
        format!("{PAGE}?{}", query.join("&"))
    }
}

/// As RFC 3986 §2.1 writes what is not unreserved. The router's own function writes differently on the two targets.
fn escaped(text: &str) -> String {
    let byte = |byte: u8| match byte {
        b'A'..=b'Z' | b'a'..=b'z' | b'0'..=b'9' | b'-' | b'.' | b'_' | b'~' => char::from(byte).to_string(),
        _ => format!("%{byte:02X}"),
    };
    text.bytes().map(byte).collect()
}

/// Each filter in words, with the filters that are left without it.
pub(super) fn loosened(locale: Locale, filters: &Filters) -> Vec<(String, Filters)> {
    let ui = ui_language(locale);
    let language =
        |code: &str| LanguageCode::parse(code).map_or_else(|| code.to_owned(), |language| language.name(ui).to_owned());
    let Filters {
        speaks,
        learns,
        level,
        interest,
        name,
        online,
        ..
    } = filters;
    let without = |change: fn(&mut Filters)| {
        let mut rest = Filters {
            after: String::new(),
            ..filters.clone()
        };
        change(&mut rest);
        rest
    };
    let all = [
        (
            !name.is_empty(),
            td_string!(locale, matching.find.by_name, name = name.clone()),
            without(|rest| rest.name.clear()),
        ),
        (
            !online.is_empty(),
            td_string!(locale, matching.find.by_online).to_owned(),
            without(|rest| rest.online.clear()),
        ),
        (
            !interest.is_empty(),
            td_string!(
                locale,
                matching.find.by_interest,
                interest = interest_label(interest, ui)
            ),
            without(|rest| rest.interest.clear()),
        ),
        (
            !level.is_empty(),
            td_string!(locale, matching.find.by_level, level = level.clone()),
            without(|rest| rest.level.clear()),
        ),
        (
            !speaks.is_empty(),
            td_string!(locale, matching.find.by_speaks, language = language(speaks)),
            without(|rest| rest.speaks.clear()),
        ),
        (
            !learns.is_empty(),
            td_string!(locale, matching.find.by_learns, language = language(learns)),
            without(|rest| rest.learns.clear()),
        ),
    ];
    all.into_iter()
        .filter(|(is_set, ..)| *is_set)
        .map(|(_, words, rest)| (words, rest))
        .collect()
}

/// An interest as the reader knows it; what is none stays as typed.
pub(super) fn interest_label(raw: &str, ui: &str) -> String {
    Interest::parse(raw).map_or_else(|_| raw.to_owned(), |interest| interest.label(ui))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filters() -> Filters {
        Filters {
            speaks: "en".to_owned(),
            name: "Ana María & co".to_owned(),
            after: "90.x".to_owned(),
            ..Filters::default()
        }
    }

    #[test]
    fn an_address_asks_for_what_it_was_made_of() {
        assert_eq!(address(&Filters::default()), PAGE);
        assert_eq!(
            address(&filters()),
            "/partners/find?speaks=en&name=Ana%20Mar%C3%ADa%20%26%20co&after=90.x"
        );
        let query: ParamsMap = [
            ("speaks", "en"),
            ("name", "Ana María & co"),
            ("after", "90.x"),
            ("other", "1"),
        ]
        .into_iter()
        .collect();
        assert_eq!(from_query(&query), filters());
    }

    #[test]
    fn each_filter_can_be_left_out_by_itself_from_the_first_page_on() {
        let loosened = loosened(Locale::en, &filters());
        let words: Vec<&str> = loosened.iter().map(|(words, _)| words.as_str()).collect();
        assert_eq!(words, ["“name contains Ana María & co”", "“speaks English”"]);
        let addresses: Vec<String> = loosened.iter().map(|(_, rest)| address(rest)).collect();
        assert_eq!(
            addresses,
            [
                "/partners/find?speaks=en",
                "/partners/find?name=Ana%20Mar%C3%ADa%20%26%20co"
            ]
        );
    }
}
