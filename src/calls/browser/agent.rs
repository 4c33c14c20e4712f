//! What the browser says of itself.

use js_sys::{Array, Reflect};
use leptos::prelude::window;
use wasm_bindgen::JsValue;

use crate::calls::model::DeviceClass;
use crate::calls::stage::agent::{self, Agent};

/// Which browser this is.
pub(super) fn agent() -> Agent {
    let navigator = window().navigator();
    let data = Reflect::get(&navigator, &"userAgentData".into()).ok();
    let brands = data
        .filter(JsValue::is_object)
        .and_then(|data| Reflect::get(&data, &"brands".into()).ok())
        .filter(Array::is_array);
    let brands: Vec<String> = brands
        .iter()
        .flat_map(|brands| Array::from(brands).to_vec())
        .filter_map(|brand| Reflect::get(&brand, &"brand".into()).ok()?.as_string())
        .collect();
    let (user_agent, touch_points) = user_agent();
    Agent::of(&user_agent, &brands, touch_points)
}

/// What kind of device it runs on.
pub(super) fn device_class() -> DeviceClass {
    let (user_agent, touch_points) = user_agent();
    agent::device_class(&user_agent, touch_points)
}

/// `navigator.userAgent`, and on how many places at once the screen can be touched.
fn user_agent() -> (String, u32) {
    let navigator = window().navigator();
    let touch_points = u32::try_from(navigator.max_touch_points()).unwrap_or_default();
    (navigator.user_agent().unwrap_or_default(), touch_points)
}
