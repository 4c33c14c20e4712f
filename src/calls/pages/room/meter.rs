//! How well the own microphone hears, to look at and in words.

use leptos::prelude::*;

use super::kit::Kit;
use crate::calls::stage::hearing::Hearing;
use crate::i18n::{Locale, td_string, use_locale};

/// How finely it is drawn.
const BARS: u8 = 16;

/// The level of the own microphone.
#[component]
pub(super) fn LevelMeter(#[prop(into)] room: Kit) -> impl IntoView {
    let locale = use_locale();
    let stage = room.stage;
    let is_on = Memo::new(move |_| stage.microphone.get().is_on());
    let lit = Memo::new(move |_| {
        let level = if is_on.get() {
            stage.levels.microphone.get()
        } else {
            0.0
        };
        (level * f32::from(BARS)).round() as u8
    });
    let hearing = Memo::new(move |_| is_on.get().then(|| stage.trial.hearing.get()));
    let words = move || hearing_text(locale, hearing.get());
    let help = move || help_text(locale, hearing.get());
    let bars = (0..BARS)
        .map(|bar| view! { <span class="level-bar" class:is-lit=move || bar < lit.get()></span> })
        .collect_view();
    view! {
        <div class="level" class:is-good=move || hearing.get() == Some(Hearing::Good)>
            <div
                class="level-bars"
                role="meter"
                aria-label=td_string!(locale, calls.preview.level)
                aria-valuemin="0"
                aria-valuemax=BARS.to_string()
                aria-valuenow=move || lit.get().to_string()
                aria-valuetext=words
            >
                {bars}
            </div>
            <p class="level-words">{words}</p>
            {move || help().map(|help| view! { <p class="field-hint">{help}</p> })}
        </div>
    }
}

/// `None` for a microphone that is off.
fn hearing_text(locale: Locale, hearing: Option<Hearing>) -> &'static str {
    match hearing {
        None => td_string!(locale, calls.preview.level_off),
        Some(Hearing::NotYet) => td_string!(locale, calls.preview.level_not_yet),
        Some(Hearing::Listening) => td_string!(locale, calls.preview.level_listening),
        Some(Hearing::Nothing) => td_string!(locale, calls.preview.level_nothing),
        Some(Hearing::Quiet) => td_string!(locale, calls.preview.level_quiet),
        Some(Hearing::Good) => td_string!(locale, calls.preview.level_good),
    }
}

fn help_text(locale: Locale, hearing: Option<Hearing>) -> Option<&'static str> {
    match hearing? {
        Hearing::Nothing => Some(td_string!(locale, calls.preview.level_nothing_help)),
        Hearing::Quiet => Some(td_string!(locale, calls.preview.level_quiet_help)),
        Hearing::NotYet | Hearing::Listening | Hearing::Good => None,
    }
}
