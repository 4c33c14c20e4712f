//! `/login`.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::components::Redirect;

use crate::accounts::api::LogIn;
use crate::accounts::deletion::{LEAVERS_PAGE, is_leaving};
use crate::accounts::identities::api::StartGoogle;
use crate::accounts::identities::pages::OtherWays;
use crate::accounts::model::CurrentViewer;
use crate::i18n::{td_string, use_locale};
use crate::ui::{
    Button, Entry, EntryPage, FormError, NextField, Notice, OtherWay, PasswordField, Said, TextField, Tone, use_entry,
    use_plain_form, use_query,
};

/// Signs in. Who is signed in already has nothing to do here.
#[component]
pub fn LoginPage() -> impl IntoView {
    match use_context::<CurrentViewer>() {
        Some(CurrentViewer(Some(_))) => view! { <Redirect path="/" /> }.into_any(),
        _ if is_leaving() => view! { <Redirect path=LEAVERS_PAGE /> }.into_any(),
        _ => view! { <LogInForm /> }.into_any(),
    }
}

#[component]
fn LogInForm() -> impl IntoView {
    let locale = use_locale();
    let action = ServerAction::<LogIn>::new();
    let Entry { form, busy, next } = use_entry(action);
    let (google, next_field) = (use_plain_form(StartGoogle::url()), next.clone());
    // Comes from the page that sets a new password.
    let is_reset = use_query().read_untracked().get("password") == Some("set");
    // Comes from the page that asks for a code.
    let code_words = match use_query().read_untracked().get("code") {
        Some("over") => Some(td_string!(locale, accounts.login.code_over)),
        Some("wrong") => Some(td_string!(locale, accounts.login.code_wrong)),
        _ => None,
    };
    let code_failed = code_words.map(|words| {
        view! {
            <Notice tone=Tone::Warning attr:role="status">
                {words}
            </Notice>
        }
    });
    // Comes from the page on which one's account is to be deleted.
    let is_to_go = use_query().read_untracked().get("deletion") == Some("asked");
    let deletion_asked = is_to_go.then(|| {
        view! {
            <Notice tone=Tone::Info attr:role="status">
                {td_string!(locale, accounts.login.deletion_asked)}
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
                <Said when=Signal::stored(is_reset) words=td_string!(locale, accounts.login.password_set) />
                {code_failed} {deletion_asked}
                <FormError form=google />
                <FormError form=form />
                <NextField next=next_field />
                <TextField
                    form=form
                    name="login"
                    label=td_string!(locale, accounts.login.login)
                    autocomplete="username webauthn"
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
            <OtherWays google=google next=next passkeys=true />
        </EntryPage>
    }
    .into_any()
}
