//! Before the call: how one looks and sounds, which devices to use, whether calls get through.

use leptos::html;
use leptos::prelude::*;
use leptos::wasm_bindgen::JsCast as _;
use leptos::web_sys::HtmlElement;

use super::Room;
use super::check::ConnectionCheck;
use super::kit::Kit;
use super::meter::LevelMeter;
use super::pickers::{DevicePicker, SpeakerPicker};
use super::speaker::SpeakerCheck;
use super::switches::OwnSwitches;
use super::trouble::Troubles;
use crate::calls::model::CallId;
use crate::calls::stage::{Device, Source};
use crate::i18n::{Locale, td_string, use_locale};
use crate::ui::{Button, ButtonKind, Icon, LinkButton, Notice, Spinner, Tone};

/// The button "Join call".
const JOIN: &str = "join-call";

/// While the page finds out whether to join at once. What the server sends, and all that there is without JavaScript.
#[component]
pub(super) fn Checking(room: Room) -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="call-preview">
            <div class="call-tile side-mine">
                <p class="call-tile-words">
                    <Spinner />
                    {td_string!(locale, calls.room.getting_ready)}
                </p>
            </div>
            <div class="call-preview-side">
                <Heading room=room />
                <div class="without-script">
                    <Notice tone=Tone::Warning>{td_string!(locale, calls.room.needs_javascript)}</Notice>
                </div>
            </div>
        </div>
    }
}

/// The own picture with its switches, the pickers and tests, "Join call".
#[component]
pub(super) fn Preview(room: Room) -> impl IntoView {
    let locale = use_locale();
    let stage = room.stage;
    let video = NodeRef::<html::Video>::new();
    room.driver.show_own(video);
    let has_call = Memo::new(move |_| stage.call.get().is_some());
    let is_waiting = move || stage.is_waiting.get() && !has_call.get();
    let last_call = Memo::new(move |_| stage.last_call.get().filter(|_| !has_call.get()));
    let is_beside = move || has_call.get() && stage.is_beside.get();
    let has_words = move || is_beside() || !has_call.get();
    let words = move || {
        if is_beside() {
            td_string!(locale, calls.preview.beside).to_owned()
        } else if is_waiting() {
            td_string!(locale, calls.preview.waiting).to_owned()
        } else {
            td_string!(locale, calls.preview.no_call, name = room.name())
        }
    };
    view! {
        <div class="call-preview">
            <div class="call-preview-picture">
                <OwnPicture room=room video=video />
                <OwnSwitches room=room />
            </div>
            <div class="call-preview-side">
                <Heading room=room />
                <Troubles room=room />
                <div role="status">{move || has_words().then(|| view! { <Notice>{words}</Notice> })}</div>
                {move || last_call.get().map(|call| last_call_link(locale, call))}
                <div class="call-preview-actions">
                    <Button
                        busy=Signal::derive(is_waiting)
                        attr:id=JOIN
                        attr:aria-describedby="join-hint"
                        on_press=move |()| room.driver.join()
                    >
                        <Icon icon=icondata_lu::LuVideo />
                        {td_string!(locale, calls.preview.join)}
                    </Button>
                    <Show when=is_waiting>
                        <Button kind=ButtonKind::Secondary on_press=move |()| stop_waiting(room)>
                            {td_string!(locale, calls.preview.stop_waiting)}
                        </Button>
                    </Show>
                    <LinkButton href="/partners" kind=ButtonKind::Quiet>
                        {td_string!(locale, calls.room.my_partners)}
                    </LinkButton>
                    <JoinHint room=room />
                </div>
                <DevicePicker room=room device=Device::Camera />
                <DevicePicker room=room device=Device::Microphone />
                <LevelMeter room=room />
                <SpeakerPicker room=room />
                <SpeakerCheck room=room />
                <ConnectionCheck room=room />
            </div>
        </div>
    }
}

/// The own picture, as in a mirror, or that there is none.
#[component]
pub(super) fn OwnPicture(#[prop(into)] room: Kit, video: NodeRef<html::Video>) -> impl IntoView {
    let locale = use_locale();
    let camera = room.stage.camera;
    let is_on = Memo::new(move |_| camera.get().is_on());
    view! {
        <div class="call-tile side-mine">
            <video
                class="call-video-mirrored"
                node_ref=video
                autoplay
                playsinline
                muted
                prop:muted=true
                aria-label=td_string!(locale, calls.preview.video)
            ></video>
            {move || {
                (!is_on.get())
                    .then(|| {
                        view! {
                            <p class="call-tile-words call-tile-cover">
                                <Icon icon=icondata_lu::LuVideoOff />
                                {td_string!(locale, calls.preview.camera_off)}
                            </p>
                        }
                    })
            }}
        </div>
    }
}

/// What was pressed goes away; what it took back is what may be pressed next.
fn stop_waiting(room: Room) {
    room.stage.is_waiting.set(false);
    let join = document().get_element_by_id(JOIN);
    if let Some(join) = join.and_then(|join| join.dyn_into::<HtmlElement>().ok()) {
        let _ = join.focus();
    }
}

/// The way to the call that somebody may have come back to too late.
fn last_call_link(locale: Locale, call: CallId) -> impl IntoView {
    view! {
        <p>
            <a class="text-link" href=format!("/calls/{call}")>
                {td_string!(locale, calls.preview.last_call)}
            </a>
        </p>
    }
}

/// What joining will be like with what is switched off.
#[component]
fn JoinHint(room: Room) -> impl IntoView {
    let locale = use_locale();
    let stage = room.stage;
    let is_off = move |device| stage.source(device).get() == Source::Off;
    let words = move || {
        let name = room.name();
        match (is_off(Device::Microphone), is_off(Device::Camera)) {
            (true, true) => td_string!(locale, calls.preview.join_off_both, name = name),
            (true, false) => td_string!(locale, calls.preview.join_off_microphone, name = name),
            (false, true) => td_string!(locale, calls.preview.join_off_camera, name = name),
            (false, false) => String::new(),
        }
    };
    view! {
        <p class="field-hint call-preview-hint" id="join-hint">
            {words}
        </p>
    }
}

#[component]
fn Heading(room: Room) -> impl IntoView {
    let locale = use_locale();
    view! {
        <div class="call-preview-heading">
            <h1>{td_string!(locale, calls.room.title, name = room.name())}</h1>
            <p class="lead">{td_string!(locale, calls.preview.lead, name = room.name())}</p>
        </div>
    }
}
