//! `/login/code`.

use leptos::prelude::*;
use leptos_router::components::Redirect;

use crate::accounts::model::CurrentViewer;
use crate::accounts::second_factor::api::{EnterCode, sign_in_waits};
use crate::i18n::{td_string, use_locale};
use crate::kernel::query::address;
use crate::ui::{
    Button, Entry, EntryPage, FetchFailure, FormError, LinkButton, NextField, Notice, OtherWay, TextField, Tone,
    use_entry, use_fetched,
};

/// Asks for the code of a sign-in that has begun; where none has, it shows the way to begin one.
#[component]
pub fn EnterCodePage() -> impl IntoView {
    let locale = use_locale();
    let action = ServerAction::<EnterCode>::new();
    let entry = use_entry(action);
    let is_member = use_context::<CurrentViewer>().is_some_and(|viewer| viewer.0.is_some());
    let waits = use_fetched(|| (), |()| sign_in_waits());
    let next = entry.next.clone();
    let other = OtherWay {
        question: td_string!(locale, accounts.enter_code.not_you),
        page: "/login",
        link: td_string!(locale, accounts.enter_code.again),
    };
    let content = move |is_waiting| match (is_waiting, is_member) {
        (true, _) => view! { <CodeForm action=action entry=entry.clone() /> }.into_any(),
        // Whose other page has ended the sign-in well.
        (false, true) => view! { <Redirect path="/" /> }.into_any(),
        (false, false) => view! { <NothingWaits next=entry.next.clone() /> }.into_any(),
    };
    view! {
        <EntryPage
            title=td_string!(locale, accounts.enter_code.title)
            lead=td_string!(locale, accounts.enter_code.lead)
            next=next
            other=other
        >
            <Transition>
                <FetchFailure of=waits />
                {move || waits.get().map(content.clone())}
            </Transition>
        </EntryPage>
    }
    .into_any()
}

#[component]
fn CodeForm(action: ServerAction<EnterCode>, entry: Entry) -> impl IntoView {
    let locale = use_locale();
    let Entry { form, busy, next } = entry;
    view! {
        <ActionForm action=action attr:class="form" attr:novalidate=true>
            <FormError form=form />
            <NextField next=next />
            <TextField
                form=form
                name="code"
                label=td_string!(locale, accounts.second_factor.code)
                hint=td_string!(locale, accounts.enter_code.hint)
                autocomplete="one-time-code"
                required=true
            />
            <Button submit=true wide=true busy=busy>
                {td_string!(locale, accounts.login.submit)}
            </Button>
        </ActionForm>
    }
}

/// The time of a sign-in is over, or it was never begun here.
#[component]
fn NothingWaits(next: Option<String>) -> impl IntoView {
    let locale = use_locale();
    let login = address("/login", &[("next", next.as_deref().unwrap_or_default())]);
    view! {
        <div class="grid gap-6">
            <Notice tone=Tone::Info>{td_string!(locale, accounts.enter_code.nothing_waits)}</Notice>
            <LinkButton href=login wide=true>
                {td_string!(locale, accounts.login.submit)}
            </LinkButton>
        </div>
    }
}
