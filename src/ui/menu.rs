//! A button that opens a small sheet of links, with the browser's own popover: it works without JavaScript, and closes on Escape and
//! on a press elsewhere.

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
    /// What the button shows; decorative.
    #[prop(into)]
    face: ViewFn,
    /// What the sheet holds.
    children: Children,
) -> impl IntoView {
    let sheet = NodeRef::<html::Div>::new();
    let (open, set_open) = signal(false);
    // A navigation inside the application does not close a popover by itself.
    let on_click = move |event: MouseEvent| {
        let link = event
            .target()
            .and_then(|target| target.dyn_into::<Element>().ok())
            .and_then(|target| target.closest("a[href]").ok().flatten());
        if let (Some(_), Some(sheet)) = (link, sheet.get_untracked()) {
            // Refused only when it is closed already.
            let _ = sheet.hide_popover();
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
                aria-expanded=move || if open.get() { "true" } else { "false" }
            >
                {face.run()}
            </button>
            <div class="menu-sheet" id=id popover="auto" node_ref=sheet on:toggle=on_toggle on:click=on_click>
                {children()}
            </div>
        </div>
    }
}
