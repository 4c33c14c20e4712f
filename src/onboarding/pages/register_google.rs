//! `/register/google`: the rest of a registration, for somebody who has come from Google.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use super::register::about_their_languages;
use crate::accounts::deletion::{LEAVERS_PAGE, is_leaving};
use crate::accounts::identities::api::google_offer;
use crate::accounts::identities::model::{Becoming, Offered};
use crate::accounts::identities::pages::OfferOver;
use crate::accounts::model::CurrentViewer;
use crate::i18n::{td_string, use_locale};
use crate::onboarding::api::RegisterGoogle;
use crate::ui::{Button, Entry, EntryPage, FetchFailure, Form, FormError, OtherWay, TextField, use_entry, use_fetched};

/// Makes an account without a password. Who is signed in already has one.
#[component]
pub fn RegisterGooglePage() -> impl IntoView {
    match use_context::<CurrentViewer>() {
        Some(CurrentViewer(Some(_))) => view! { <Redirect path="/" /> }.into_any(),
        _ if is_leaving() => view! { <Redirect path=LEAVERS_PAGE /> }.into_any(),
        _ => view! { <RegisterForm /> }.into_any(),
    }
}

#[component]
fn RegisterForm() -> impl IntoView {
    let locale = use_locale();
    let action = ServerAction::<RegisterGoogle>::new();
    // Out here, where what came back to it is still known when the answer is there.
    let Entry { form, busy, .. } = use_entry(action);
    let offer = use_fetched(|| (), |()| google_offer());
    let content = move || {
        offer.get().map(|offered| match offered {
            Some(Offered {
                email,
                becomes: Becoming::NewAccount { username },
            }) => view! {
                <ActionForm action=action attr:class="form" attr:novalidate=true>
                    <Fields form=form busy=busy email=email username=username />
                </ActionForm>
            }
            .into_any(),
            Some(_) => view! { <Redirect path="/link-google" /> }.into_any(),
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
            title=td_string!(locale, onboarding.register.title)
            lead=td_string!(locale, accounts.google.register_lead)
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
fn Fields(form: Form, busy: Signal<bool>, email: String, username: String) -> impl IntoView {
    let locale = use_locale();
    view! {
        <FormError form=form />
        <dl>
            <dt class="field-label">{td_string!(locale, accounts.google.email)}</dt>
            <dd class="break-all">{email}</dd>
            <dd class="field-hint">{td_string!(locale, accounts.google.email_hint)}</dd>
        </dl>
        <TextField
            form=form
            name="username"
            label=td_string!(locale, onboarding.register.username)
            hint=td_string!(locale, onboarding.register.username_hint)
            value=username
            autocomplete="username"
            required=true
        />
        {about_their_languages(locale, form)}
        <Button submit=true wide=true busy=busy>
            {td_string!(locale, onboarding.register.submit)}
        </Button>
    }
    .into_any()
}
