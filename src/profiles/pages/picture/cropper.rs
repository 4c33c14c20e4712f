//! Which part of a picture is shown: a square that is dragged, zoomed and moved by keys.

use leptos::ev::{Event, KeyboardEvent, PointerEvent, WheelEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::web_sys::{HtmlElement, HtmlImageElement};

use super::choice::Choice;
use crate::i18n::{td_string, use_locale};
use crate::profiles::crop::{CLOSEST, Framing};

/// By how much of the square's side a key moves.
const STEP: f64 = 0.05;
/// By how much a key zooms.
const CLOSER: f64 = 1.1;
/// The middle of the square.
const MIDDLE: (f64, f64) = (0.5, 0.5);
/// How many pixels of a wheel zoom by a factor of e.
const WHEEL: f64 = 400.0;
/// How many pixels the line of a wheel is that counts in lines.
const LINE: f64 = 16.0;

/// Where a finger or the mouse is, in parts of the square's side.
type Place = (f64, f64);

/// The picture behind a square window.
#[component]
pub(super) fn Cropper(address: String, choice: Choice) -> impl IntoView {
    let locale = use_locale();
    let (square, picture) = (NodeRef::<html::Div>::new(), NodeRef::<html::Img>::new());
    // The policy refuses style attributes in the document, and not what a script of ours sets.
    Effect::new(move || {
        if let (Some(framing), Some(picture)) = (choice.framing(), picture.get()) {
            lay(&picture, framing);
        }
    });
    let on_load = move |_| {
        if let Some(picture) = picture.get_untracked() {
            choice.begin(picture.natural_width(), picture.natural_height());
        }
    };
    let place = move |x: i32, y: i32| -> Place {
        let Some(square) = square.get_untracked() else {
            return MIDDLE;
        };
        let around = square.get_bounding_client_rect();
        let side = around.width().max(1.0);
        (
            (f64::from(x) - around.left()) / side,
            (f64::from(y) - around.top()) / side,
        )
    };
    let fingers = StoredValue::new(Vec::<(i32, Place)>::new());
    let on_down = move |event: PointerEvent| {
        if event.button() != 0 {
            return;
        }
        if let Some(square) = square.get_untracked() {
            // It goes on outside of the square too; what has ended already cannot be captured.
            let _ = square.set_pointer_capture(event.pointer_id());
        }
        fingers.update_value(|fingers| {
            fingers.retain(|(id, _)| *id != event.pointer_id());
            fingers.push((event.pointer_id(), place(event.client_x(), event.client_y())));
        });
    };
    let on_move = move |event: PointerEvent| {
        let before = fingers.get_value();
        fingers.update_value(|fingers| {
            if let Some(finger) = fingers.iter_mut().find(|(id, _)| *id == event.pointer_id()) {
                finger.1 = place(event.client_x(), event.client_y());
            }
        });
        match (&before[..], &fingers.get_value()[..]) {
            ([(_, from)], [(_, to)]) => choice.frame(|framing| framing.pushed(to.0 - from.0, to.1 - from.1)),
            ([one, other], [now, other_now]) => {
                choice.frame(|framing| framing.pinched([one.1, other.1], [now.1, other_now.1]));
            }
            _ => {}
        }
    };
    let on_up = move |event: PointerEvent| {
        fingers.update_value(|fingers| fingers.retain(|(id, _)| *id != event.pointer_id()));
    };
    let on_wheel = move |event: WheelEvent| {
        event.prevent_default();
        let pixels = match event.delta_mode() {
            WheelEvent::DOM_DELTA_PIXEL => event.delta_y(),
            _ => event.delta_y() * LINE,
        };
        let over = place(event.client_x(), event.client_y());
        choice.frame(|framing| framing.zoomed(framing.zoom() * (-pixels / WHEEL).exp(), over));
    };
    let on_key = move |event: KeyboardEvent| {
        if event.ctrl_key() || event.meta_key() || event.alt_key() {
            return;
        }
        let moved: fn(Framing) -> Framing = match event.key().as_str() {
            "ArrowLeft" => |framing| framing.pushed(-STEP, 0.0),
            "ArrowRight" => |framing| framing.pushed(STEP, 0.0),
            "ArrowUp" => |framing| framing.pushed(0.0, -STEP),
            "ArrowDown" => |framing| framing.pushed(0.0, STEP),
            "+" | "=" => |framing| framing.zoomed(framing.zoom() * CLOSER, MIDDLE),
            "-" => |framing| framing.zoomed(framing.zoom() / CLOSER, MIDDLE),
            _ => return,
        };
        event.prevent_default();
        choice.frame(moved);
    };
    let on_zoom = move |event: Event| {
        if let Ok(zoom) = event_target_value(&event).parse::<f64>() {
            choice.frame(|framing| framing.zoomed(zoom, MIDDLE));
        }
    };
    let zoom = move || choice.framing().map_or(1.0, Framing::zoom).to_string();
    view! {
        <div class="cropper">
            <div
                class="cropper-square"
                class:is-ready=move || choice.framing().is_some()
                node_ref=square
                role="application"
                tabindex="0"
                aria-label=td_string!(locale, profiles.picture.part)
                aria-describedby="picture-part-hint"
                on:pointerdown=on_down
                on:pointermove=on_move
                on:pointerup=on_up
                on:pointercancel=on_up
                on:wheel=on_wheel
                on:keydown=on_key
            >
                <img
                    node_ref=picture
                    src=address
                    alt=""
                    draggable="false"
                    on:load=on_load
                    on:error=move |_| choice.give_back()
                />
            </div>
            <div class="cropper-zoom">
                <label class="field-label" for="picture-zoom">
                    {td_string!(locale, profiles.picture.zoom)}
                </label>
                <input
                    id="picture-zoom"
                    type="range"
                    min="1"
                    max=CLOSEST.to_string()
                    step="0.01"
                    prop:value=zoom
                    on:input=on_zoom
                />
                <p class="field-hint" id="picture-part-hint">
                    {td_string!(locale, profiles.picture.part_hint)}
                </p>
            </div>
        </div>
    }
    .into_any()
}

/// Puts the picture behind the square.
fn lay(picture: &HtmlImageElement, framing: Framing) {
    let [left, top, width, height] = framing.lie();
    let style = HtmlElement::style(picture);
    for (name, length) in [("left", left), ("top", top), ("width", width), ("height", height)] {
        // Each is a property of that name, and a length of it.
        let _ = style.set_property(name, &format!("{length}%"));
    }
}
