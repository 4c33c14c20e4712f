//! Whether the person hears anything.

use leptos::prelude::*;

use super::kit::Kit;
use crate::calls::stage::trial::SpeakerTest;
use crate::i18n::{td_string, use_locale};
use crate::ui::{Button, ButtonKind, Icon, Notice, Tone};

/// "Test speaker", and what to do if nothing was heard.
#[component]
pub(super) fn SpeakerCheck(#[prop(into)] room: Kit) -> impl IntoView {
    let locale = use_locale();
    let state = room.stage.trial.speaker;
    let is_playing = Signal::derive(move || state.get() == SpeakerTest::Playing);
    let said = move || match state.get() {
        SpeakerTest::Idle => None,
        SpeakerTest::Playing => Some(view! { <p>{td_string!(locale, calls.preview.speaker_playing)}</p> }.into_any()),
        SpeakerTest::Played => Some(
            view! {
                <Notice>
                    <p>{td_string!(locale, calls.preview.speaker_played)}</p>
                    <p>{td_string!(locale, calls.preview.speaker_help)}</p>
                </Notice>
            }
            .into_any(),
        ),
        SpeakerTest::Failed => Some(
            view! { <Notice tone=Tone::Warning>{td_string!(locale, calls.preview.speaker_failed)}</Notice> }.into_any(),
        ),
    };
    view! {
        <div class="speaker-check">
            <Button kind=ButtonKind::Secondary small=true busy=is_playing on_press=move |()| room.driver.test_speaker()>
                <Icon icon=icondata_lu::LuVolume2 />
                {td_string!(locale, calls.preview.speaker_test)}
            </Button>
            <div role="status">{said}</div>
        </div>
    }
}
