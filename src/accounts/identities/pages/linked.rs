//! One's accounts elsewhere, a section of the page "Account".

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use super::google::GoogleForm;
use crate::accounts::identities::api::{RemoveIdentity, StartGoogle, own_identities};
use crate::accounts::identities::model::{GoogleHere, IdentityView, Purpose};
use crate::i18n::{td_string, use_locale};
use crate::kernel::text::within_sentence;
use crate::ui::{Button, ButtonKind, FetchFailure, Form, FormError, Said, use_fetched, use_plain_form, when_text};

/// The section, where there is one to link or to remove. Both ask first who one is, so the browser posts the forms itself.
#[component]
pub fn LinkedAccounts() -> impl IntoView {
    let GoogleHere(is_here) = use_context().unwrap_or_default();
    let own = use_fetched(|| (), |()| own_identities());
    // Out here, where what came back to them is still known when the list is drawn again.
    let (connect, remove) = (
        use_plain_form(StartGoogle::url()),
        use_plain_form(RemoveIdentity::url()),
    );
    let section = move || {
        let own = own.get()?;
        (is_here || !own.is_empty())
            .then(|| view! { <Section own=own connect=is_here.then_some(connect) remove=remove /> })
    };
    view! {
        <Transition>
            <FetchFailure of=own />
            {section}
        </Transition>
    }
    .into_any()
}

#[component]
fn Section(own: Vec<IdentityView>, connect: Option<Form>, remove: Form) -> impl IntoView {
    let locale = use_locale();
    let none = own
        .is_empty()
        .then(|| view! { <p class="text-muted">{td_string!(locale, accounts.google.none)}</p> });
    let cards: Vec<_> = own
        .into_iter()
        .map(|identity| view! { <IdentityCard identity=identity remove=remove /> })
        .collect();
    let connecting = connect.map(|connect| {
        view! {
            <div class="grid gap-3 empty:hidden">
                <Said when=connect.succeeded() words=td_string!(locale, accounts.google.connected) />
                <FormError form=connect />
            </div>
        }
    });
    view! {
        <section id="linked-accounts" aria-labelledby="linked-title" class="grid gap-5">
            <h2 id="linked-title">{td_string!(locale, accounts.google.title)}</h2>
            <p class="text-muted">{td_string!(locale, accounts.google.lead)}</p>
            {connecting}
            <div class="grid gap-3 empty:hidden">
                <Said when=remove.succeeded() words=td_string!(locale, accounts.google.removed) />
                <FormError form=remove />
            </div>
            {none}
            {cards}
            {connect.map(|connect| view! { <GoogleForm form=connect purpose=Purpose::Link /> })}
        </section>
    }
    .into_any()
}

/// One of them, named by its address.
#[component]
fn IdentityCard(identity: IdentityView, remove: Form) -> impl IntoView {
    let locale = use_locale();
    let IdentityView { id, email, since } = identity;
    let since = td_string!(
        locale,
        accounts.google.since,
        when = within_sentence(when_text(locale, &since))
    );
    let name = email.clone();
    view! {
        <article class="card flex flex-wrap items-center justify-between gap-4" aria-label=name>
            <div class="grid min-w-0 gap-1 break-words">
                <h3>"Google"</h3>
                <p class="break-all">{email}</p>
                <p class="text-[0.9375rem] text-muted">{since}</p>
            </div>
            <form method="post" action=remove.action()>
                <input type="hidden" name="identity" value=id.to_string() />
                <Button submit=true small=true kind=ButtonKind::Secondary>
                    {td_string!(locale, accounts.google.remove)}
                </Button>
            </form>
        </article>
    }
    .into_any()
}
