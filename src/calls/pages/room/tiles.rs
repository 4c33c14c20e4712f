//! The pictures of a call: the partner, oneself, and the screen that the partner shares.

use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::HtmlVideoElement;

use super::Room;
use super::press::Press;
use super::stage::Sight;
use super::words::{recovery_text, scene_text};
use crate::accounts::model::CurrentViewer;
use crate::accounts::own_picture::use_own_picture;
use crate::calls::stage::layout::{Place, Tile};
use crate::calls::stage::recovery::Recovery;
use crate::calls::stage::scene::Scene;
use crate::i18n::{td_string, use_locale};
use crate::ui::{Avatar, AvatarSize, Icon, Spinner, focus_page_when_gone};

/// The partner's picture, or what stands in its place.
#[component]
pub(super) fn PartnerTile(room: Room, sight: Sight) -> impl IntoView {
    let locale = use_locale();
    let stage = room.stage;
    let scene = sight.scene;
    let video = NodeRef::<html::Video>::new();
    room.driver.show_partner(video);
    // A picture that stands upright is shown whole on a wide screen.
    let (is_upright, set_upright) = signal(false);
    let on_resize = move |event: leptos::ev::UiEvent| {
        if let Some((width, height)) = size_of(&event) {
            set_upright.set(height > width);
            stage.has_picture.set(width > 0);
        }
    };
    let is_paused = Memo::new(move |_| scene.get() == Scene::Picture && stage.quality.is_partner_paused.get());
    let is_silent = move || scene.get().is_together() && !stage.partner_media.get().microphone;
    let recovery = Memo::new(move |_| recovery_text(locale, stage.recovery.get(), &room.name()));
    let is_restored = move || stage.recovery.get() == Recovery::Restored;
    let place = sight.place(room, Tile::Partner);
    view! {
        <div
            class="call-tile call-tile-partner side-partner"
            class:is-upright=is_upright
            class:is-speaking=move || stage.levels.partner_speaks.get()
            class:is-equal=move || place.get() == Place::Equal
            class:is-large=move || place.get() == Place::Large
            class:is-small=move || place.get().is_small()
            class:is-second=move || place.get() == Place::SecondSmall
        >
            <video
                node_ref=video
                autoplay
                playsinline
                on:resize=on_resize
                aria-label=td_string!(locale, calls.stage.partner_video, name = room.name())
            ></video>
            {move || (scene.get() != Scene::Picture).then(|| view! { <Cover room=room scene=scene.get() /> })}
            {move || is_paused.get().then(|| view! { <PausedCover room=room /> })}
            <p class="call-badges">
                <span class="call-name">{room.name()}</span>
                {move || {
                    is_silent()
                        .then(|| {
                            view! {
                                <span class="call-badge">
                                    <Icon icon=icondata_lu::LuMicOff />
                                    <span class="call-badge-words">
                                        {td_string!(locale, calls.stage.partner_microphone_off, name = room.name())}
                                    </span>
                                </span>
                            }
                        })
                }}
                {move || {
                    recovery
                        .get()
                        .map(|words| {
                            view! {
                                <span class="call-badge">
                                    {if is_restored() {
                                        view! { <Icon icon=icondata_lu::LuCircleCheck /> }.into_any()
                                    } else {
                                        view! { <Spinner /> }.into_any()
                                    }}
                                    <span class="call-badge-words">{words}</span>
                                </span>
                            }
                        })
                }}
            </p>
            <Press
                room=room
                sight=sight
                tile=Tile::Partner
                place=place
                name=td_string!(locale, calls.layout.enlarge, name = room.name())
            />
            <Show when=move || stage.is_sound_blocked.get()>
                {focus_page_when_gone()}
                <button type="button" class="btn btn-primary call-hear" on:click=move |_| room.driver.hear()>
                    <Icon icon=icondata_lu::LuVolume2 />
                    {td_string!(locale, calls.stage.hear, name = room.name())}
                </button>
            </Show>
        </div>
    }
}

/// Face and words, over the place of the picture.
#[component]
pub(super) fn Cover(room: Room, scene: Scene) -> impl IntoView {
    let locale = use_locale();
    let icon = match scene {
        Scene::Joining | Scene::Connecting => None,
        Scene::Waiting => Some(icondata_lu::LuHourglass),
        Scene::Left => Some(icondata_lu::LuDoorOpen),
        Scene::Lost => Some(icondata_lu::LuWifiOff),
        Scene::CameraOff | Scene::Picture => Some(icondata_lu::LuVideoOff),
    };
    view! {
        <div class="call-tile-cover">
            <Avatar name=room.name() hue=room.hue() picture=room.picture() size=AvatarSize::Huge />
            <p class="call-tile-words">
                {match icon {
                    Some(icon) => view! { <Icon icon=icon /> }.into_any(),
                    None => view! { <Spinner /> }.into_any(),
                }}
                <span>{scene_text(locale, scene, &room.name())}</span>
            </p>
        </div>
    }
}

/// Over a picture that stands still because the partner's line does not carry it.
#[component]
fn PausedCover(room: Room) -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="call-tile-cover">
            <Avatar name=room.name() hue=room.hue() picture=room.picture() size=AvatarSize::Huge />
            <p class="call-tile-words">
                <Icon icon=icondata_lu::LuVideoOff />
                <span>{td_string!(locale, calls.quality.partner_paused, name = room.name())}</span>
            </p>
        </div>
    }
}

/// Oneself, as in a mirror.
#[component]
pub(super) fn OwnTile(room: Room, sight: Sight) -> impl IntoView {
    let locale = use_locale();
    let stage = room.stage;
    let video = NodeRef::<html::Video>::new();
    room.driver.show_own(video);
    let viewer = use_context::<CurrentViewer>().and_then(|viewer| viewer.0);
    let (name, hue) = viewer.map_or_else(Default::default, |viewer| (viewer.display_name, viewer.hue));
    let picture = use_own_picture();
    let name = StoredValue::new(name);
    let place = sight.place(room, Tile::Own);
    view! {
        <div
            class="call-tile call-tile-own side-mine"
            class:is-speaking=move || stage.levels.i_speak.get()
            class:is-equal=move || place.get() == Place::Equal
            class:is-large=move || place.get() == Place::Large
            class:is-small=move || place.get().is_small()
            class:is-second=move || place.get() == Place::SecondSmall
        >
            <video
                class="call-video-mirrored"
                node_ref=video
                autoplay
                playsinline
                muted
                prop:muted=true
                aria-label=td_string!(locale, calls.stage.your_video)
            ></video>
            {move || {
                (!stage.camera.get().is_on())
                    .then(|| {
                        view! {
                            <div class="call-tile-cover">
                                <Avatar name=name.get_value() hue=hue picture=picture.get() size=AvatarSize::Huge />
                                <span class="sr-only">{td_string!(locale, calls.stage.my_camera_off)}</span>
                            </div>
                        }
                    })
            }}
            <p class="call-badges">
                <span class="call-name">{td_string!(locale, calls.stage.you)}</span>
                {move || {
                    (!stage.microphone.get().is_wanted())
                        .then(|| {
                            view! {
                                <span class="call-badge">
                                    <Icon icon=icondata_lu::LuMicOff />
                                    <span class="sr-only">{td_string!(locale, calls.stage.my_microphone_off)}</span>
                                </span>
                            }
                        })
                }}
            </p>
            <Press
                room=room
                sight=sight
                tile=Tile::Own
                place=place
                name=td_string!(locale, calls.layout.enlarge_me).to_owned()
            />
        </div>
    }
}

/// The screen that the partner shares.
#[component]
pub(super) fn ScreenTile(room: Room, sight: Sight) -> impl IntoView {
    let locale = use_locale();
    let has_picture = room.stage.screens.has_picture;
    let video = NodeRef::<html::Video>::new();
    room.driver.show_shared(video);
    let on_resize = move |event: leptos::ev::UiEvent| {
        if let Some((width, _)) = size_of(&event) {
            has_picture.set(width > 0);
        }
    };
    let place = sight.place(room, Tile::Screen);
    let label = td_string!(locale, calls.sharing.partner_screen, name = room.name());
    view! {
        <div
            class="call-tile call-tile-screen side-partner"
            class:is-large=move || place.get() == Place::Large
            class:is-small=move || place.get().is_small()
            class:is-second=move || place.get() == Place::SecondSmall
        >
            <video node_ref=video autoplay playsinline on:resize=on_resize aria-label=label.clone()></video>
            {move || {
                (!has_picture.get())
                    .then(|| {
                        view! {
                            <div class="call-tile-cover">
                                <p class="call-tile-words">
                                    <Spinner />
                                    <span>{td_string!(locale, calls.sharing.theirs_coming, name = room.name())}</span>
                                </p>
                            </div>
                        }
                    })
            }}
            <p class="call-badges">
                <span class="call-name">{label}</span>
            </p>
            <Press
                room=room
                sight=sight
                tile=Tile::Screen
                place=place
                name=td_string!(locale, calls.layout.enlarge_screen, name = room.name())
            />
        </div>
    }
}

/// Width and height of the picture that a video shows now, in pixels; 0 while there is none.
fn size_of(event: &leptos::ev::UiEvent) -> Option<(u32, u32)> {
    let video: HtmlVideoElement = event.target()?.dyn_into().ok()?;
    Some((video.video_width(), video.video_height()))
}
