//! `/settings/account/email`.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::accounts::email_change::api::ChangeEmail;
use crate::accounts::pages::AskToConfirm;
use crate::i18n::{td_string, use_locale};
use crate::ui::{Button, FormError, PageHeader, Said, SettingsNav, TextField, use_plain_form};

/// Asks for the address that is wanted. It says the same whether somebody has it or not.
#[component]
pub fn ChangeEmailPage() -> impl IntoView {
    let locale = use_locale();
    let form = use_plain_form(ChangeEmail::url());
    view! {
        <SettingsNav />
        <PageHeader title=td_string!(locale, accounts.email.page_title) lead=td_string!(locale, accounts.email.page_lead) />
        <AskToConfirm />
        <form method="post" action=form.action() class="form max-w-2xl" novalidate=true>
            <Said when=form.succeeded() words=td_string!(locale, accounts.email.sent) />
            <FormError form=form />
            <TextField
                form=form
                name="email"
                label=td_string!(locale, accounts.email.new)
                input_type="email"
                autocomplete="email"
                required=true
            />
            <div>
                <Button submit=true>{td_string!(locale, accounts.email.send)}</Button>
            </div>
        </form>
        <p class="mt-8">
            <a class="text-link" href="/settings/account">
                {td_string!(locale, accounts.email.back)}
            </a>
        </p>
    }
    .into_any()
}
