//! `/confirm`, which asks who one is once more, and leads on.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;
use leptos_router::components::Redirect;

use super::recent::in_its_place;
use crate::accounts::api::confirm::{ConfirmByLink, ConfirmItIsMe, SendConfirmLink, how_to_confirm};
use crate::accounts::confirm_email::SendAgain;
use crate::accounts::identities::api::StartGoogle;
use crate::accounts::identities::model::Purpose as GooglePurpose;
use crate::accounts::identities::pages::{GoogleForm, Or};
use crate::accounts::model::{Confirming, CurrentViewer};
use crate::accounts::passkeys::pages::{self as passkeys, PasskeySignIn, Purpose};
use crate::i18n::{td_string, use_locale};
use crate::ui::{
    Button, ButtonKind, FetchFailure, Form, FormError, NextField, Notice, PageHeader, PasswordField, Said, TextField,
    Tone, use_fetched, use_plain_form, use_query,
};

/// Asks for the password, and for a code where a second factor is on; below stand the other ways. Whose sign-in is recent goes on at once.
#[component]
pub fn ConfirmPage() -> impl IntoView {
    let locale = use_locale();
    let query = use_query();
    let next = move || query.with(|query| query.get("next").unwrap_or_default().to_owned());
    // Of who comes by the link in a mail.
    let token = query.with_untracked(|query| query.get("token").map(str::to_owned));
    let asked = use_fetched(next, how_to_confirm);
    // Out here, where what came back to them is still known when the answer is there.
    let forms = Forms {
        password: use_plain_form(ConfirmItIsMe::url()),
        google: use_plain_form(StartGoogle::url()),
        send: use_plain_form(SendConfirmLink::url()),
        link: use_plain_form(ConfirmByLink::url()),
    };
    let content = move || {
        let token = token.clone();
        asked.get_with_key().map(|(next, confirming)| match confirming.go_on {
            Some(path) => view! { <Redirect path=path options=in_its_place() /> }.into_any(),
            None => view! { <Ways forms=forms confirming=confirming token=token next=next /> }.into_any(),
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

/// One for each way that the browser posts itself.
#[derive(Clone, Copy)]
struct Forms {
    password: Form,
    google: Form,
    send: Form,
    link: Form,
}

/// What the person can show.
#[component]
fn Ways(forms: Forms, confirming: Confirming, token: Option<String>, next: String) -> impl IntoView {
    let next = Some(next).filter(|next| !next.is_empty());
    let asks_code = confirming.asks_code;
    let by_link = token.map(|token| {
        view! { <ByLink form=forms.link token=token asks_code=asks_code /> }
    });
    let by_password = confirming
        .has_password
        .then(|| view! { <ByPassword form=forms.password asks_code=asks_code next=next.clone() /> });
    let has_passkeys = confirming.has_passkeys && passkeys::are_possible();
    let by_passkey = has_passkeys.then(|| view! { <PasskeySignIn purpose=Purpose::Confirm next=next.clone() /> });
    let by_google = confirming.has_google.then(|| {
        let next = next.clone();
        view! { <GoogleForm form=forms.google purpose=GooglePurpose::Confirm next=next asks_code=asks_code /> }
    });
    let by_mail = (!confirming.has_password)
        .then(|| view! { <ByMail form=forms.send has_mail=confirming.has_mail next=next.clone() /> });
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
            <FormError form=forms.google />
            {by_link} {by_password} {or} {by_google} {by_passkey} {by_mail}
        </div>
    }
    .into_any()
}

/// The press that the link in a mail asks for: programs that look at mails open every link in them.
#[component]
fn ByLink(form: Form, token: String, asks_code: bool) -> impl IntoView {
    let locale = use_locale();
    let code = asks_code.then(|| view! { <CodeField form=form /> });
    view! {
        <form method="post" action=form.action() class="form" novalidate=true>
            <FormError form=form />
            <input type="hidden" name="token" value=token />
            {code}
            <Button submit=true wide=true>
                {td_string!(locale, accounts.again.submit)}
            </Button>
        </form>
    }
    .into_any()
}

/// Has a link sent, or says what is missing for one.
#[component]
fn ByMail(form: Form, has_mail: bool, next: Option<String>) -> impl IntoView {
    let locale = use_locale();
    if !has_mail {
        return view! {
            <Notice tone=Tone::Info>
                <p>{td_string!(locale, accounts.again.no_mail)}</p>
                <SendAgain />
            </Notice>
        }
        .into_any();
    }
    view! {
        <form method="post" action=form.action() class="grid gap-4" novalidate=true>
            <Said when=form.succeeded() words=td_string!(locale, accounts.again.mail_sent) />
            <FormError form=form />
            <NextField next=next />
            <p class="text-muted">{td_string!(locale, accounts.again.mail_lead)}</p>
            <Button submit=true kind=ButtonKind::Secondary wide=true>
                {td_string!(locale, accounts.again.send_mail)}
            </Button>
        </form>
    }
    .into_any()
}

#[component]
fn CodeField(form: Form) -> impl IntoView {
    let locale = use_locale();
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
    .into_any()
}

/// The browser posts it itself: with the confirmation the session gets another cookie, and the page that comes next is made with it.
#[component]
fn ByPassword(form: Form, asks_code: bool, next: Option<String>) -> impl IntoView {
    let locale = use_locale();
    let viewer = use_context::<CurrentViewer>().and_then(|viewer| viewer.0);
    let code = asks_code.then(|| view! { <CodeField form=form /> });
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
