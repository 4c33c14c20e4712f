//! Lists of devices to choose from, before the call and in it.

use leptos::prelude::*;

use super::kit::Kit;
use crate::calls::stage::{Choices, Device};
use crate::i18n::{td_string, use_locale};
use crate::ui::{FieldShell, Icon};

/// The cameras or the microphones to choose from.
#[component]
pub(super) fn DevicePicker(#[prop(into)] room: Kit, device: Device) -> impl IntoView {
    let locale = use_locale();
    let (id, label, choices) = match device {
        Device::Camera => (
            "call-camera",
            td_string!(locale, calls.preview.camera),
            room.stage.cameras,
        ),
        Device::Microphone => (
            "call-microphone",
            td_string!(locale, calls.preview.microphone),
            room.stage.microphones,
        ),
    };
    let nameless = move |number: usize| match device {
        Device::Camera => td_string!(locale, calls.preview.camera_number, number = number),
        Device::Microphone => td_string!(locale, calls.preview.microphone_number, number = number),
    };
    let fallback = move |is_empty: bool| match (device, is_empty) {
        (Device::Camera, true) => td_string!(locale, calls.preview.none_camera),
        (Device::Camera, false) => td_string!(locale, calls.preview.default_camera),
        (Device::Microphone, true) => td_string!(locale, calls.preview.none_microphone),
        (Device::Microphone, false) => td_string!(locale, calls.preview.default_microphone),
    };
    let options = move || {
        choices.with(|choices| {
            let is_empty = choices.available.as_ref().is_none_or(Vec::is_empty);
            options(choices, nameless, fallback(is_empty))
        })
    };
    view! { <Picker id=id label=label options=options on_choose=move |id| room.driver.choose(device, id) /> }
}

/// The loudspeakers to choose from; only where the browser lets a page choose.
#[component]
pub(super) fn SpeakerPicker(#[prop(into)] room: Kit) -> impl IntoView {
    let locale = use_locale();
    let speakers = room.stage.speakers;
    let nameless = move |number: usize| td_string!(locale, calls.preview.speaker_number, number = number);
    let options = move || {
        speakers.with(|speakers| options(speakers, nameless, td_string!(locale, calls.preview.default_speaker)))
    };
    view! {
        <Show when=move || speakers.with(|speakers| speakers.available.is_some())>
            <Picker
                id="call-speaker"
                label=td_string!(locale, calls.preview.speaker)
                options=options
                on_choose=move |id| room.driver.choose_speaker(id)
            />
        </Show>
    }
}

/// A choice as the list shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Entry {
    id: String,
    label: String,
    is_chosen: bool,
}

/// What the list shows. Before the browser tells names, devices are numbered; before it tells devices, there is one entry for whatever
/// it will take.
fn options(choices: &Choices, nameless: impl Fn(usize) -> String, fallback: &str) -> Vec<Entry> {
    let known = choices
        .available
        .iter()
        .flatten()
        .filter(|choice| !choice.id.is_empty());
    let entries: Vec<Entry> = known
        .enumerate()
        .map(|(index, choice)| Entry {
            id: choice.id.clone(),
            label: if choice.label.is_empty() {
                nameless(index + 1)
            } else {
                choice.label.clone()
            },
            is_chosen: choices.chosen.as_ref() == Some(&choice.id),
        })
        .collect();
    if entries.is_empty() {
        vec![Entry {
            id: String::new(),
            label: fallback.to_owned(),
            is_chosen: true,
        }]
    } else {
        entries
    }
}

#[component]
fn Picker(
    id: &'static str,
    label: &'static str,
    options: impl Fn() -> Vec<Entry> + Send + Sync + 'static,
    on_choose: impl Fn(String) + Send + 'static,
) -> impl IntoView {
    let options = Memo::new(move |_| options());
    let entries = move || {
        let entry = |Entry { id, label, is_chosen }| {
            view! {
                <option value=id prop:selected=is_chosen>
                    {label}
                </option>
            }
        };
        options.get().into_iter().map(entry).collect_view()
    };
    let is_empty = move || options.with(|options| options.iter().all(|entry| entry.id.is_empty()));
    view! {
        <FieldShell id=id label=label>
            <div class="select-control">
                <select class="input" id=id disabled=is_empty on:change=move |event| on_choose(event_target_value(&event))>
                    {entries}
                </select>
                <Icon icon=icondata_lu::LuChevronDown />
            </div>
        </FieldShell>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::stage::Choice;

    #[test]
    fn devices_without_names_are_numbered_and_none_at_all_is_one_entry() {
        let choice = |id: &str, label: &str| Choice {
            id: id.to_owned(),
            label: label.to_owned(),
        };
        let labels = |available, chosen: Option<&str>| {
            let choices = Choices {
                available,
                chosen: chosen.map(str::to_owned),
            };
            let entries = options(&choices, |number| format!("Camera {number}"), "None");
            entries
                .into_iter()
                .map(|entry| (entry.label, entry.is_chosen))
                .collect::<Vec<_>>()
        };
        let label = |text: &str, is_chosen| (text.to_owned(), is_chosen);
        assert_eq!(labels(None, None), [label("None", true)]);
        assert_eq!(labels(Some(vec![choice("", "")]), Some("b")), [label("None", true)]);
        assert_eq!(
            labels(Some(vec![choice("a", ""), choice("b", "Desk")]), Some("b")),
            [label("Camera 1", false), label("Desk", true)]
        );
    }
}
