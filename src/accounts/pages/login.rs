//! `/login`.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::accounts::api::LogIn;
use crate::accounts::model::CurrentViewer;
use crate::i18n::{td_string, use_locale};
use crate::ui::{
    Button, Entry, EntryPage, FormError, NextField, Notice, OtherWay, PasswordField, TextField, Tone, use_entry,
    use_query,
};

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
    // Comes from the page that sets a new password.
    let is_reset = use_query().read_untracked().get("password") == Some("set");
    let password_set = is_reset.then(|| {
        view! {
            <Notice tone=Tone::Success attr:role="status">
                {td_string!(locale, accounts.login.password_set)}
            </Notice>
        }
    });
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
                {password_set}
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
                <p>
                    <a class="text-link" href="/forgot-password">
                        {td_string!(locale, accounts.login.forgot)}
                    </a>
                </p>
                <Button submit=true wide=true busy=busy>
                    {td_string!(locale, accounts.login.submit)}
                </Button>
            </ActionForm>
        </EntryPage>
    }
    .into_any()
}
