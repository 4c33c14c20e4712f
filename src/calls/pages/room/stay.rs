//! Links on the page of a call: whoever looks something up meanwhile does not leave it.

use std::time::Duration;

use leptos::ev::MouseEvent;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast;
use leptos::wasm_bindgen::prelude::Closure;
use leptos::web_sys::{Element, HtmlAnchorElement};
use send_wrapper::SendWrapper;

use crate::calls::stage::departure::Click;
use crate::i18n::{td_string, use_locale};
use crate::ui::{Toast, use_toasts};

/// Opens links that would take the page away in another tab, as long as the current owner lives, and says so.
pub(super) fn stay_in_call() {
    let (locale, toasts) = (use_locale(), use_toasts());
    Effect::new(move |_| {
        let on_click = Closure::<dyn Fn(MouseEvent)>::new(move |event: MouseEvent| {
            if let Some(link) = leads_away(&event) {
                open_beside(link);
                toasts.push(Toast {
                    title: td_string!(locale, calls.stage.opened_elsewhere).to_owned(),
                    ..Toast::default()
                });
            }
        });
        let page = document();
        // Before anybody else hears of it.
        let is_heard = page.add_event_listener_with_callback_and_bool("click", on_click.as_ref().unchecked_ref(), true);
        if is_heard.is_ok() {
            let hearing = SendWrapper::new((page, on_click));
            on_cleanup(move || {
                let (page, on_click) = &*hearing;
                let _ =
                    page.remove_event_listener_with_callback_and_bool("click", on_click.as_ref().unchecked_ref(), true);
            });
        }
    });
}

/// The link that would take the page away, if the press is on one.
fn leads_away(event: &MouseEvent) -> Option<HtmlAnchorElement> {
    let pressed: Element = event.target()?.dyn_into().ok()?;
    let link: HtmlAnchorElement = pressed.closest("a[href]").ok()??.dyn_into().ok()?;
    let (address, here) = (link.href(), window().location().href().ok()?);
    let has_key = event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key();
    let click = Click {
        protocol: &link.protocol(),
        to: without_fragment(&address),
        here: without_fragment(&here),
        is_plain: event.button() == 0 && !has_key && !event.default_prevented(),
        stays: link.has_attribute("download") || link.has_attribute("target"),
    };
    click.leads_away().then_some(link)
}

/// For this press the link is one with a tab of its own: the browser opens it, and the router leaves it alone.
fn open_beside(link: HtmlAnchorElement) {
    let before = link.rel();
    link.set_target("_blank");
    link.set_rel("noopener");
    set_timeout(
        move || {
            let _ = link.remove_attribute("target");
            link.set_rel(&before);
        },
        Duration::ZERO,
    );
}

fn without_fragment(address: &str) -> &str {
    address.split('#').next().unwrap_or(address)
}
