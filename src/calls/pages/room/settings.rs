//! `/settings/devices`: camera, microphone and speaker chosen and tried out without a call, and the connection checked.

use leptos::html;
use leptos::prelude::*;

use super::check::ConnectionCheck;
use super::kit::Kit;
use super::meter::LevelMeter;
use super::pickers::{DevicePicker, SpeakerPicker};
use super::preview::OwnPicture;
use super::speaker::SpeakerCheck;
use super::switches::OwnSwitches;
use super::trouble::Troubles;
use crate::calls::browser::Driver;
use crate::calls::stage::{Device, Stage};
use crate::i18n::{td_string, use_locale};
use crate::ui::{Notice, PageHeader, SettingsNav, Tone};

/// "Camera and sound". Nothing is on before the person switches it on.
#[component]
pub fn DevicesPage() -> impl IntoView {
    let locale = use_locale();
    let stage = Stage::new(None, None);
    let driver = Driver::new(stage);
    driver.try_out();
    let kit = Kit::alone(stage, driver);
    let video = NodeRef::<html::Video>::new();
    driver.show_own(video);
    // Devices do not answer before a script runs.
    let (works, set_works) = signal(false);
    Effect::new(move |_| set_works.set(true));
    view! {
        <SettingsNav />
        <PageHeader title=td_string!(locale, calls.devices.title) lead=td_string!(locale, calls.devices.lead) />
        <div class="without-script">
            <Notice tone=Tone::Warning>{td_string!(locale, calls.devices.needs_javascript)}</Notice>
        </div>
        <fieldset class="device-bench" disabled=move || !works.get()>
            <legend class="sr-only">{td_string!(locale, calls.devices.title)}</legend>
            <section class="card device-bench-part" aria-labelledby="own-devices">
                <h2 class="settings-title" id="own-devices">
                    {td_string!(locale, calls.devices.picture)}
                </h2>
                <div class="device-bench-picture">
                    <OwnPicture room=kit video=video />
                    <OwnSwitches room=kit />
                </div>
                <p class="field-hint">{td_string!(locale, calls.devices.names_hint)}</p>
                <Troubles room=kit />
                <DevicePicker room=kit device=Device::Camera />
                <DevicePicker room=kit device=Device::Microphone />
                <LevelMeter room=kit />
            </section>
            <section class="card device-bench-part" aria-labelledby="own-speaker">
                <h2 class="settings-title" id="own-speaker">
                    {td_string!(locale, calls.devices.sound)}
                </h2>
                <SpeakerPicker room=kit />
                <SpeakerCheck room=kit />
            </section>
            <div class="card device-bench-part">
                <ConnectionCheck room=kit />
            </div>
        </fieldset>
    }
    .into_any()
}
