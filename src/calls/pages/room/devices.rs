//! Another camera, microphone or loudspeaker in the middle of a call.

use leptos::prelude::*;

use super::Room;
use super::pickers::{DevicePicker, SpeakerPicker};
use crate::calls::stage::Device;
use crate::i18n::{td_string, use_locale};
use crate::ui::Dialog;

/// "Devices".
#[component]
pub(super) fn DevicesDialog(room: Room, open: RwSignal<bool>) -> impl IntoView {
    let locale = use_locale();
    view! {
        <Dialog
            id="call-devices"
            open=open
            on_close=move |()| open.set(false)
            title=Signal::stored(td_string!(locale, calls.more.devices).to_owned())
        >
            <div class="call-devices">
                <DevicePicker room=room device=Device::Camera />
                <DevicePicker room=room device=Device::Microphone />
                <SpeakerPicker room=room />
            </div>
        </Dialog>
    }
}
