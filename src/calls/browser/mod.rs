//! Performs a call with the browser: devices, the peer connection, the page's life. Decides nothing that can be decided without one.
//!
//! - [`tab`] is one page of a room: joins, hears the server, leaves; it owns everything below.
//! - `capture` owns camera and microphone, `devices` asks the browser for them, `memory` remembers choices.
//! - `bench` is what is tried out before a call or without one: `speaker_test`, and `check`, which tries servers (`paths`) and holds a call with
//!   itself (`rehearsal`).
//! - `parts` live beside the connection, each with a life of its own.
//! - `peer` drives the negotiation machine on a `connection`; `screen` plays what arrives; `statistics` reads what arrives.
//!
//! Everything is released by [`tab::Tab::release`], whatever way the page goes.

mod agent;
mod beat;
mod bench;
mod capture;
mod channel;
mod chat;
mod check;
mod clock;
mod connection;
mod degrade;
mod device_key;
mod devices;
mod film;
mod ice;
mod keyring;
mod keys;
mod levels;
mod media_session;
mod memory;
mod parts;
mod paths;
mod peer;
mod quality;
mod recorder;
mod rehearsal;
mod screen;
mod sharing;
mod speaker_test;
mod speaking;
mod statistics;
mod studio;
mod surroundings;
mod tab;
mod verifier;
mod view;
mod wake_lock;

use std::rc::Rc;

use leptos::html::Video;
use leptos::prelude::*;
use send_wrapper::SendWrapper;

use self::bench::Bench;
use self::capture::Capture;
use self::tab::Tab;
use super::model::RoomView;
use super::stage::{Device, Stage};
use crate::realtime::client::use_socket;
use crate::ui::use_sounds;

/// The page's handle on its [`Tab`]. Copied freely; does nothing before the page runs in a browser.
#[derive(Clone, Copy)]
pub struct Driver {
    stage: Stage,
    tab: StoredValue<Option<Rc<Tab>>, LocalStorage>,
    bench: StoredValue<Option<Rc<Bench>>, LocalStorage>,
}

impl Driver {
    /// A handle for the page that shows `stage`.
    pub fn new(stage: Stage) -> Self {
        Self {
            stage,
            tab: StoredValue::new_local(None),
            bench: StoredValue::new_local(None),
        }
    }

    /// Runs the page of a room from now until its owner is cleaned up. Call once, in the page's component. `at_once`, for a page that did not
    /// come from the server: before anything is drawn, which takes longer than the way to the partner should wait.
    pub fn enter(self, room: RoomView, at_once: bool) {
        let (socket, sounds) = (use_socket(), use_sounds());
        let enter = move || {
            let tab = Tab::enter(self.stage, socket, sounds, room.clone());
            self.tab.set_value(Some(Rc::clone(&tab)));
            self.keep_bench(Bench::beside(self.stage, socket, room.room, &tab));
            let leaving = SendWrapper::new(tab);
            on_cleanup(move || leaving.go_away());
        };
        if at_once {
            enter();
        } else {
            Effect::new(move |_| enter());
        }
    }

    /// "Join call", "Move the call here".
    pub fn join(self) {
        self.with(Tab::join);
    }

    /// "Leave call".
    pub fn leave(self) {
        self.with(Tab::leave);
    }

    /// Switches the microphone or the camera.
    pub fn toggle(self, device: Device) {
        self.on_devices(|capture| capture.toggle(device));
        self.note_left_off();
    }

    /// Asks again for what was not to be had.
    pub fn try_again(self) {
        self.on_devices(Capture::open_failed);
    }

    /// A microphone or camera was chosen.
    pub fn choose(self, device: Device, id: String) {
        devices::note_name(self.stage, device, &id);
        self.stage
            .trial
            .replaced
            .try_update(|replaced| replaced.retain(|other| other.device != device));
        self.on_devices(|capture| capture.choose(device, &id));
    }

    /// A loudspeaker was chosen.
    pub fn choose_speaker(self, id: String) {
        match self.tab.try_get_value().flatten() {
            Some(tab) => tab.screen().choose_speaker(&id),
            None => devices::choose_speaker(self.stage, &id),
        }
    }

    /// The press that lets the browser play the partner's sound.
    pub fn hear(self) {
        self.with(|tab| tab.screen().play());
    }

    /// Shows the own camera in this element whenever it is on the page.
    pub fn show_own(self, video: NodeRef<Video>) {
        Effect::new(move |_| {
            let element = video.get();
            self.on_devices(|capture| capture.show_in(element));
        });
    }

    /// Plays the partner in this element whenever it is on the page.
    pub fn show_partner(self, video: NodeRef<Video>) {
        Effect::new(move |_| {
            let element = video.get();
            self.with(|tab| tab.screen().show_in(element));
        });
    }

    fn keep_bench(self, bench: Rc<Bench>) {
        self.bench.set_value(Some(Rc::clone(&bench)));
        let leaving = SendWrapper::new(bench);
        on_cleanup(move || leaving.over());
    }

    fn on_bench(self, act: impl FnOnce(&Rc<Bench>)) {
        if let Some(bench) = self.bench.try_get_value().flatten() {
            act(&bench);
        }
    }

    fn on_devices(self, act: impl FnOnce(&Rc<Capture>)) {
        self.on_bench(|bench| act(bench.capture()));
    }

    fn with(self, act: impl FnOnce(&Rc<Tab>)) {
        if let Some(tab) = self.tab.try_get_value().flatten() {
            act(&tab);
        }
    }
}
