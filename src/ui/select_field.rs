//! Choices from a list.

use leptos::prelude::*;

use super::field::{FieldParts, FieldShell};
use super::form::Form;
use super::icon::Icon;
use crate::kernel::error::Problem;

/// One choice.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SelectOption {
    /// What the form sends.
    pub value: String,
    /// What the person reads.
    pub label: String,
}

impl SelectOption {
    /// A choice.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self {
            value: value.into(),
            label: label.into(),
        }
    }
}

/// A native `<select>` with its label.
#[component]
pub fn SelectField(
    /// The form that it belongs to, for first value and errors.
    #[prop(optional, into)]
    form: Option<Form>,
    /// The field's name in the form.
    #[prop(into)]
    name: String,
    /// The label.
    #[prop(into)]
    label: String,
    /// The choices, in order.
    options: Vec<SelectOption>,
    /// The words of a first choice that chooses nothing.
    #[prop(optional, into)]
    nothing: Option<String>,
    /// The value chosen at first, unless the page came back with another.
    #[prop(optional, into)]
    selected: Option<String>,
    /// Help that is always there.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Its `id`, where the same form stands on the page several times.
    #[prop(optional, into)]
    id: Option<String>,
    /// Has to be chosen.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    let parts = FieldParts::new(form, id, &name, hint.is_some());
    let selected = form.and_then(|form| form.value(&name)).or(selected);
    view! {
        <FieldShell id=parts.id.clone() label=label nostrip:hint=hint problem=parts.problem>
            <SelectControl
                parts=parts
                name=Signal::stored(name)
                options=options
                nostrip:nothing=nothing
                selected=selected.unwrap_or_default()
                required=required
            />
        </FieldShell>
    }
}

/// A `<select>` whose name follows its place among others, as in rows that can be taken out.
#[component]
pub fn RowSelect(
    /// Its `id`.
    #[prop(into)]
    id: String,
    /// The field's name in the form, as things stand.
    #[prop(into)]
    name: Signal<String>,
    /// The label.
    #[prop(into)]
    label: String,
    /// The choices, in order.
    options: Vec<SelectOption>,
    /// The words of a first choice that chooses nothing.
    #[prop(optional, into)]
    nothing: Option<String>,
    /// The value chosen at first.
    #[prop(into)]
    selected: String,
    /// What is wrong with it.
    #[prop(into)]
    problem: Signal<Option<Problem>>,
    /// Takes the focus when the page is loaded.
    #[prop(optional)]
    autofocus: bool,
) -> impl IntoView {
    let parts = FieldParts::with_problem(id, problem);
    view! {
        <FieldShell id=parts.id.clone() label=label problem=problem>
            <SelectControl
                parts=parts
                name=name
                options=options
                nostrip:nothing=nothing
                selected=selected
                autofocus=autofocus
            />
        </FieldShell>
    }
}

#[component]
fn SelectControl(
    parts: FieldParts,
    #[prop(into)] name: Signal<String>,
    options: Vec<SelectOption>,
    #[prop(optional)] nothing: Option<String>,
    selected: String,
    #[prop(optional)] required: bool,
    #[prop(optional)] autofocus: bool,
) -> impl IntoView {
    let nothing = nothing.map(|words| SelectOption::new("", words));
    let options = nothing
        .into_iter()
        .chain(options)
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
        <div class="select-control">
            <select
                class="input"
                id=parts.id.clone()
                name=move || name.get()
                required=required
                autofocus=autofocus
                aria-describedby=parts.described_by()
                aria-invalid=parts.invalid()
            >
                {options}
            </select>
            <Icon icon=icondata_lu::LuChevronDown />
        </div>
    }
}
