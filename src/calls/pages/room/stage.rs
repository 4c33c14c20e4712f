//! The call itself: the partner large, oneself small, the controls under both.

use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;

use super::Room;
use super::controls::Controls;
use super::trouble::Troubles;
use super::words::scene_text;
use crate::accounts::model::CurrentViewer;
use crate::calls::stage::PeerLink;
use crate::calls::stage::scene::Scene;
use crate::i18n::{td_string, use_locale};
use crate::kernel::time::clock_length;
use crate::ui::{Avatar, AvatarSize, Icon, Spinner};

/// The call.
#[component]
pub(super) fn CallStage(room: Room) -> impl IntoView {
    let locale = use_locale();
    let stage = room.stage;
    let section = NodeRef::<html::Section>::new();
    take_focus(section);
    let scene = Memo::new(move |_| {
        Scene::of(
            stage.phase.get(),
            stage.partner.get(),
            stage.partner_media.get(),
            stage.link.get(),
            stage.has_picture.get(),
        )
    });
    view! {
        <section class="call bleed" node_ref=section tabindex="-1" aria-label=td_string!(locale, calls.stage.region)>
            <header class="call-top">
                <h1 class="call-title">{td_string!(locale, calls.room.title, name = room.name())}</h1>
                <Timer room=room />
            </header>
            <Troubles room=room />
            <div class="call-pictures">
                <PartnerTile room=room scene=scene />
                <OwnTile room=room />
            </div>
            <Controls room=room />
            <Announcements room=room scene=scene />
        </section>
    }
}

/// The button that led here is gone, and the focus with it; the keyboard goes on from the call.
fn take_focus(section: NodeRef<html::Section>) {
    Effect::new(move |_| {
        let Some(section) = section.get() else { return };
        let focused = document().active_element();
        if focused.is_none_or(|element| element.tag_name() == "BODY") {
            let _ = section.focus();
        }
    });
}

#[component]
fn Timer(room: Room) -> impl IntoView {
    let locale = use_locale();
    let seconds = room.stage.seconds;
    view! {
        <Show when=move || seconds.get().is_some()>
            <span class="call-timer" role="timer" aria-label=td_string!(locale, calls.stage.length)>
                {move || clock_length(seconds.get().unwrap_or_default())}
            </span>
        </Show>
    }
}

/// The partner's picture, or what stands in its place.
#[component]
fn PartnerTile(room: Room, scene: Memo<Scene>) -> impl IntoView {
    let locale = use_locale();
    let stage = room.stage;
    let video = NodeRef::<html::Video>::new();
    room.driver.show_partner(video);
    // A picture that stands upright is shown whole on a wide screen.
    let (is_upright, set_upright) = signal(false);
    let on_resize = move |event: leptos::ev::UiEvent| {
        let video = event
            .target()
            .and_then(|target| target.dyn_into::<leptos::web_sys::HtmlVideoElement>().ok());
        if let Some(video) = video {
            set_upright.set(video.video_height() > video.video_width());
            stage.has_picture.set(video.video_width() > 0);
        }
    };
    let is_silent = move || scene.get().is_together() && !stage.partner_media.get().microphone;
    let is_interrupted = move || scene.get().is_together() && stage.link.get() == PeerLink::Disconnected;
    view! {
        <div class="call-tile call-tile-partner side-partner" class:is-upright=is_upright>
            <video
                node_ref=video
                autoplay
                playsinline
                on:resize=on_resize
                aria-label=td_string!(locale, calls.stage.partner_video, name = room.name())
            ></video>
            {move || (scene.get() != Scene::Picture).then(|| view! { <Cover room=room scene=scene.get() /> })}
            <p class="call-badges">
                <span class="call-name">{room.name()}</span>
                {move || {
                    is_silent()
                        .then(|| {
                            view! {
                                <span class="call-badge">
                                    <Icon icon=icondata_lu::LuMicOff />
                                    {td_string!(locale, calls.stage.partner_microphone_off, name = room.name())}
                                </span>
                            }
                        })
                }}
                {move || {
                    is_interrupted()
                        .then(|| {
                            view! {
                                <span class="call-badge">
                                    <Spinner />
                                    {td_string!(locale, calls.stage.interrupted, name = room.name())}
                                </span>
                            }
                        })
                }}
            </p>
            <Show when=move || stage.is_sound_blocked.get()>
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
fn Cover(room: Room, scene: Scene) -> impl IntoView {
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
            <Avatar name=room.name() hue=room.hue() size=AvatarSize::Huge />
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

/// Oneself, as in a mirror.
#[component]
fn OwnTile(room: Room) -> impl IntoView {
    let locale = use_locale();
    let stage = room.stage;
    let video = NodeRef::<html::Video>::new();
    room.driver.show_own(video);
    let viewer = use_context::<CurrentViewer>().and_then(|viewer| viewer.0);
    let (name, hue) = viewer.map_or_else(Default::default, |viewer| (viewer.display_name, viewer.hue));
    let name = StoredValue::new(name);
    view! {
        <div class="call-tile call-tile-own side-mine">
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
                                <Avatar name=name.get_value() hue=hue />
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
        </div>
    }
}

/// What changes on the partner's side, for those who do not see it.
#[component]
fn Announcements(room: Room, scene: Memo<Scene>) -> impl IntoView {
    let locale = use_locale();
    let (media, link) = (room.stage.partner_media, room.stage.link);
    let words = Memo::new(move |_| {
        let scene = scene.get();
        let mut words = scene_text(locale, scene, &room.name());
        if scene.is_together() && !media.get().microphone {
            words.push_str(". ");
            words.push_str(&td_string!(
                locale,
                calls.stage.partner_microphone_off,
                name = room.name()
            ));
        }
        if scene.is_together() && link.get() == PeerLink::Disconnected {
            words.push_str(". ");
            words.push_str(&td_string!(locale, calls.stage.interrupted, name = room.name()));
        }
        words
    });
    view! {
        <p class="sr-only" role="status">
            {words}
        </p>
    }
}
