//! The form of the search.

use std::sync::Arc;

use leptos::prelude::*;
use leptos::web_sys::{FormData, UrlSearchParams};
use leptos_router::components::Form;

use super::find_filters::{PAGE, filters_set, from_query, interest_label};
use crate::accounts::model::DISPLAY_NAME_MAX;
use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::query::Query;
use crate::matching::model::Filters;
use crate::profiles::interests::Interest;
use crate::profiles::words::{language_options, level_options, ui_language};
use crate::ui::{Button, ButtonKind, Fold, Icon, LinkButton, SelectField, SelectOption, TextField, leave_out_blanks};

/// The form's `id`.
const FORM: &str = "find-filters";

/// The form. Its fields show what the address asks for, also after going back.
#[component]
pub(super) fn FilterForm(
    /// What the address asks for.
    filters: Memo<Filters>,
    /// Counts how often what is shown was asked for once more.
    anew: RwSignal<u32>,
    /// Results for it are awaited.
    searching: Signal<bool>,
) -> impl IntoView {
    let locale = use_locale();
    // A field that was touched keeps its own value when its attribute changes; a reset takes the attributes' values again.
    Effect::new(move |before: Option<()>| {
        filters.track();
        anew.track();
        if before.is_some() {
            request_animation_frame(take_values_of_address);
        }
    });
    let on_form_data: Arc<dyn Fn(&FormData)> = Arc::new(move |form| {
        leave_out_blanks(form);
        // The router goes nowhere where the address stays what it is.
        let asked = UrlSearchParams::new_with_str_sequence_sequence(form);
        let asked = asked.map(|asked| from_query(&Query::parse(&String::from(asked.to_string()))));
        if asked.is_ok_and(|asked| filters.with_untracked(|shown| asked == *shown)) {
            anew.update(|times| *times += 1);
        }
    });
    view! {
        <Form method="GET" action=PAGE noscroll=true on_form_data=on_form_data attr:id=FORM attr:class="card mb-8 grid gap-5" attr:role="search" attr:autocomplete="off">
            {move || fields(locale, &filters.get())}
            <div class="flex flex-wrap gap-2">
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
    let selects = selects(locale, filters);
    let online = !filters.online.is_empty();
    let words = match filters_set(filters) {
        0 => td_string!(locale, matching.find.filters).to_owned(),
        count => td_string!(locale, matching.find.filters_set, count = count),
    };
    view! {
        <TextField
            id="find-name"
            name="name"
            label=td_string!(locale, matching.find.name)
            input_type="search"
            autocomplete="off"
            maxlength=DISPLAY_NAME_MAX
            value=filters.name.clone()
        />
        <Fold summary=words>
            <div class="grid grid-cols-2 items-end gap-x-3 gap-y-5 lg:grid-cols-[repeat(4,minmax(0,1fr))_auto] lg:gap-x-5">
                {selects}
                <label class="col-span-2 flex min-h-12 items-center gap-3 justify-self-start font-semibold lg:col-span-1">
                    <input class="size-5" type="checkbox" name="online" value="on" checked=online />
                    {td_string!(locale, matching.find.online_now)}
                </label>
            </div>
        </Fold>
    }
    .into_any()
}

fn selects(locale: Locale, filters: &Filters) -> AnyView {
    let any_language = td_string!(locale, matching.find.any_language);
    view! {
        <SelectField
            id="find-speaks"
            name="speaks"
            label=td_string!(locale, matching.find.speaks)
            options=language_options(locale)
            nothing=any_language
            selected=filters.speaks.clone()
        />
        <SelectField
            id="find-learns"
            name="learns"
            label=td_string!(locale, matching.find.learns)
            options=language_options(locale)
            nothing=any_language
            selected=filters.learns.clone()
        />
        <SelectField
            id="find-level"
            name="level"
            label=td_string!(locale, matching.find.level)
            options=level_options(locale)
            nothing=td_string!(locale, matching.find.any_level)
            selected=filters.level.clone()
        />
        <SelectField
            id="find-interest"
            name="interest"
            label=td_string!(locale, matching.find.interest)
            options=interests(locale, &filters.interest)
            nothing=td_string!(locale, matching.find.any_interest)
            selected=filters.interest.clone()
        />
    }
    .into_any()
}

/// The curated interests, and before them the one that is asked for, if it is another.
fn interests(locale: Locale, asked: &str) -> Vec<SelectOption> {
    let ui = ui_language(locale);
    let curated: Vec<SelectOption> = Interest::all_curated(ui)
        .into_iter()
        .map(|interest| SelectOption::new(interest.as_str(), interest.label(ui)))
        .collect();
    let is_other = !asked.is_empty() && curated.iter().all(|option| option.value != asked);
    is_other
        .then(|| SelectOption::new(asked, interest_label(asked, ui)))
        .into_iter()
        .chain(curated)
        .collect()
}
