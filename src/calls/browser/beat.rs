//! A beat that browsers do not slow down while the page is hidden: it comes from a worker, or from a timer where there is none.
//!
//! A worker does not wait for the page. What it has sent to one that is busy would pile up, and everything else that the page has to hear would wait
//! behind it, ever longer: a beat that comes late is let go by.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Date, Function, Reflect};
use leptos::prelude::*;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::MessageEvent;

/// The worker's script, beside the pages: what is made of a text is forbidden to ours.
const SCRIPT: &str = "/beat.js";
/// A beat that was so long on its way, in milliseconds, has others behind it. More than the grains of the clock in browsers that make it coarse.
const LATE: f64 = 200.0;

/// Beats until it is dropped.
pub(super) struct Beat {
    worker: Option<JsValue>,
    timer: Rc<RefCell<Option<IntervalHandle>>>,
    _on_beat: Closure<dyn FnMut(MessageEvent)>,
    _on_error: Closure<dyn FnMut()>,
}

impl Beat {
    /// Calls `act` after each `span`, or less often on a page that does not keep up.
    pub(super) fn begin(span: Duration, act: impl Fn() + Clone + 'static) -> Self {
        let timer: Rc<RefCell<Option<IntervalHandle>>> = Rc::default();
        let on_beat = {
            let act = act.clone();
            Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
                if !is_late(&event) {
                    act();
                }
            })
        };
        let fall_back = {
            let timer = Rc::clone(&timer);
            move || {
                if timer.borrow().is_none() {
                    *timer.borrow_mut() = set_interval_with_handle(act.clone(), span).ok();
                }
            }
        };
        let on_error = Closure::<dyn FnMut()>::new(fall_back.clone());
        let worker = start(span, on_beat.as_ref(), on_error.as_ref());
        if worker.is_none() {
            fall_back();
        }
        Self {
            worker,
            timer,
            _on_beat: on_beat,
            _on_error: on_error,
        }
    }
}

impl Drop for Beat {
    fn drop(&mut self) {
        if let Some(worker) = &self.worker {
            let _ = Reflect::set(worker, &"onmessage".into(), &JsValue::NULL);
            let _ = Reflect::set(worker, &"onerror".into(), &JsValue::NULL);
            let _ = call(worker, "terminate", &[]);
        }
        if let Some(timer) = self.timer.take() {
            timer.clear();
        }
    }
}

/// Both clocks are the computer's own.
fn is_late(event: &MessageEvent) -> bool {
    event.data().as_f64().is_some_and(|sent| Date::now() - sent > LATE)
}

fn start(span: Duration, on_beat: &JsValue, on_error: &JsValue) -> Option<JsValue> {
    let constructor: Function = Reflect::get(&window(), &"Worker".into()).ok()?.dyn_into().ok()?;
    let worker = Reflect::construct(&constructor, &Array::of1(&SCRIPT.into())).ok()?;
    Reflect::set(&worker, &"onmessage".into(), on_beat).ok()?;
    Reflect::set(&worker, &"onerror".into(), on_error).ok()?;
    let milliseconds = u32::try_from(span.as_millis()).ok()?;
    call(&worker, "postMessage", &[milliseconds.into()])?;
    Some(worker)
}

fn call(object: &JsValue, name: &str, arguments: &[JsValue]) -> Option<JsValue> {
    let method: Function = Reflect::get(object, &name.into()).ok()?.dyn_into().ok()?;
    method.apply(object, &arguments.iter().collect::<Array>()).ok()
}
