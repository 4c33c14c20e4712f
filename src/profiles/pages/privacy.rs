//! `/settings/privacy`.

use leptos::html;
use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::accounts::api::SavePrivacy;
use crate::accounts::appears_offline::use_appears_offline;
use crate::accounts::model::CurrentViewer;
use crate::i18n::{td_string, use_locale};
use crate::ui::{Form, SettingsForm, use_plain_form};

/// What others may see. The account menu, which comes with the document, shows a part of it.
#[component]
pub fn PrivacyPage() -> impl IntoView {
    let locale = use_locale();
    let form = use_plain_form(SavePrivacy::url());
    let viewer = use_context::<CurrentViewer>().and_then(|viewer| viewer.0);
    let visibility = viewer.map(|viewer| viewer.visibility).unwrap_or_default();
    let appear_offline = NodeRef::<html::Input>::new();
    follow_switch(appear_offline);
    view! {
        <SettingsForm
            form=form
            title=td_string!(locale, profiles.privacy.title)
            lead=td_string!(locale, profiles.privacy.lead)
            width="max-w-2xl"
        >
            <Choice
                name="show_online"
                label=td_string!(locale, profiles.privacy.show_online)
                hint=td_string!(locale, profiles.privacy.show_online_hint)
                is_on=is_ticked(form, "show_online", visibility.show_online)
            />
            <Choice
                name="appear_offline"
                label=td_string!(locale, profiles.privacy.appear_offline)
                hint=td_string!(locale, profiles.privacy.appear_offline_hint)
                is_on=is_ticked(form, "appear_offline", visibility.is_invisible)
                node_ref=appear_offline
            />
        </SettingsForm>
    }
    .into_any()
}

/// As it was before the page came back, else as it is stored.
fn is_ticked(form: Form, name: &str, stored: bool) -> bool {
    match form.error().get_untracked().and(form.values(name)) {
        Some(values) => !values.is_empty(),
        None => stored,
    }
}

/// The same is switched in the account menu, while this page is open.
fn follow_switch(field: NodeRef<html::Input>) {
    let is_invisible = use_appears_offline();
    Effect::new(move |before: Option<bool>| {
        let now = is_invisible.get();
        // What was ticked before the page was taken over stays.
        if let Some(field) = field.get_untracked()
            && before.is_some_and(|before| before != now)
        {
            field.set_checked(now);
        }
        now
    });
}

/// A box to tick, with what it means.
#[component]
fn Choice(
    name: &'static str,
    label: &'static str,
    hint: &'static str,
    is_on: bool,
    #[prop(optional)] node_ref: NodeRef<html::Input>,
) -> impl IntoView {
    let hint_id = format!("{name}-hint");
    view! {
        <div class="grid gap-1">
            <label class="flex min-h-12 items-center gap-3 justify-self-start font-semibold">
                <input
                    class="size-5"
                    type="checkbox"
                    name=name
                    value="on"
                    checked=is_on
                    aria-describedby=hint_id.clone()
                    node_ref=node_ref
                />
                {label}
            </label>
            <p class="ps-8 text-muted" id=hint_id>
                {hint}
            </p>
        </div>
    }
}
