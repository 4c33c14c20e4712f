//! What is wrong with the connection or the own devices, said calmly and for as long as it is so.

use std::mem::{Discriminant, discriminant};

use leptos::prelude::*;

use super::super::Room;
use crate::calls::stage::fallback::{self, Fallback};
use crate::calls::stage::{Choice, Device};
use crate::i18n::{Locale, td_string, use_locale};
use crate::ui::{Icon, focus_page_when_gone};

/// One thing to say.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Note {
    /// The person speaks and is muted.
    Muted {
        /// A key unmutes them.
        has_key: bool,
    },
    /// The own microphone gives nothing.
    Silent,
    /// A device took another's place, or the other is back.
    Moved(Fallback),
    /// The own picture is kept back.
    Paused,
    /// The partner's is.
    PartnerPaused,
    /// What is sent does not get through.
    Up,
    /// What the partner sends does not.
    Partner,
    /// Neither does.
    Both,
    /// It takes long.
    Slow,
    /// Nothing is heard of the partner.
    NoSound,
    /// Nothing is seen of them.
    NoPicture,
}

impl Note {
    /// What there is to say, the most pressing first.
    fn all(room: Room) -> Vec<Self> {
        let stage = room.stage;
        let (levels, quality) = (stage.levels, stage.quality);
        let (weakness, missing) = (quality.weakness.get(), quality.missing.get());
        let is_paused = quality.is_paused.get();
        let is_partner_paused = quality.is_partner_paused.get() && stage.partner_media.get().camera;
        let mut notes = Vec::new();
        let mut add = |is_so: bool, note: Self| {
            if is_so {
                notes.push(note);
            }
        };
        if levels.is_talking_muted.get() {
            let has_key = stage.view.has_shortcuts.get() && has_keyboard();
            add(true, Self::Muted { has_key });
        }
        add(levels.is_silent.get(), Self::Silent);
        for fallback in stage.fallbacks.get() {
            add(true, Self::Moved(fallback));
        }
        add(is_paused, Self::Paused);
        add(is_partner_paused, Self::PartnerPaused);
        add(missing.sound, Self::NoSound);
        add(missing.picture, Self::NoPicture);
        // What was paused says why.
        let (up, down) = (weakness.up && !is_paused, weakness.down && !is_partner_paused);
        add(up && down, Self::Both);
        add(up && !down, Self::Up);
        add(down && !up, Self::Partner);
        add(weakness.is_slow, Self::Slow);
        notes
    }

    /// What stays on the page while it is the same.
    fn key(&self) -> (Discriminant<Self>, Option<(String, String, bool)>) {
        let moved = match self {
            Self::Moved(moved) => Some((moved.gone.id.clone(), moved.instead.id.clone(), moved.is_back)),
            _ => None,
        };
        (discriminant(self), moved)
    }

    const fn icon(&self) -> icondata_core::Icon {
        match self {
            Self::Muted { .. } | Self::Silent => icondata_lu::LuMicOff,
            Self::Moved(_) => icondata_lu::LuCable,
            Self::Paused | Self::PartnerPaused | Self::NoPicture => icondata_lu::LuVideoOff,
            Self::NoSound => icondata_lu::LuVolumeX,
            Self::Up | Self::Partner | Self::Both => icondata_lu::LuWifiLow,
            Self::Slow => icondata_lu::LuTimer,
        }
    }

    fn text(&self, locale: Locale, name: &str) -> String {
        match self {
            Self::Muted { has_key: true } => td_string!(locale, calls.quality.muted).to_owned(),
            Self::Muted { has_key: false } => td_string!(locale, calls.quality.muted_plain).to_owned(),
            Self::Silent => td_string!(locale, calls.quality.silent).to_owned(),
            Self::Moved(moved) => moved_text(locale, moved),
            Self::Paused => td_string!(locale, calls.quality.paused).to_owned(),
            Self::PartnerPaused => td_string!(locale, calls.quality.partner_paused, name = name),
            Self::Up => td_string!(locale, calls.quality.weak_up, name = name),
            Self::Partner => td_string!(locale, calls.quality.weak_partner, name = name),
            Self::Both => td_string!(locale, calls.quality.weak_both, name = name),
            Self::Slow => td_string!(locale, calls.quality.slow).to_owned(),
            Self::NoSound => td_string!(locale, calls.quality.no_sound, name = name),
            Self::NoPicture => td_string!(locale, calls.quality.no_picture, name = name),
        }
    }
}

/// What cannot be touched has keys; of what can, nobody tells.
fn has_keyboard() -> bool {
    window().navigator().max_touch_points() == 0
}

fn moved_text(locale: Locale, moved: &Fallback) -> String {
    let named = |choice: &Choice| match (choice.label.is_empty(), moved.device) {
        (false, _) => choice.label.clone(),
        (true, Device::Microphone) => td_string!(locale, calls.quality.nameless_microphone).to_owned(),
        (true, Device::Camera) => td_string!(locale, calls.quality.nameless_camera).to_owned(),
    };
    if moved.is_back {
        td_string!(locale, calls.quality.back, gone = named(&moved.gone))
    } else {
        td_string!(
            locale,
            calls.quality.gone,
            gone = named(&moved.gone),
            instead = named(&moved.instead)
        )
    }
}

/// What is wrong, in words, while something is. Each thing is announced once, when it comes.
#[component]
pub(in crate::calls::pages::room) fn QualityWords(room: Room) -> impl IntoView {
    let notes = Memo::new(move |_| Note::all(room));
    view! {
        <div class="quality-words" role="status" aria-atomic="false">
            <For each=move || notes.get() key=Note::key let:note>
                <NoteLine room=room note=note />
            </For>
        </div>
    }
}

#[component]
fn NoteLine(room: Room, note: Note) -> impl IntoView {
    let locale = use_locale();
    // The words stand in the place of the partner's picture already.
    let is_aside = note == Note::PartnerPaused;
    let text = note.text(locale, &room.name());
    let icon = note.icon();
    let buttons = match note {
        Note::Moved(moved) => Some(view! { <MovedButtons room=room moved=moved /> }),
        _ => None,
    };
    view! {
        <div class="quality-note" class:sr-only=is_aside>
            <Icon icon=icon />
            <p>{text}</p>
            {buttons}
        </div>
    }
}

/// The device that was gone is offered when it is back, never taken by force.
#[component]
fn MovedButtons(room: Room, moved: Fallback) -> impl IntoView {
    let locale = use_locale();
    let device = moved.device;
    let fallbacks = room.stage.fallbacks;
    let again = moved.is_back.then(|| {
        let id = moved.gone.id;
        view! {
            <button type="button" class="text-link" on:click=move |_| room.driver.choose(device, id.clone())>
                {td_string!(locale, calls.quality.use_again)}
            </button>
        }
    });
    focus_page_when_gone();
    let dismiss = move |_| fallbacks.update(|all| *all = fallback::without(all, device));
    let label = td_string!(locale, calls.quality.dismiss);
    view! {
        {again}
        <button type="button" class="quality-dismiss" aria-label=label title=label on:click=dismiss>
            <Icon icon=icondata_lu::LuX />
        </button>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_device_without_a_name_is_named_by_its_kind() {
        let choice = |label: &str| Choice {
            id: label.to_owned(),
            label: label.to_owned(),
        };
        let mut moved = Fallback {
            device: Device::Microphone,
            gone: choice(""),
            instead: choice("Desk"),
            is_back: false,
        };
        assert_eq!(
            moved_text(Locale::en, &moved),
            "Your microphone is gone. Now using Desk."
        );
        moved.gone = choice("Headset");
        moved.is_back = true;
        assert_eq!(moved_text(Locale::en, &moved), "Headset is connected again.");
        assert_eq!(moved_text(Locale::es, &moved), "Se ha vuelto a conectar: Headset.");
    }

    #[test]
    fn every_note_has_words_in_both_languages() {
        for note in [
            Note::Muted { has_key: true },
            Note::Muted { has_key: false },
            Note::Silent,
            Note::Paused,
            Note::PartnerPaused,
            Note::Up,
            Note::Partner,
            Note::Both,
            Note::Slow,
            Note::NoSound,
            Note::NoPicture,
        ] {
            let (english, spanish) = (note.text(Locale::en, "Ben"), note.text(Locale::es, "Ben"));
            assert!(
                !english.contains("{{") && !spanish.contains("{{"),
                "{english} {spanish}"
            );
            assert_ne!(english, spanish);
        }
    }
}
