//! The reader's partners.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::end_partnership::{EndButton, EndDialog};
use super::follow::Followed;
use super::languages::Languages;
use super::person_form::About;
use super::presence::{Here, PresenceText, Told, dot, follow_partners};
use crate::i18n::{td_string, use_locale};
use crate::kernel::id::UserId;
use crate::matching::api;
use crate::matching::call_button::CallButton;
use crate::matching::model::PartnerView;
use crate::ui::{
    Articles, EmptyState, FaceCard, FetchFailure, Fetched, LinkButton, NotificationsOffer, PageHeader, use_fetched,
};

/// "My partners", at `/partners`.
#[component]
pub fn PartnersPage() -> impl IntoView {
    let locale = use_locale();
    let partners = use_fetched(|| (), |()| api::partners());
    let told = follow_partners(move || partners.refetch());
    let parting: About = RwSignal::new(None);
    view! {
        <PageHeader title=td_string!(locale, matching.partners.title) lead=td_string!(locale, matching.partners.lead) />
        <NotificationsOffer />
        <Transition>
            <List partners=partners told=told parting=parting />
        </Transition>
        <Followed />
        <EndDialog parting=parting on_change=move |()| partners.refetch() />
    }
    .into_any()
}

#[component]
fn List(partners: Fetched<(), Vec<PartnerView>>, told: Told, parting: About) -> impl IntoView {
    let locale = use_locale();
    let loaded = move || partners.get();
    let changes = move || {
        partners.track();
        parting.track();
    };
    let nobody = move || {
        loaded().is_some_and(|partners| partners.is_empty()).then(|| {
            view! {
                <EmptyState
                    icon=icondata_lu::LuUsers
                    title=td_string!(locale, matching.partners.empty_title)
                    text=td_string!(locale, matching.partners.empty_text)
                >
                    <LinkButton href="/partners/find">{td_string!(locale, matching.partners.find)}</LinkButton>
                </EmptyState>
            }
        })
    };
    // Articles stay while presence changes under them.
    let here = Memo::new(move |_| {
        let entry = |partner: &PartnerView| (partner.person.id, Here::from(partner));
        loaded().iter().flatten().map(entry).collect::<BTreeMap<UserId, Here>>()
    });
    view! {
        <FetchFailure of=partners />
        {nobody}
        <Articles changes=changes>
            <For
                each=move || loaded().unwrap_or_default()
                key=|partner: &PartnerView| partner.person.id
                let:partner
            >
                <PartnerCard partner=partner here=here told=told parting=parting />
            </For>
        </Articles>
    }
}

#[component]
fn PartnerCard(partner: PartnerView, here: Memo<BTreeMap<UserId, Here>>, told: Told, parting: About) -> impl IntoView {
    let locale = use_locale();
    let at_first = Here::from(&partner);
    let PartnerView { person, languages, .. } = partner;
    let id = person.id;
    let here = Signal::derive(move || {
        let fetched = here.with(|here| here.get(&id).cloned());
        told.or_fetched(id, fetched.unwrap_or_else(|| at_first.clone()))
    });
    let presence = Signal::derive(move || here.with(dot));
    let href = format!("/partners/{}", person.username);
    let (name, hue, picture) = (person.display_name.clone(), person.hue, person.picture);
    let actions = move || {
        view! {
            <CallButton person=person.clone() label=td_string!(locale, matching.partners.call) small=true />
            <EndButton person=person parting=parting small=true />
        }
    };
    view! {
        <FaceCard name=name hue=hue picture=picture href=href presence=presence actions=ViewFnOnce::from(actions)>
            <PresenceText here=here />
            <Languages languages=languages />
        </FaceCard>
    }
}
