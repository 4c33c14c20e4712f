//! `/forgot-password`, and `/reset-password`, to which the mail leads.

use leptos::prelude::*;

use crate::accounts::api::{ForgotPassword, ResetPassword};
use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::error::{AppError, Refusal};
use crate::ui::{
    Button, Entry, EntryPage, FormError, OtherWay, PasswordField, Said, TextField, use_entry, use_form, use_query,
};

fn back_to_login(locale: Locale) -> OtherWay {
    OtherWay {
        question: td_string!(locale, accounts.reset.remembered),
        page: "/login",
        link: td_string!(locale, accounts.login.submit),
    }
}

/// Has a link sent. It says the same whether somebody has the address or not.
#[component]
pub fn ForgotPasswordPage() -> impl IntoView {
    let locale = use_locale();
    let action = ServerAction::<ForgotPassword>::new();
    let form = use_form(action);
    view! {
        <EntryPage
            title=td_string!(locale, accounts.reset.title)
            lead=td_string!(locale, accounts.reset.lead)
            next=None
            other=back_to_login(locale)
        >
            <ActionForm action=action attr:class="form" attr:novalidate=true>
                <Said when=form.succeeded() words=td_string!(locale, accounts.reset.sent) />
                <FormError form=form />
                <TextField
                    form=form
                    name="email"
                    label=td_string!(locale, accounts.reset.email)
                    input_type="email"
                    autocomplete="email"
                    required=true
                />
                <Button submit=true wide=true busy=form.pending()>
                    {td_string!(locale, accounts.reset.send)}
                </Button>
            </ActionForm>
        </EntryPage>
    }
    .into_any()
}

/// Sets a new password by the link of a mail.
#[component]
pub fn ResetPasswordPage() -> impl IntoView {
    let locale = use_locale();
    let action = ServerAction::<ResetPassword>::new();
    let Entry { form, busy, .. } = use_entry(action);
    let token = use_query().read_untracked().get("token").unwrap_or_default().to_owned();
    let another = move || {
        let is_of_link = |error: AppError| {
            matches!(
                error,
                AppError::Refused(Refusal::LinkBroken | Refusal::LinkUsed | Refusal::LinkExpired)
            )
        };
        form.error().get().is_some_and(is_of_link).then(|| {
            view! {
                <p>
                    <a class="text-link" href="/forgot-password">
                        {td_string!(locale, accounts.reset.another)}
                    </a>
                </p>
            }
        })
    };
    view! {
        <EntryPage
            title=td_string!(locale, accounts.reset.title)
            lead=td_string!(locale, accounts.reset.new_lead)
            next=None
            other=back_to_login(locale)
        >
            <ActionForm action=action attr:class="form" attr:novalidate=true>
                <FormError form=form />
                {another}
                <input type="hidden" name="token" value=token />
                <PasswordField
                    form=form
                    name="password"
                    label=td_string!(locale, accounts.reset.new_password)
                    hint=td_string!(locale, onboarding.register.password_hint)
                    autocomplete="new-password"
                    required=true
                />
                <Button submit=true wide=true busy=busy>
                    {td_string!(locale, accounts.reset.set)}
                </Button>
            </ActionForm>
        </EntryPage>
    }
    .into_any()
}
