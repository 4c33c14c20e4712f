//! Choices from a list.

use leptos::prelude::*;

use super::field::{FieldParts, FieldShell};
use super::form::Form;
use super::icon::Icon;

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

/// A native `<select>`.
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
    let options = options
        .into_iter()
        .map(|SelectOption { value, label }| {
            let chosen = selected.as_deref() == Some(value.as_str());
            view! {
                <option value=value selected=chosen>
                    {label}
                </option>
            }
        })
        .collect_view();
    let control = view! {
        <div class="select-control">
            <select
                class="input"
                id=parts.id.clone()
                name=name
                required=required
                aria-describedby=parts.described_by()
                aria-invalid=parts.invalid()
            >
                {options}
            </select>
            <Icon icon=icondata_lu::LuChevronDown />
        </div>
    };
    view! {
        <FieldShell id=parts.id label=label nostrip:hint=hint problem=parts.problem>
            {control}
        </FieldShell>
    }
}
