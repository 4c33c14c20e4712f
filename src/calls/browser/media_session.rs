//! Tells the system of the call (W3C Media Session): its name beside the keys and buttons of the device, which act on it.

use js_sys::{Array, Function, Object, Reflect};
use leptos::prelude::*;
use send_wrapper::SendWrapper;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast as _, JsValue};

use super::Driver;
use crate::calls::stage::Device;

/// The name of an action, and what it does.
type Action = (&'static str, Closure<dyn FnMut()>);

impl Driver {
    /// Names the call to the system until the current owner is cleaned up.
    pub fn show_in_system(self, title: String) {
        Effect::new(move |_| {
            let Some(session) = session() else { return };
            if let Some(metadata) = metadata(&title) {
                let _ = Reflect::set(&session, &"metadata".into(), &metadata);
            }
            let actions: [Action; 3] = [
                (
                    "togglemicrophone",
                    Closure::new(move || self.toggle(Device::Microphone)),
                ),
                ("togglecamera", Closure::new(move || self.toggle(Device::Camera))),
                ("hangup", Closure::new(move || self.leave())),
            ];
            for (name, act) in &actions {
                answer(&session, name, act.as_ref());
            }
            let ending = SendWrapper::new((session, actions));
            on_cleanup(move || {
                let (session, actions) = &*ending;
                for (name, _) in actions {
                    answer(session, name, &JsValue::NULL);
                }
                let _ = Reflect::set(session, &"metadata".into(), &JsValue::NULL);
            });
        });
        for (device, method) in [
            (Device::Microphone, "setMicrophoneActive"),
            (Device::Camera, "setCameraActive"),
        ] {
            let is_on = self.stage.source(device);
            Effect::new(move |_| {
                let is_on = is_on.get().is_on();
                if let Some(session) = session()
                    && let Ok(set) = Reflect::get(&session, &method.into())
                    && let Ok(set) = set.dyn_into::<Function>()
                {
                    let _ = set.call1(&session, &is_on.into());
                }
            });
        }
    }
}

/// `MediaMetadata` (W3C Media Session §7), which web-sys does not have.
fn metadata(title: &str) -> Option<JsValue> {
    let init = Object::new();
    Reflect::set(&init, &"title".into(), &title.into()).ok()?;
    let class: Function = Reflect::get(&window(), &"MediaMetadata".into()).ok()?.dyn_into().ok()?;
    Reflect::construct(&class, &Array::of1(&init)).ok()
}

/// What acts; a browser refuses actions that it does not know.
fn answer(session: &JsValue, action: &str, act: &JsValue) {
    if let Ok(set) = Reflect::get(session, &"setActionHandler".into())
        && let Ok(set) = set.dyn_into::<Function>()
    {
        let _ = set.call2(session, &action.into(), act);
    }
}

fn session() -> Option<JsValue> {
    let navigator: JsValue = window().navigator().into();
    let session = Reflect::get(&navigator, &"mediaSession".into()).ok()?;
    session.is_object().then_some(session)
}
