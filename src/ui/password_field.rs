//! The field for passwords.

use leptos::prelude::*;

use super::field::{FieldParts, FieldShell};
use super::form::Form;
use crate::i18n::{td_string, use_locale};

/// A password, with a button that shows what is typed. The button appears once it can work; its words avoid the field's own, so that a
/// label is found once.
#[component]
pub fn PasswordField(
    /// The form that it belongs to, for errors. A password never comes back.
    #[prop(optional, into)]
    form: Option<Form>,
    /// The field's name in the form.
    #[prop(into)]
    name: String,
    /// The label.
    #[prop(into)]
    label: String,
    /// Help that is always there.
    #[prop(optional, into)]
    hint: Option<String>,
    /// Its `id`, where the same form stands on the page several times.
    #[prop(optional, into)]
    id: Option<String>,
    /// `current-password` or `new-password`.
    #[prop(default = "current-password")]
    autocomplete: &'static str,
    /// Has to be filled in.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    let locale = use_locale();
    let parts = FieldParts::new(form, id, &name, hint.is_some());
    let (works, set_works) = signal(false);
    let (shown, set_shown) = signal(false);
    Effect::new(move || set_works.set(true));
    let control_id = parts.id.clone();
    let button = move || {
        view! {
            <button type="button" class="password-toggle" aria-controls=control_id.clone() on:click=move |_| set_shown.update(|shown| *shown = !*shown)>
                {move || if shown.get() { td_string!(locale, ui.password.hide) } else { td_string!(locale, ui.password.show) }}
                " "
                <span class="sr-only">{td_string!(locale, ui.password.characters)}</span>
            </button>
        }
    };
    let control = view! {
        <div class="password-control">
            <input
                class="input"
                id=parts.id.clone()
                name=name
                type=move || if shown.get() { "text" } else { "password" }
                autocomplete=autocomplete
                autocapitalize="none"
                spellcheck="false"
                required=required
                aria-describedby=parts.described_by()
                aria-invalid=parts.invalid()
            />
            <Show when=move || works.get()>{button.clone()()}</Show>
        </div>
    };
    view! {
        <FieldShell id=parts.id label=label nostrip:hint=hint problem=parts.problem>
            {control}
        </FieldShell>
    }
}
