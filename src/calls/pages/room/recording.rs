//! Recording a call, which both have to agree to.

use leptos::prelude::*;

use super::Room;
use crate::calls::recording::consent::Outcome;
use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::time::clock_length;
use crate::ui::{Button, ButtonKind, Icon, Notice, Toast, Tone, focus_page_when_gone, use_toasts};

/// Asks for a recording, or ends it; stands in the menu of further things.
#[component]
pub(super) fn RecordingItem(room: Room) -> impl IntoView {
    let locale = use_locale();
    let recording = room.stage.recording;
    let shown = recording.shown;
    let is_on = Memo::new(move |_| shown.get().is_recording());
    let press = move |_| {
        if is_on.get_untracked() {
            room.driver.stop_recording();
        } else {
            room.driver.record();
        }
    };
    // One that is going on is ended beside its words: no two buttons of one name.
    view! {
        <Show when=move || recording.can_record.get() && !is_on.get()>
            <button
                type="button"
                class="menu-item"
                title=td_string!(locale, calls.recording.limit)
                disabled=move || !recording.can_ask.get() || shown.get().is_asking
                on:click=press
            >
                <Icon icon=icondata_lu::LuDisc />
                {td_string!(locale, calls.recording.ask)}
            </button>
        </Show>
    }
}

/// That is being asked, or recorded, and by whom.
#[component]
pub(super) fn RecordingNotice(room: Room) -> impl IntoView {
    let locale = use_locale();
    let recording = room.stage.recording;
    let shown = recording.shown;
    tell_outcomes(room, locale);
    let is_asked = Memo::new(move |_| shown.get().is_asked);
    let is_asking = Memo::new(move |_| shown.get().is_asking);
    view! {
        <div class="recording" role="status">
            <Show when=move || is_asking.get()>
                {focus_page_when_gone()}
                <Notice>
                    <p>{td_string!(locale, calls.recording.asking, name = room.name())}</p>
                    <div class="security-actions">
                        <Button kind=ButtonKind::Secondary small=true on_press=move |()| room.driver.stop_recording()>
                            {td_string!(locale, calls.recording.cancel)}
                        </Button>
                    </div>
                </Notice>
            </Show>
        </div>
        <div class="recording" role="alert">
            <Show when=move || is_asked.get()>
                {focus_page_when_gone()}
                <Notice tone=Tone::Warning>
                    <p>{td_string!(locale, calls.recording.asked, name = room.name())}</p>
                    <div class="security-actions">
                        <Button kind=ButtonKind::Secondary small=true on_press=move |()| room.driver.answer_recording(true)>
                            {td_string!(locale, calls.recording.allow)}
                        </Button>
                        <Button kind=ButtonKind::Secondary small=true on_press=move |()| room.driver.answer_recording(false)>
                            {td_string!(locale, calls.recording.refuse)}
                        </Button>
                    </div>
                </Notice>
            </Show>
        </div>
        <Going room=room />
    }
}

/// "Recording", for as long as it goes on.
#[component]
fn Going(room: Room) -> impl IntoView {
    let locale = use_locale();
    let shown = room.stage.recording.shown;
    let is_on = Memo::new(move |_| shown.get().is_recording());
    let who = Memo::new(move |_| shown.get().is_mine);
    let whose = move || {
        if who.get() {
            td_string!(locale, calls.recording.here).to_owned()
        } else {
            td_string!(locale, calls.recording.there, name = room.name())
        }
    };
    view! {
        <div class="recording-going" class:is-on=is_on>
            <div class="recording-words" role="status">
                <Show when=move || is_on.get()>
                    <p>
                        <span class="recording-dot" aria-hidden="true"></span>
                        <strong>{td_string!(locale, calls.recording.on)}</strong>
                        " "
                        <span class="recording-whose">{whose}</span>
                    </p>
                </Show>
            </div>
            <Show when=move || is_on.get()>
                {focus_page_when_gone()}
                <span class="recording-length" role="timer" aria-label=td_string!(locale, calls.recording.length)>
                    {move || clock_length(shown.get().seconds)}
                </span>
                <Button kind=ButtonKind::Secondary small=true on_press=move |()| room.driver.stop_recording()>
                    {td_string!(locale, calls.recording.stop)}
                </Button>
            </Show>
        </div>
    }
}

/// Says how it ended.
fn tell_outcomes(room: Room, locale: Locale) {
    let recording = room.stage.recording;
    let toasts = use_toasts();
    Effect::new(move |_| {
        if let Some(outcome) = recording.outcome.get() {
            toasts.push(Toast {
                kind: match outcome {
                    Outcome::Failed | Outcome::Lost => Tone::Warning,
                    _ => Tone::Info,
                },
                title: outcome_text(locale, outcome, &room.name()),
                ..Toast::default()
            });
        }
    });
}

fn outcome_text(locale: Locale, outcome: Outcome, name: &str) -> String {
    match outcome {
        Outcome::Refused => td_string!(locale, calls.recording.refused, name = name),
        Outcome::Unanswered => td_string!(locale, calls.recording.unanswered, name = name),
        Outcome::ByMe => td_string!(locale, calls.recording.ended).to_owned(),
        Outcome::ByPartner => td_string!(locale, calls.recording.ended_by_partner, name = name),
        Outcome::Lost => td_string!(locale, calls.recording.lost, name = name),
        Outcome::Full => td_string!(locale, calls.recording.full).to_owned(),
        Outcome::Failed => td_string!(locale, calls.recording.failed).to_owned(),
    }
}
