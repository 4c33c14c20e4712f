//! Recovery codes that were just made.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;

use crate::i18n::{td_string, use_locale};
use crate::ui::{Button, ButtonKind, Form, FormError, Notice, Tone};

/// The codes, and the button that says that somebody has them.
#[component]
pub(super) fn RecoveryCodes(form: Form, codes: Vec<String>) -> impl IntoView {
    let locale = use_locale();
    let text = codes.join("\n");
    let list = codes
        .into_iter()
        .map(|code| view! { <li class="font-mono text-lg">{code}</li> })
        .collect_view();
    view! {
        <section aria-labelledby="codes-title" class="grid gap-5">
            <h2 id="codes-title">{td_string!(locale, accounts.second_factor.your_codes)}</h2>
            <Notice tone=Tone::Warning>{td_string!(locale, accounts.second_factor.shown_once)}</Notice>
            <p>{td_string!(locale, accounts.second_factor.codes_lead)}</p>
            <ol class="card grid gap-x-8 gap-y-2 sm:grid-cols-2" aria-labelledby="codes-title">
                {list}
            </ol>
            <Keeping text=text />
            <form method="post" action=form.action() class="form">
                <FormError form=form />
                <Button submit=true>{td_string!(locale, accounts.second_factor.keep)}</Button>
            </form>
        </section>
    }
}

/// Ways to keep them, once a script runs; the list can be marked and printed without.
#[component]
fn Keeping(text: String) -> impl IntoView {
    let locale = use_locale();
    let (works, set_works) = signal(false);
    let (copied, set_copied) = signal(None);
    Effect::new(move || set_works.set(true));
    let text = StoredValue::new(text);
    let copy = move |()| {
        let writing = text.with_value(|text| write_to_clipboard(text));
        spawn_local(async move {
            let is_done = match writing {
                Some(writing) => JsFuture::from(writing).await.is_ok(),
                None => false,
            };
            // Somebody may have gone on meanwhile.
            set_copied.try_set(Some(is_done));
        });
    };
    let print = |()| {
        // A browser that does not print says so itself.
        let _ = window().print();
    };
    let words = move || match copied.get() {
        Some(true) => Some(td_string!(locale, accounts.second_factor.copied)),
        Some(false) => Some(td_string!(locale, accounts.second_factor.not_copied)),
        None => None,
    };
    view! {
        <Show when=move || works.get()>
            <div class="flex flex-wrap items-center gap-3">
                <Button kind=ButtonKind::Secondary on_press=copy>
                    {td_string!(locale, accounts.second_factor.copy)}
                </Button>
                <Button kind=ButtonKind::Secondary on_press=print>
                    {td_string!(locale, accounts.second_factor.print)}
                </Button>
                <p role="status">{words}</p>
            </div>
        </Show>
    }
}

/// `None` where the browser has no clipboard for pages.
fn write_to_clipboard(text: &str) -> Option<js_sys::Promise> {
    let clipboard = js_sys::Reflect::get(&window().navigator(), &JsValue::from_str("clipboard")).ok()?;
    let write = js_sys::Reflect::get(&clipboard, &JsValue::from_str("writeText")).ok()?;
    let write: js_sys::Function = write.dyn_into().ok()?;
    write.call1(&clipboard, &JsValue::from_str(text)).ok()?.dyn_into().ok()
}
