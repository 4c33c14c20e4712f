//! The call itself: notes above, the pictures with the panels beside them, the buttons below.

use leptos::html;
use leptos::prelude::*;

use super::Room;
use super::announcements::Announcements;
use super::chat::ChatPanel;
use super::controls::Controls;
use super::devices::DevicesDialog;
use super::quality::{QualityPanel, QualityWords};
use super::recording::RecordingNotice;
use super::sharing::SharingNote;
use super::shortcuts::{ShortcutsDialog, act_on_keys};
use super::stay::stay_in_call;
use super::tiles::{OwnTile, PartnerTile, ScreenTile};
use super::trouble::Troubles;
use super::verification::{SecurityWarning, VerificationPanel};
use crate::calls::model::PartnerState;
use crate::calls::pages::recordings::SavedRecordings;
use crate::calls::stage::layout::{Corner, Layout, Place, Tile};
use crate::calls::stage::recording::use_recordings;
use crate::calls::stage::scene::Scene;
use crate::i18n::{td_string, use_locale};
use crate::kernel::time::clock_length;

/// What the parts of a running call share. Copied freely.
#[derive(Clone, Copy)]
pub(super) struct Sight {
    /// What stands in the partner's place.
    pub(super) scene: Memo<Scene>,
    /// The order of the pictures.
    pub(super) layout: Memo<Layout>,
    /// Whether the partner shares a screen.
    pub(super) has_screen: Memo<bool>,
    /// What has just happened by a key, for those who do not see it.
    pub(super) said: RwSignal<String>,
    /// Whether the dialog "Devices" is open.
    pub(super) devices_open: RwSignal<bool>,
    /// Whether the dialog "Keyboard shortcuts" is.
    pub(super) shortcuts_open: RwSignal<bool>,
}

impl Sight {
    fn new(room: Room) -> Self {
        let stage = room.stage;
        let scene = Memo::new(move |_| {
            Scene::of(
                stage.phase.get(),
                stage.partner.get(),
                stage.partner_media.get(),
                stage.link.get(),
                stage.has_picture.get(),
            )
        });
        let is_here = move || matches!(stage.partner.get(), PartnerState::Here { .. });
        let has_screen = Memo::new(move |_| stage.partner_media.get().screen && is_here());
        Self {
            scene,
            layout: Memo::new(move |_| stage.view.layout(has_screen.get())),
            has_screen,
            said: RwSignal::new(String::new()),
            devices_open: RwSignal::new(false),
            shortcuts_open: RwSignal::new(false),
        }
    }

    /// Where a picture stands.
    pub(super) fn place(self, room: Room, tile: Tile) -> Memo<Place> {
        let wish = room.stage.view.wish;
        Memo::new(move |_| Place::of(tile, self.layout.get(), wish.get(), self.has_screen.get()))
    }
}

/// The call.
#[component]
pub(super) fn CallStage(room: Room) -> impl IntoView {
    let locale = use_locale();
    let stage = room.stage;
    let section = NodeRef::<html::Section>::new();
    take_focus(section);
    let sight = Sight::new(room);
    let title = td_string!(locale, calls.room.title, name = room.name());
    room.driver.watch_view();
    room.driver.show_in_system(title.clone());
    act_on_keys(room, sight);
    stay_in_call();
    use_recordings().show_in_call();
    let in_order = move |layout| move || sight.layout.get() == layout;
    let in_corner = move |corner| move || stage.view.corner.get() == corner;
    view! {
        <section
            class="call always-dark bleed"
            class:is-full=move || stage.view.is_full.get()
            class:is-still=move || stage.view.is_still.get()
            node_ref=section
            tabindex="-1"
            aria-label=td_string!(locale, calls.stage.region)
        >
            <header class="call-top">
                <h1 class="call-title">{title}</h1>
                <Timer room=room />
            </header>
            <div class="call-notes">
                <Troubles room=room />
                <SecurityWarning room=room />
                <RecordingNotice room=room />
                <QualityWords room=room />
                <SharingNote room=room />
                <SavedRecordings />
            </div>
            <div class="call-middle">
                <div
                    class="call-pictures"
                    class:in-side=in_order(Layout::SideBySide)
                    class:in-spotlight=in_order(Layout::Spotlight)
                    class:in-corner=in_order(Layout::PictureInPicture)
                    class:has-screen=move || sight.has_screen.get()
                    class:at-top-left=in_corner(Corner::TopLeft)
                    class:at-top-right=in_corner(Corner::TopRight)
                    class:at-bottom-left=in_corner(Corner::BottomLeft)
                    class:at-bottom-right=in_corner(Corner::BottomRight)
                >
                    <Show when=move || sight.has_screen.get()>
                        <ScreenTile room=room sight=sight />
                    </Show>
                    <PartnerTile room=room sight=sight />
                    <OwnTile room=room sight=sight />
                </div>
                <div class="call-panels">
                    <QualityPanel room=room />
                    <VerificationPanel room=room />
                    <ChatPanel room=room />
                </div>
            </div>
            <Controls room=room sight=sight />
            <Announcements room=room sight=sight />
            <DevicesDialog room=room open=sight.devices_open />
            <ShortcutsDialog room=room open=sight.shortcuts_open />
        </section>
    }
}

/// The button that led here is gone, and the focus with it; the keyboard goes on from the call.
fn take_focus(section: NodeRef<html::Section>) {
    Effect::new(move |_| {
        let Some(section) = section.get() else { return };
        let focused = document().active_element();
        if focused.is_none_or(|element| element.tag_name() == "BODY") {
            let _ = section.focus();
        }
    });
}

#[component]
fn Timer(room: Room) -> impl IntoView {
    let locale = use_locale();
    let seconds = room.stage.seconds;
    view! {
        <Show when=move || seconds.get().is_some()>
            <span class="call-timer" role="timer" aria-label=td_string!(locale, calls.stage.length)>
                {move || clock_length(seconds.get().unwrap_or_default())}
            </span>
        </Show>
    }
}
