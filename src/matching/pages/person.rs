//! Somebody's public profile.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use super::languages::{Interests, Languages};
use super::live::on_matching_news;
use super::not_loaded;
use super::reason::reason_text;
use super::request::{Asked, RequestDialog, SendRequestButton, StandingWords};
use crate::i18n::{td_string, use_locale};
use crate::matching::api;
use crate::matching::model::{PersonView, Standing};
use crate::ui::{Avatar, AvatarSize, Dot};

/// The public profile, at `/people/{username}`.
#[component]
pub fn PersonPage() -> impl IntoView {
    let params = use_params_map();
    let username = Memo::new(move |_| params.with(|params| params.get("username").unwrap_or_default()));
    let person = Resource::new_blocking(move || username.get(), api::person);
    let asked: Asked = RwSignal::new(None);
    on_matching_news(move |_| person.refetch());
    view! {
        <Transition>
            {move || {
                person
                    .get()
                    .map(|answer| match answer {
                        Ok(view) => view! { <Person view=view asked=asked /> }.into_any(),
                        Err(error) => not_loaded(&error),
                    })
            }}
        </Transition>
        <RequestDialog asked=asked on_change=move |()| person.refetch() />
    }
    .into_any()
}

#[component]
fn Person(view: PersonView, asked: Asked) -> impl IntoView {
    let locale = use_locale();
    let PersonView {
        person,
        profile,
        online,
        standing,
        reason,
    } = view;
    let name = person.display_name.clone();
    let dot = Signal::stored(if online { Dot::Online } else { Dot::Offline });
    let action = match standing {
        Standing::Strangers => view! { <SendRequestButton person=person.clone() asked=asked /> }.into_any(),
        standing => view! { <StandingWords standing=standing person=person.clone() /> }.into_any(),
    };
    let why = reason.map(|reason| {
        view! {
            <section class="grid gap-2">
                <h2 class="text-xl">{td_string!(locale, matching.person.why)}</h2>
                <p>{reason_text(locale, &reason)}</p>
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
        <Title text=name.clone() />
        <div class="grid max-w-3xl gap-9">
            <header class="flex flex-wrap items-center gap-x-8 gap-y-5">
                <Avatar name=name.clone() hue=person.hue size=AvatarSize::Huge presence=dot />
                <div class="grid min-w-0 gap-2.5">
                    <h1>{name}</h1>
                    <p class="text-muted">
                        {format!("@{}", person.username)}
                        {online.then(|| view! { " · " <span>{td_string!(locale, matching.presence.online)}</span> })}
                    </p>
                    <Languages languages=profile.languages own=standing == Standing::Oneself />
                </div>
            </header>
            <div class="justify-self-start">{action}</div>
            {why}
            {about}
            <Interests interests=profile.interests />
        </div>
    }
}
