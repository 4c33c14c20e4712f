//! The menu of what a call needs rarely.

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::{Element, HtmlElement};

use super::Room;
use super::quality::QualityItem;
use super::recording::RecordingItem;
use super::stage::Sight;
use super::verification::VerificationItem;
use super::words::{corner_text, layout_text};
use crate::calls::stage::layout::{Corner, Layout};
use crate::i18n::{td_string, use_locale};
use crate::ui::{Icon, Menu};

/// "More". Items are buttons of the class `menu-item`; a press on one closes the menu.
#[component]
pub(super) fn More(room: Room, sight: Sight) -> impl IntoView {
    let locale = use_locale();
    let view = room.stage.view;
    let full_screen = move || {
        if view.is_full.get() {
            (
                icondata_lu::LuMinimize,
                td_string!(locale, calls.more.leave_full_screen),
            )
        } else {
            (icondata_lu::LuMaximize, td_string!(locale, calls.more.full_screen))
        }
    };
    let pop_out = move || {
        if view.is_popped_out.get() {
            td_string!(locale, calls.more.pop_in)
        } else {
            td_string!(locale, calls.more.pop_out)
        }
    };
    let has_picture = move || {
        let stage = room.stage;
        stage.has_picture.get() || stage.screens.has_picture.get() || view.is_popped_out.get()
    };
    view! {
        <div class="call-more">
            <Menu id="call-more" label=td_string!(locale, calls.more.title) face=|| view! { <Icon icon=icondata_lu::LuEllipsis /> }>
                <div class="call-more-items" on:click=close_after>
                    <LayoutChoice room=room sight=sight />
                    <Show when=move || sight.layout.get() == Layout::PictureInPicture>
                        <CornerChoice room=room />
                    </Show>
                    <Show when=move || view.can_fill.get()>
                        <button type="button" class="menu-item" on:click=move |_| room.driver.fill_screen()>
                            {move || view! { <Icon icon=full_screen().0 /> }}
                            {move || full_screen().1}
                        </button>
                    </Show>
                    <Show when=move || view.can_pop_out.get()>
                        <button
                            type="button"
                            class="menu-item"
                            disabled=move || !has_picture()
                            on:click=move |_| room.driver.pop_out()
                        >
                            <Icon icon=icondata_lu::LuPictureInPicture2 />
                            {pop_out}
                        </button>
                    </Show>
                    <button type="button" class="menu-item" on:click=move |_| sight.devices_open.set(true)>
                        <Icon icon=icondata_lu::LuSlidersHorizontal />
                        {td_string!(locale, calls.more.devices)}
                    </button>
                    <QualityItem room=room />
                    <VerificationItem room=room />
                    <RecordingItem room=room />
                    <button type="button" class="menu-item" on:click=move |_| sight.shortcuts_open.set(true)>
                        <Icon icon=icondata_lu::LuKeyboard />
                        {td_string!(locale, calls.shortcuts.title)}
                    </button>
                </div>
            </Menu>
        </div>
    }
}

/// The orders of the pictures.
#[component]
fn LayoutChoice(room: Room, sight: Sight) -> impl IntoView {
    let locale = use_locale();
    let radio = move |layout: Layout| {
        view! {
            <label class="menu-item call-layout">
                <input
                    type="radio"
                    name="call-layout"
                    value=layout.name()
                    prop:checked=move || sight.layout.get() == layout
                    on:change=move |_| room.driver.choose_layout(layout)
                />
                {layout_text(locale, layout)}
            </label>
        }
    };
    view! {
        <fieldset class="call-layouts">
            <legend>{td_string!(locale, calls.layout.title)}</legend>
            {Layout::ALL.map(radio).into_iter().collect_view()}
        </fieldset>
    }
}

/// Where the small picture lies, for those who cannot pull it there.
#[component]
fn CornerChoice(room: Room) -> impl IntoView {
    let locale = use_locale();
    let corner = room.stage.view.corner;
    let radio = move |choice: Corner| {
        view! {
            <label class="menu-item call-layout">
                <input
                    type="radio"
                    name="call-corner"
                    value=choice.name()
                    prop:checked=move || corner.get() == choice
                    on:change=move |_| room.driver.choose_corner(choice)
                />
                {corner_text(locale, choice)}
            </label>
        }
    };
    view! {
        <fieldset class="call-layouts">
            <legend>{td_string!(locale, calls.layout.corners)}</legend>
            {Corner::ALL.map(radio).into_iter().collect_view()}
        </fieldset>
    }
}

/// Closes the menu after a press on one of its buttons, and gives the focus back to the one that opened it.
fn close_after(event: MouseEvent) {
    let pressed = event.target().and_then(|target| target.dyn_into::<Element>().ok());
    let Some(button) = pressed.and_then(|pressed| pressed.closest("button").ok().flatten()) else {
        return;
    };
    let sheet = button.closest("[popover]").ok().flatten();
    if let Some(sheet) = sheet.and_then(|sheet| sheet.dyn_into::<HtmlElement>().ok()) {
        // Refused only when it is closed already.
        let _ = sheet.hide_popover();
    }
}
