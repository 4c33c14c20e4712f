//! "This device": what is kept in the browser of how its person wants to hear of things.

use leptos::prelude::*;

use crate::i18n::{td_string, use_locale};
use crate::ui::{Button, ButtonKind, DeviceSettings, Standing, focus_page_if_lost, use_desktop};

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
            Standing::On if desktop.needs_page().get() => td_string!(locale, ui.desktop.needs_page),
            Standing::On => td_string!(locale, ui.desktop.granted),
            Standing::Denied => td_string!(locale, ui.desktop.denied),
        })
    };
    let is_on = move || standing.get() == Some(Standing::On);
    let can_change = Memo::new(move |_| matches!(standing.get(), Some(Standing::Open | Standing::Off | Standing::On)));
    Effect::new(move |before: Option<bool>| {
        let can_change = can_change.get();
        // The browser was asked, and refuses from now on.
        if before == Some(true) && !can_change {
            focus_page_if_lost();
        }
        can_change
    });
    let press = move |()| {
        if untrack(is_on) {
            desktop.turn_off();
        } else {
            desktop.turn_on();
        }
    };
    // One button whatever it says: it keeps the focus.
    let button = move || {
        can_change.get().then(|| {
            view! {
                <Button kind=ButtonKind::Secondary small=true on_press=press>
                    {move || if is_on() { td_string!(locale, ui.desktop.turn_off) } else { td_string!(locale, ui.desktop.turn_on) }}
                </Button>
            }
        })
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
