//! The switches of the own devices before a call: named as in it, and what is off here stays off there.

use leptos::prelude::*;

use super::kit::Kit;
use crate::calls::stage::{Device, Source};
use crate::i18n::{td_string, use_locale};
use crate::ui::Icon;

/// Microphone and camera.
#[component]
pub(super) fn OwnSwitches(#[prop(into)] room: Kit) -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="call-switches" role="group" aria-label=td_string!(locale, calls.preview.switches)>
            <Switch
                kit=room
                device=Device::Microphone
                on=(icondata_lu::LuMic, td_string!(locale, calls.stage.mute))
                off=(icondata_lu::LuMicOff, td_string!(locale, calls.stage.unmute))
            />
            <Switch
                kit=room
                device=Device::Camera
                on=(icondata_lu::LuVideo, td_string!(locale, calls.stage.camera_off))
                off=(icondata_lu::LuVideoOff, td_string!(locale, calls.stage.camera_on))
            />
        </div>
    }
}

/// The picture says how it is, the name what pressing does.
#[component]
fn Switch(
    kit: Kit,
    device: Device,
    on: (icondata_core::Icon, &'static str),
    off: (icondata_core::Icon, &'static str),
) -> impl IntoView {
    let source = kit.stage.source(device);
    let is_wanted = Memo::new(move |_| source.get().is_wanted());
    let name = move || if is_wanted.get() { on.1 } else { off.1 };
    view! {
        <button
            type="button"
            class="call-control"
            class:is-off=move || !is_wanted.get()
            class:is-starting=move || source.get() == Source::Asking
            aria-label=name
            title=name
            on:click=move |_| kit.driver.toggle(device)
        >
            {move || if is_wanted.get() { view! { <Icon icon=on.0 /> } } else { view! { <Icon icon=off.0 /> } }}
        </button>
    }
}
