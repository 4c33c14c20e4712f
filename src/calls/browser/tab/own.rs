//! The own devices on their way through a call: which are switched on, and what is said of them. `stage::privacy` decides what stays off.

use std::rc::Rc;

use leptos::prelude::*;

use super::Tab;
use crate::calls::browser::clock::now;
use crate::calls::browser::memory;
use crate::calls::model::SwitchedOff;
use crate::calls::stage::privacy::{devices, off_elsewhere, stays_off, switched_off};
use crate::calls::stage::{Device, Source};
use crate::calls::wire::{CallCommand, MediaState};

impl Tab {
    /// Turns on camera and microphone, but for what the person has switched off in this call, before a reload or on another device, and at the
    /// beginning of one for what they last wanted off. What was decided on this page already stands. While it is not known what they did
    /// elsewhere, nothing is turned on: the server says so with the seat.
    pub(super) fn open_devices(&self) {
        let Some(elsewhere) = self.elsewhere.get() else { return };
        let noted = self.call.get().and_then(memory::switched_off);
        for device in stays_off(noted, elsewhere, memory::left_off()) {
            if self.stage.source(device).try_get_untracked() == Some(Source::Idle) {
                self.capture.switch_off(device);
            }
        }
        self.capture.open();
    }

    /// It is known now what the person has switched off where they sit, or sat last.
    pub(super) fn know_elsewhere(&self, off: SwitchedOff) {
        let before = self.elsewhere.replace(Some(off));
        if before.is_none() {
            self.open_devices();
        }
    }

    /// The seat is this tab's: what was switched off in the last moment at the one before is off here too.
    pub(super) fn take_over(&self, off: SwitchedOff) {
        for device in off_elsewhere(off, &self.capture.by_hand()) {
            self.capture.switch_off(device);
        }
        self.know_elsewhere(off);
    }

    /// The key that lets a muted person speak is held, or is held no longer: for everybody who comes after they are muted all the time.
    pub(in crate::calls::browser) fn hold_to_talk(&self, is_held: bool) {
        self.is_held_to_talk.set(is_held);
        self.note_switched_off();
        self.media_changed();
    }

    pub(super) fn device_changed(&self, device: Device) {
        self.with_peer(|peer| peer.track_changed(device));
        self.note_switched_off();
        self.media_changed();
    }

    /// Tells the partner what is sent now, if that has changed.
    pub(in crate::calls::browser) fn media_changed(&self) {
        let media = self.media();
        let is_news = self.told.get().is_some_and(|told| media != told);
        if let (Some(call), true) = (self.call.get(), self.is_joined() && is_news) {
            self.told.set(Some(media));
            self.socket.send_now(&CallCommand::Media {
                call,
                seat: self.seat.get(),
                media,
            });
        }
    }

    /// Writes down what is switched off, for whoever reloads this page.
    pub(super) fn note_switched_off(&self) {
        let call = self.call.get().filter(|_| self.is_joined());
        // Before that is known there is nothing that could be noted.
        if let (Some(call), Some(_)) = (call, self.elsewhere.get()) {
            memory::note_switched_off(call, &devices(self.switched_off()));
        }
    }

    fn switched_off(&self) -> SwitchedOff {
        let source = |device| self.stage.source(device).try_get_untracked().unwrap_or_default();
        switched_off(
            source(Device::Microphone),
            source(Device::Camera),
            self.is_held_to_talk.get(),
        )
    }

    /// What the partner is told.
    pub(super) fn media(&self) -> MediaState {
        let now = now();
        MediaState {
            microphone: self.capture.is_told(Device::Microphone, now),
            camera: self.capture.is_told(Device::Camera, now),
            screen: self.parts.shared.is_on(),
            switched_off: self.switched_off(),
        }
    }

    /// The page is in front again.
    pub(super) fn returned(self: &Rc<Self>) {
        self.feel();
        self.screen.look_after();
        self.capture.returned();
    }
}
