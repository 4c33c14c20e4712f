//! Keys that act in a call, and the bar that lets a muted person speak while it is held.

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{HtmlElement, KeyboardEvent};

use super::Driver;
use super::clock::on_window;
use crate::calls::stage::shortcuts::{At, Shortcut, Stroke};
use crate::calls::stage::{Device, Source};

impl Driver {
    /// Does `act` with every shortcut that is pressed, but for [`Shortcut::Talk`], which is done here; until the current owner is cleaned up.
    pub fn listen_to_keys(self, act: impl Fn(Shortcut) + Clone + 'static) {
        // What got the focus by a press of the pointer is not what the keyboard is at.
        let is_by_pointer = StoredValue::new_local(false);
        let is_talking = StoredValue::new_local(false);
        Effect::new(move |_| {
            on_window("pointerdown", move |_| is_by_pointer.set_value(true));
            let act = act.clone();
            on_window("keydown", move |event| {
                let Ok(event) = event.dyn_into::<KeyboardEvent>() else {
                    return;
                };
                if event.key() == "Tab" {
                    is_by_pointer.set_value(false);
                }
                if event.default_prevented() || !self.stage.view.has_shortcuts.get_untracked() || is_covered() {
                    return;
                }
                let is_ours = match shortcut(&event, is_by_pointer.get_value()) {
                    None => false,
                    Some(Shortcut::Talk) => self.talk(is_talking),
                    Some(shortcut) => {
                        act(shortcut);
                        true
                    }
                };
                if is_ours {
                    event.prevent_default();
                }
            });
            on_window("keyup", move |event| {
                let is_bar = event.dyn_ref::<KeyboardEvent>().is_some_and(|event| event.key() == " ");
                if is_bar && self.fall_silent(is_talking) {
                    // Some browsers press a button only now.
                    event.prevent_default();
                }
            });
            for name in ["blur", "pagehide"] {
                on_window(name, move |_| {
                    self.fall_silent(is_talking);
                });
            }
            on_cleanup(move || {
                self.fall_silent(is_talking);
            });
        });
    }

    /// The bar is down; answers whether that means anything now.
    fn talk(self, is_talking: StoredValue<bool, LocalStorage>) -> bool {
        if is_talking.get_value() {
            return true;
        }
        if self.stage.microphone.get_untracked() != Source::Off {
            return false;
        }
        is_talking.set_value(true);
        // Who reloads the page with the bar down, or goes on elsewhere, is muted all the same.
        self.with(|tab| tab.hold_to_talk(true));
        self.toggle(Device::Microphone);
        true
    }

    /// The bar is up, or nobody can say; answers whether it was down.
    fn fall_silent(self, is_talking: StoredValue<bool, LocalStorage>) -> bool {
        let was_talking = is_talking.try_update_value(std::mem::take) == Some(true);
        if was_talking {
            // Also one that failed meanwhile: it was not to be on.
            if self.stage.microphone.try_get_untracked() != Some(Source::Idle) {
                self.on_devices(|capture| capture.switch_off(Device::Microphone));
            }
            self.with(|tab| tab.hold_to_talk(false));
        }
        was_talking
    }
}

fn shortcut(event: &KeyboardEvent, is_by_pointer: bool) -> Option<Shortcut> {
    let at = document().active_element().map_or(At::Elsewhere, |element| {
        let is_editable = element
            .dyn_ref::<HtmlElement>()
            .is_some_and(HtmlElement::is_content_editable);
        At::of(&element.tag_name(), is_editable)
    });
    Shortcut::of(&Stroke {
        key: &event.key(),
        code: &event.code(),
        has_modifier: event.ctrl_key() || event.alt_key() || event.meta_key() || event.is_composing(),
        has_shift: event.shift_key(),
        is_repeat: event.repeat(),
        at: if at == At::Control && is_by_pointer {
            At::Elsewhere
        } else {
            at
        },
    })
}

/// Whether a dialog or a menu lies over the call: keys are its own then.
fn is_covered() -> bool {
    ["dialog[open]", ":popover-open"]
        .into_iter()
        .any(|what| matches!(document().query_selector(what), Ok(Some(_))))
}
