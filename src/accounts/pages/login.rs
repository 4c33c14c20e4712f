//! `/login`.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_query_map;

use crate::accounts::api::LogIn;
use crate::accounts::model::CurrentViewer;
use crate::i18n::{td_string, use_locale};
use crate::ui::{Button, FormError, PageHeader, PasswordField, TextField, use_form};

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
    let form = use_form(action);
    // Where to go afterwards. It may say anything: the server follows addresses of this site only.
    let next = use_query_map().read_untracked().get("next");

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

    let title = td_string!(locale, accounts.login.title);
    view! {
        <Title text=td_string!(locale, common.page_title, page = title) />
        <div class="narrow">
            <PageHeader title=title lead=td_string!(locale, accounts.login.lead) />
            <ActionForm action=action attr:class="form" attr:novalidate=true>
                <FormError form=form />
                {next.map(|next| view! { <input type="hidden" name="next" value=next /> })}
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
            <p class="mt-8 text-center text-muted">
                {td_string!(locale, accounts.login.new_here)} " "
                <a class="text-link" href="/register">
                    {td_string!(locale, accounts.login.register)}
                </a>
            </p>
        </div>
    }
    .into_any()
}
