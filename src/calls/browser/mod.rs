//! Performs a call with the browser: devices, the peer connection, the page's life. Decides nothing that can be decided without one.
//!
//! - [`tab`] is one page of a room: joins, hears the server, leaves; it owns everything below.
//! - `capture` owns camera and microphone, `devices` asks the browser for them, `memory` remembers choices.
//! - `peer` drives the negotiation machine on a `connection`; `screen` plays what arrives; `statistics` reads what arrives.
//!
//! Everything is released by [`tab::Tab::release`], whatever way the page goes.

mod capture;
mod clock;
mod connection;
mod devices;
mod memory;
mod peer;
mod screen;
mod statistics;
mod tab;

use std::rc::Rc;

use leptos::html::Video;
use leptos::prelude::*;
use send_wrapper::SendWrapper;

use self::tab::Tab;
use super::model::RoomView;
use super::stage::{Device, Stage};
use crate::realtime::client::use_socket;

/// The page's handle on its [`Tab`]. Copied freely; does nothing before the page runs in a browser.
#[derive(Clone, Copy)]
pub struct Driver {
    stage: Stage,
    tab: StoredValue<Option<Rc<Tab>>, LocalStorage>,
}

impl Driver {
    /// A handle for the page that shows `stage`.
    pub fn new(stage: Stage) -> Self {
        Self {
            stage,
            tab: StoredValue::new_local(None),
        }
    }

    /// Runs the page of a room from now until its owner is cleaned up. Call once, in the page's component.
    pub fn enter(self, room: RoomView) {
        let socket = use_socket();
        Effect::new(move |_| {
            let tab = Tab::enter(self.stage, socket, room.clone());
            self.tab.set_value(Some(Rc::clone(&tab)));
            let leaving = SendWrapper::new(tab);
            on_cleanup(move || leaving.go_away());
        });
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
        self.with(|tab| tab.capture().toggle(device));
    }

    /// Asks again for what was not to be had.
    pub fn try_again(self) {
        self.with(|tab| tab.capture().open_failed());
    }

    /// A microphone or camera was chosen.
    pub fn choose(self, device: Device, id: String) {
        self.with(|tab| tab.capture().choose(device, &id));
    }

    /// A loudspeaker was chosen.
    pub fn choose_speaker(self, id: String) {
        self.with(|tab| tab.screen().choose_speaker(&id));
    }

    /// The press that lets the browser play the partner's sound.
    pub fn hear(self) {
        self.with(|tab| tab.screen().play());
    }

    /// Shows the own camera in this element whenever it is on the page.
    pub fn show_own(self, video: NodeRef<Video>) {
        Effect::new(move |_| {
            let element = video.get();
            self.with(|tab| tab.capture().show_in(element));
        });
    }

    /// Plays the partner in this element whenever it is on the page.
    pub fn show_partner(self, video: NodeRef<Video>) {
        Effect::new(move |_| {
            let element = video.get();
            self.with(|tab| tab.screen().show_in(element));
        });
    }

    fn with(self, act: impl FnOnce(&Rc<Tab>)) {
        if let Some(tab) = self.tab.try_get_value().flatten() {
            act(&tab);
        }
    }
}
