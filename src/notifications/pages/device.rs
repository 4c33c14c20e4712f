//! "This device": what is kept in the browser of how its person wants to hear of things.

use leptos::prelude::*;

use crate::i18n::{td_string, use_locale};
use crate::ui::{Button, ButtonKind, DeviceSettings, Standing, use_desktop};

/// Sounds, and notifications of the system: whether this device shows any, and the switch.
#[component]
pub(super) fn ThisDevice() -> impl IntoView {
    let locale = use_locale();
    let desktop = use_desktop();
    let standing = desktop.standing();
    let words = move || {
        Some(match standing.get()? {
            Standing::Unsupported => td_string!(locale, ui.desktop.unsupported),
            Standing::Open | Standing::Off => td_string!(locale, ui.desktop.open),
            Standing::On => td_string!(locale, ui.desktop.granted),
            Standing::Denied => td_string!(locale, ui.desktop.denied),
        })
    };
    let button = move || match standing.get()? {
        Standing::Open | Standing::Off => Some(
            view! {
                <Button kind=ButtonKind::Secondary small=true on:click=move |_| desktop.turn_on()>
                    {td_string!(locale, ui.desktop.turn_on)}
                </Button>
            }
            .into_any(),
        ),
        Standing::On => Some(
            view! {
                <Button kind=ButtonKind::Secondary small=true on:click=move |_| desktop.turn_off()>
                    {td_string!(locale, ui.desktop.turn_off)}
                </Button>
            }
            .into_any(),
        ),
        Standing::Unsupported | Standing::Denied => None,
    };
    view! {
        <DeviceSettings>
            <p class="device-settings-lead">{td_string!(locale, ui.desktop.why)}</p>
            <div class="device-desktop">
                <p role="status">{words}</p>
                {button}
            </div>
        </DeviceSettings>
    }
}
