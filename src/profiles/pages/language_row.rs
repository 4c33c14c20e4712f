//! One row of the languages of the profile form.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::HtmlElement;

use crate::i18n::{td_string, use_locale};
use crate::profiles::model::{LanguageRow, row_field};
use crate::profiles::words::{language_options, level_options, role_options};
use crate::ui::{Button, ButtonKind, Form, RowSelect};

/// The `id` of the button that adds a row: where the focus goes when one was taken out.
pub(super) const ADD_ID: &str = "add-language";

/// The rows as they stand now. A row keeps its key, its number changes when one before it goes.
pub(super) type Rows = RwSignal<Vec<(usize, LanguageRow)>>;

/// One language: what, in which role, how well.
#[component]
pub(super) fn Row(
    form: Form,
    rows: Rows,
    key: usize,
    row: LanguageRow,
    is_new: bool,
    works: ReadSignal<bool>,
) -> impl IntoView {
    let locale = use_locale();
    let index = Memo::new(move |_| rows.read().iter().position(|(other, _)| *other == key).unwrap_or(key));
    let number = move || index.get() + 1;
    let name = move |field: &'static str| Signal::derive(move || row_field(index.get(), field));
    // Problems come with the page, whose rows are numbered as their keys.
    let problem = |field: &str| form.problem(row_field(key, field));
    let remove = move |()| {
        focus_soon(ADD_ID.to_owned());
        rows.update(|rows| rows.retain(|(other, _)| *other != key));
    };
    view! {
        <fieldset class="card min-w-0">
            <legend class="sr-only">{move || td_string!(locale, profiles.edit.ordinal, n = number())}</legend>
            <div class="mb-3 flex items-center justify-between gap-4">
                <span class="font-semibold text-muted" aria-hidden="true">
                    {move || td_string!(locale, profiles.edit.ordinal, n = number())}
                </span>
                // There from the start, so that nothing moves when it can be pressed.
                <div class:invisible=move || !works.get()>
                    <Button kind=ButtonKind::Quiet small=true on_press=remove>
                        <span>
                            {td_string!(locale, profiles.edit.remove)} " "
                            <span class="sr-only">
                                {move || td_string!(locale, profiles.edit.remove_which, n = number())}
                            </span>
                        </span>
                    </Button>
                </div>
            </div>
            <div class="grid items-start gap-4 md:grid-cols-[minmax(0,1.5fr)_minmax(10.75rem,1fr)_minmax(0,1.55fr)]">
                <RowSelect
                    id=select_id(key, "language")
                    name=name("language")
                    label=td_string!(locale, profiles.edit.language)
                    options=language_options(locale)
                    nothing=td_string!(locale, profiles.edit.choose_language)
                    selected=row.language
                    problem=problem("language")
                    autofocus=is_new
                />
                <RowSelect
                    id=select_id(key, "role")
                    name=name("role")
                    label=td_string!(locale, profiles.edit.role)
                    options=role_options(locale)
                    selected=row.role
                    problem=problem("role")
                />
                <RowSelect
                    id=select_id(key, "level")
                    name=name("level")
                    label=td_string!(locale, profiles.edit.level)
                    options=level_options(locale)
                    nothing=td_string!(locale, profiles.edit.no_level)
                    selected=row.level
                    problem=problem("level")
                />
            </div>
        </fieldset>
    }
    .into_any()
}

/// The `id` of the select `field` of the row `key`.
pub(super) fn select_id(key: usize, field: &str) -> String {
    format!("language-{key}-{field}")
}

/// Moves the focus once what is being changed stands in the page.
pub(super) fn focus_soon(id: String) {
    request_animation_frame(move || {
        if let Some(element) = document().get_element_by_id(&id)
            && let Some(element) = element.dyn_ref::<HtmlElement>()
        {
            // What vanished meanwhile cannot take the focus: nothing is lost.
            let _ = element.focus();
        }
    });
}
