//! Notices about the own devices, which stay for as long as they are true.

use std::time::Duration;

use leptos::prelude::*;

use super::kit::Kit;
use super::remedies::{replaced_text, step_text, trouble_text, without_text};
use crate::calls::stage::Source;
use crate::calls::stage::trial::Replaced;
use crate::calls::stage::trouble::{Trouble, remedies, troubles};
use crate::i18n::{Locale, td_string, use_locale};
use crate::ui::{Notice, Tone, focus_page_if_lost, held_for};

/// How long a browser that asks nobody may take to start a device.
const MOMENT: Duration = Duration::from_millis(900);

/// What is wrong with camera and microphone, what it means, what helps in this browser; and that the browser is waiting for an answer.
///
/// While it is tried again everything stays where it is, the focus too.
#[component]
pub(super) fn Troubles(#[prop(into)] room: Kit) -> impl IntoView {
    let locale = use_locale();
    let kit = room;
    let stage = kit.stage;
    let is_asking =
        Memo::new(move |_| [stage.microphone.get(), stage.camera.get()].map(|source| source == Source::Asking));
    let found = Memo::new(move |before: Option<&Vec<Trouble>>| match before {
        Some(before) if is_asking.get().contains(&true) => before.clone(),
        _ => troubles(stage.microphone.get(), stage.camera.get()),
    });
    let is_any = Memo::new(move |_| found.with(|found| !found.is_empty()));
    let has_tried = RwSignal::new(false);
    let is_still = move || has_tried.get() && is_any.get() && !is_asking.get().contains(&true);
    Effect::new(move |was_any: Option<bool>| {
        let is_any = is_any.get();
        if was_any == Some(true) && !is_any && has_tried.get_untracked() {
            has_tried.set(false);
            focus_page_if_lost();
        }
        is_any
    });
    let is_asking_long = held_for(MOMENT, move || is_asking.get().contains(&true));
    let asking = move || match is_asking.get() {
        [true, false] => td_string!(locale, calls.preview.asking_microphone),
        [false, true] => td_string!(locale, calls.preview.asking_camera),
        _ => td_string!(locale, calls.preview.asking),
    };
    view! {
        <div class="call-troubles" role="status">
            {move || found.get().into_iter().map(|trouble| notice(locale, kit, trouble)).collect_view()}
            {move || is_still().then(|| view! { <p>{td_string!(locale, calls.trouble.still)}</p> })}
            <Show when=move || is_any.get()>
                <button
                    type="button"
                    class="text-link"
                    on:click=move |_| {
                        has_tried.set(true);
                        kit.driver.try_again();
                    }
                >
                    {td_string!(locale, calls.preview.try_again)}
                </button>
            </Show>
            {move || is_asking_long.get().then(|| view! { <p>{asking()}</p> })}
            <Replacements kit=kit />
        </div>
    }
}

fn notice(locale: Locale, kit: Kit, trouble: Trouble) -> impl IntoView {
    let steps: Vec<String> = remedies(trouble.failure, kit.driver.agent())
        .into_iter()
        .map(|step| step_text(locale, step, trouble.concern))
        .collect();
    let steps = match steps.as_slice() {
        [step] => view! { <p>{step.clone()}</p> }.into_any(),
        _ => view! {
            <ol class="call-remedies">
                {steps.into_iter().map(|step| view! { <li>{step}</li> }).collect_view()}
            </ol>
        }
        .into_any(),
    };
    let without = kit.partner().map(|name| without_text(locale, trouble.concern, &name));
    view! {
        <Notice tone=Tone::Warning>
            <p>{trouble_text(locale, trouble)}</p>
            {steps}
            {without.map(|without| view! { <p>{without}</p> })}
        </Notice>
    }
}

/// Which devices took the place of those that were chosen on an earlier visit.
#[component]
fn Replacements(kit: Kit) -> impl IntoView {
    let locale = use_locale();
    let replaced = kit.stage.trial.replaced;
    move || {
        let notice = |one: Replaced| {
            let device = one.device;
            view! {
                <Notice>
                    <p>{replaced_text(locale, &one)}</p>
                    <button
                        type="button"
                        class="text-link"
                        on:click=move |_| {
                            replaced.update(|replaced| replaced.retain(|other| other.device != device));
                            focus_page_if_lost();
                        }
                    >
                        {td_string!(locale, calls.trouble.understood)}
                    </button>
                </Notice>
            }
        };
        replaced.get().into_iter().map(notice).collect_view()
    }
}
