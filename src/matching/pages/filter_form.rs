//! The form of the search.

use leptos::prelude::*;
use leptos_router::components::Form;

use super::find_filters::{PAGE, interest_label};
use super::languages::{level_label, ui_language};
use crate::accounts::model::DISPLAY_NAME_MAX;
use crate::i18n::{Locale, td_string, use_locale};
use crate::matching::model::Filters;
use crate::profiles::interests::Interest;
use crate::profiles::languages::LanguageCode;
use crate::profiles::model::Level;
use crate::ui::{Button, ButtonKind, Icon, LinkButton, SelectField, SelectOption, TextField};

/// The form's `id`.
const FORM: &str = "find-filters";

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
        <div class="grid grid-cols-2 items-end gap-x-3 gap-y-5 lg:grid-cols-4 lg:gap-x-5">
            <div class="col-span-2 lg:col-span-3">
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
            <label class="col-span-2 flex min-h-12 items-center gap-3 justify-self-start font-semibold lg:col-span-1">
                <input class="size-5" type="checkbox" name="online" value="on" checked=!filters.online.is_empty() />
                {td_string!(locale, matching.find.online_now)}
            </label>
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
    }
    .into_any()
}
