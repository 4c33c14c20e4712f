//! What is said of the own shared screen.

use leptos::html;
use leptos::prelude::*;

use super::Room;
use super::words::not_shared_text;
use crate::calls::stage::sharing::Sharing;
use crate::i18n::{td_string, use_locale};
use crate::ui::{Icon, Toast, Tone, use_toasts};

/// "You are sharing your screen", with the picture where it would not be in itself; and why nothing is shared that was meant to be.
#[component]
pub(super) fn SharingNote(room: Room) -> impl IntoView {
    let locale = use_locale();
    let screens = room.stage.screens;
    let toasts = use_toasts();
    Effect::new(move |_| {
        if let Some(problem) = screens.problem.get() {
            toasts.push(Toast {
                kind: Tone::Warning,
                title: td_string!(locale, calls.sharing.failed).to_owned(),
                text: Some(not_shared_text(locale, problem).to_owned()),
                action: None,
            });
        }
    });
    let words = Memo::new(move |_| match screens.mine.get() {
        Sharing::On { has_sound: true, .. } => Some(td_string!(locale, calls.sharing.mine_sound)),
        Sharing::On { .. } => Some(td_string!(locale, calls.sharing.mine)),
        Sharing::Off | Sharing::Choosing => None,
    });
    let is_shown =
        Memo::new(move |_| matches!(screens.mine.get(), Sharing::On { surface, .. } if surface.can_be_shown()));
    view! {
        <div class="call-sharing" class:is-on=move || words.get().is_some()>
            <Show when=move || is_shown.get()>
                <OwnScreen room=room />
            </Show>
            <p role="status">
                {move || {
                    words
                        .get()
                        .map(|words| {
                            view! {
                                <Icon icon=icondata_lu::LuScreenShare />
                                <span>{words}</span>
                            }
                        })
                }}
            </p>
        </div>
    }
}

#[component]
fn OwnScreen(room: Room) -> impl IntoView {
    let locale = use_locale();
    let video = NodeRef::<html::Video>::new();
    room.driver.show_own_screen(video);
    view! {
        <video
            class="call-sharing-picture"
            node_ref=video
            autoplay
            playsinline
            muted
            prop:muted=true
            aria-label=td_string!(locale, calls.sharing.my_screen)
        ></video>
    }
}
