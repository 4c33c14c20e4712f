//! Somebody's public profile.

use leptos::prelude::*;
use leptos_router::hooks::use_params_map;

use super::block::BlockButtons;
use super::exchange::{Exchange, InCommon};
use super::follow::{FollowButton, Following};
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
use crate::profiles::model::Profile;
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
    let following = Following::new(move || person.refetch());
    on_news(move |_: MatchingNews| person.refetch());
    // Of partners only there are any.
    on_news(move |news: SocketNews| {
        let shown = person.get_untracked().map(|shown| shown.person.id);
        if matches!(news, SocketNews::Presence { user, .. } if Some(user) == shown) {
            person.refetch();
        }
    });
    view! {
        {shown_when_loaded(person, move |view| view! { <Person view=view asked=asked following=following /> }.into_any())}
        <RequestDialog asked=asked on_change=move |()| person.refetch() />
    }
    .into_any()
}

#[component]
fn Person(view: PersonView, asked: About, following: Following) -> impl IntoView {
    let locale = use_locale();
    let PersonView {
        person,
        profile,
        online,
        status,
        standing,
        reason,
        in_common,
        is_followed,
    } = view;
    let name = person.display_name.clone();
    let (username, whom) = (person.username.clone(), person.clone());
    let is_another = !matches!(standing, Standing::Oneself | Standing::SignedOut);
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
    let Profile {
        bio,
        languages,
        interests,
        ..
    } = profile.clone();
    let about = (!bio.is_empty()).then(|| {
        view! {
            <section class="grid gap-2">
                <h2 class="text-xl">{td_string!(locale, matching.person.about)}</h2>
                <p class="max-w-prose whitespace-pre-line">{bio}</p>
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
                <Languages languages=languages own=standing == Standing::Oneself />
            </FaceHeader>
            <div class="grid gap-4">
                <div class="justify-self-start">{action}</div>
                {is_another.then(|| view! { <FollowButton person=whom is_followed=is_followed following=following /> })}
            </div>
            {why}
            {in_common.map(|stretches| view! { <InCommon stretches=stretches /> })}
            {about}
            <Interests interests=interests />
            <Exchange profile=profile />
            {is_another.then(|| view! { <BlockButtons username=username /> })}
        </div>
    }
}
