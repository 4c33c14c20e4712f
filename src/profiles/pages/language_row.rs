//! One row of the languages of the profile form.

use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::HtmlElement;
use leptos_i18n::Locale as _;

use crate::i18n::{Locale, td_string, use_locale};
use crate::profiles::languages::LanguageCode;
use crate::profiles::model::{LanguageRow, Level, Role, row_field};
use crate::ui::{Button, ButtonKind, FieldShell, Form, Icon, SelectOption};

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
    let remove = move |_| {
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
                <Button kind=ButtonKind::Quiet small=true class:invisible=move || !works.get() on:click=remove>
                    <span>
                        {td_string!(locale, profiles.edit.remove)} " "
                        <span class="sr-only">
                            {move || td_string!(locale, profiles.edit.remove_which, n = number())}
                        </span>
                    </span>
                </Button>
            </div>
            <div class="grid items-start gap-4 sm:grid-cols-[2fr_1.25fr_1.75fr]">
                <RowSelect
                    form=form
                    key=key
                    index=index
                    field="language"
                    label=td_string!(locale, profiles.edit.language)
                    options=languages(locale)
                    selected=row.language
                    autofocus=is_new
                />
                <RowSelect
                    form=form
                    key=key
                    index=index
                    field="role"
                    label=td_string!(locale, profiles.edit.role)
                    options=roles(locale)
                    selected=row.role
                />
                <RowSelect
                    form=form
                    key=key
                    index=index
                    field="level"
                    label=td_string!(locale, profiles.edit.level)
                    options=levels(locale)
                    selected=row.level
                />
            </div>
        </fieldset>
    }
    .into_any()
}

/// A select whose name follows the row's number.
#[component]
fn RowSelect(
    form: Form,
    key: usize,
    index: Memo<usize>,
    field: &'static str,
    label: &'static str,
    options: Vec<SelectOption>,
    selected: String,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let id = select_id(key, field);
    // Problems come with the page, whose rows are numbered as their keys.
    let problem = form.problem(row_field(key, field));
    let error_id = format!("{id}-error");
    let options = options
        .into_iter()
        .map(|SelectOption { value, label }| {
            let chosen = value == selected;
            view! {
                <option value=value selected=chosen>
                    {label}
                </option>
            }
        })
        .collect_view();
    view! {
        <FieldShell id=id.clone() label=label problem=problem>
            <div class="select-control">
                <select
                    class="input"
                    id=id
                    name=move || row_field(index.get(), field)
                    autofocus=autofocus
                    aria-describedby=move || problem.read().is_some().then(|| error_id.clone())
                    aria-invalid=move || problem.read().is_some().then_some("true")
                >
                    {options}
                </select>
                <Icon icon=icondata_lu::LuChevronDown />
            </div>
        </FieldShell>
    }
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

fn languages(locale: Locale) -> Vec<SelectOption> {
    let ui_language = locale.as_str();
    let nothing = SelectOption::new("", td_string!(locale, profiles.edit.choose_language));
    let all = LanguageCode::all_in(ui_language);
    std::iter::once(nothing)
        .chain(
            all.into_iter()
                .map(|language| SelectOption::new(language.code(), language.label_in(ui_language))),
        )
        .collect()
}

fn roles(locale: Locale) -> Vec<SelectOption> {
    let name = |role: Role| match role {
        Role::Native => td_string!(locale, profiles.role.native),
        Role::Fluent => td_string!(locale, profiles.role.fluent),
        Role::Learning => td_string!(locale, profiles.role.learning),
    };
    Role::ALL.map(|role| SelectOption::new(role.name(), name(role))).into()
}

fn levels(locale: Locale) -> Vec<SelectOption> {
    let name = |level: Level| match level {
        Level::A1 => td_string!(locale, profiles.level.a1),
        Level::A2 => td_string!(locale, profiles.level.a2),
        Level::B1 => td_string!(locale, profiles.level.b1),
        Level::B2 => td_string!(locale, profiles.level.b2),
        Level::C1 => td_string!(locale, profiles.level.c1),
        Level::C2 => td_string!(locale, profiles.level.c2),
    };
    let nothing = SelectOption::new("", td_string!(locale, profiles.edit.no_level));
    std::iter::once(nothing)
        .chain(Level::ALL.map(|level| SelectOption::new(level.name(), name(level))))
        .collect()
}
