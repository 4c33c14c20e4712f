//! The section "Email" of the page "Account".

use leptos::prelude::*;

use crate::accounts::confirm_email::{SendAgain, use_must_confirm};
use crate::accounts::email_change::api::{CancelEmailChange, own_email};
use crate::accounts::email_change::model::{EmailChange, EmailStanding};
use crate::accounts::wire::AccountNews;
use crate::i18n::{td_string, use_locale};
use crate::kernel::text::within_sentence;
use crate::realtime::client::on_news;
use crate::ui::{
    Button, ButtonKind, FetchFailure, FormError, LinkButton, Notice, Said, focus_page_when_gone, use_fetched, use_form,
    when_text,
};

/// The address, whether it has shown to be the person's, and what waits to take its place.
#[component]
pub fn EmailSection() -> impl IntoView {
    let locale = use_locale();
    let own = use_fetched(|| (), |()| own_email());
    let cancel = ServerAction::<CancelEmailChange>::new();
    let form = use_form(cancel);
    let must_confirm = use_must_confirm();
    on_news(move |news: AccountNews| {
        if news == AccountNews::EmailConfirmed {
            must_confirm.set(false);
        }
        if !matches!(news, AccountNews::Status { .. }) {
            own.refetch();
        }
    });
    Effect::new(move || {
        if cancel.version().get() > 0 {
            own.refetch();
        }
    });
    let content = move || {
        let EmailStanding {
            email,
            is_confirmed,
            change,
        } = own.get()?;
        let waits = change.map(|change| view! { <Waits change=change cancel=cancel /> });
        Some(view! {
            <Address email=email is_confirmed=is_confirmed />
            {waits}
        })
    };
    view! {
        <section aria-labelledby="email-title" class="grid gap-5">
            <h2 id="email-title">{td_string!(locale, accounts.email.title)}</h2>
            <div class="grid gap-3 empty:hidden">
                <FormError form=form />
                <Said when=form.succeeded() words=td_string!(locale, accounts.email.cancelled) />
            </div>
            <Transition>
                <FetchFailure of=own />
                {content}
            </Transition>
            // Out here, where what came back to its form is still known.
            <Show when=move || must_confirm.get()>
                <SendAgain />
            </Show>
            <div>
                <LinkButton href="/settings/account/email" kind=ButtonKind::Secondary>
                    {td_string!(locale, accounts.email.change)}
                </LinkButton>
            </div>
        </section>
    }
    .into_any()
}

#[component]
fn Address(email: String, is_confirmed: bool) -> impl IntoView {
    let locale = use_locale();
    // Where nobody has to confirm theirs, nothing is said of who has not.
    let state = match (is_confirmed, use_must_confirm().get()) {
        (true, _) => Some(td_string!(locale, accounts.email.confirmed)),
        (false, true) => Some(td_string!(locale, accounts.email.not_confirmed)),
        (false, false) => None,
    };
    view! {
        <div class="card grid gap-1">
            <dl>
                <dt class="mb-1 text-[0.9375rem] text-muted">{td_string!(locale, accounts.account.email)}</dt>
                <dd class="break-words">{email}</dd>
            </dl>
            {state.map(|words| view! { <p class="text-muted">{words}</p> })}
        </div>
    }
    .into_any()
}

/// What waits, and the way to take it back.
#[component]
fn Waits(change: EmailChange, cancel: ServerAction<CancelEmailChange>) -> impl IntoView {
    let locale = use_locale();
    let EmailChange { email, until } = change;
    focus_page_when_gone();
    view! {
        <Notice>
            <p class="break-words">{td_string!(locale, accounts.email.waiting, email = email)}</p>
            <p>{td_string!(locale, accounts.email.until, when = within_sentence(when_text(locale, &until)))}</p>
            <ActionForm action=cancel attr:class="mt-3">
                <Button submit=true small=true kind=ButtonKind::Secondary busy=cancel.pending()>
                    {td_string!(locale, accounts.email.cancel)}
                </Button>
            </ActionForm>
        </Notice>
    }
    .into_any()
}
