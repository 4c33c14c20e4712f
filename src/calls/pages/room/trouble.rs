//! Notices about the own devices, which stay for as long as they are true.

use std::time::Duration;

use leptos::prelude::*;

use super::Room;
use super::words::{trouble_text, without_text};
use crate::calls::stage::Source;
use crate::calls::stage::trouble::troubles;
use crate::i18n::{td_string, use_locale};
use crate::ui::{Notice, Tone, held_for};

/// How long a browser that asks nobody may take to start a device.
const MOMENT: Duration = Duration::from_millis(900);

/// What is wrong with camera and microphone, what it means, what helps; and that the browser is waiting for an answer.
#[component]
pub(super) fn Troubles(room: Room) -> impl IntoView {
    let locale = use_locale();
    let stage = room.stage;
    let found = Memo::new(move |_| troubles(stage.microphone.get(), stage.camera.get()));
    let is_asking_long = held_for(MOMENT, move || {
        [stage.microphone.get(), stage.camera.get()].contains(&Source::Asking)
    });
    let notices = move || {
        let notice = |trouble| {
            view! {
                <Notice tone=Tone::Warning>
                    <p>{trouble_text(locale, trouble)}</p>
                    <p>{without_text(locale, trouble.concern, &room.name())}</p>
                    <button type="button" class="text-link" on:click=move |_| room.driver.try_again()>
                        {td_string!(locale, calls.preview.try_again)}
                    </button>
                </Notice>
            }
        };
        found.get().into_iter().map(notice).collect_view()
    };
    view! {
        <div class="call-troubles" role="status">
            {notices}
            {move || is_asking_long.get().then(|| view! { <p>{td_string!(locale, calls.preview.asking)}</p> })}
        </div>
    }
}
