//! `/change-email`, to which the mail leads.
//!
//! Opening the address uses nothing up, and nothing presses its button but the person: programs that look at mails open every link in them.

use leptos::prelude::*;

use crate::accounts::confirm_email::use_must_confirm;
use crate::accounts::email_change::api::ConfirmEmailChange;
use crate::accounts::model::CurrentViewer;
use crate::accounts::wire::AccountNews;
use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::error::{AppError, Refusal};
use crate::kernel::query::address;
use crate::realtime::client::on_news;
use crate::ui::problem::error_text;
use crate::ui::{Button, FormError, LinkButton, PageHeader, use_form, use_query};

/// Puts a new address in place by the link of a mail, for who is signed in to its account; whoever is not logs in first, and comes back.
#[component]
pub fn ConfirmNewEmailPage() -> impl IntoView {
    let locale = use_locale();
    let action = ServerAction::<ConfirmEmailChange>::new();
    let form = use_form(action);
    let must_confirm = use_must_confirm();
    let token = use_query().read_untracked().get("token").unwrap_or_default().to_owned();
    let is_missing = token.is_empty();
    let is_signed_in = use_context::<CurrentViewer>().is_some_and(|viewer| viewer.0.is_some());
    // On other pages of the same tab it is asked for no more.
    on_news(move |news: AccountNews| {
        if news == AccountNews::EmailConfirmed {
            must_confirm.set(false);
        }
    });
    let content = move || {
        let missing = is_missing.then_some(AppError::Refused(Refusal::LinkBroken));
        match (form.succeeded().get(), form.error().get().or(missing)) {
            (true, _) => changed(locale),
            // Pressed again, it comes with the cookie of the sign-in that was shown again meanwhile.
            (false, Some(AppError::Refused(refusal))) if refusal != Refusal::ConfirmFirst => refused(locale, refusal),
            (false, error) if !is_signed_in || error == Some(AppError::SignedOut) => log_in_first(locale, &token),
            (false, _) => {
                let token = token.clone();
                view! {
                    <PageHeader
                        title=td_string!(locale, accounts.email.confirm_title)
                        lead=td_string!(locale, accounts.email.confirm_lead)
                    />
                    <ActionForm action=action attr:class="form">
                        <FormError form=form />
                        <input type="hidden" name="token" value=token />
                        <div>
                            <Button submit=true busy=form.pending()>
                                {td_string!(locale, accounts.email.confirm)}
                            </Button>
                        </div>
                    </ActionForm>
                }
                .into_any()
            }
        }
    };
    view! { <div class="narrow">{content}</div> }.into_any()
}

/// The link travels with the login. Whoever learns of it there can do nothing with it: it is for who is signed in to the account, once.
fn log_in_first(locale: Locale, token: &str) -> AnyView {
    let here = address("/change-email", &[("token", token)]);
    let href = address("/login", &[("next", &here)]);
    view! {
        <PageHeader
            title=td_string!(locale, accounts.email.confirm_title)
            lead=td_string!(locale, accounts.email.log_in_first)
        />
        // What comes after the login is made for who has logged in.
        <LinkButton href=href attr:rel="external">
            {td_string!(locale, accounts.email.log_in)}
        </LinkButton>
    }
    .into_any()
}

fn changed(locale: Locale) -> AnyView {
    view! {
        <PageHeader title=td_string!(locale, accounts.email.done) lead=td_string!(locale, accounts.email.done_lead) />
        <LinkButton href="/settings/account">{td_string!(locale, accounts.email.to_account)}</LinkButton>
    }
    .into_any()
}

fn refused(locale: Locale, refusal: Refusal) -> AnyView {
    let title = match refusal {
        Refusal::LinkExpired => td_string!(locale, accounts.confirm.expired),
        Refusal::LinkBroken => td_string!(locale, accounts.confirm.broken),
        Refusal::LinkOfAnother => td_string!(locale, accounts.email.of_another),
        _ => td_string!(locale, accounts.confirm.used),
    };
    let lead = error_text(locale, &AppError::Refused(refusal));
    // Another link of this account would not help.
    let another = (refusal != Refusal::LinkOfAnother).then(|| {
        view! {
            // Nobody may be signed in here: the server leads to the login page first.
            <LinkButton href="/settings/account/email" {..} rel="external">
                {td_string!(locale, accounts.email.another)}
            </LinkButton>
        }
    });
    view! {
        <PageHeader title=title lead=lead />
        {another}
    }
    .into_any()
}
