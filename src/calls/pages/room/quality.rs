//! How the connection is: in words while something is wrong, and as figures on demand.

mod panel;
mod words;

use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::{Element, HtmlElement};

pub(super) use self::panel::QualityPanel;
pub(super) use self::words::QualityWords;
use super::Room;
use crate::i18n::{td_string, use_locale};
use crate::ui::Icon;

/// The panel of figures.
const PANEL: &str = "call-quality";

/// Opens and closes the panel of figures; stands in the menu of further things.
#[component]
pub(super) fn QualityItem(room: Room) -> impl IntoView {
    let locale = use_locale();
    let is_open = room.stage.quality.is_panel_open;
    let item = NodeRef::<html::Button>::new();
    // Whoever closes it goes on from where they opened it.
    Effect::new(move |was_open: Option<bool>| {
        let is_open = is_open.get();
        if was_open == Some(true)
            && !is_open
            && let Some(item) = item.get_untracked()
        {
            let _ = way_to(&item).focus();
        }
        is_open
    });
    view! {
        <button
            type="button"
            class="menu-item"
            node_ref=item
            aria-expanded=move || is_open.get().to_string()
            aria-controls=move || is_open.get().then_some(PANEL)
            on:click=move |_| is_open.update(|is_open| *is_open = !*is_open)
        >
            <Icon icon=icondata_lu::LuActivity />
            {td_string!(locale, calls.quality.item)}
        </button>
    }
}

/// The item itself, or the button of the closed menu that it stands in.
fn way_to(item: &HtmlElement) -> HtmlElement {
    let menu = item.closest("[popover]").ok().flatten();
    let button = menu
        .filter(|menu| !menu.matches(":popover-open").unwrap_or(true))
        .and_then(|menu| opener(&menu));
    button.unwrap_or_else(|| item.clone())
}

fn opener(menu: &Element) -> Option<HtmlElement> {
    let button = document().query_selector(&format!("[popovertarget=\"{}\"]", menu.id()));
    button.ok().flatten()?.dyn_into().ok()
}
