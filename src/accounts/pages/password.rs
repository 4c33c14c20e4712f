//! The password, on the page "Account".

use leptos::prelude::*;
use leptos::server_fn::ServerFn as _;

use crate::accounts::api::account::{ChangePassword, SetPassword, has_password};
use crate::accounts::model::{CurrentViewer, PASSWORD_MIN};
use crate::i18n::{td_string, use_locale};
use crate::ui::{Button, FetchFailure, Form, FormError, PasswordField, Said, use_fetched, use_plain_form};

/// The section: another password, or a first one for who comes in otherwise. The browser posts the form itself: with the password its own
/// session gets another cookie, and the page that comes back is made with it.
#[component]
pub(super) fn PasswordSection() -> impl IntoView {
    let locale = use_locale();
    let known = use_fetched(|| (), |()| has_password());
    // Out here, where what came back to them is still known when the answer is there.
    let (change, set) = (
        use_plain_form(ChangePassword::url()),
        use_plain_form(SetPassword::url()),
    );
    let content = move || {
        known.get().map(|has_password| match has_password {
            true => view! { <Another form=change is_set=set.succeeded() /> }.into_any(),
            false => view! { <First form=set /> }.into_any(),
        })
    };
    view! {
        <section aria-labelledby="password-title" class="grid gap-5">
            <h2 id="password-title">{td_string!(locale, accounts.account.password)}</h2>
            <Transition>
                <FetchFailure of=known />
                {content}
            </Transition>
        </section>
    }
    .into_any()
}

#[component]
fn Another(form: Form, is_set: Signal<bool>) -> impl IntoView {
    let locale = use_locale();
    view! {
        <form method="post" action=form.action() class="form">
            <Said when=is_set words=td_string!(locale, accounts.account.password_set) />
            <Said when=form.succeeded() words=td_string!(locale, accounts.account.password_changed) />
            <FormError form=form />
            <WhosePassword />
            <PasswordField
                form=form
                name="current_password"
                label=td_string!(locale, accounts.account.current_password)
                required=true
            />
            <NewPassword form=form />
            <div>
                <Button submit=true>{td_string!(locale, accounts.account.change_password)}</Button>
            </div>
        </form>
    }
    .into_any()
}

#[component]
fn First(form: Form) -> impl IntoView {
    let locale = use_locale();
    view! {
        <p class="text-muted">{td_string!(locale, accounts.account.no_password)}</p>
        <form method="post" action=form.action() class="form">
            <FormError form=form />
            <WhosePassword />
            <NewPassword form=form />
            <div>
                <Button submit=true>{td_string!(locale, accounts.account.set_password)}</Button>
            </div>
        </form>
    }
    .into_any()
}

/// Whose passwords these are, for those who have them kept.
#[component]
fn WhosePassword() -> impl IntoView {
    let viewer = use_context::<CurrentViewer>().and_then(|viewer| viewer.0);
    view! {
        <input
            type="text"
            autocomplete="username"
            value=viewer.map(|viewer| viewer.username)
            readonly=true
            hidden=true
        />
    }
}

#[component]
fn NewPassword(form: Form) -> impl IntoView {
    let locale = use_locale();
    view! {
        <PasswordField
            form=form
            name="new_password"
            label=td_string!(locale, accounts.account.new_password)
            hint=td_string!(locale, accounts.account.new_password_hint, min = PASSWORD_MIN)
            autocomplete="new-password"
            required=true
        />
    }
}
