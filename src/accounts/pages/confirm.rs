//! `/confirm`, which asks who one is once more, and leads on.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::components::Redirect;

use super::recent::in_its_place;
use crate::accounts::api::confirm::{ConfirmItIsMe, how_to_confirm};
use crate::accounts::identities::api::StartGoogle;
use crate::accounts::identities::model::Purpose as GooglePurpose;
use crate::accounts::identities::pages::{GoogleForm, Or};
use crate::accounts::model::{Confirming, CurrentViewer};
use crate::accounts::passkeys::pages::{self as passkeys, PasskeySignIn, Purpose};
use crate::i18n::{td_string, use_locale};
use crate::ui::{
    Button, FetchFailure, Form, FormError, NextField, PageHeader, PasswordField, TextField, use_fetched,
    use_plain_form, use_query,
};

/// Asks for the password, and for a code where a second factor is on; below stand the other ways. Whose sign-in is recent goes on at once.
#[component]
pub fn ConfirmPage() -> impl IntoView {
    let locale = use_locale();
    let query = use_query();
    let next = move || query.with(|query| query.get("next").unwrap_or_default().to_owned());
    let asked = use_fetched(next, how_to_confirm);
    // Out here, where what came back to it is still known when the answer is there.
    let (form, google) = (use_plain_form(ConfirmItIsMe::url()), use_plain_form(StartGoogle::url()));
    let content = move || {
        asked.get_with_key().map(|(next, confirming)| match confirming.go_on {
            Some(path) => view! { <Redirect path=path options=in_its_place() /> }.into_any(),
            None => view! { <Ways form=form google=google confirming=confirming next=next /> }.into_any(),
        })
    };
    view! {
        <div class="narrow">
            <PageHeader title=td_string!(locale, accounts.again.title) lead=td_string!(locale, accounts.again.lead) />
            <Transition>
                <FetchFailure of=asked />
                {content}
            </Transition>
        </div>
    }
    .into_any()
}

/// What the person can show.
#[component]
fn Ways(form: Form, google: Form, confirming: Confirming, next: String) -> impl IntoView {
    let next = Some(next).filter(|next| !next.is_empty());
    let by_password = confirming
        .has_password
        .then(|| view! { <ByPassword form=form asks_code=confirming.asks_code next=next.clone() /> });
    let has_passkeys = confirming.has_passkeys && passkeys::are_possible();
    let by_passkey = has_passkeys.then(|| view! { <PasskeySignIn purpose=Purpose::Confirm next=next.clone() /> });
    let by_google = confirming.has_google.then(|| {
        let (next, asks_code) = (next.clone(), confirming.asks_code);
        view! { <GoogleForm form=google purpose=GooglePurpose::Confirm next=next asks_code=asks_code /> }
    });
    // Passkeys need scripts: without them there may be nothing to choose from.
    let needs_script = !confirming.has_google;
    let or = (confirming.has_password && (confirming.has_google || has_passkeys)).then(|| {
        view! {
            <div class:with-script=needs_script>
                <Or />
            </div>
        }
    });
    view! {
        <div class="grid gap-6">
            <FormError form=google />
            {by_password} {or} {by_google} {by_passkey}
        </div>
    }
    .into_any()
}

/// The browser posts it itself: with the confirmation the session gets another cookie, and the page that comes next is made with it.
#[component]
fn ByPassword(form: Form, asks_code: bool, next: Option<String>) -> impl IntoView {
    let locale = use_locale();
    let viewer = use_context::<CurrentViewer>().and_then(|viewer| viewer.0);
    let code = asks_code.then(|| {
        view! {
            <TextField
                form=form
                name="code"
                label=td_string!(locale, accounts.again.code)
                hint=td_string!(locale, accounts.again.code_hint)
                autocomplete="one-time-code"
                required=true
            />
        }
    });
    view! {
        <form method="post" action=form.action() class="form" novalidate=true>
            <FormError form=form />
            <NextField next=next />
            // Whose password it is, for those who have them kept.
            <input
                type="text"
                autocomplete="username"
                value=viewer.map(|viewer| viewer.username)
                readonly=true
                hidden=true
            />
            <PasswordField form=form name="password" label=td_string!(locale, accounts.again.password) required=true />
            {code}
            <Button submit=true wide=true>
                {td_string!(locale, accounts.again.submit)}
            </Button>
        </form>
    }
    .into_any()
}
