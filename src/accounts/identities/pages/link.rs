//! `/link-google`: somebody has come from Google whose address an account here has.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::accounts::deletion::{LEAVERS_PAGE, is_leaving};
use crate::accounts::identities::api::{LinkGoogle, google_offer};
use crate::accounts::identities::model::{Becoming, Offered};
use crate::accounts::model::CurrentViewer;
use crate::i18n::{td_string, use_locale};
use crate::kernel::error::{AppError, Refusal};
use crate::ui::{
    Button, Entry, EntryPage, FetchFailure, Form, FormError, Notice, OtherWay, PasswordField, TextField, Tone,
    error_text, use_entry, use_fetched,
};

/// Asks for the password of the account, once. Who is signed in already links in the settings.
#[component]
pub fn LinkGooglePage() -> impl IntoView {
    match use_context::<CurrentViewer>() {
        Some(CurrentViewer(Some(_))) => view! { <Redirect path="/settings/account" /> }.into_any(),
        _ if is_leaving() => view! { <Redirect path=LEAVERS_PAGE /> }.into_any(),
        _ => view! { <LinkForm /> }.into_any(),
    }
}

#[component]
fn LinkForm() -> impl IntoView {
    let locale = use_locale();
    let action = ServerAction::<LinkGoogle>::new();
    // Out here, where what came back to it is still known when the answer is there.
    let Entry { form, busy, .. } = use_entry(action);
    let offer = use_fetched(|| (), |()| google_offer());
    let content = move || {
        offer.get().map(|offered| match offered {
            Some(Offered {
                email,
                becomes: Becoming::Linked { asks_code },
            }) => view! {
                <ActionForm action=action attr:class="form" attr:novalidate=true>
                    <Fields form=form busy=busy email=email asks_code=asks_code />
                </ActionForm>
            }
            .into_any(),
            Some(_) => view! { <Redirect path="/register/google" /> }.into_any(),
            None => view! { <OfferOver /> }.into_any(),
        })
    };
    let other = OtherWay {
        question: td_string!(locale, accounts.google.not_you),
        page: "/login",
        link: td_string!(locale, accounts.google.log_in),
    };
    view! {
        <EntryPage
            title=td_string!(locale, accounts.google.link_title)
            lead=td_string!(locale, accounts.google.link_lead)
            next=None
            other=other
        >
            <Transition>
                <FetchFailure of=offer />
                {content}
            </Transition>
        </EntryPage>
    }
    .into_any()
}

#[component]
fn Fields(form: Form, busy: Signal<bool>, email: String, asks_code: bool) -> impl IntoView {
    let locale = use_locale();
    let code = asks_code.then(|| {
        view! {
            <TextField
                form=form
                name="code"
                label=td_string!(locale, accounts.google.code)
                hint=td_string!(locale, accounts.google.code_hint)
                autocomplete="one-time-code"
                required=true
            />
        }
    });
    view! {
        <FormError form=form />
        <p class="break-all font-semibold">{email.clone()}</p>
        // Whose password it is, for those who have them kept.
        <input type="text" autocomplete="username" value=email readonly=true hidden=true />
        <PasswordField form=form name="password" label=td_string!(locale, accounts.google.password) required=true />
        <p>
            <a class="text-link" href="/forgot-password">
                {td_string!(locale, accounts.login.forgot)}
            </a>
        </p>
        {code}
        <Button submit=true wide=true busy=busy>
            {td_string!(locale, accounts.google.link)}
        </Button>
    }
    .into_any()
}

/// Nobody has come from Google, or too long ago.
#[component]
pub fn OfferOver() -> impl IntoView {
    let locale = use_locale();
    view! {
        <Notice tone=Tone::Warning>
            <p>{error_text(locale, &AppError::Refused(Refusal::OfferOver))}</p>
            <p class="mt-2">
                <a class="text-link" href="/login">
                    {td_string!(locale, accounts.google.again)}
                </a>
            </p>
        </Notice>
    }
    .into_any()
}
