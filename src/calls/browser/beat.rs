//! A beat that browsers do not slow down while the page is hidden: it comes from a worker, or from a timer where there is none.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Function, Reflect};
use leptos::prelude::*;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast as _, JsValue};

/// The worker's script, beside the pages: what is made of a text is forbidden to ours.
const SCRIPT: &str = "/beat.js";

/// Beats until it is dropped.
pub(super) struct Beat {
    worker: Option<JsValue>,
    timer: Rc<RefCell<Option<IntervalHandle>>>,
    _on_beat: Closure<dyn FnMut()>,
    _on_error: Closure<dyn FnMut()>,
}

impl Beat {
    /// Calls `act` after each `span`.
    pub(super) fn begin(span: Duration, act: impl Fn() + Clone + 'static) -> Self {
        let timer: Rc<RefCell<Option<IntervalHandle>>> = Rc::default();
        let on_beat = Closure::<dyn FnMut()>::new(act.clone());
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
