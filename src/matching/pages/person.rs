//! Somebody's public profile.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::languages::{Interests, Languages};
use super::person_form::About;
use super::reason::ReasonFacts;
use super::request::{RequestDialog, SendRequestButton};
use super::shown_when_loaded;
use super::standing::StandingWords;
use crate::i18n::{td_string, use_locale};
use crate::matching::api;
use crate::matching::model::{PersonView, Standing};
use crate::matching::wire::MatchingNews;
use crate::realtime::client::on_news;
use crate::realtime::wire::SocketNews;
use crate::ui::{AvatarSize, Dot, FaceHeader, Facts, StatusMessage, use_fetched};

/// The public profile, at `/people/{username}`.
#[component]
pub fn PersonPage() -> impl IntoView {
    let params = use_params_map();
    let username = Memo::new(move |_| params.with(|params| params.get("username").unwrap_or_default()));
    let person = use_fetched(move || username.get(), api::person);
    let asked: About = RwSignal::new(None);
    on_news(move |_: MatchingNews| person.refetch());
    // Of partners only there are any.
    on_news(move |news: SocketNews| {
        let shown = person.get_untracked().map(|shown| shown.person.id);
        if matches!(news, SocketNews::Presence { user, .. } if Some(user) == shown) {
            person.refetch();
        }
    });
    view! {
        {shown_when_loaded(person, move |view| view! { <Person view=view asked=asked /> }.into_any())}
        <RequestDialog asked=asked on_change=move |()| person.refetch() />
    }
    .into_any()
}

#[component]
fn Person(view: PersonView, asked: About) -> impl IntoView {
    let locale = use_locale();
    let PersonView {
        person,
        profile,
        online,
        status,
        standing,
        reason,
    } = view;
    let name = person.display_name.clone();
    let dot = Signal::stored(match (online, status.is_busy) {
        (true, true) => Dot::Busy,
        (true, false) => Dot::Online,
        (false, _) => Dot::Offline,
    });
    let online = online.then(|| {
        if status.is_busy {
            td_string!(locale, matching.presence.busy).into_any()
        } else {
            td_string!(locale, matching.presence.online).into_any()
        }
    });
    let facts = std::iter::once(format!("@{}", person.username).into_any())
        .chain(online)
        .collect();
    let action = match standing {
        Standing::Strangers => view! { <SendRequestButton person=person.clone() asked=asked /> }.into_any(),
        standing => view! { <StandingWords standing=standing person=person.clone() /> }.into_any(),
    };
    let why = reason.map(|reason| {
        view! {
            <section class="grid gap-2">
                <h2 class="text-xl">{td_string!(locale, matching.person.why)}</h2>
                <p>
                    <ReasonFacts reason=reason />
                </p>
            </section>
        }
    });
    let about = (!profile.bio.is_empty()).then(|| {
        view! {
            <section class="grid gap-2">
                <h2 class="text-xl">{td_string!(locale, matching.person.about)}</h2>
                <p class="max-w-prose whitespace-pre-line">{profile.bio}</p>
            </section>
        }
    });
    view! {
        <div class="grid max-w-3xl gap-9">
            <FaceHeader name=name.clone() hue=person.hue picture=person.picture size=AvatarSize::Huge title=name presence=dot>
                <p class="text-muted">
                    <Facts facts=facts />
                </p>
                {status.message.map(|message| view! { <StatusMessage message=message /> })}
                <Languages languages=profile.languages own=standing == Standing::Oneself />
            </FaceHeader>
            <div class="justify-self-start">{action}</div>
            {why}
            {about}
            <Interests interests=profile.interests />
        </div>
    }
}
