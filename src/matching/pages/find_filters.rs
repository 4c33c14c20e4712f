//! What the search asks for: in the address, in a form, and in words.

use leptos::prelude::*;
use leptos_router::components::Form;
use leptos_router::params::ParamsMap;

use super::languages::{language_name, level_label, ui_language};
use crate::accounts::model::DISPLAY_NAME_MAX;
use crate::i18n::{Locale, td_string, use_locale};
use crate::matching::model::Filters;
use crate::profiles::interests::Interest;
use crate::profiles::languages::LanguageCode;
use crate::profiles::model::Level;
use crate::ui::{Button, ButtonKind, Icon, LinkButton, SelectField, SelectOption, TextField};

/// The page of the search.
pub(super) const PAGE: &str = "/partners/find";
/// The form's `id`.
const FORM: &str = "find-filters";

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

fn interest_label(raw: &str, ui: &str) -> String {
    Interest::parse(raw).map_or_else(|_| raw.to_owned(), |interest| interest.label(ui))
}

/// The form. Its fields show what the address asks for, also after going back.
#[component]
pub(super) fn FilterForm(
    /// What the address asks for.
    filters: Memo<Filters>,
    /// Results for it are awaited.
    searching: Signal<bool>,
) -> impl IntoView {
    let locale = use_locale();
    // A field that was touched keeps its own value when its attribute changes; a reset takes the attributes' values again.
    Effect::new(move |before: Option<()>| {
        filters.track();
        if before.is_some() {
            request_animation_frame(take_values_of_address);
        }
    });
    view! {
        <Form method="GET" action=PAGE noscroll=true attr:id=FORM attr:class="card mb-8 grid gap-5" attr:role="search">
            {move || fields(locale, &filters.get())}
            <div class="flex flex-wrap gap-3">
                <Button submit=true busy=searching>
                    <Icon icon=icondata_lu::LuSearch />
                    {td_string!(locale, matching.find.show)}
                </Button>
                <Show when=move || filters.with(Filters::is_any)>
                    <LinkButton href=PAGE kind=ButtonKind::Quiet>
                        {td_string!(locale, matching.find.clear)}
                    </LinkButton>
                </Show>
            </div>
        </Form>
    }
}

fn take_values_of_address() {
    use leptos::wasm_bindgen::JsCast;

    if let Some(form) = document()
        .get_element_by_id(FORM)
        .and_then(|form| form.dyn_into::<leptos::web_sys::HtmlFormElement>().ok())
    {
        form.reset();
    }
}

fn fields(locale: Locale, filters: &Filters) -> AnyView {
    let ui = ui_language(locale);
    let any = |words: &str| SelectOption::new("", words);
    let languages = || {
        LanguageCode::all_in(ui)
            .into_iter()
            .map(|language| SelectOption::new(language.code(), language.label_in(ui)))
    };
    let any_language = td_string!(locale, matching.find.any_language);
    let levels = Level::ALL
        .into_iter()
        .map(|level| SelectOption::new(level.name(), level_label(locale, level)));
    let mut interests: Vec<SelectOption> = Interest::all_curated(ui)
        .into_iter()
        .map(|interest| SelectOption::new(interest.as_str(), interest.label(ui)))
        .collect();
    if !filters.interest.is_empty() && !interests.iter().any(|option| option.value == filters.interest) {
        interests.insert(
            0,
            SelectOption::new(filters.interest.clone(), interest_label(&filters.interest, ui)),
        );
    }
    let with_any = |words: &str, options: Vec<SelectOption>| [vec![any(words)], options].concat();
    view! {
        <div class="grid gap-5 sm:grid-cols-2 lg:grid-cols-4">
            <div class="sm:col-span-2 lg:col-span-4">
                <TextField
                    id="find-name"
                    name="name"
                    label=td_string!(locale, matching.find.name)
                    input_type="search"
                    autocomplete="off"
                    maxlength=DISPLAY_NAME_MAX
                    value=filters.name.clone()
                />
            </div>
            <SelectField
                id="find-speaks"
                name="speaks"
                label=td_string!(locale, matching.find.speaks)
                options=with_any(any_language, languages().collect())
                selected=filters.speaks.clone()
            />
            <SelectField
                id="find-learns"
                name="learns"
                label=td_string!(locale, matching.find.learns)
                options=with_any(any_language, languages().collect())
                selected=filters.learns.clone()
            />
            <SelectField
                id="find-level"
                name="level"
                label=td_string!(locale, matching.find.level)
                options=with_any(td_string!(locale, matching.find.any_level), levels.collect())
                selected=filters.level.clone()
            />
            <SelectField
                id="find-interest"
                name="interest"
                label=td_string!(locale, matching.find.interest)
                options=with_any(td_string!(locale, matching.find.any_interest), interests)
                selected=filters.interest.clone()
            />
        </div>
        <label class="flex min-h-10 items-center gap-3 justify-self-start font-semibold">
            <input class="size-5" type="checkbox" name="online" value="on" checked=!filters.online.is_empty() />
            {td_string!(locale, matching.find.online_now)}
        </label>
    }
    .into_any()
}

/// What the list shows while nobody is in it.
#[component]
pub(super) fn NobodyFound(
    /// What was asked for.
    filters: Filters,
) -> impl IntoView {
    let locale = use_locale();
    if !filters.after.is_empty() {
        let first = address(&Filters {
            after: String::new(),
            ..filters
        });
        return view! {
            <crate::ui::EmptyState
                icon=icondata_lu::LuUsers
                title=td_string!(locale, matching.find.empty_after_title)
                text=td_string!(locale, matching.find.empty_after_text)
            >
                <LinkButton href=first>{td_string!(locale, matching.find.first_page)}</LinkButton>
            </crate::ui::EmptyState>
        }
        .into_any();
    }
    if !filters.is_any() {
        return view! {
            <crate::ui::EmptyState
                icon=icondata_lu::LuUsers
                title=td_string!(locale, matching.find.empty_title)
                text=td_string!(locale, matching.find.empty_text)
            >
                <LinkButton href="/settings/profile">{td_string!(locale, matching.find.complete_profile)}</LinkButton>
            </crate::ui::EmptyState>
        }
        .into_any();
    }
    let links = loosened(locale, &filters)
        .into_iter()
        .map(|(words, rest)| {
            view! {
                <li>
                    <LinkButton href=address(&rest) kind=ButtonKind::Secondary small=true>
                        {td_string!(locale, matching.find.loosen, filter = words)}
                    </LinkButton>
                </li>
            }
        })
        .collect_view();
    view! {
        <crate::ui::EmptyState
            icon=icondata_lu::LuSearch
            title=td_string!(locale, matching.find.empty_filtered_title)
            text=td_string!(locale, matching.find.empty_filtered_text)
        >
            <ul class="flex flex-wrap justify-center gap-2.5">{links}</ul>
        </crate::ui::EmptyState>
    }
    .into_any()
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
