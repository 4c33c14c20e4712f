//! A form that the browser posts itself goes once: a second press of an impatient thumb would send it anew, and the page would show
//! the answer to that one.

use std::cell::RefCell;

use leptos::ev;
use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlFormElement;

/// After so many milliseconds without another page it may be sent again: nothing says that it arrived.
const WAIT_MS: f64 = 5_000.0;

/// Keeps forms from being posted twice. Call once, at the root.
pub fn send_forms_once() {
    Effect::new(move |_| {
        let sent = RefCell::new(None::<(HtmlFormElement, f64)>);
        let submits = window_event_listener(ev::submit, move |event| {
            // What a page sends in a way of its own minds by itself what is under way.
            if event.default_prevented() {
                return;
            }
            let form = event
                .target()
                .and_then(|target| target.dyn_into::<HtmlFormElement>().ok());
            let Some(form) = form.filter(|form| form.method() == "post") else {
                return;
            };
            let now = event.time_stamp();
            let mut sent = sent.borrow_mut();
            match &*sent {
                Some((last, at)) if *last == form && now - at < WAIT_MS => event.prevent_default(),
                _ => *sent = Some((form, now)),
            }
        });
        on_cleanup(move || submits.remove());
    });
}
