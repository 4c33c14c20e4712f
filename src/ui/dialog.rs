//! Modal dialogs on the browser's own `<dialog>`.

use leptos::ev::{Event, KeyboardEvent, MouseEvent, PointerEvent};
use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::web_sys::{HtmlDialogElement, HtmlElement};

use super::button::IconButton;
use crate::i18n::{td_string, use_locale};

/// What can take the focus inside a dialog.
const FOCUSABLE: &str = "a[href], button:not([disabled]), input:not([disabled]):not([type='hidden']), select:not([disabled]), \
                         textarea:not([disabled]), [tabindex]:not([tabindex='-1'])";

/// A modal dialog, labelled by its heading; a sheet at the bottom on phones.
///
/// `open` says whether it is shown; Escape, a press beside it and its dismiss button ask through `on_close`, and the owner of `open`
/// decides. The focus goes to the element with `data-focus`, else to the first that can take it, stays inside, and returns to the
/// opener. The content exists only while it is open.
#[component]
pub fn Dialog(
    /// Its `id`; the heading's is `{id}-title`.
    id: &'static str,
    /// Whether it is shown.
    #[prop(into)]
    open: Signal<bool>,
    /// The person asks to close it.
    #[prop(into)]
    on_close: Callback<()>,
    /// The heading, which is its accessible name.
    #[prop(into)]
    title: Signal<String>,
    /// Whether the person may close it without answering.
    #[prop(default = Signal::stored(true), into)]
    dismissible: Signal<bool>,
    /// Whether a press beside it asks to close it.
    #[prop(default = Signal::stored(true), into)]
    light_dismiss: Signal<bool>,
    /// Whether it has a button to dismiss it, where it may be closed without answering.
    #[prop(default = true)]
    dismiss_button: bool,
    /// The content.
    children: ChildrenFn,
) -> impl IntoView {
    let locale = use_locale();
    let element = NodeRef::<html::Dialog>::new();
    let content = StoredValue::new(children);
    // How many of our own closings the browser has not told of yet. It does so later, when the dialog may be wanted again, for another call
    // for example: that one must not be taken for closed by the person.
    let untold = StoredValue::new(0_u32);

    Effect::new(move || {
        let Some(element) = element.get() else { return };
        match (open.get(), element.open()) {
            // The content is drawn in the same turn; one frame later it can take the focus.
            (true, false) => request_animation_frame(move || {
                if open.try_get_untracked() == Some(true) && !element.open() {
                    // Refused only when it left the page meanwhile.
                    let _ = element.show_modal();
                    focus_wanted(&element);
                }
            }),
            (false, true) => {
                untold.update_value(|untold| *untold += 1);
                element.close();
            }
            _ => {}
        }
    });
    // New content takes the place of the old under a new heading: what had the focus may be gone with it.
    Effect::new(move || {
        title.track();
        if let Some(element) = element.get().filter(|_| open.get_untracked()) {
            request_animation_frame(move || bring_focus_inside(&element));
        }
    });
    // A dialog that leaves the page while it is open would leave the rest of the page inert for a moment and the focus nowhere.
    on_cleanup(move || {
        if let Some(Some(element)) = element.try_get_untracked()
            && element.open()
        {
            element.close();
        }
    });

    let ask_to_close = move || {
        if dismissible.get_untracked() {
            on_close.run(());
        }
    };
    let on_cancel = move |event: Event| {
        // A cancelled field inside (a file picker) sends the same event upwards.
        if event.target() == event.current_target() {
            event.prevent_default();
            ask_to_close();
        }
    };
    let on_keydown = move |event: KeyboardEvent| match event.key().as_str() {
        // Browsers let a page refuse the `cancel` event only once in a row, so Escape is answered before it becomes one.
        // In an input method it gives up a word, not the dialog.
        "Escape" if !event.is_composing() => {
            event.prevent_default();
            ask_to_close();
        }
        "Tab" => keep_focus_inside(&event),
        _ => {}
    };
    // Only a press on the backdrop has the dialog itself as its target: its padding belongs to the panel inside. It has to begin there
    // too: text that is selected up to the edge ends outside.
    let pressed_beside = StoredValue::new(false);
    let on_pointerdown = move |event: PointerEvent| {
        pressed_beside.set_value(light_dismiss.get_untracked() && event.target() == event.current_target());
    };
    let on_click = move |event: MouseEvent| {
        if event.target() == event.current_target() && pressed_beside.get_value() {
            ask_to_close();
        }
    };
    // The browser closed it by its own rules: follow, or show it again.
    let on_native_close = move |event: Event| {
        if event.target() != event.current_target() {
            return;
        }
        if untold.get_value() > 0 {
            return untold.update_value(|untold| *untold -= 1);
        }
        if open.get_untracked() {
            if dismissible.get_untracked() {
                on_close.run(());
            } else if let Some(element) = element.get_untracked() {
                let _ = element.show_modal();
            }
        }
    };

    let title_id = StoredValue::new(format!("{id}-title"));
    view! {
        <dialog
            class="dialog"
            id=id
            node_ref=element
            aria-labelledby=title_id.get_value()
            on:cancel=on_cancel
            on:keydown=on_keydown
            on:pointerdown=on_pointerdown
            on:click=on_click
            on:close=on_native_close
        >
            <Show when=move || open.get()>
                <div class="dialog-panel">
                    <h2 class="dialog-title" id=title_id.get_value()>
                        {move || title.get()}
                    </h2>
                    <div class="dialog-body">{content.with_value(|content| content())}</div>
                    <Show when=move || dismiss_button && dismissible.get()>
                        <span class="dialog-dismiss">
                            <IconButton
                                icon=icondata_lu::LuX
                                label=Signal::stored(td_string!(locale, ui.dismiss).to_owned())
                                on_press=move |()| on_close.run(())
                            />
                        </span>
                    </Show>
                </div>
            </Show>
        </dialog>
    }
}

/// The row of buttons at the end of a dialog, in the order in which they are reached; one under the other on phones.
#[component]
pub fn DialogActions(
    /// Buttons, the main one first.
    children: Children,
) -> impl IntoView {
    view! { <div class="dialog-actions">{children()}</div> }
}

/// Puts the focus on what asks for it, else on the first that can take it, unless it is inside already.
fn bring_focus_inside(dialog: &HtmlDialogElement) {
    let focused = document().active_element();
    if !dialog.open() || focused.is_some_and(|focused| dialog.contains(Some(&focused))) {
        return;
    }
    if !focus_wanted(dialog)
        && let Some(first) = focusable(dialog).first()
    {
        let _ = first.focus();
    }
}

/// Puts the focus on what asks for it by `data-focus`, if anything does. Not `autofocus`: browsers complain in the console about
/// elements that bring it along while something else has the focus.
fn focus_wanted(dialog: &HtmlDialogElement) -> bool {
    let wanted = dialog.query_selector("[data-focus]").ok().flatten();
    let wanted = wanted.and_then(|element| element.dyn_into::<HtmlElement>().ok());
    wanted.is_some_and(|wanted| wanted.focus().is_ok())
}

/// What can take the focus in a dialog, in order.
fn focusable(dialog: &HtmlDialogElement) -> Vec<HtmlElement> {
    let Ok(found) = dialog.query_selector_all(FOCUSABLE) else {
        return Vec::new();
    };
    (0..found.length())
        .filter_map(|index| found.item(index)?.dyn_into::<HtmlElement>().ok())
        .filter(|element| element.get_client_rects().length() > 0)
        .collect()
}

/// Lets Tab go round inside the dialog: the browser would let it out to its own controls.
fn keep_focus_inside(event: &KeyboardEvent) {
    let Some(dialog) = event
        .current_target()
        .and_then(|target| target.dyn_into::<HtmlDialogElement>().ok())
    else {
        return;
    };
    let visible = focusable(&dialog);
    let (Some(first), Some(last)) = (visible.first(), visible.last()) else {
        event.prevent_default();
        return;
    };
    let focused = document().active_element();
    let is_at = |element: &HtmlElement| focused.as_ref() == Some(element.as_ref());
    let target = if event.shift_key() {
        is_at(first).then_some(last)
    } else {
        is_at(last).then_some(first)
    };
    if let Some(target) = target {
        event.prevent_default();
        let _ = target.focus();
    }
}
