//! Keys that act in a call: what they do here, and the list of them.

use leptos::ev::Event;
use leptos::prelude::*;

use super::Room;
use super::stage::Sight;
use super::words::layout_text;
use crate::calls::stage::Device;
use crate::calls::stage::shortcuts::Shortcut;
use crate::i18n::{Locale, td_string, use_locale};
use crate::ui::Dialog;

/// Does what is pressed, and says so to those who do not see it.
pub(super) fn act_on_keys(room: Room, sight: Sight) {
    let locale = use_locale();
    let (stage, driver) = (room.stage, room.driver);
    let say = move |words: &str| sight.said.set(words.to_owned());
    driver.listen_to_keys(move |shortcut| match shortcut {
        Shortcut::Microphone => {
            driver.toggle(Device::Microphone);
            say(if stage.microphone.get_untracked().is_wanted() {
                td_string!(locale, calls.stage.my_microphone_on)
            } else {
                td_string!(locale, calls.stage.my_microphone_off)
            });
        }
        Shortcut::Camera => {
            driver.toggle(Device::Camera);
            say(if stage.camera.get_untracked().is_wanted() {
                td_string!(locale, calls.stage.my_camera_on)
            } else {
                td_string!(locale, calls.stage.my_camera_off)
            });
        }
        Shortcut::Share => {
            if stage.screens.can_share.get_untracked() {
                driver.share();
            }
        }
        Shortcut::Chat => stage.chat.is_open.update(|is_open| *is_open = !*is_open),
        Shortcut::FullScreen => driver.fill_screen(),
        Shortcut::Layout => {
            let layout = sight.layout.get_untracked().next();
            driver.choose_layout(layout);
            say(&td_string!(
                locale,
                calls.layout.now,
                layout = layout_text(locale, layout)
            ));
        }
        // Done where the bar is let go, too.
        Shortcut::Talk => {}
        Shortcut::Help => sight.shortcuts_open.set(true),
    });
}

/// "Keyboard shortcuts".
#[component]
pub(super) fn ShortcutsDialog(room: Room, open: RwSignal<bool>) -> impl IntoView {
    let locale = use_locale();
    let has_shortcuts = room.stage.view.has_shortcuts;
    let on_change = move |event: Event| room.driver.choose_shortcuts(event_target_checked(&event));
    let row = move |shortcut: Shortcut| {
        let key = match shortcut {
            Shortcut::Talk => td_string!(locale, calls.shortcuts.bar),
            other => other.key(),
        };
        view! {
            <tr>
                <th scope="row">
                    <kbd>{key}</kbd>
                </th>
                <td>{shortcut_text(locale, shortcut)}</td>
            </tr>
        }
    };
    view! {
        <Dialog
            id="call-shortcuts"
            open=open
            on_close=move |()| open.set(false)
            title=Signal::stored(td_string!(locale, calls.shortcuts.title).to_owned())
        >
            <table class="call-keys" class:is-off=move || !has_shortcuts.get()>
                <thead class="sr-only">
                    <tr>
                        <th scope="col">{td_string!(locale, calls.shortcuts.key)}</th>
                        <th scope="col">{td_string!(locale, calls.shortcuts.does)}</th>
                    </tr>
                </thead>
                <tbody>{Shortcut::ALL.map(row).into_iter().collect_view()}</tbody>
            </table>
            <p class="call-keys-note">{td_string!(locale, calls.shortcuts.never)}</p>
            <label class="device-switch">
                <input type="checkbox" role="switch" prop:checked=move || has_shortcuts.get() on:change=on_change />
                {td_string!(locale, calls.shortcuts.use_them)}
            </label>
        </Dialog>
    }
}

fn shortcut_text(locale: Locale, shortcut: Shortcut) -> &'static str {
    match shortcut {
        Shortcut::Microphone => td_string!(locale, calls.shortcuts.microphone),
        Shortcut::Camera => td_string!(locale, calls.shortcuts.camera),
        Shortcut::Share => td_string!(locale, calls.shortcuts.share),
        Shortcut::Chat => td_string!(locale, calls.shortcuts.chat),
        Shortcut::FullScreen => td_string!(locale, calls.shortcuts.full_screen),
        Shortcut::Layout => td_string!(locale, calls.shortcuts.layout),
        Shortcut::Talk => td_string!(locale, calls.shortcuts.talk),
        Shortcut::Help => td_string!(locale, calls.shortcuts.help),
    }
}
