//! Setting two-step sign-in up: the key for the authenticator, and the first code of it.

use leptos::prelude::*;

use super::settings::EndOthers;
use crate::accounts::second_factor::model::{Offer, QrCode};
use crate::i18n::{td_string, use_locale};
use crate::ui::{Button, ButtonKind, Form, FormError, LinkButton, TextField};

/// What it is good for, and the button that begins.
#[component]
pub(super) fn Begin(form: Form) -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="grid gap-3">
            <p>{td_string!(locale, accounts.second_factor.what)}</p>
            <p class="text-muted">{td_string!(locale, accounts.second_factor.what_you_need)}</p>
        </div>
        <form method="post" action=form.action() class="form">
            <FormError form=form />
            <Button submit=true>{td_string!(locale, accounts.second_factor.begin)}</Button>
        </form>
    }
}

/// The key, as a picture, a link and a text, and the field for the first code.
#[component]
pub(super) fn SetUp(form: Form, offer: Offer) -> impl IntoView {
    let locale = use_locale();
    let Offer { key, link, qr } = offer;
    let key = view! {
        <section aria-labelledby="key-title" class="grid gap-5">
            <h2 id="key-title">{td_string!(locale, accounts.second_factor.key_title)}</h2>
            <p>{td_string!(locale, accounts.second_factor.scan)}</p>
            <Picture qr=qr />
            <div>
                <LinkButton href=link kind=ButtonKind::Secondary>
                    {td_string!(locale, accounts.second_factor.open_app)}
                </LinkButton>
            </div>
            <dl class="card min-w-0">
                <dt class="mb-1 text-[0.9375rem] text-muted">{td_string!(locale, accounts.second_factor.key)}</dt>
                <dd class="font-mono break-words select-all">{key}</dd>
            </dl>
        </section>
    }
    .into_any();
    let code = view! {
        <section aria-labelledby="first-code-title" class="grid gap-5">
            <h2 id="first-code-title">{td_string!(locale, accounts.second_factor.first_code)}</h2>
            <form method="post" action=form.action() class="form">
                <FormError form=form />
                <TextField
                    form=form
                    name="code"
                    label=td_string!(locale, accounts.second_factor.code)
                    hint=td_string!(locale, accounts.second_factor.code_hint)
                    autocomplete="one-time-code"
                    inputmode="numeric"
                    required=true
                />
                <EndOthers form=form />
                <Button submit=true>{td_string!(locale, accounts.second_factor.turn_on)}</Button>
            </form>
        </section>
    }
    .into_any();
    view! {
        {key}
        {code}
    }
}

/// A QR code with the margin that readers need, dark on light in either theme.
#[component]
fn Picture(qr: QrCode) -> impl IntoView {
    let locale = use_locale();
    let QrCode { size, path } = qr;
    let whole = size + 8;
    view! {
        <svg
            class="w-full max-w-64 rounded-xl"
            viewBox=format!("-4 -4 {whole} {whole}")
            role="img"
            aria-label=td_string!(locale, accounts.second_factor.picture)
            shape-rendering="crispEdges"
        >
            <rect x="-4" y="-4" width=whole.to_string() height=whole.to_string() fill="#ffffff" />
            <path d=path fill="#000000" />
        </svg>
    }
}
