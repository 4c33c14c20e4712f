//! One partnership.

use leptos::prelude::*;
use leptos_router::hooks::{use_navigate, use_params_map};

use super::end_partnership::{EndButton, EndDialog};
use super::languages::Languages;
use super::person_form::About;
use super::presence::{Here, PresenceText, Told, dot, follow_partners};
use crate::accounts::model::PersonCard;
use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::error::AppError;
use crate::kernel::query::address;
use crate::matching::api;
use crate::matching::call_button::CallButton;
use crate::matching::model::score::Fit;
use crate::matching::model::{NextTalk, PartnerView, Talked};
use crate::notifications::wire::NotificationNews;
use crate::profiles::words::ui_language;
use crate::realtime::client::on_news;
use crate::ui::local_time::{day_text, moment_text};
use crate::ui::{
    AvatarSize, ButtonKind, EmptyState, FaceHeader, Facts, FetchFailure, LinkButton, PageHeader, use_fetched,
};

/// The partnership, at `/partners/{username}`.
#[component]
pub fn PartnerPage() -> impl IntoView {
    let params = use_params_map();
    let username = Memo::new(move |_| params.with(|params| params.get("username").unwrap_or_default()));
    let partner = use_fetched(move || username.get(), api::partner);
    let told = follow_partners(move || partner.refetch());
    // What two agree on comes to both of them as lines of their lists.
    on_news(move |news: NotificationNews| {
        if matches!(news, NotificationNews::Changes { .. }) {
            partner.refetch();
        }
    });
    let parting: About = RwSignal::new(None);
    let navigate = use_navigate();
    // Whose partnership this page has shown: if it ends meanwhile, there is more to say than "not found".
    let shown = StoredValue::new(None::<PersonCard>);
    Effect::new(move || {
        if let Some(partner) = partner.get() {
            shown.set_value(Some(partner.person));
        }
    });
    let over = move || {
        let is_gone = partner.failure() == Some(AppError::NotFound);
        shown
            .get_value()
            .filter(|_| is_gone)
            .filter(|person| person.username.eq_ignore_ascii_case(&username.get_untracked()))
    };
    let not_loaded = td_string!(use_locale(), ui.not_loaded_title);
    view! {
        <Transition>
            {move || match over() {
                Some(person) => view! { <Over name=person.display_name /> }.into_any(),
                None => view! { <FetchFailure of=partner title=not_loaded /> }.into_any(),
            }}
            {move || partner.get().map(|partner| view! { <Partner partner=partner told=told parting=parting /> })}
        </Transition>
        <EndDialog parting=parting on_change=move |()| navigate("/partners", Default::default()) />
    }
    .into_any()
}

#[component]
fn Partner(partner: PartnerView, told: Told, parting: About) -> impl IntoView {
    let locale = use_locale();
    let fetched = Here::from(&partner);
    let PartnerView {
        person,
        languages,
        since,
        exchange,
        talked,
        next,
        ..
    } = partner;
    let id = person.id;
    let here = Signal::derive(move || told.or_fetched(id, fetched.clone()));
    let presence = Signal::derive(move || here.with(dot));
    let name = person.display_name.clone();
    let propose = address("/appointments/propose", &[("to", &person.username)]);
    let partners_since = view! {
        {td_string!(locale, matching.partner.since)} " "
        <time datetime=since.machine()>{day_text(locale, &since)}</time>
    };
    let profile = view! {
        <a class="text-link" href=format!("/people/{}", person.username)>
            {td_string!(locale, matching.partner.profile)}
        </a>
    };
    let facts = std::iter::once(partners_since.into_any())
        .chain(exchange.map(|exchange| practised(locale, &exchange).into_any()))
        .chain(talked.map(|talked| talked_facts(locale, talked)).unwrap_or_default())
        .chain([profile.into_any()])
        .collect();
    view! {
        <div class="grid max-w-3xl gap-9">
            <FaceHeader name=name.clone() hue=person.hue picture=person.picture size=AvatarSize::Huge title=name presence=presence>
                <PresenceText here=here />
                <Languages languages=languages />
            </FaceHeader>
            <div class="flex flex-wrap items-center gap-3">
                <CallButton person=person.clone() label=td_string!(locale, matching.partners.call) />
                <LinkButton href=propose kind=ButtonKind::Secondary>
                    {td_string!(locale, matching.partner.propose)}
                </LinkButton>
                <EndButton person=person.clone() parting=parting />
            </div>
            {next.map(|next| view! { <Next next=next /> })}
            <p class="text-muted">
                <Facts facts=facts />
            </p>
        </div>
    }
}

/// When the two talk next.
#[component]
fn Next(next: NextTalk) -> impl IntoView {
    let locale = use_locale();
    view! {
        <p>
            {td_string!(locale, matching.partner.next)} " "
            <time class="font-semibold" datetime=next.at.machine()>
                {moment_text(locale, &next.at)}
            </time> " "
            <a class="text-link" href="/appointments">
                {td_string!(locale, matching.partner.see_appointments)}
            </a>
        </p>
    }
}

/// What each of the two practises with the other.
fn practised(locale: Locale, exchange: &Fit) -> String {
    let ui = ui_language(locale);
    td_string!(
        locale,
        matching.partner.practise,
        mine = exchange.they_speak.language.name(ui),
        theirs = exchange.they_learn.language.name(ui)
    )
}

/// How much the two have talked: how many calls, and how long they took together.
fn talked_facts(locale: Locale, Talked { calls, seconds }: Talked) -> Vec<AnyView> {
    if calls == 0 {
        return vec![td_string!(locale, matching.partner.calls_none).into_any()];
    }
    // To the nearest, and never nothing: they did talk.
    let minutes = ((seconds + 30) / 60).max(1);
    vec![
        td_string!(locale, matching.partner.calls, count = calls).into_any(),
        td_string!(locale, matching.partner.minutes, count = minutes).into_any(),
    ]
}

/// The partnership ended while its page was open.
#[component]
fn Over(name: String) -> impl IntoView {
    let locale = use_locale();
    view! {
        <PageHeader title=name />
        <EmptyState
            icon=icondata_lu::LuUsers
            title=td_string!(locale, matching.partner.over_title)
            text=td_string!(locale, matching.partner.over_text)
        >
            <LinkButton href="/partners">{td_string!(locale, matching.requests.see_partners)}</LinkButton>
        </EmptyState>
    }
}
