//! The server's side of `browser`: the same names, nothing behind them. A page never acts on the server.

use leptos::html::Video;
use leptos::prelude::*;

use super::model::RoomView;
use super::stage::{Device, Stage};

/// The page's handle on its call; does nothing on the server.
#[derive(Clone, Copy)]
pub struct Driver;

impl Driver {
    /// A handle.
    pub fn new(_stage: Stage) -> Self {
        Self
    }

    /// In the browser: runs the page of a room.
    pub fn enter(self, _room: RoomView) {}

    /// In the browser: "Join call", "Move the call here".
    pub fn join(self) {}

    /// In the browser: "Leave call".
    pub fn leave(self) {}

    /// In the browser: switches the microphone or the camera.
    pub fn toggle(self, _device: Device) {}

    /// In the browser: asks again for what was not to be had.
    pub fn try_again(self) {}

    /// In the browser: a microphone or camera was chosen.
    pub fn choose(self, _device: Device, _id: String) {}

    /// In the browser: a loudspeaker was chosen.
    pub fn choose_speaker(self, _id: String) {}

    /// In the browser: lets the partner's sound play.
    pub fn hear(self) {}

    /// In the browser: shows the own camera in this element.
    pub fn show_own(self, _video: NodeRef<Video>) {}

    /// In the browser: plays the partner in this element.
    pub fn show_partner(self, _video: NodeRef<Video>) {}
}
