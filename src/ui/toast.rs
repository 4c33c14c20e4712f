//! Short news that comes while a person does something else.

use std::time::Duration;

use leptos::leptos_dom::helpers::{TimeoutHandle, set_timeout_with_handle};
use leptos::prelude::*;

use super::button::IconButton;
use super::icon::Icon;
use super::notice::Tone;
use crate::i18n::{td_string, use_locale};

/// How long a toast stays when nobody points at it.
const STAY: Duration = Duration::from_secs(6);

/// Where a toast leads.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ToastAction {
    /// The link's words.
    pub label: String,
    /// Its address.
    pub href: String,
}

/// One piece of news.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
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
    view! {
        <div class="toasts" aria-live="polite">
            <For each=move || toasts.shown.get() key=|(key, _)| *key let:entry>
                <ToastCard toasts=toasts key=entry.0 toast=entry.1 />
            </For>
        </div>
    }
}

#[component]
fn ToastCard(toasts: Toasts, key: u32, toast: Toast) -> impl IntoView {
    let locale = use_locale();
    let timer = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(timer) = timer.try_update_value(Option::take).flatten() {
            timer.clear();
        }
    };
    let start = move || {
        stop();
        timer.set_value(set_timeout_with_handle(move || toasts.remove(key), STAY).ok());
    };
    Effect::new(start);
    on_cleanup(stop);

    let Toast {
        kind,
        title,
        text,
        action,
    } = toast;
    view! {
        <div
            class=format!("toast {}", kind.class())
            on:mouseenter=move |_| stop()
            on:mouseleave=move |_| start()
            on:focusin=move |_| stop()
            on:focusout=move |_| start()
        >
            <Icon icon=kind.icon() />
            <div class="toast-words">
                <p class="toast-title">{title}</p>
                {text.map(|text| view! { <p class="toast-text">{text}</p> })}
                {action
                    .map(|ToastAction { label, href }| {
                        view! {
                            <a class="toast-action" href=href on:click=move |_| toasts.remove(key)>
                                {label}
                            </a>
                        }
                    })}
            </div>
            <IconButton
                icon=icondata_lu::LuX
                label=Signal::stored(td_string!(locale, ui.dismiss).to_owned())
                on:click=move |_| toasts.remove(key)
            />
        </div>
    }
}
