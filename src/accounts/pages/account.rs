//! `/settings/account`.

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use super::sessions::Sessions;
use crate::accounts::api::account::{ChangePassword, own_account};
use crate::accounts::model::{Account, CurrentViewer, PASSWORD_MIN};
use crate::accounts::wire::AccountNews;
use crate::i18n::{td_string, use_locale};
use crate::realtime::client::on_news;
use crate::ui::{
    Button, FetchFailure, Fetched, FormError, Notice, PageHeader, PasswordField, SettingsNav, Tone, use_fetched,
    use_plain_form,
};

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
            <PasswordForm />
            <Sessions account=account />
        </div>
    }
    .into_any()
}

/// The names by which one signs in.
#[component]
fn Names(account: Fetched<(), Account>) -> impl IntoView {
    let locale = use_locale();
    move || {
        account.get().map(|Account { email, username, .. }| {
            view! {
                <dl class="card grid gap-6 sm:grid-cols-2">
                    <div class="min-w-0">
                        <dt class="mb-1 text-[0.9375rem] text-muted">{td_string!(locale, accounts.account.email)}</dt>
                        <dd class="break-words">{email}</dd>
                    </div>
                    <div class="min-w-0">
                        <dt class="mb-1 text-[0.9375rem] text-muted">{td_string!(locale, accounts.account.username)}</dt>
                        <dd class="break-words">{username}</dd>
                    </div>
                </dl>
            }
        })
    }
}

/// The form for another password. The browser posts it itself: with the password its own session gets another cookie, and the page that comes
/// back is made with it.
#[component]
fn PasswordForm() -> impl IntoView {
    let locale = use_locale();
    let form = use_plain_form(ChangePassword::url());
    let viewer = use_context::<CurrentViewer>().and_then(|viewer| viewer.0);
    let saved = form.succeeded().get_untracked().then(|| {
        view! {
            <Notice tone=Tone::Success attr:role="status">
                {td_string!(locale, accounts.account.password_changed)}
            </Notice>
        }
    });
    view! {
        <section aria-labelledby="password-title" class="grid gap-5">
            <h2 id="password-title">{td_string!(locale, accounts.account.password)}</h2>
            <form method="post" action=form.action() class="form">
                {saved}
                <FormError form=form />
                // Whose passwords these are, for those who have them kept.
                <input
                    type="text"
                    autocomplete="username"
                    value=viewer.map(|viewer| viewer.username)
                    readonly=true
                    hidden=true
                />
                <PasswordField
                    form=form
                    name="current_password"
                    label=td_string!(locale, accounts.account.current_password)
                    required=true
                />
                <PasswordField
                    form=form
                    name="new_password"
                    label=td_string!(locale, accounts.account.new_password)
                    hint=td_string!(locale, accounts.account.new_password_hint, min = PASSWORD_MIN)
                    autocomplete="new-password"
                    required=true
                />
                <div>
                    <Button submit=true>{td_string!(locale, accounts.account.change_password)}</Button>
                </div>
            </form>
        </section>
    }
}
