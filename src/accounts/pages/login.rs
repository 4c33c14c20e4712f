//! `/login`.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::accounts::api::LogIn;
use crate::accounts::model::CurrentViewer;
use crate::i18n::{td_string, use_locale};
use crate::ui::{Button, Entry, EntryPage, FormError, NextField, OtherWay, PasswordField, TextField, use_entry};

/// Signs in. Who is signed in already has nothing to do here.
#[component]
pub fn LoginPage() -> impl IntoView {
    match use_context::<CurrentViewer>() {
        Some(CurrentViewer(Some(_))) => view! { <Redirect path="/" /> }.into_any(),
        _ => view! { <LogInForm /> }.into_any(),
    }
}

#[component]
fn LogInForm() -> impl IntoView {
    let locale = use_locale();
    let action = ServerAction::<LogIn>::new();
    let Entry { form, busy, next } = use_entry(action);
    let other = OtherWay {
        question: td_string!(locale, accounts.login.new_here),
        page: "/register",
        link: td_string!(locale, accounts.login.register),
    };
    view! {
        <EntryPage
            title=td_string!(locale, accounts.login.title)
            lead=td_string!(locale, accounts.login.lead)
            next=next.clone()
            other=other
        >
            <ActionForm action=action attr:class="form" attr:novalidate=true>
                <FormError form=form />
                <NextField next=next />
                <TextField
                    form=form
                    name="login"
                    label=td_string!(locale, accounts.login.login)
                    autocomplete="username"
                    required=true
                />
                <PasswordField form=form name="password" label=td_string!(locale, accounts.login.password) required=true />
                <Button submit=true wide=true busy=busy>
                    {td_string!(locale, accounts.login.submit)}
                </Button>
            </ActionForm>
        </EntryPage>
    }
    .into_any()
}
