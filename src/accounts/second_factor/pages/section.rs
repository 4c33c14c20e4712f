//! Two-step sign-in on the page "Account".

use leptos::prelude::*;

use crate::accounts::second_factor::api::second_factor;
use crate::accounts::second_factor::model::Standing;
use crate::i18n::{td_string, use_locale};
use crate::kernel::text::within_sentence;
use crate::ui::{ButtonKind, FetchFailure, LinkButton, Notice, Tone, use_fetched, when_text};

/// Whether it is on, and the way to its page.
#[component]
pub fn SecondFactorSection() -> impl IntoView {
    let locale = use_locale();
    let standing = use_fetched(|| (), |()| second_factor());
    view! {
        <section aria-labelledby="second-factor-title" class="grid gap-5">
            <h2 id="second-factor-title">{td_string!(locale, accounts.second_factor.title)}</h2>
            <Transition>
                <FetchFailure of=standing />
                {move || standing.get().map(|standing| view! { <Summary standing=standing /> })}
            </Transition>
        </section>
    }
    .into_any()
}

#[component]
fn Summary(standing: Standing) -> impl IntoView {
    let locale = use_locale();
    let (words, link) = match &standing.since {
        Some(since) => (
            td_string!(
                locale,
                accounts.second_factor.on_since,
                when = within_sentence(when_text(locale, since))
            ),
            td_string!(locale, accounts.second_factor.manage),
        ),
        None => (
            td_string!(locale, accounts.second_factor.off_lead).to_owned(),
            td_string!(locale, accounts.second_factor.set_up),
        ),
    };
    view! {
        <p class="text-muted">{words}</p>
        <FewCodes standing=standing />
        <div>
            <LinkButton href="/settings/account/second-factor" kind=ButtonKind::Secondary>
                {link}
            </LinkButton>
        </div>
    }
}

/// A warning where the recovery codes are about to run out.
#[component]
pub(super) fn FewCodes(standing: Standing) -> impl IntoView {
    let locale = use_locale();
    standing.is_short_of_codes().then(|| {
        view! {
            <Notice tone=Tone::Warning>
                {td_string!(locale, accounts.second_factor.few_codes, count = standing.codes_left)}
            </Notice>
        }
    })
}
