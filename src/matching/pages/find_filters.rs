//! What the search asks for: in the address and in words.

use crate::i18n::{Locale, td_string};
use crate::kernel::query::{self, Query};
use crate::matching::model::Filters;
use crate::profiles::interests::Interest;
use crate::profiles::languages::LanguageCode;
use crate::profiles::words::ui_language;

/// The page of the search.
pub(super) const PAGE: &str = "/partners/find";

/// What an address asks for.
pub(super) fn from_query(query: &Query) -> Filters {
    let value = |name: &str| query.get(name).unwrap_or_default().to_owned();
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
    query::address(
        PAGE,
        &[
            ("speaks", speaks),
            ("learns", learns),
            ("level", level),
            ("interest", interest),
            ("online", online),
            ("name", name),
            ("after", after),
        ],
    )
}

/// How many filters are set, but for the name, which stands by itself.
pub(super) fn filters_set(filters: &Filters) -> usize {
    let Filters {
        speaks,
        learns,
        level,
        interest,
        online,
        ..
    } = filters;
    [speaks, learns, level, interest, online]
        .into_iter()
        .filter(|value| !value.is_empty())
        .count()
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
            name: "Ana María & 100% co+".to_owned(),
            after: "90.x".to_owned(),
            ..Filters::default()
        }
    }

    #[test]
    fn an_address_asks_for_what_it_was_made_of() {
        assert_eq!(address(&Filters::default()), PAGE);
        assert_eq!(
            address(&filters()),
            "/partners/find?speaks=en&name=Ana+Mar%C3%ADa+%26+100%25+co%2B&after=90.x"
        );
        let query = "other=1&after=90.x&name=Ana%20Mar%C3%ADa+%26+100%25%20co%2b&speaks=en&level=";
        assert_eq!(from_query(&Query::parse(query)), filters());
    }

    #[test]
    fn the_name_does_not_count_as_a_filter_that_is_folded_away() {
        assert_eq!(filters_set(&Filters::default()), 0);
        assert_eq!(filters_set(&filters()), 1);
        let online = "on".to_owned();
        assert_eq!(filters_set(&Filters { online, ..filters() }), 2);
    }

    #[test]
    fn each_filter_can_be_left_out_by_itself_from_the_first_page_on() {
        let loosened = loosened(Locale::en, &filters());
        let words: Vec<&str> = loosened.iter().map(|(words, _)| words.as_str()).collect();
        assert_eq!(words, ["“name contains Ana María & 100% co+”", "“speaks English”"]);
        let addresses: Vec<String> = loosened.iter().map(|(_, rest)| address(rest)).collect();
        assert_eq!(
            addresses,
            [
                "/partners/find?speaks=en",
                "/partners/find?name=Ana+Mar%C3%ADa+%26+100%25+co%2B"
            ]
        );
    }
}
