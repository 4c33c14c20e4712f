//! Short news that comes while a person does something else.

use std::time::Duration;

use leptos::ev::FocusEvent;
use leptos::html;
use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::{Element, HtmlElement, Node};
use send_wrapper::SendWrapper;

use super::button::IconButton;
use super::focus::{focus_page_if_lost, is_focus_lost};
use super::icon::Icon;
use super::notice::Tone;
use crate::i18n::{td_string, use_locale};

/// How long a toast stays when nobody points at it.
const STAY: Duration = Duration::from_secs(6);
/// The same with something to press, which has to be reached first.
const STAY_WITH_ACTION: Duration = Duration::from_secs(10);

/// Where a toast leads.
#[derive(Clone, Debug)]
pub struct ToastAction {
    /// The link's words.
    label: String,
    /// Its address.
    href: String,
    /// What else happens when somebody goes there.
    on_open: Option<Callback<()>>,
}

impl ToastAction {
    /// A link with these words to this address.
    pub fn new(label: impl Into<String>, href: impl Into<String>) -> Self {
        Self {
            label: label.into(),
            href: href.into(),
            on_open: None,
        }
    }

    /// Does something more when somebody goes there.
    #[must_use]
    pub fn on_open(self, on_open: Callback<()>) -> Self {
        Self {
            on_open: Some(on_open),
            ..self
        }
    }
}

/// One piece of news.
#[derive(Clone, Debug, Default)]
pub struct Toast {
    /// What kind of news.
    pub kind: Tone,
    /// The news in a few words.
    pub title: String,
    /// A sentence more.
    pub text: Option<String>,
    /// Where it leads.
    pub action: Option<ToastAction>,
}

/// The toasts that are shown now. Copy it out of the context with [`use_toasts`].
#[derive(Clone, Copy, Debug)]
pub struct Toasts {
    shown: RwSignal<Vec<(u32, Toast)>>,
    next: StoredValue<u32>,
}

impl Toasts {
    /// Shows one more, at the bottom of the stack.
    pub fn push(&self, toast: Toast) {
        let key = self.next.get_value();
        self.next.set_value(key.wrapping_add(1));
        self.shown.update(|shown| shown.push((key, toast)));
    }

    fn remove(&self, key: u32) {
        self.shown.update(|shown| shown.retain(|(other, _)| *other != key));
    }
}

/// Makes a place for toasts, once, in the application shell.
pub fn provide_toasts() -> Toasts {
    let toasts = Toasts {
        shown: RwSignal::new(Vec::new()),
        next: StoredValue::new(0),
    };
    provide_context(toasts);
    toasts
}

/// The application's toasts. Where none were provided, as in unit tests of single views, a pile that nobody sees.
pub fn use_toasts() -> Toasts {
    use_context::<Toasts>().unwrap_or_else(provide_toasts)
}

/// Where the toasts appear: a polite live region over the page. Once, in the application shell.
#[component]
pub fn ToastRegion() -> impl IntoView {
    let toasts = use_toasts();
    let region = NodeRef::<html::Div>::new();
    // Where the focus was before it came into the stack, for when the stack is empty again.
    let came_from = StoredValue::new(None::<SendWrapper<Element>>);
    let on_focusin = move |event: FocusEvent| {
        let before = event
            .related_target()
            .and_then(|target| target.dyn_into::<Element>().ok());
        if let Some(before) = before.filter(|before| !holds(region, before)) {
            came_from.set_value(Some(SendWrapper::new(before)));
        }
    };
    // A toast that is dismissed takes the focus with it: to the next toast, or back to where it came from.
    let on_gone = Callback::new(move |()| {
        request_animation_frame(move || {
            if !is_focus_lost() {
                return;
            }
            let next = region
                .try_get_untracked()
                .flatten()
                .and_then(|region| region.query_selector(".toast .icon-button").ok().flatten());
            let before = came_from.try_get_value().flatten().map(SendWrapper::take);
            let target = next.or_else(|| before.filter(|before| before.is_connected()));
            if let Some(target) = target.and_then(|target| target.dyn_into::<HtmlElement>().ok()) {
                // Refused only by what has just left the page; then the page's heading takes it.
                let _ = target.focus();
            }
            focus_page_if_lost();
        });
    });
    view! {
        <div class="toasts" aria-live="polite" node_ref=region on:focusin=on_focusin>
            <For each=move || toasts.shown.get() key=|(key, _)| *key let:entry>
                <ToastCard toasts=toasts key=entry.0 toast=entry.1 on_gone=on_gone />
            </For>
        </div>
    }
}

fn holds(region: NodeRef<html::Div>, element: &Node) -> bool {
    region
        .get_untracked()
        .is_some_and(|region| region.contains(Some(element)))
}

/// Goes by itself after a while in which nobody points at it, nothing in it has the focus, and the page can be seen.
#[component]
fn ToastCard(toasts: Toasts, key: u32, toast: Toast, on_gone: Callback<()>) -> impl IntoView {
    let locale = use_locale();
    let (is_pointed_at, set_pointed_at) = signal(false);
    let (is_focused, set_focused) = signal(false);
    let (is_hidden, set_hidden) = signal(false);
    let stay = if toast.action.is_some() { STAY_WITH_ACTION } else { STAY };
    Effect::new(move |_| {
        set_hidden.set(document().hidden());
        let seen = window_event_listener_untyped("visibilitychange", move |_| {
            set_hidden.try_set(document().hidden());
        });
        on_cleanup(move || seen.remove());
    });
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    Effect::new(move |_| {
        stop();
        if !is_pointed_at.get() && !is_focused.get() && !is_hidden.get() {
            timer.set_value(set_timeout_with_handle(move || toasts.remove(key), stay).ok());
        }
    });
    on_cleanup(stop);
    let dismiss = move || {
        toasts.remove(key);
        on_gone.run(());
    };

    let Toast {
        kind,
        title,
        text,
        action,
    } = toast;
    view! {
        <div
            class=format!("toast {}", kind.class())
            on:mouseenter=move |_| set_pointed_at.set(true)
            on:mouseleave=move |_| set_pointed_at.set(false)
            on:focusin=move |_| set_focused.set(true)
            on:focusout=move |_| {
                set_focused.try_set(false);
            }
        >
            <Icon icon=kind.icon() />
            <div class="toast-words">
                <p class="toast-title">{title}</p>
                {text.map(|text| view! { <p class="toast-text">{text}</p> })}
                {action
                    .map(|ToastAction { label, href, on_open }| {
                        let open = move |_| {
                            if let Some(on_open) = on_open {
                                on_open.run(());
                            }
                            toasts.remove(key);
                        };
                        view! {
                            <a class="toast-action" href=href on:click=open>
                                {label}
                            </a>
                        }
                    })}
            </div>
            <IconButton
                icon=icondata_lu::LuX
                label=Signal::stored(td_string!(locale, ui.dismiss).to_owned())
                on_press=move |()| dismiss()
            />
        </div>
    }
}
