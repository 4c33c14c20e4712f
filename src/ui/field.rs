//! Fields to write in, each with its label, a hint, and what is wrong with it.

use leptos::prelude::*;

use super::form::Form;
use super::icon::Icon;
use super::problem::problem_text;
use crate::i18n::use_locale;
use crate::kernel::error::Problem;

/// The names and texts that tie a control to its label, hint and error.
#[derive(Clone)]
pub(super) struct FieldParts {
    pub(super) id: String,
    pub(super) problem: Signal<Option<Problem>>,
    hint: bool,
}

impl FieldParts {
    /// `id` is made from the form's address and the field's name unless the page gives one, which it must where one form stands on a
    /// page several times.
    pub(super) fn new(form: Option<Form>, id: Option<String>, name: &str, hint: bool) -> Self {
        let id = id.unwrap_or_else(|| {
            let form = form
                .and_then(|form| form.action().rsplit('/').next())
                .unwrap_or("field");
            format!("{form}-{name}").replace(['[', ']', '_'], "-")
        });
        let problem = form.map_or_else(|| Signal::stored(None), |form| form.problem(name));
        Self { id, problem, hint }
    }

    /// Of a control without a hint whose problem is known by another way.
    pub(super) const fn with_problem(id: String, problem: Signal<Option<Problem>>) -> Self {
        Self {
            id,
            problem,
            hint: false,
        }
    }

    /// For `aria-describedby`.
    pub(super) fn described_by(&self) -> impl Fn() -> Option<String> + Clone + Send + Sync + use<> {
        let Self { id, problem, hint } = self.clone();
        move || match (hint, problem.with(Option::is_some)) {
            (true, true) => Some(format!("{id}-error {id}-hint")),
            (true, false) => Some(format!("{id}-hint")),
            (false, true) => Some(format!("{id}-error")),
            (false, false) => None,
        }
    }

    /// For `aria-invalid`.
    pub(super) fn invalid(&self) -> impl Fn() -> Option<&'static str> + Clone + Send + Sync + use<> {
        let problem = self.problem;
        move || problem.with(Option::is_some).then_some("true")
    }
}

/// The frame of a field: label above, control, hint and error below. The fields of this module use it; a page uses it for a control of
/// its own, whose `id` is `id` and whose `aria-describedby` names `{id}-hint` and `{id}-error`.
#[component]
pub fn FieldShell(
    /// The control's `id`.
    #[prop(into)]
    id: String,
    /// The label, which is the control's accessible name.
    #[prop(into)]
    label: String,
    /// Help that is always there.
    #[prop(optional, into)]
    hint: Option<String>,
    /// What is wrong.
    #[prop(optional, into)]
    problem: Signal<Option<Problem>>,
    /// The control.
    children: Children,
) -> impl IntoView {
    let locale = use_locale();
    let error_id = format!("{id}-error");
    let hint = hint.map(|hint| view! { <p class="field-hint" id=format!("{id}-hint")>{hint}</p> });
    let error = move || {
        problem.get().map(|problem| {
            view! {
                <p class="field-error" id=error_id.clone() role="alert">
                    <Icon icon=icondata_lu::LuCircleAlert />
                    <span>{problem_text(locale, &problem)}</span>
                </p>
            }
        })
    };
    view! {
        <div class="field">
            <label class="field-label" for=id>
                {label}
            </label>
            {children()}
            {error}
            {hint}
        </div>
    }
}

/// One line of text.
#[component]
pub fn TextField(
    /// The form that it belongs to, for first value and errors.
    #[prop(optional, into)]
    form: Option<Form>,
    /// The field's name in the form.
    #[prop(into)]
    name: String,
    /// The label.
    #[prop(into)]
    label: String,
    /// The first value, unless the page came back with another.
    #[prop(optional, into)]
    value: Option<String>,
    /// Help that is always there.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Its `id`, where the same form stands on the page several times.
    #[prop(optional, into)]
    id: Option<String>,
    /// `text`, `email`, `search`, …
    #[prop(default = "text", into)]
    input_type: &'static str,
    /// For the browser's own help: `username`, `email`, `name`, `off`, …
    #[prop(optional)]
    autocomplete: Option<&'static str>,
    /// Which keys a phone shows, where they are not those of the type: `numeric`, …
    #[prop(optional)]
    inputmode: Option<&'static str>,
    /// Has to be filled in.
    #[prop(optional)]
    required: bool,
    /// The greatest number of characters.
    #[prop(optional)]
    maxlength: Option<usize>,
    /// Hears what stands there, with each change of it.
    #[prop(optional, into)]
    on_input: Option<Callback<String>>,
) -> impl IntoView {
    let parts = FieldParts::new(form, id, &name, hint.is_some());
    let value = form.and_then(|form| form.value(&name)).or(value);
    let on_input = move |event| {
        if let Some(on_input) = on_input {
            on_input.run(event_target_value(&event));
        }
    };
    // Names, addresses and codes are not words: no capitals and no corrections while they are typed.
    let verbatim = matches!(input_type, "email")
        || matches!(
            autocomplete,
            Some("username" | "username webauthn" | "email" | "one-time-code")
        );
    let control = view! {
        <input
            class="input"
            id=parts.id.clone()
            name=name
            type=input_type
            value=value
            autocomplete=autocomplete
            inputmode=inputmode
            autocapitalize=verbatim.then_some("none")
            spellcheck=verbatim.then_some("false")
            required=required
            maxlength=maxlength.map(|max| max.to_string())
            aria-describedby=parts.described_by()
            aria-invalid=parts.invalid()
            on:input=on_input
        />
    };
    view! {
        <FieldShell id=parts.id label=label nostrip:hint=hint problem=parts.problem>
            {control}
        </FieldShell>
    }
}

/// Several lines of text.
#[component]
pub fn TextArea(
    /// The form that it belongs to, for first value and errors.
    #[prop(optional, into)]
    form: Option<Form>,
    /// The field's name in the form.
    #[prop(into)]
    name: String,
    /// The label.
    #[prop(into)]
    label: String,
    /// The first value, unless the page came back with another.
    #[prop(optional, into)]
    value: Option<String>,
    /// Help that is always there.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Its `id`, where the same form stands on the page several times.
    #[prop(optional, into)]
    id: Option<String>,
    /// How many lines are seen at first.
    #[prop(default = 4)]
    rows: u8,
    /// Has to be filled in.
    #[prop(optional)]
    required: bool,
    /// The greatest number of characters.
    #[prop(optional)]
    maxlength: Option<usize>,
) -> impl IntoView {
    let parts = FieldParts::new(form, id, &name, hint.is_some());
    let value = form.and_then(|form| form.value(&name)).or(value).unwrap_or_default();
    let control = view! {
        <textarea
            class="input"
            id=parts.id.clone()
            name=name
            rows=rows.to_string()
            required=required
            maxlength=maxlength.map(|max| max.to_string())
            aria-describedby=parts.described_by()
            aria-invalid=parts.invalid()
            inner_html=as_markup(&value)
        ></textarea>
    };
    view! {
        <FieldShell id=parts.id label=label nostrip:hint=hint problem=parts.problem>
            {control}
        </FieldShell>
    }
}

/// Text as the content of a `<textarea>`. The renderer writes text inside this element without escaping it, and expects a text node
/// even where there is no text; so it goes in as markup, escaped here.
fn as_markup(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::as_markup;

    #[test]
    fn text_cannot_leave_its_field() {
        assert_eq!(
            as_markup("a < b && </textarea><script>"),
            "a &lt; b &amp;&amp; &lt;/textarea&gt;&lt;script&gt;"
        );
    }
}
