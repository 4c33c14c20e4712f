//! One partnership.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::{use_navigate, use_params_map};

use super::call_button::CallButton;
use super::end_partnership::{EndButton, EndDialog, Parting};
use super::languages::Languages;
use super::not_loaded;
use super::presence::{Here, PresenceText, Told, dot, follow_partners};
use crate::accounts::model::PersonCard;
use crate::i18n::{td_string, use_locale};
use crate::kernel::error::AppError;
use crate::matching::api;
use crate::matching::model::PartnerView;
use crate::ui::local_time::day_text;
use crate::ui::{Avatar, AvatarSize, EmptyState, LinkButton};

/// The partnership, at `/partners/{username}`.
#[component]
pub fn PartnerPage() -> impl IntoView {
    let params = use_params_map();
    let username = Memo::new(move |_| params.with(|params| params.get("username").unwrap_or_default()));
    let partner = Resource::new_blocking(move || username.get(), api::partner);
    let told = follow_partners(move || partner.refetch());
    let parting: Parting = RwSignal::new(None);
    let navigate = use_navigate();
    // Whose partnership this page has shown: if it ends meanwhile, there is more to say than "not found".
    let shown = StoredValue::new(None::<PersonCard>);
    Effect::new(move || {
        if let Some(Ok(partner)) = partner.get() {
            shown.set_value(Some(partner.person));
        }
    });
    let ended = move || {
        shown
            .get_value()
            .filter(|person| person.username.eq_ignore_ascii_case(&username.get_untracked()))
    };
    view! {
        <Transition>
            {move || {
                partner
                    .get()
                    .map(|answer| match answer {
                        Ok(partner) => view! { <Partner partner=partner told=told parting=parting /> }.into_any(),
                        Err(error) => {
                            match ended().filter(|_| error == AppError::NotFound) {
                                Some(person) => view! { <Over name=person.display_name /> }.into_any(),
                                None => not_loaded(&error),
                            }
                        }
                    })
            }}
        </Transition>
        <EndDialog parting=parting on_change=move |()| navigate("/partners", Default::default()) />
    }
    .into_any()
}

#[component]
fn Partner(partner: PartnerView, told: Told, parting: Parting) -> impl IntoView {
    let locale = use_locale();
    let fetched = Here::from(&partner);
    let PartnerView {
        person,
        languages,
        since,
        ..
    } = partner;
    let id = person.id;
    let here = Signal::derive(move || told.or_fetched(id, fetched));
    let presence = Signal::derive(move || dot(here.get()));
    let name = person.display_name.clone();
    view! {
        <Title text=name.clone() />
        <div class="grid max-w-3xl gap-9">
            <header class="flex flex-wrap items-center gap-x-8 gap-y-5">
                <Avatar name=name.clone() hue=person.hue size=AvatarSize::Huge presence=presence />
                <div class="grid min-w-0 gap-2.5">
                    <h1>{name}</h1>
                    <PresenceText here=here />
                    <Languages languages=languages />
                </div>
            </header>
            <div class="flex flex-wrap items-center gap-3">
                <CallButton person=person.clone() />
                <EndButton person=person.clone() parting=parting />
            </div>
            <p class="text-muted">
                {td_string!(locale, matching.partner.since)} " "
                <time datetime=since.machine()>{day_text(locale, &since)}</time> " · "
                <a class="text-link" href=format!("/people/{}", person.username)>
                    {td_string!(locale, matching.partner.profile)}
                </a>
            </p>
        </div>
    }
}

/// The partnership ended while its page was open.
#[component]
fn Over(name: String) -> impl IntoView {
    let locale = use_locale();
    view! {
        <h1 class="mb-6">{name}</h1>
        <EmptyState
            icon=icondata_lu::LuUsers
            title=td_string!(locale, matching.partner.over_title)
            text=td_string!(locale, matching.partner.over_text)
        >
            <LinkButton href="/partners">{td_string!(locale, matching.requests.see_partners)}</LinkButton>
        </EmptyState>
    }
}
