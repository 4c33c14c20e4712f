//! What lies over a picture: a press makes it large; a small one is dragged, or led by arrow keys, to another corner.

use leptos::ev::{KeyboardEvent, PointerEvent};
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::{Element, HtmlElement};

use super::Room;
use super::stage::Sight;
use super::words::corner_text;
use crate::calls::stage::layout::{Corner, Layout, Place, Tile, Wish};
use crate::i18n::{td_string, use_locale};

/// From this far on, in CSS pixels, a press is a pull.
const PULL: f64 = 8.0;

/// Where a pull began, and whether it is one by now.
#[derive(Clone, Copy)]
struct Pull {
    x: f64,
    y: f64,
    is_pull: bool,
}

/// The button over a picture.
#[component]
pub(super) fn Press(
    room: Room,
    sight: Sight,
    tile: Tile,
    place: Memo<Place>,
    /// Its accessible name.
    name: String,
) -> impl IntoView {
    let locale = use_locale();
    let view = room.stage.view;
    let is_movable = Memo::new(move |_| sight.layout.get() == Layout::PictureInPicture && place.get().is_small());
    let pull = StoredValue::new(None::<Pull>);
    // The press that ends a pull is none.
    let was_pulled = StoredValue::new(false);

    let on_click = move |_| {
        if was_pulled.try_update_value(std::mem::take) == Some(true) {
            return;
        }
        match place.get_untracked() {
            Place::Large => view.wish.set(None),
            at => {
                if at == Place::Equal {
                    view.chosen.set(Some(Layout::Spotlight));
                }
                view.wish.set(Some(Wish {
                    tile,
                    with_screen: sight.has_screen.get_untracked(),
                }));
            }
        }
    };
    let on_keydown = move |event: KeyboardEvent| {
        let has_modifier = event.ctrl_key() || event.alt_key() || event.meta_key() || event.shift_key();
        if !is_movable.get_untracked() || has_modifier {
            return;
        }
        if let Some(corner) = view.corner.get_untracked().moved(&event.key()) {
            event.prevent_default();
            room.driver.choose_corner(corner);
            sight.said.set(corner_text(locale, corner).to_owned());
        }
    };
    let on_pointerdown = move |event: PointerEvent| {
        was_pulled.set_value(false);
        if event.button() != 0 || !is_movable.get_untracked() {
            return;
        }
        if let Some(button) = button_of(&event) {
            // Without it the pull ends at the edge of the picture.
            let _ = button.set_pointer_capture(event.pointer_id());
        }
        pull.set_value(Some(Pull {
            x: f64::from(event.client_x()),
            y: f64::from(event.client_y()),
            is_pull: false,
        }));
    };
    let on_pointermove = move |event: PointerEvent| {
        let Some(begun) = pull.get_value() else { return };
        let (x, y) = (
            f64::from(event.client_x()) - begun.x,
            f64::from(event.client_y()) - begun.y,
        );
        if begun.is_pull || x.hypot(y) >= PULL {
            pull.set_value(Some(Pull { is_pull: true, ..begun }));
            move_by(&event, Some((x, y)));
        }
    };
    let on_pointerup = move |event: PointerEvent| {
        let pulled = pull.try_update_value(Option::take).flatten();
        if pulled.is_some_and(|pull| pull.is_pull) {
            was_pulled.set_value(true);
            if let Some(corner) = corner_under(&event) {
                room.driver.choose_corner(corner);
            }
            move_by(&event, None);
        }
    };
    let on_pointercancel = move |event: PointerEvent| {
        pull.set_value(None);
        move_by(&event, None);
    };
    view! {
        <button
            type="button"
            class="call-tile-press"
            class:is-movable=is_movable
            aria-label=name
            aria-description=move || is_movable.get().then(|| td_string!(locale, calls.layout.movable))
            aria-pressed=move || (place.get() == Place::Large).to_string()
            on:click=on_click
            on:keydown=on_keydown
            on:pointerdown=on_pointerdown
            on:pointermove=on_pointermove
            on:pointerup=on_pointerup
            on:pointercancel=on_pointercancel
        ></button>
    }
}

fn button_of(event: &PointerEvent) -> Option<HtmlElement> {
    event.current_target()?.dyn_into().ok()
}

fn tile_of(event: &PointerEvent) -> Option<HtmlElement> {
    let tile: Element = button_of(event)?.closest(".call-tile").ok().flatten()?;
    tile.dyn_into().ok()
}

/// Lets the picture follow the pointer, or fall back into its place.
fn move_by(event: &PointerEvent, by: Option<(f64, f64)>) {
    if let Some(tile) = tile_of(event) {
        let style = tile.style();
        let _ = match by {
            Some((x, y)) => style.set_property("translate", &format!("{x}px {y}px")),
            None => style.remove_property("translate").map(|_| ()),
        };
    }
}

/// The corner nearest to the middle of the picture.
fn corner_under(event: &PointerEvent) -> Option<Corner> {
    let tile = tile_of(event)?;
    let whole = tile
        .closest(".call-pictures")
        .ok()
        .flatten()?
        .get_bounding_client_rect();
    let tile = tile.get_bounding_client_rect();
    let part = |middle: f64, from: f64, length: f64| if length > 0.0 { (middle - from) / length } else { 0.0 };
    Some(Corner::nearest(
        part(tile.left() + tile.width() / 2.0, whole.left(), whole.width()),
        part(tile.top() + tile.height() / 2.0, whole.top(), whole.height()),
    ))
}
