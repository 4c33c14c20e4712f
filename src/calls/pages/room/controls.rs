//! The buttons of a call.

use std::time::Duration;

use leptos::prelude::*;

use super::Room;
use super::chat::ChatButton;
use super::more::More;
use super::stage::Sight;
use crate::calls::stage::sharing::Sharing;
use crate::calls::stage::shortcuts::Shortcut;
use crate::calls::stage::{Device, Source};
use crate::i18n::{td_string, use_locale};
use crate::ui::{Icon, Spot, held_for, last_press};

/// How long after the buttons are there a press may still be one on what was there before.
const SETTLES: Duration = Duration::from_millis(900);

/// The row of buttons under the pictures. What a call needs rarely stands in "More".
#[component]
pub(super) fn Controls(room: Room, sight: Sight) -> impl IntoView {
    let locale = use_locale();
    let leave = td_string!(locale, calls.stage.leave);
    let is_meant = beware_of_second_press();
    view! {
        <div class="call-controls" role="group" aria-label=td_string!(locale, calls.stage.controls)>
            <Switch
                room=room
                device=Device::Microphone
                shortcut=Shortcut::Microphone
                on=(icondata_lu::LuMic, td_string!(locale, calls.stage.mute))
                off=(icondata_lu::LuMicOff, td_string!(locale, calls.stage.unmute))
            />
            <Switch
                room=room
                device=Device::Camera
                shortcut=Shortcut::Camera
                on=(icondata_lu::LuVideo, td_string!(locale, calls.stage.camera_off))
                off=(icondata_lu::LuVideoOff, td_string!(locale, calls.stage.camera_on))
            />
            <Show when=move || room.stage.screens.can_share.get()>
                <ShareButton room=room />
            </Show>
            <ChatButton room=room />
            <More room=room sight=sight />
            <button
                type="button"
                class="call-control call-control-leave"
                aria-label=leave
                title=leave
                on:click=move |event| {
                    let (x, y) = (event.client_x(), event.client_y());
                    if is_meant(Spot { x, y }) {
                        room.driver.leave();
                    }
                }
            >
                <Icon icon=icondata_lu::LuPhoneOff />
            </button>
        </div>
    }
}

/// Whether a press is meant for what is there now, and not for what was there before: where "Accept" was on a phone there is "Leave call" now, and an
/// impatient thumb comes twice.
fn beware_of_second_press() -> impl Fn(Spot) -> bool + Copy {
    let first = last_press();
    let is_settled = held_for(SETTLES, || true);
    move |spot| is_settled.get_untracked() || !first.is_some_and(|first| first.is_near(spot))
}

/// Switches a device. The picture says how it is, the name what pressing does.
#[component]
fn Switch(
    room: Room,
    device: Device,
    shortcut: Shortcut,
    on: (icondata_core::Icon, &'static str),
    off: (icondata_core::Icon, &'static str),
) -> impl IntoView {
    let source = room.stage.source(device);
    let is_wanted = Memo::new(move |_| source.get().is_wanted());
    let is_starting = move || source.get() == Source::Asking;
    let name = move || if is_wanted.get() { on.1 } else { off.1 };
    view! {
        <button
            type="button"
            class="call-control"
            class:is-off=move || !is_wanted.get()
            class:is-starting=is_starting
            aria-label=name
            title=move || tip(room, name(), shortcut)
            aria-keyshortcuts=move || key_of(room, shortcut)
            on:click=move |_| room.driver.toggle(device)
        >
            {move || if is_wanted.get() { view! { <Icon icon=on.0 /> } } else { view! { <Icon icon=off.0 /> } }}
        </button>
    }
}

/// Begins and ends sharing a screen.
#[component]
fn ShareButton(room: Room) -> impl IntoView {
    let locale = use_locale();
    let mine = room.stage.screens.mine;
    let is_on = Memo::new(move |_| mine.get().is_on());
    let name = move || {
        if is_on.get() {
            td_string!(locale, calls.sharing.stop)
        } else {
            td_string!(locale, calls.sharing.start)
        }
    };
    view! {
        <button
            type="button"
            class="call-control"
            class:is-sharing=is_on
            class:is-starting=move || mine.get() == Sharing::Choosing
            aria-label=name
            title=move || tip(room, name(), Shortcut::Share)
            aria-keyshortcuts=move || key_of(room, Shortcut::Share)
            on:click=move |_| room.driver.share()
        >
            {move || {
                if is_on.get() {
                    view! { <Icon icon=icondata_lu::LuScreenShareOff /> }
                } else {
                    view! { <Icon icon=icondata_lu::LuScreenShare /> }
                }
            }}
        </button>
    }
}

/// The key of a button, while keys act.
pub(super) fn key_of(room: Room, shortcut: Shortcut) -> Option<&'static str> {
    room.stage.view.has_shortcuts.get().then(|| shortcut.key())
}

/// What a button says to the pointer: its name and its key.
pub(super) fn tip(room: Room, name: &str, shortcut: Shortcut) -> String {
    match key_of(room, shortcut) {
        Some(key) => format!("{name} ({key})"),
        None => name.to_owned(),
    }
}
