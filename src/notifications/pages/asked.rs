//! What a tab answers to the service worker (`public/service-worker.js`): whether it tells of what was pushed, and whether it goes where a
//! press leads. A page that has not come to life answers nothing, and the worker does it by itself.

use js_sys::{Object, Reflect};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsValue;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::notifications::browser;
use crate::notifications::inbox::Inbox;
use crate::realtime::client::use_socket;
use crate::realtime::leader::{Elections, use_elections};
use crate::realtime::model::Link;
use crate::ui::service_worker::answer_worker;
use crate::ui::use_sounds;

/// What the worker asks: does this tab tell of the change with this number? Answered by what it does of it.
const TELLS: &str = "tells";
/// Where is this tab?
const WHERE: &str = "where";
/// It is to go there.
const GO: &str = "go";

/// Answers while the current owner lives. `inbox` is the log as this tab has heard it.
pub(super) fn answer_the_worker(inbox: RwSignal<Inbox>) {
    let (socket, sounds, navigate) = (use_socket(), use_sounds(), use_navigate());
    let Elections { voice, .. } = use_elections();
    Effect::new(move |_| {
        answer_worker(TELLS, move |number| {
            let has_heard =
                inbox.try_with_untracked(|inbox| number.as_f64().is_some_and(|number| number <= inbox.last as f64))?;
            if !has_heard {
                // Without a socket it hears of it much later.
                (socket.link().try_get_untracked()? == Link::Open).then_some(())?;
                socket.wake();
            }
            let is_voice = voice.is_elected().try_get_untracked()? && untrack(|| sounds.is_wanted());
            Some(does(!browser::is_hidden(), is_voice))
        });
        answer_worker(WHERE, |_| Some(here().into()));
        let navigate = navigate.clone();
        answer_worker(GO, move |path| {
            let (path, here) = (path.as_string()?, here());
            // Nothing leads out of a call.
            (!here.starts_with("/call/")).then_some(())?;
            if here != path {
                navigate(&path, NavigateOptions::default());
            }
            Some(JsValue::TRUE)
        });
    });
}

/// Whether it shows something, and whether it sounds.
fn does(shows: bool, sounds: bool) -> JsValue {
    let does = Object::new();
    for (name, is_so) in [("shows", shows), ("sounds", sounds)] {
        // A plain object takes every property.
        let _ = Reflect::set(&does, &name.into(), &is_so.into());
    }
    does.into()
}

fn here() -> String {
    let location = window().location();
    location.pathname().unwrap_or_default() + &location.search().unwrap_or_default()
}
