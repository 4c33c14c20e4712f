//! Notifications of the system, while no page is looked at.
//!
//! They are the service worker's where there is one, so that what it shows of a push and what a page shows stand in each other's place:
//! both use the same tags, and what they carry is the same (`Shown` in `public/service-worker.js`). Without a worker they are the page's
//! own. In the browser only.

use std::cell::RefCell;

use js_sys::{Array, Object, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::prelude::Closure;
use leptos::wasm_bindgen::{JsCast as _, JsValue};
use leptos::web_sys::{Event, Notification, NotificationOptions};
use wasm_bindgen_futures::JsFuture;

use super::desktop::Standing;
use super::service_worker::registration;

/// What to show.
#[derive(Clone, Debug, Default)]
pub struct Card {
    /// What it is about: another one with this tag is replaced.
    pub tag: String,
    /// The number of the line in the person's log that it tells of; 0 where that is not known.
    pub seq: u64,
    /// The first line.
    pub title: String,
    /// The words under it; may be empty.
    pub text: String,
    /// Where a press leads, a path of this site.
    pub url: String,
    /// It rings, and stays until it is answered.
    pub rings: Option<Answers>,
}

/// What can be answered where it rings.
#[derive(Clone, Debug)]
pub struct Answers {
    /// What is answered.
    pub invitation: String,
    /// The button that answers, in a tab that it brings to the front or opens.
    pub accept: String,
    /// The button that declines.
    pub decline: String,
}

/// Something that is shown, by this page, another one, or the worker.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Displayed {
    /// What it is about.
    pub tag: String,
    /// The number of the line that it tells of.
    pub seq: u64,
    /// Whether it rings.
    pub rings: bool,
}

/// A notification without a worker, with what answers a press on it and hears of its end.
type OfPage = (Notification, [Closure<dyn FnMut(Event)>; 2]);

thread_local! {
    /// Those that this page shows itself.
    static OF_PAGE: RefCell<Vec<OfPage>> = const { RefCell::new(Vec::new()) };
}

/// Shows `card` where this device shows any, without a sound of the system's own, and only if `is_wanted` still when it comes to it.
pub fn show(card: Card, is_wanted: impl Fn() -> bool + 'static) {
    if Standing::now() != Standing::On {
        return;
    }
    spawn_local(async move {
        let worker = registration().await;
        if !is_wanted() {
            return;
        }
        let options = options(&card);
        let shown = worker.and_then(|worker| worker.show_notification_with_options(&card.title, &options).ok());
        let is_shown = match shown {
            Some(shown) => JsFuture::from(shown).await.is_ok(),
            None => false,
        };
        if !is_shown {
            show_by_page(&card, &options);
        }
        // What was over before it was shown could not be taken away then.
        if !is_wanted() {
            take_away(move |shown| shown.tag == card.tag && shown.rings == card.rings.is_some());
        }
    });
}

/// Takes away what is shown and `is_over`.
pub fn take_away(is_over: impl Fn(&Displayed) -> bool + 'static) {
    spawn_local(async move {
        for (displayed, notification) in all().await {
            if is_over(&displayed) {
                notification.close();
            }
        }
    });
}

/// What is shown.
pub async fn displayed() -> Vec<Displayed> {
    all().await.into_iter().map(|(displayed, _)| displayed).collect()
}

async fn all() -> Vec<(Displayed, Notification)> {
    let mut all: Vec<Notification> = OF_PAGE.with_borrow(|shown| shown.iter().map(|(one, _)| one.clone()).collect());
    if let Some(Ok(shown)) = registration().await.map(|worker| worker.get_notifications())
        && let Ok(shown) = JsFuture::from(shown).await
    {
        all.extend(Array::from(&shown).iter().filter_map(|one| one.dyn_into().ok()));
    }
    all.into_iter().map(|one| (read(&one), one)).collect()
}

fn read(notification: &Notification) -> Displayed {
    let data = notification.data();
    let of_data = |name: &str| Reflect::get(&data, &JsValue::from_str(name)).ok();
    Displayed {
        tag: notification.tag().unwrap_or_default(),
        // Numbers of a log are far below what a float holds exactly.
        seq: of_data("seq").and_then(|seq| seq.as_f64()).unwrap_or_default() as u64,
        rings: of_data("state").and_then(|state| state.as_string()).as_deref() == Some("ringing"),
    }
}

fn options(card: &Card) -> NotificationOptions {
    let options = NotificationOptions::new();
    options.set_tag(&card.tag);
    options.set_body(&card.text);
    options.set_icon("/icons/icon-192.png");
    options.set_badge("/icons/badge.png");
    options.set_renotify(false);
    options.set_silent(Some(true));
    options.set_require_interaction(card.rings.is_some());
    let state = if card.rings.is_some() { "ringing" } else { "news" };
    let data = object([
        ("seq", JsValue::from_f64(card.seq as f64)),
        ("state", state.into()),
        ("url", card.url.as_str().into()),
    ]);
    if let Some(answers) = &card.rings {
        set(&data, "invitation", &answers.invitation.as_str().into());
        let action = |name: &str, title: &str| object([("action", name.into()), ("title", title.into())]);
        let actions = [action("answer", &answers.accept), action("decline", &answers.decline)];
        options.set_actions(&actions.iter().collect::<Array>());
    }
    options.set_data(&data);
    options
}

fn show_by_page(card: &Card, options: &NotificationOptions) {
    // Buttons are for workers, and refused otherwise.
    options.set_actions(&Array::new());
    // Phones show those of workers only.
    let Ok(notification) = Notification::new_with_options(&card.title, options) else {
        return;
    };
    let (pressed, url, rings) = (notification.clone(), card.url.clone(), card.rings.is_some());
    let on_click = Closure::new(move |_: Event| {
        let _ = window().focus();
        pressed.close();
        let here = window().location().pathname().unwrap_or_default();
        // Nothing leads out of a call, and what rings is on every page.
        if !rings && !here.starts_with("/call/") && here != url {
            let _ = window().location().assign(&url);
        }
    });
    notification.set_onclick(Some(on_click.as_ref().unchecked_ref()));
    let closed = notification.clone();
    let on_close = Closure::new(move |_: Event| {
        let closed = closed.clone();
        // Not while it runs: it goes with the notification.
        spawn_local(async move {
            OF_PAGE.with_borrow_mut(|shown| shown.retain(|(one, _)| *one != closed));
        });
    });
    notification.set_onclose(Some(on_close.as_ref().unchecked_ref()));
    OF_PAGE.with_borrow_mut(|shown| {
        shown.retain(|(one, _)| one.tag() != notification.tag());
        shown.push((notification, [on_click, on_close]));
    });
}

fn object<const N: usize>(fields: [(&str, JsValue); N]) -> Object {
    let object = Object::new();
    for (name, value) in fields {
        set(&object, name, &value);
    }
    object
}

fn set(object: &Object, name: &str, value: &JsValue) {
    // A plain object takes every property.
    let _ = Reflect::set(object, &JsValue::from_str(name), value);
}
