//! `/settings/account`.

use leptos::prelude::*;

use super::deletion::DeletionSection;
use super::own_data::OwnDataSection;
use super::password::PasswordSection;
use super::sessions::Sessions;
use crate::accounts::api::account::own_account;
use crate::accounts::email_change::pages::EmailSection;
use crate::accounts::identities::pages::LinkedAccounts;
use crate::accounts::model::Account;
use crate::accounts::passkeys::pages::Passkeys;
use crate::accounts::second_factor::pages::SecondFactorSection;
use crate::accounts::wire::AccountNews;
use crate::i18n::{td_string, use_locale};
use crate::realtime::client::on_news;
use crate::ui::{FetchFailure, Fetched, PageHeader, SettingsNav, use_fetched};

/// With what one comes in, and where one is signed in.
#[component]
pub fn AccountPage() -> impl IntoView {
    let locale = use_locale();
    let account = use_fetched(|| (), |()| own_account());
    on_news(move |news: AccountNews| {
        if news == AccountNews::SessionsChanged {
            account.refetch();
        }
    });
    view! {
        <SettingsNav />
        <PageHeader title=td_string!(locale, accounts.account.title) lead=td_string!(locale, accounts.account.lead) />
        <div class="grid max-w-2xl gap-12">
            <Transition>
                <FetchFailure of=account />
                <Names account=account />
            </Transition>
            <EmailSection />
            <PasswordSection />
            <SecondFactorSection />
            <Passkeys />
            <LinkedAccounts />
            <Sessions account=account />
            <OwnDataSection />
            <DeletionSection />
        </div>
    }
    .into_any()
}

/// The name by which one signs in, beside the address.
#[component]
fn Names(account: Fetched<(), Account>) -> impl IntoView {
    let locale = use_locale();
    move || {
        account.get().map(|Account { username, .. }| {
            view! {
                <dl class="card">
                    <dt class="mb-1 text-[0.9375rem] text-muted">{td_string!(locale, accounts.account.username)}</dt>
                    <dd class="break-words">{username}</dd>
                </dl>
            }
        })
    }
}
