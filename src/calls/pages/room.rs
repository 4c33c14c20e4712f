//! The page of a room: preview, call, and what is between them.

mod announcements;
mod chat;
mod check;
mod controls;
mod devices;
mod kit;
mod meter;
mod more;
mod panel;
mod pickers;
mod press;
mod preview;
mod quality;
mod recording;
mod remedies;
mod settings;
mod sharing;
mod shortcuts;
mod speaker;
mod stage;
mod stay;
mod switches;
mod tiles;
mod trouble;
mod verification;
mod words;

use std::time::Duration;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};

use self::preview::{Checking, Preview};
pub use self::settings::DevicesPage;
use self::stage::CallStage;
use self::tiles::Cover;
use crate::accounts::model::PersonCard;
use crate::calls::api;
use crate::calls::browser::Driver;
use crate::calls::expected::Expected;
use crate::calls::model::{RoomId, RoomView};
use crate::calls::stage::scene::Scene;
use crate::calls::stage::{PeerLink, Phase, Stage};
use crate::i18n::{td_string, use_locale};
use crate::kernel::error::AppError;
use crate::kernel::picture::PictureId;
use crate::ui::{
    Avatar, AvatarSize, Button, ButtonKind, FetchFailure, LinkButton, focus_page_if_lost, focus_page_when_gone,
    held_for, use_fetched,
};

/// How long the way to the partner may go before everything else, at most.
const BEGINNING: Duration = Duration::from_millis(300);

/// What every part of the page knows.
#[derive(Clone, Copy)]
struct Room {
    stage: Stage,
    driver: Driver,
    partner: StoredValue<PersonCard>,
}

impl Room {
    /// The partner's display name.
    fn name(self) -> String {
        self.partner.with_value(|partner| partner.display_name.clone())
    }

    /// The partner's picture.
    fn picture(self) -> Option<PictureId> {
        self.partner.with_value(|partner| partner.picture)
    }

    /// The partner's colour.
    fn hue(self) -> u8 {
        self.partner.with_value(|partner| partner.hue)
    }
}

/// "Call with {name}", at `/call/{room_id}`.
#[component]
pub fn RoomPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("room_id").and_then(|id| id.parse::<RoomId>().ok())));
    let locale = use_locale();
    let expected = expect_context::<Expected>();
    let room = use_fetched(
        move || id.get(),
        move |id| async move {
            let id = id.ok_or(AppError::NotFound)?;
            match expected.take(id) {
                Some(room) => Ok(room),
                None => api::room(id).await,
            }
        },
    );
    view! {
        <Transition>
            <FetchFailure of=room title=td_string!(locale, calls.room.unavailable) />
            {move || room.get().map(|room| view! { <RoomContent view=room /> })}
        </Transition>
    }
    .into_any()
}

/// The faces of the page; the call keeps its elements from "Joining…" to the end.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Face {
    Checking,
    Preview,
    Beginning,
    Call,
    Elsewhere,
    Over,
}

impl Face {
    const fn of(phase: Phase, is_beginning: bool) -> Self {
        match phase {
            Phase::Checking | Phase::Joining | Phase::InCall if is_beginning => Self::Beginning,
            Phase::Checking => Self::Checking,
            Phase::Preview => Self::Preview,
            Phase::Joining | Phase::InCall => Self::Call,
            Phase::Elsewhere => Self::Elsewhere,
            Phase::Over(_) => Self::Over,
        }
    }
}

#[component]
fn RoomContent(view: RoomView) -> impl IntoView {
    let locale = use_locale();
    let stage = Stage::new(view.call, view.last_call);
    let driver = Driver::new(stage);
    let was_expected = expect_context::<Expected>().was_taken(view.room);
    let room = Room {
        stage,
        driver,
        partner: StoredValue::new(view.partner.clone()),
    };
    driver.follow_chat(view.conversation);
    driver.enter(view, was_expected);

    let navigate = use_navigate();
    Effect::new(move |_| {
        if let Phase::Over(call) = stage.phase.get() {
            // The way back leads to where the person was before the call, not into a room without one.
            navigate(
                &format!("/calls/{call}"),
                NavigateOptions {
                    replace: true,
                    ..NavigateOptions::default()
                },
            );
        }
    });

    let is_beginning = begins(stage, was_expected);
    let face = Memo::new(move |_| Face::of(stage.phase.get(), is_beginning.get()));
    // Said by a region that is there before its words.
    let aside = move || match face.get() {
        Face::Elsewhere => td_string!(locale, calls.room.elsewhere_title),
        Face::Over => td_string!(locale, calls.room.ended_title),
        Face::Checking | Face::Preview | Face::Beginning | Face::Call => "",
    };
    view! {
        <Title text=td_string!(locale, calls.room.title, name = room.name()) />
        {move || match face.get() {
            Face::Checking => view! { <Checking room=room /> }.into_any(),
            Face::Preview => view! { <Preview room=room /> }.into_any(),
            Face::Beginning => view! { <Beginning room=room /> }.into_any(),
            Face::Call => view! { <CallStage room=room /> }.into_any(),
            Face::Elsewhere => view! { <Elsewhere room=room /> }.into_any(),
            Face::Over => view! { <Over room=room /> }.into_any(),
        }}
        <p class="sr-only" role="status">
            {aside}
        </p>
    }
}

/// Whether a call that was just answered is still on its way to the partner: what is to be seen of it waits for a moment, so that the partner is
/// seen the sooner; and nothing is asked of the person before it turns out that something has to be. It begins once.
fn begins(stage: Stage, was_expected: bool) -> Memo<bool> {
    let is_late = held_for(BEGINNING, move || was_expected);
    Memo::new(move |before| {
        let is_looking = matches!(stage.link.get(), PeerLink::New | PeerLink::Connecting);
        let is_on_its_way = match stage.phase.get() {
            Phase::Checking => true,
            Phase::Joining | Phase::InCall => is_looking && !is_late.get(),
            Phase::Preview | Phase::Elsewhere | Phase::Over(_) => false,
        };
        was_expected && before != Some(&false) && is_on_its_way
    })
}

/// The stage with the partner's face where their picture will be.
#[component]
fn Beginning(room: Room) -> impl IntoView {
    let locale = use_locale();
    view! {
        {focus_page_when_gone()}
        <section class="call always-dark bleed" aria-label=td_string!(locale, calls.stage.region) aria-busy="true">
            <header class="call-top">
                <h1 class="call-title">{td_string!(locale, calls.room.title, name = room.name())}</h1>
            </header>
            <div class="call-middle">
                <div class="call-pictures in-corner">
                    <div class="call-tile call-tile-partner is-large">
                        <Cover room=room scene=Scene::Connecting />
                    </div>
                </div>
            </div>
        </section>
    }
}

/// The same person is in the call in another tab.
#[component]
fn Elsewhere(room: Room) -> impl IntoView {
    let locale = use_locale();
    view! {
        <Aside room=room title=td_string!(locale, calls.room.elsewhere_title) text=td_string!(locale, calls.room.elsewhere_text)>
            <Button on_press=move |()| room.driver.join()>{td_string!(locale, calls.room.move_here)}</Button>
            <LinkButton href="/partners" kind=ButtonKind::Quiet>
                {td_string!(locale, calls.room.my_partners)}
            </LinkButton>
        </Aside>
    }
}

/// For the moment before the summary.
#[component]
fn Over(room: Room) -> impl IntoView {
    let locale = use_locale();
    view! {
        <Aside room=room title=td_string!(locale, calls.room.ended_title) text=td_string!(locale, calls.room.ended_text) />
    }
}

/// A page without a call on it: whose call, what about it, what to do.
#[component]
fn Aside(
    room: Room,
    title: &'static str,
    text: &'static str,
    #[prop(optional)] children: Option<Children>,
) -> impl IntoView {
    let locale = use_locale();
    // The call's own buttons are gone.
    Effect::new(focus_page_if_lost);
    view! {
        <div class="call-aside">
            <Avatar name=room.name() hue=room.hue() picture=room.picture() size=AvatarSize::Huge />
            <h1>{td_string!(locale, calls.room.title, name = room.name())}</h1>
            <div class="call-aside-words">
                <h2>{title}</h2>
                <p class="text-muted">{text}</p>
            </div>
            {children.map(|children| view! { <div class="call-aside-actions">{children()}</div> })}
        </div>
    }
}
