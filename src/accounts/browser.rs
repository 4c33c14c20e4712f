//! What the browser tells of itself.

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::HtmlDocument;

/// Writes the browser's time zone into a cookie, for the server to show times in: the first visit needs no question.
pub fn remember_time_zone() {
    let options = js_sys::Intl::DateTimeFormat::new(&js_sys::Array::new(), &js_sys::Object::new()).resolved_options();
    let zone = js_sys::Reflect::get(&options, &"timeZone".into())
        .ok()
        .and_then(|zone| zone.as_string());
    let (Some(zone), Ok(document)) = (zone, document().dyn_into::<HtmlDocument>()) else {
        return;
    };
    let zone = String::from(js_sys::encode_uri_component(&zone));
    let (prefix, secure) = if window()
        .location()
        .protocol()
        .is_ok_and(|protocol| protocol == "https:")
    {
        ("__Host-", "; Secure")
    } else {
        ("", "")
    };
    // A browser that refuses cookies has none to show times by: they are in UTC then.
    let _ = document.set_cookie(&format!(
        "{prefix}time_zone={zone}; Path=/; Max-Age=31536000; SameSite=Lax{secure}"
    ));
}
