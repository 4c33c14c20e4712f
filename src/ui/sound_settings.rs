//! What a browser keeps for itself of how its person wants to hear of things: sounds, and what else belongs beside them.

use leptos::ev::Event;
use leptos::prelude::*;

use super::button::{Button, ButtonKind};
use super::icon::Icon;
use super::sound::{Loudness, Sound, use_sounds};
use crate::i18n::{td_string, use_locale};

/// "This device": the switch "Sound", the slider "Volume", and beneath them what else belongs to the device. Kept in the browser, so it
/// does not answer before a script runs.
#[component]
pub fn DeviceSettings(
    /// What stands beneath the sounds.
    children: Children,
) -> impl IntoView {
    let locale = use_locale();
    let sounds = use_sounds();
    sounds.listen();
    let (works, set_works) = signal(false);
    Effect::new(move |_| set_works.set(true));
    let loudness = sounds.loudness();
    let change = move |to: Loudness| sounds.set_loudness(to);
    let on_switch = move |event: Event| {
        change(Loudness {
            is_on: event_target_checked(&event),
            ..loudness.get_untracked()
        });
    };
    let on_volume = move |event: Event| {
        if let Ok(volume) = event_target_value(&event).parse::<u8>() {
            change(Loudness {
                volume: volume.min(100),
                ..loudness.get_untracked()
            });
        }
    };
    view! {
        <fieldset class="device-settings" disabled=move || !works.get()>
            <legend>
                <h2 class="settings-title">{td_string!(locale, ui.sound.title)}</h2>
            </legend>
            <p class="device-settings-lead">{td_string!(locale, ui.sound.lead)}</p>
            <label class="device-switch">
                <input type="checkbox" role="switch" prop:checked=move || loudness.get().is_on checked=true on:change=on_switch />
                {td_string!(locale, ui.sound.switch)}
            </label>
            <div class="device-volume">
                <label for="sound-volume">{td_string!(locale, ui.sound.volume)}</label>
                <input
                    id="sound-volume"
                    type="range"
                    min="0"
                    max="100"
                    step="5"
                    value="70"
                    prop:value=move || loudness.get().volume.to_string()
                    disabled=move || !loudness.get().is_on
                    on:input=on_volume
                />
                <Button
                    kind=ButtonKind::Secondary
                    small=true
                    disabled=Signal::derive(move || !loudness.get().is_on)
                    on_press=move |()| sounds.play(Sound::Message)
                >
                    <Icon icon=icondata_lu::LuVolume2 />
                    {td_string!(locale, ui.sound.try_it)}
                </Button>
            </div>
            {children()}
        </fieldset>
    }
}
