//! `/settings/appearance`.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_i18n::Locale as _;

use crate::accounts::api::SetAppearance;
use crate::accounts::model::{CurrentViewer, Theme};
use crate::i18n::{Locale, td_string, use_locale};
use crate::ui::{SelectField, SelectOption, SettingsForm, use_plain_form};

/// Language and theme.
#[component]
pub fn AppearancePage() -> impl IntoView {
    let locale = use_locale();
    let form = use_plain_form(SetAppearance::url());
    let theme = use_context::<CurrentViewer>()
        .and_then(|viewer| viewer.0)
        .map(|viewer| viewer.theme)
        .unwrap_or_default();
    view! {
        <SettingsForm
            form=form
            title=td_string!(locale, accounts.appearance.title)
            lead=td_string!(locale, accounts.appearance.lead)
            width="max-w-md"
        >
            <SelectField
                form=form
                name="language"
                label=td_string!(locale, accounts.appearance.language)
                options=languages(locale)
                selected=locale.as_str()
            />
            <SelectField
                form=form
                name="theme"
                label=td_string!(locale, accounts.appearance.theme)
                hint=td_string!(locale, accounts.appearance.theme_hint)
                options=themes(locale)
                selected=theme.name()
            />
        </SettingsForm>
    }
    .into_any()
}

fn languages(locale: Locale) -> Vec<SelectOption> {
    let name = |language: Locale| match language {
        Locale::en => td_string!(locale, accounts.appearance.english),
        Locale::es => td_string!(locale, accounts.appearance.spanish),
    };
    Locale::get_all()
        .iter()
        .map(|language| SelectOption::new(language.as_str(), name(*language)))
        .collect()
}

fn themes(locale: Locale) -> Vec<SelectOption> {
    let name = |theme: Theme| match theme {
        Theme::System => td_string!(locale, accounts.appearance.system),
        Theme::Light => td_string!(locale, accounts.appearance.light),
        Theme::Dark => td_string!(locale, accounts.appearance.dark),
    };
    Theme::ALL
        .map(|theme| SelectOption::new(theme.name(), name(theme)))
        .into()
}
