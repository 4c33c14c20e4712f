//! Notifications of the system, while no page is looked at (W3C Notifications API), and asking for them where it is plain why.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::prelude::Closure;
use leptos::wasm_bindgen::{JsCast as _, JsValue};
use leptos::web_sys::{Event, Notification, NotificationOptions, NotificationPermission};
use send_wrapper::SendWrapper;

use super::button::{Button, ButtonKind};
use super::icon::Icon;
use crate::i18n::{td_string, use_locale};

/// Local storage: the person does not want to be asked again in passing.
const DECLINED: &str = "speakle.desktop-declined";

/// Whether the system may be asked to show something.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Permission {
    /// There are none here, or the page has not been taken over yet.
    #[default]
    Unsupported,
    /// Not asked yet.
    Open,
    /// Yes.
    Granted,
    /// No; only the browser's own settings can change it.
    Denied,
}

impl Permission {
    /// As things stand. In the browser only.
    pub fn now() -> Self {
        let is_there = js_sys::Reflect::has(&window(), &JsValue::from_str("Notification"));
        if !window().is_secure_context() || !is_there.unwrap_or_default() {
            return Self::Unsupported;
        }
        match Notification::permission() {
            NotificationPermission::Granted => Self::Granted,
            NotificationPermission::Denied => Self::Denied,
            _ => Self::Open,
        }
    }
}

/// What the system says, from the first moment in the browser, and how to ask. The person has pressed something to be asked.
pub fn use_permission() -> (ReadSignal<Permission>, Callback<()>) {
    let (permission, set_permission) = signal(Permission::default());
    let refresh = move || {
        set_permission.try_set(Permission::now());
    };
    Effect::new(move |_| {
        refresh();
        // It may be given in another tab, or in the browser's settings.
        let focused = window_event_listener_untyped("focus", move |_| refresh());
        on_cleanup(move || focused.remove());
    });
    let ask = Callback::new(move |()| {
        let Ok(answer) = Notification::request_permission() else {
            return;
        };
        spawn_local(async move {
            // Whatever the answer, it is read where it is kept.
            let _ = wasm_bindgen_futures::JsFuture::from(answer).await;
            refresh();
        });
    });
    (permission, ask)
}

/// A notification that the system shows.
pub struct Shown {
    notification: Notification,
    _on_click: Closure<dyn FnMut(Event)>,
}

/// What to show.
#[derive(Clone, Debug, Default)]
pub struct Card {
    /// Another one with this tag is replaced.
    pub tag: String,
    /// The first line.
    pub title: String,
    /// The words under it; may be empty.
    pub text: String,
    /// Stays until it is answered.
    pub stays: bool,
}

impl Shown {
    /// Shows `card`, without a sound of the system's own; pressing it leads to this tab. `None` where it is not allowed.
    pub fn show(card: &Card) -> Option<Self> {
        if Permission::now() != Permission::Granted {
            return None;
        }
        let options = NotificationOptions::new();
        options.set_tag(&card.tag);
        options.set_body(&card.text);
        options.set_icon("/apple-touch-icon.png");
        options.set_renotify(false);
        options.set_require_interaction(card.stays);
        options.set_silent(Some(true));
        // Phones show those of service workers only.
        let notification = Notification::new_with_options(&card.title, &options).ok()?;
        let pressed = notification.clone();
        let on_click = Closure::new(move |_: Event| {
            let _ = window().focus();
            pressed.close();
        });
        notification.set_onclick(Some(on_click.as_ref().unchecked_ref()));
        Some(Self {
            notification,
            _on_click: on_click,
        })
    }

    /// Takes it away.
    pub fn close(self) {
        self.notification.close();
    }

    /// Shows another in its place, which stays beyond this tab's interest in it.
    pub fn replace(self, card: &Card) {
        if let Some(next) = Self::show(card) {
            // Its handler has to live as long as somebody may press it.
            std::mem::forget(SendWrapper::new(next));
        } else {
            self.close();
        }
    }
}

/// A calm line that offers notifications, where they have not been asked for. Nothing without JavaScript.
#[component]
pub fn NotificationsOffer() -> impl IntoView {
    let locale = use_locale();
    let (permission, ask) = use_permission();
    let (is_declined, set_declined) = signal(true);
    Effect::new(move |_| {
        let noted = storage().and_then(|storage| storage.get_item(DECLINED).ok().flatten());
        set_declined.set(noted.is_some());
    });
    let decline = move || {
        set_declined.set(true);
        if let Some(storage) = storage() {
            // Without storage the line is there again on the next visit.
            let _ = storage.set_item(DECLINED, "");
        }
    };
    move || {
        (permission.get() == Permission::Open && !is_declined.get()).then(|| {
            view! {
                <div class="offer">
                    <Icon icon=icondata_lu::LuBellRing />
                    <p>{td_string!(locale, ui.desktop.offer)}</p>
                    <Button kind=ButtonKind::Secondary small=true on:click=move |_| ask.run(())>
                        {td_string!(locale, ui.desktop.turn_on)}
                    </Button>
                    <Button kind=ButtonKind::Quiet small=true on:click=move |_| decline()>
                        {td_string!(locale, ui.desktop.not_now)}
                    </Button>
                </div>
            }
        })
    }
}

fn storage() -> Option<leptos::web_sys::Storage> {
    window().local_storage().ok().flatten()
}
