//! `/verify-email`, to which the first mail leads.
//!
//! Opening the address uses nothing up: programs that look at mails open every link in them, and a person would find theirs used. So the page holds
//! a form. With JavaScript it sends itself, which such programs mostly do not wait for; without it, it has a button.

use leptos::prelude::*;

use crate::accounts::api::VerifyEmail;
use crate::accounts::confirm_email::{SendAgain, use_must_confirm};
use crate::accounts::model::CurrentViewer;
use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::error::{AppError, Refusal};
use crate::ui::problem::error_text;
use crate::ui::{Button, FormError, LinkButton, PageHeader, use_form, use_query};

/// Confirms an address by the link of a mail.
#[component]
pub fn VerifyEmailPage() -> impl IntoView {
    let locale = use_locale();
    let action = ServerAction::<VerifyEmail>::new();
    let form = use_form(action);
    let must_confirm = use_must_confirm();
    let token = use_query().read_untracked().get("token").unwrap_or_default().to_owned();
    let failure = {
        let is_missing = token.is_empty();
        move || {
            let missing = is_missing.then_some(AppError::Refused(Refusal::LinkBroken));
            form.error().get().or(missing)
        }
    };
    Effect::new({
        let (token, failure) = (token.clone(), failure);
        move |was_sent: Option<bool>| {
            if was_sent.is_none() && !form.succeeded().get_untracked() && untrack(failure).is_none() {
                action.dispatch(VerifyEmail { token: token.clone() });
            }
            true
        }
    });
    Effect::new(move || {
        if form.succeeded().get() {
            must_confirm.set(false);
        }
    });
    let content = move || match (form.succeeded().get(), failure()) {
        (true, _) => confirmed(locale),
        (false, Some(AppError::Refused(refusal))) => refused(locale, refusal),
        (false, _) => {
            let token = token.clone();
            view! {
                <PageHeader title=td_string!(locale, accounts.confirm.title) lead=td_string!(locale, accounts.confirm.lead) />
                <ActionForm action=action attr:class="form">
                    <FormError form=form />
                    <input type="hidden" name="token" value=token />
                    <div>
                        <Button submit=true busy=form.pending()>
                            {td_string!(locale, accounts.confirm.submit)}
                        </Button>
                    </div>
                </ActionForm>
            }
            .into_any()
        }
    };
    view! { <div class="narrow">{content}</div> }.into_any()
}

fn confirmed(locale: Locale) -> AnyView {
    view! {
        <PageHeader title=td_string!(locale, accounts.confirm.done) lead=td_string!(locale, accounts.confirm.done_lead) />
        <LinkButton href="/partners/find">{td_string!(locale, accounts.confirm.go_on)}</LinkButton>
    }
    .into_any()
}

fn refused(locale: Locale, refusal: Refusal) -> AnyView {
    let title = match refusal {
        Refusal::LinkExpired => td_string!(locale, accounts.confirm.expired),
        Refusal::LinkBroken => td_string!(locale, accounts.confirm.broken),
        _ => td_string!(locale, accounts.confirm.used),
    };
    let is_signed_in = use_context::<CurrentViewer>().is_some_and(|viewer| viewer.0.is_some());
    let must_confirm = use_must_confirm().get_untracked();
    let way_on = match (is_signed_in, must_confirm) {
        (true, true) => view! { <SendAgain /> }.into_any(),
        (true, false) => {
            view! { <LinkButton href="/">{td_string!(locale, accounts.confirm.home)}</LinkButton> }.into_any()
        }
        // The notice on the page that they come to has the button.
        (false, _) => {
            view! { <LinkButton href="/login">{td_string!(locale, accounts.confirm.log_in)}</LinkButton> }.into_any()
        }
    };
    let lead = error_text(locale, &AppError::Refused(refusal));
    view! {
        <PageHeader title=title lead=lead />
        {way_on}
    }
    .into_any()
}
