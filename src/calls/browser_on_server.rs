//! The server's side of `browser`: the same names, nothing behind them. A page never acts on the server.

use leptos::html::Video;
use leptos::prelude::*;

use super::model::RoomView;
use super::stage::agent::Agent;
use super::stage::layout::{Corner, Layout};
use super::stage::shortcuts::Shortcut;
use super::stage::{Device, Stage};
use crate::messages::model::ConversationId;
use crate::messages::outbox::Outbox;

/// The page's handle on its call; does nothing on the server.
#[derive(Clone, Copy)]
pub struct Driver;

impl Driver {
    /// A handle.
    pub fn new(_stage: Stage) -> Self {
        Self
    }

    /// In the browser: runs the page of a room.
    pub fn enter(self, _room: RoomView, _at_once: bool) {}

    /// In the browser: "Join call", "Move the call here".
    pub fn join(self) {}

    /// In the browser: lets the page try out devices without a call.
    pub fn try_out(self) {}

    /// In the browser: "Test speaker".
    pub fn test_speaker(self) {}

    /// In the browser: "Check my connection".
    pub fn check_connection(self) {}

    /// In the browser: "Stop checking".
    pub fn stop_check(self) {}

    /// In the browser: which one it is.
    pub fn agent(self) -> Agent {
        Agent::default()
    }

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

    /// In the browser: plays the partner's face in this element.
    pub fn show_partner(self, _video: NodeRef<Video>) {}

    /// In the browser: plays the screen that the partner shares in this element.
    pub fn show_shared(self, _video: NodeRef<Video>) {}

    /// In the browser: shares a screen, or ends that.
    pub fn share(self) {}

    /// In the browser: shows what is shared to the one who shares it.
    pub fn show_own_screen(self, _video: NodeRef<Video>) {}

    /// In the browser: keeps up with the window.
    pub fn watch_view(self) {}

    /// In the browser: an order of the pictures was chosen.
    pub fn choose_layout(self, _layout: Layout) {}

    /// In the browser: the small pictures were moved.
    pub fn choose_corner(self, _corner: Corner) {}

    /// In the browser: keys are to act, or not.
    pub fn choose_shortcuts(self, _has_shortcuts: bool) {}

    /// In the browser: fills the screen, or leaves it.
    pub fn fill_screen(self) {}

    /// In the browser: shows the partner in a window of its own, or no more.
    pub fn pop_out(self) {}

    /// In the browser: does this with every shortcut.
    pub fn listen_to_keys(self, _act: impl Fn(Shortcut) + Clone + 'static) {}

    /// In the browser: names the call to the system.
    pub fn show_in_system(self, _title: String) {}

    /// In the browser: keeps the chat up to date with the server.
    pub fn follow_chat(self, _conversation: ConversationId) {}

    /// In the browser: the person has written something.
    pub fn write(self, _outbox: Outbox, _text: String) {}

    /// In the browser: fetches the messages before those that are there.
    pub fn fetch_earlier(self) {}

    /// In the browser: "They match", "They differ".
    pub fn judge_words(self, _is_match: bool) {}

    /// In the browser: "Record the call".
    pub fn record(self) {}

    /// In the browser: "Allow", "Do not allow".
    pub fn answer_recording(self, _is_allowed: bool) {}

    /// In the browser: "Stop recording".
    pub fn stop_recording(self) {}
}
