//! What the panels beside the pictures have in common: a name, a way to close them, Escape.

use leptos::ev::KeyboardEvent;
use leptos::html;
use leptos::prelude::*;

use crate::ui::Icon;

/// A panel. `class` is its own beside `call-panel`.
#[component]
pub(super) fn Panel(
    id: &'static str,
    class: &'static str,
    title: &'static str,
    /// The name of the button that closes it.
    close: &'static str,
    on_close: impl Fn() + Copy + Send + 'static,
    /// The panel itself, which can take the focus.
    #[prop(optional)]
    section: NodeRef<html::Section>,
    /// Its heading, where it takes the focus.
    #[prop(optional)]
    heading: Option<NodeRef<html::H2>>,
    children: Children,
) -> impl IntoView {
    let on_keydown = move |event: KeyboardEvent| {
        if event.key() == "Escape" && !event.is_composing() {
            event.prevent_default();
            event.stop_propagation();
            on_close();
        }
    };
    let (title_id, takes_focus) = (format!("{id}-title"), heading.is_some());
    view! {
        <section
            class=format!("call-panel {class}")
            id=id
            node_ref=section
            tabindex="-1"
            aria-labelledby=title_id
            on:keydown=on_keydown
        >
            <header class="panel-top">
                <h2 class="panel-title" id=title_id.clone() tabindex=takes_focus.then_some("-1") node_ref=heading.unwrap_or_default()>
                    {title}
                </h2>
                <button type="button" class="icon-button" aria-label=close title=close on:click=move |_| on_close()>
                    <Icon icon=icondata_lu::LuX />
                </button>
            </header>
            {children()}
        </section>
    }
    .into_any()
}
