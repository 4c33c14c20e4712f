//! The buttons of a call.

use leptos::prelude::*;

use super::Room;
use crate::calls::stage::{Device, Source};
use crate::i18n::{td_string, use_locale};
use crate::ui::Icon;

/// The row of buttons under the pictures. What is added to a call later (sharing a screen, a chat) stands before "Leave call".
#[component]
pub(super) fn Controls(room: Room) -> impl IntoView {
    let locale = use_locale();
    let leave = td_string!(locale, calls.stage.leave);
    view! {
        <div class="call-controls" role="group" aria-label=td_string!(locale, calls.stage.controls)>
            <Switch
                room=room
                device=Device::Microphone
                on=(icondata_lu::LuMic, td_string!(locale, calls.stage.mute))
                off=(icondata_lu::LuMicOff, td_string!(locale, calls.stage.unmute))
            />
            <Switch
                room=room
                device=Device::Camera
                on=(icondata_lu::LuVideo, td_string!(locale, calls.stage.camera_off))
                off=(icondata_lu::LuVideoOff, td_string!(locale, calls.stage.camera_on))
            />
            <button type="button" class="call-control call-control-leave" aria-label=leave title=leave on:click=move |_| room.driver.leave()>
                <Icon icon=icondata_lu::LuPhoneOff />
            </button>
        </div>
    }
}

/// Switches a device. The picture says how it is, the name what pressing does.
#[component]
fn Switch(
    room: Room,
    device: Device,
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
            title=name
            on:click=move |_| room.driver.toggle(device)
        >
            {move || if is_wanted.get() { view! { <Icon icon=on.0 /> } } else { view! { <Icon icon=off.0 /> } }}
        </button>
    }
}
