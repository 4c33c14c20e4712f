//! How the page of a call is looked at: its order, which is remembered, the whole screen, and pictures in windows of their own.

use std::time::Duration;

use js_sys::{Function, Promise, Reflect};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

use super::Driver;
use super::clock::on_window;
use super::memory;
use crate::calls::stage::layout::{Corner, Layout, View};

/// After this long without a movement there are only pictures on a full screen.
const STILL: Duration = Duration::from_secs(3);

impl Driver {
    /// Keeps what the page knows of the browser's window up to date until the current owner is cleaned up.
    pub fn watch_view(self) {
        Effect::new(move |_| {
            let view = self.stage.view;
            view.chosen.set(memory::layout());
            view.corner.set(memory::corner().unwrap_or_default());
            view.has_shortcuts.set(memory::has_shortcuts());
            view.can_fill.set(is_true("fullscreenEnabled"));
            view.can_pop_out.set(is_true("pictureInPictureEnabled"));
            for name in ["enterpictureinpicture", "leavepictureinpicture"] {
                on_window(name, move |_| look_at_windows(view));
            }
            watch_full_screen(view);
        });
    }

    /// An order of the pictures was chosen.
    pub fn choose_layout(self, layout: Layout) {
        memory::note_layout(layout);
        self.stage.view.chosen.set(Some(layout));
    }

    /// The small pictures were moved.
    pub fn choose_corner(self, corner: Corner) {
        memory::note_corner(corner);
        self.stage.view.corner.set(corner);
    }

    /// Keys are to act, or not.
    pub fn choose_shortcuts(self, has_shortcuts: bool) {
        memory::note_shortcuts(has_shortcuts);
        self.stage.view.has_shortcuts.set(has_shortcuts);
    }

    /// "Full screen", "Leave full screen". The whole document fills it, so that news and dialogs over the call are seen there too.
    pub fn fill_screen(self) {
        if element("fullscreenElement").is_some() {
            call(&document(), "exitFullscreen");
        } else if let Some(root) = document().document_element() {
            call(&root, "requestFullscreen");
        }
    }

    /// "Pop out the picture", "Put the picture back".
    pub fn pop_out(self) {
        if element("pictureInPictureElement").is_some() {
            return call(&document(), "exitPictureInPicture");
        }
        self.with(|tab| {
            if let Some(video) = tab.screen().foremost() {
                call(&video, "requestPictureInPicture");
            }
        });
    }
}

/// Whether a picture is in a window of its own.
fn look_at_windows(view: View) {
    let is_popped_out = element("pictureInPictureElement").is_some();
    if view.is_popped_out.try_get_untracked() != Some(is_popped_out) {
        view.is_popped_out.try_set(is_popped_out);
    }
}

/// The same when an element has left the page: its window closes with it, and says so where nobody listens any more.
pub(super) fn look_at_windows_soon(view: View) {
    set_timeout(move || look_at_windows(view), Duration::ZERO);
}

/// Follows the full screen, and whether anybody moves anything over it. Who uses keys keeps the buttons: they have to see where they are.
fn watch_full_screen(view: View) {
    let timer = StoredValue::new_local(None::<TimeoutHandle>);
    let stir = move |may_rest: bool| {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
        if view.is_still.try_get_untracked() == Some(true) {
            view.is_still.try_set(false);
        }
        if may_rest && view.is_full.try_get_untracked() == Some(true) {
            let rest = move || {
                view.is_still.try_set(true);
            };
            timer.try_set_value(set_timeout_with_handle(rest, STILL).ok());
        }
    };
    for name in ["pointermove", "pointerdown"] {
        on_window(name, move |_| stir(true));
    }
    on_window("keydown", move |_| stir(false));
    on_window("fullscreenchange", move |_| {
        view.is_full.try_set(element("fullscreenElement").is_some());
        stir(true);
    });
    on_cleanup(move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
        if element("fullscreenElement").is_some() {
            call(&document(), "exitFullscreen");
        }
    });
}

fn is_true(name: &str) -> bool {
    Reflect::get(&document(), &name.into()).is_ok_and(|value| value.as_bool() == Some(true))
}

fn element(name: &str) -> Option<JsValue> {
    let found = Reflect::get(&document(), &name.into()).ok()?;
    found.is_object().then_some(found)
}

/// Calls a method of the browser that answers with a promise. What it refuses is left undone: it needs a press, or there is nothing to show.
fn call(object: &JsValue, name: &str) {
    let Ok(method) = Reflect::get(object, &name.into()) else {
        return;
    };
    let Ok(method) = method.dyn_into::<Function>() else {
        return;
    };
    if let Ok(answer) = method.call0(object)
        && let Ok(promise) = answer.dyn_into::<Promise>()
    {
        spawn_local(async move {
            let _ = JsFuture::from(promise).await;
        });
    }
}
