//! What makes somebody look up: a title that changes, a phone that shakes.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;

use super::sound::has_been_pressed;

/// How long each title stays.
const FLASH: Duration = Duration::from_secs(1);
/// Milliseconds of shaking and of rest, once; the last rest brings it to [`SHAKE_EVERY`].
const SHAKE: [u32; 3] = [500, 250, 500];
const SHAKE_EVERY: Duration = Duration::from_millis(2_500);

/// While `words` says something, it takes turns with the page's title. Afterwards the title is what the page wants it to be, also when
/// the page has changed meanwhile.
pub fn flash_title(words: impl Fn() -> Option<String> + Send + Sync + 'static) {
    let words = Memo::new(move |_| words());
    Effect::new(move |before: Option<Option<Flashing>>| {
        drop(before);
        words.get().map(Flashing::start)
    });
}

struct Flashing {
    words: String,
    /// What the page calls itself, as it last was.
    title: Rc<RefCell<String>>,
    turns: Option<IntervalHandle>,
}

impl Flashing {
    fn start(words: String) -> Self {
        let title = Rc::new(RefCell::new(String::new()));
        let (mine, page) = (words.clone(), Rc::clone(&title));
        let turn = move || {
            let shown = document().title();
            if shown == mine {
                document().set_title(&page.borrow());
            } else {
                page.replace(shown);
                document().set_title(&mine);
            }
        };
        turn();
        Self {
            words,
            title,
            turns: set_interval_with_handle(turn, FLASH).ok(),
        }
    }
}

impl Drop for Flashing {
    fn drop(&mut self) {
        if let Some(turns) = self.turns {
            turns.clear();
        }
        // Another title was set by the page, and is right.
        if document().title() == self.words {
            document().set_title(&self.title.borrow());
        }
    }
}

/// Shakes the phone while `wanted`, where there is one, the page is looked at, and the browser allows it.
pub fn shake(wanted: impl Fn() -> bool + Send + Sync + 'static) {
    let wanted = Memo::new(move |_| wanted());
    Effect::new(move |before: Option<Option<Shaking>>| {
        drop(before);
        (wanted.get() && can_shake()).then(Shaking::start)
    });
}

struct Shaking {
    turns: Option<IntervalHandle>,
}

impl Shaking {
    fn start() -> Self {
        let turn = || {
            // Browsers complain of those who try before anything was pressed.
            if has_been_pressed() && !document().hidden() {
                let pattern: js_sys::Array = SHAKE.into_iter().map(JsValue::from).collect();
                window().navigator().vibrate_with_pattern(&pattern);
            }
        };
        turn();
        Self {
            turns: set_interval_with_handle(turn, SHAKE_EVERY).ok(),
        }
    }
}

impl Drop for Shaking {
    fn drop(&mut self) {
        if let Some(turns) = self.turns {
            turns.clear();
        }
        if has_been_pressed() {
            window().navigator().vibrate_with_duration(0);
        }
    }
}

fn can_shake() -> bool {
    js_sys::Reflect::get(&window().navigator(), &JsValue::from_str("vibrate")).is_ok_and(|found| found.is_function())
}
