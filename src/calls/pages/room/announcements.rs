//! What changes in a call, for those who do not see it.

use leptos::prelude::*;

use super::Room;
use super::stage::Sight;
use super::words::{recovery_text, scene_text};
use crate::i18n::{td_string, use_locale};

/// How things stand with the partner, and what has just happened.
#[component]
pub(super) fn Announcements(room: Room, sight: Sight) -> impl IntoView {
    let locale = use_locale();
    let stage = room.stage;
    let standing = Memo::new(move |_| {
        let scene = sight.scene.get();
        let mut words = vec![scene_text(locale, scene, &room.name())];
        if scene.is_together() && !stage.partner_media.get().microphone {
            words.push(td_string!(
                locale,
                calls.stage.partner_microphone_off,
                name = room.name()
            ));
        }
        words.extend(recovery_text(locale, stage.recovery.get(), &room.name()));
        words.join(". ")
    });
    Effect::new(move |had_screen: Option<bool>| {
        let has_screen = sight.has_screen.get();
        match (had_screen.unwrap_or_default(), has_screen) {
            (false, true) => sight
                .said
                .set(td_string!(locale, calls.sharing.theirs, name = room.name())),
            (true, false) => sight
                .said
                .set(td_string!(locale, calls.sharing.theirs_over, name = room.name())),
            _ => {}
        }
        has_screen
    });
    // That it began says the note; that it ended nothing else, and it may be the browser that ended it.
    Effect::new(move |was_on: Option<bool>| {
        let is_on = stage.screens.mine.get().is_on();
        if was_on == Some(true) && !is_on {
            sight.said.set(td_string!(locale, calls.sharing.mine_over).to_owned());
        }
        is_on
    });
    // What a key did, and a button undid: who comes upon the words would take them for what is so now, and the same key would say nothing new.
    Effect::new(move |_| {
        let (microphone, camera) = (stage.microphone.get().is_wanted(), stage.camera.get().is_wanted());
        let untrue = [
            if microphone {
                td_string!(locale, calls.stage.my_microphone_off)
            } else {
                td_string!(locale, calls.stage.my_microphone_on)
            },
            if camera {
                td_string!(locale, calls.stage.my_camera_off)
            } else {
                td_string!(locale, calls.stage.my_camera_on)
            },
        ];
        if sight.said.with(|said| untrue.contains(&said.as_str())) {
            sight.said.set(String::new());
        }
    });
    view! {
        <p class="sr-only" role="status">
            {standing}
        </p>
        <p class="sr-only" role="status">
            {sight.said}
        </p>
    }
}
