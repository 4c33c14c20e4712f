//! `/register`.

use leptos::prelude::*;
use leptos_i18n::Locale as _;
use leptos_meta::Title;
use leptos_router::components::Redirect;

use crate::accounts::model::CurrentViewer;
use crate::i18n::{Locale, td_string, use_locale};
use crate::onboarding::api::Register;
use crate::profiles::languages::LanguageCode;
use crate::profiles::model::Level;
use crate::ui::{Button, FormError, PageHeader, PasswordField, SelectField, SelectOption, TextField, use_form};

/// Makes an account. Who is signed in already has one.
#[component]
pub fn RegisterPage() -> impl IntoView {
    match use_context::<CurrentViewer>() {
        Some(CurrentViewer(Some(_))) => view! { <Redirect path="/" /> }.into_any(),
        _ => view! { <RegisterForm /> }.into_any(),
    }
}

#[component]
fn RegisterForm() -> impl IntoView {
    let locale = use_locale();
    let action = ServerAction::<Register>::new();
    let form = use_form(action);

    let answer = action.value();
    let busy = Signal::derive(move || form.pending().get() || answer.with(|answer| matches!(answer, Some(Ok(_)))));
    Effect::new(move || {
        // The whole page is made for the person, so it is loaded anew.
        if let Some(Ok(next)) = answer.get()
            && window().location().assign(&next).is_err()
        {
            answer.set(None);
        }
    });

    let title = td_string!(locale, onboarding.register.title);
    view! {
        <Title text=td_string!(locale, common.page_title, page = title) />
        <div class="narrow">
            <PageHeader title=title lead=td_string!(locale, onboarding.register.lead) />
            <ActionForm action=action attr:class="form" attr:novalidate=true>
                <FormError form=form />
                <TextField
                    form=form
                    name="email"
                    label=td_string!(locale, onboarding.register.email)
                    hint=td_string!(locale, onboarding.register.email_hint)
                    input_type="email"
                    autocomplete="email"
                    required=true
                />
                <TextField
                    form=form
                    name="username"
                    label=td_string!(locale, onboarding.register.username)
                    hint=td_string!(locale, onboarding.register.username_hint)
                    autocomplete="username"
                    required=true
                />
                <PasswordField
                    form=form
                    name="password"
                    label=td_string!(locale, onboarding.register.password)
                    hint=td_string!(locale, onboarding.register.password_hint)
                    autocomplete="new-password"
                    required=true
                />
                <SelectField
                    form=form
                    name="speaks"
                    label=td_string!(locale, onboarding.register.speaks)
                    options=languages(locale)
                    // Most people read the interface in a language that they grew up with.
                    selected=locale.as_str()
                    required=true
                />
                <SelectField
                    form=form
                    name="learns"
                    label=td_string!(locale, onboarding.register.learns)
                    options=languages(locale)
                    required=true
                />
                <SelectField
                    form=form
                    name="level"
                    label=td_string!(locale, onboarding.register.level)
                    options=levels(locale)
                    required=true
                />
                <Button submit=true wide=true busy=busy>
                    {td_string!(locale, onboarding.register.submit)}
                </Button>
            </ActionForm>
            <p class="mt-8 text-center text-muted">
                {td_string!(locale, onboarding.register.has_account)} " "
                <a class="text-link" href="/login">
                    {td_string!(locale, onboarding.register.log_in)}
                </a>
            </p>
        </div>
    }
    .into_any()
}

fn languages(locale: Locale) -> Vec<SelectOption> {
    let ui_language = locale.as_str();
    let nothing = SelectOption::new("", td_string!(locale, onboarding.register.choose_language));
    let all = LanguageCode::all_in(ui_language);
    std::iter::once(nothing)
        .chain(
            all.into_iter()
                .map(|language| SelectOption::new(language.code(), language.label_in(ui_language))),
        )
        .collect()
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
    let nothing = SelectOption::new("", td_string!(locale, onboarding.register.choose_level));
    std::iter::once(nothing)
        .chain(Level::ALL.map(|level| SelectOption::new(level.name(), name(level))))
        .collect()
}
