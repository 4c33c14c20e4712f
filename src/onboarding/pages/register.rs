//! `/register`.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::components::Redirect;

use crate::accounts::deletion::{LEAVERS_PAGE, is_leaving};
use crate::accounts::identities::api::StartGoogle;
use crate::accounts::identities::pages::OtherWays;
use crate::accounts::model::CurrentViewer;
use crate::i18n::{Locale, td_string, use_locale};
use crate::onboarding::api::Register;
use crate::profiles::words::{language_options, level_options, ui_language};
use crate::ui::{
    Button, Entry, EntryPage, Form, FormError, NextField, OtherWay, PasswordField, SelectField, TextField, use_entry,
    use_plain_form,
};

/// Makes an account. Who is signed in already has one.
#[component]
pub fn RegisterPage() -> impl IntoView {
    match use_context::<CurrentViewer>() {
        Some(CurrentViewer(Some(_))) => view! { <Redirect path="/" /> }.into_any(),
        _ if is_leaving() => view! { <Redirect path=LEAVERS_PAGE /> }.into_any(),
        _ => view! { <RegisterForm /> }.into_any(),
    }
}

#[component]
fn RegisterForm() -> impl IntoView {
    let locale = use_locale();
    let action = ServerAction::<Register>::new();
    let Entry { form, busy, next } = use_entry(action);
    let (google, next_field) = (use_plain_form(StartGoogle::url()), next.clone());
    let other = OtherWay {
        question: td_string!(locale, onboarding.register.has_account),
        page: "/login",
        link: td_string!(locale, onboarding.register.log_in),
    };
    view! {
        <EntryPage
            title=td_string!(locale, onboarding.register.title)
            lead=td_string!(locale, onboarding.register.lead)
            next=next.clone()
            other=other
        >
            <ActionForm action=action attr:class="form" attr:novalidate=true>
                <FormError form=google />
                <FormError form=form />
                <NextField next=next_field />
                {about_the_person(locale, form)}
                {about_their_languages(locale, form)}
                <Button submit=true wide=true busy=busy>
                    {td_string!(locale, onboarding.register.submit)}
                </Button>
            </ActionForm>
            <OtherWays google=google next=next />
        </EntryPage>
    }
    .into_any()
}

fn about_the_person(locale: Locale, form: Form) -> impl IntoView {
    view! {
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
    }
}

pub(super) fn about_their_languages(locale: Locale, form: Form) -> impl IntoView {
    let choose_language = td_string!(locale, onboarding.register.choose_language);
    view! {
        <SelectField
            form=form
            name="speaks"
            label=td_string!(locale, onboarding.register.speaks)
            options=language_options(locale)
            nothing=choose_language
            // Most people read the interface in a language that they grew up with.
            selected=ui_language(locale)
            required=true
        />
        <SelectField
            form=form
            name="learns"
            label=td_string!(locale, onboarding.register.learns)
            options=language_options(locale)
            nothing=choose_language
            required=true
        />
        <SelectField
            form=form
            name="level"
            label=td_string!(locale, onboarding.register.level)
            options=level_options(locale)
            nothing=td_string!(locale, onboarding.register.choose_level)
            required=true
        />
    }
}
