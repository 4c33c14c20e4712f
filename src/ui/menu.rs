//! A button that opens a small sheet of links, with the browser's own popover: it works without JavaScript, and closes on Escape and
//! on a press elsewhere, and with JavaScript on a press of what it holds.

use leptos::ev::{Event, MouseEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::Element;

/// A button and what it opens. Inside, plain links and forms in their usual order.
#[component]
pub fn Menu(
    /// The sheet's `id`.
    id: &'static str,
    /// The button's accessible name.
    #[prop(into)]
    label: String,
    /// The `id` of words that describe the button besides, if there are any.
    #[prop(optional)]
    described_by: Option<&'static str>,
    /// What the button shows; decorative.
    #[prop(into)]
    face: ViewFn,
    /// What the sheet holds.
    children: Children,
) -> impl IntoView {
    let sheet = NodeRef::<html::Div>::new();
    let (open, set_open) = signal(false);
    // Neither a navigation inside the application nor a form that is sent by a script closes a popover by itself.
    let close = move || {
        if let Some(sheet) = sheet.get_untracked() {
            // Refused only when it is closed already.
            let _ = sheet.hide_popover();
        }
    };
    let on_click = move |event: MouseEvent| {
        let link = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .and_then(|target| target.closest("a[href]").ok().flatten());
        if link.is_some() {
            close();
        }
    };
    let on_toggle = move |event: Event| {
        let now_open = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .is_some_and(|sheet| sheet.matches(":popover-open").unwrap_or(false));
        set_open.set(now_open);
    };
    view! {
        <div class="menu">
            <button
                type="button"
                class="menu-button"
                popovertarget=id
                aria-label=label
                aria-describedby=described_by
                aria-expanded=move || if open.get() { "true" } else { "false" }
            >
                {face.run()}
            </button>
            <div
                class="menu-sheet"
                id=id
                popover="auto"
                node_ref=sheet
                on:toggle=on_toggle
                on:click=on_click
                on:submit=move |_| close()
            >
                {children()}
            </div>
        </div>
    }
}
