//! How things stand between the reader and somebody whom they cannot ask, and where to go.

use leptos::prelude::*;

use crate::accounts::model::PersonCard;
use crate::i18n::{td_string, use_locale};
use crate::kernel::query::address;
use crate::matching::model::Standing;
use crate::ui::{ButtonKind, LinkButton, Notice};

/// How things stand between the reader and a person who cannot be asked, and where to go.
#[component]
pub(super) fn StandingWords(
    /// Anything but `Strangers`, which says nothing.
    standing: Standing,
    /// The person.
    person: PersonCard,
) -> impl IntoView {
    let locale = use_locale();
    let PersonCard {
        username,
        display_name: name,
        ..
    } = person;
    let (words, href, link) = match standing {
        Standing::Strangers => return ().into_any(),
        Standing::SignedOut => return view! { <WaysIn username=username /> }.into_any(),
        Standing::Asked => (
            td_string!(locale, matching.request.asked, name = name),
            "/requests".to_owned(),
            td_string!(locale, matching.request.see_requests),
        ),
        Standing::HasAsked => (
            td_string!(locale, matching.find.has_asked, name = name),
            "/requests".to_owned(),
            td_string!(locale, matching.find.answer_request),
        ),
        Standing::Declined => (
            td_string!(locale, matching.request.declined, name = name),
            "/partners/find".to_owned(),
            td_string!(locale, matching.request.find_others),
        ),
        Standing::Partners => (
            td_string!(locale, matching.request.partners, name = name),
            format!("/partners/{username}"),
            td_string!(locale, matching.request.see_partnership),
        ),
        Standing::Oneself => (
            td_string!(locale, matching.request.oneself).to_owned(),
            "/settings/profile".to_owned(),
            td_string!(locale, matching.request.edit_profile),
        ),
    };
    view! {
        <Notice>
            <p>{words}</p>
            <p class="mt-1">
                <a class="text-link" href=href>
                    {link}
                </a>
            </p>
        </Notice>
    }
    .into_any()
}

/// What a visitor has to do before asking somebody; both ways come back here.
#[component]
fn WaysIn(username: String) -> impl IntoView {
    let locale = use_locale();
    let next = format!("/people/{username}");
    let way = |page: &str| address(page, &[("next", &next)]);
    view! {
        <div class="flex flex-wrap gap-3">
            <LinkButton href=way("/login")>{td_string!(locale, matching.request.log_in)}</LinkButton>
            <LinkButton href=way("/register") kind=ButtonKind::Secondary>
                {td_string!(locale, matching.request.create_account)}
            </LinkButton>
        </div>
    }
}
