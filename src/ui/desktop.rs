//! Whether this device shows notifications of the system (W3C Notifications API), and asking for them where it is plain why.

use js_sys::Reflect;
use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::JsValue;
use leptos::web_sys::{Notification, NotificationPermission};
use wasm_bindgen_futures::JsFuture;

use super::button::{Button, ButtonKind};
use super::focus::focus_page_if_lost;
use super::icon::Icon;
use super::storage;
use super::system_notification::take_away;
use crate::i18n::{td_string, use_locale};

/// Local storage: the person does not want to be asked again in passing.
const DECLINED: &str = "speakle.desktop-declined";
/// Local storage: the person has turned them off in this browser, which goes on allowing them.
const OFF: &str = "speakle.desktop-off";

/// How this device stands to notifications of the system.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// There are none here.
    Unsupported,
    /// Nobody has asked for them yet.
    Open,
    /// They are shown.
    On,
    /// The person has turned them off here.
    Off,
    /// The browser refuses them; only its own settings can change that.
    Denied,
}

impl Standing {
    /// As things are. In the browser only.
    pub fn now() -> Self {
        let is_there = Reflect::has(&window(), &JsValue::from_str("Notification"));
        if !window().is_secure_context() || !is_there.unwrap_or_default() {
            return Self::Unsupported;
        }
        match Notification::permission() {
            NotificationPermission::Granted if is_noted(OFF) => Self::Off,
            NotificationPermission::Granted => Self::On,
            NotificationPermission::Denied => Self::Denied,
            _ => Self::Open,
        }
    }
}

/// What this tab knows of it. Copied freely.
#[derive(Clone, Copy, Debug)]
pub struct Desktop {
    standing: RwSignal<Option<Standing>>,
    needs_page: RwSignal<bool>,
}

/// Makes it and puts it in context. Call once, at the root; nothing is known before [`Desktop::watch`].
pub fn provide_desktop() -> Desktop {
    let desktop = Desktop {
        standing: RwSignal::new(None),
        needs_page: RwSignal::new(false),
    };
    provide_context(desktop);
    desktop
}

/// The tab's own.
pub fn use_desktop() -> Desktop {
    use_context::<Desktop>().unwrap_or_else(provide_desktop)
}

impl Desktop {
    /// How things stand; `None` until that is known, which on the server it never is.
    pub fn standing(self) -> Signal<Option<Standing>> {
        self.standing.into()
    }

    /// Whether they are shown only while a page is open, though they are on: this browser gets no pushes. `false` until that is known.
    pub fn needs_page(self) -> Signal<bool> {
        self.needs_page.into()
    }

    /// Says so.
    pub fn set_needs_page(self, needs_page: bool) {
        if self.needs_page.try_get_untracked() == Some(!needs_page) {
            self.needs_page.set(needs_page);
        }
    }

    /// Looks from now on, until the current owner is cleaned up. Call once.
    pub fn watch(self) {
        Effect::new(move |_| {
            self.look();
            // It may be changed in another tab, or in the browser's settings.
            for name in ["focus", "storage"] {
                let changed = window_event_listener_untyped(name, move |_| self.look());
                on_cleanup(move || changed.remove());
            }
        });
    }

    fn look(self) {
        let now = Some(Standing::now());
        if self.standing.try_get_untracked().is_some_and(|before| before != now) {
            self.standing.set(now);
        }
    }

    /// Turns them on here; the browser asks the person, if it has not yet. Only where they have pressed something for it.
    pub fn turn_on(self) {
        note(OFF, false);
        self.look();
        if self.standing.get_untracked() != Some(Standing::Open) {
            return;
        }
        let Ok(answer) = Notification::request_permission() else {
            return;
        };
        spawn_local(async move {
            // Whatever the answer, it is read where it is kept.
            let _ = JsFuture::from(answer).await;
            self.look();
        });
    }

    /// Turns them off here, though the browser allows them.
    pub fn turn_off(self) {
        note(OFF, true);
        self.look();
        take_away(|_| true);
    }
}

/// A calm line that offers notifications, where they have not been asked for, and says so if that brings less than it offers. Nothing without
/// JavaScript.
#[component]
pub fn NotificationsOffer() -> impl IntoView {
    let locale = use_locale();
    let desktop = use_desktop();
    let standing = desktop.standing();
    let (is_declined, set_declined) = signal(true);
    Effect::new(move |_| set_declined.set(is_noted(DECLINED)));
    let is_shown = Memo::new(move |_| standing.get() == Some(Standing::Open) && !is_declined.get());
    // Whoever has pressed one of its buttons stood on it.
    let (is_pressed, set_pressed) = signal(false);
    Effect::new(move |before: Option<bool>| {
        let is_shown = is_shown.get();
        if before == Some(true) && !is_shown && is_pressed.get_untracked() {
            focus_page_if_lost();
        }
        is_shown
    });
    let accept = move || {
        set_pressed.set(true);
        desktop.turn_on();
    };
    let decline = move || {
        set_pressed.set(true);
        set_declined.set(true);
        note(DECLINED, true);
    };
    let brings_less =
        Memo::new(move |_| is_pressed.get() && standing.get() == Some(Standing::On) && desktop.needs_page().get());
    let offer = move || {
        is_shown.get().then(|| {
            view! {
                <div class="offer">
                    <Icon icon=icondata_lu::LuBellRing />
                    <p>{td_string!(locale, ui.desktop.offer)}</p>
                    <Button kind=ButtonKind::Secondary small=true on_press=move |()| accept()>
                        {td_string!(locale, ui.desktop.turn_on)}
                    </Button>
                    <Button kind=ButtonKind::Quiet small=true on_press=move |()| decline()>
                        {td_string!(locale, ui.desktop.not_now)}
                    </Button>
                </div>
            }
        })
    };
    let outcome = move || {
        brings_less.get().then(|| {
            view! {
                <div class="offer">
                    <Icon icon=icondata_lu::LuBellRing />
                    <p>{td_string!(locale, ui.desktop.needs_page)}</p>
                </div>
            }
        })
    };
    view! {
        {offer}
        // There before its words, so that they are read out.
        {move || is_pressed.get().then(|| view! { <div role="status">{outcome}</div> })}
    }
}

/// Without storage nothing is noted, and things are as they are at first on the next visit.
fn is_noted(name: &str) -> bool {
    storage::local().is_some_and(|storage| storage.get_item(name).ok().flatten().is_some())
}

fn note(name: &str, is_so: bool) {
    if let Some(storage) = storage::local() {
        let _ = if is_so {
            storage.set_item(name, "")
        } else {
            storage.remove_item(name)
        };
    }
}
