//! What the browser remembers: for good, which devices were chosen; for the life of the tab, which call it is in.
//!
//! A browser may refuse to remember (private windows, full storage). Then nothing is remembered, and nothing fails.

use web_sys::Storage;

use crate::calls::model::{CallId, RoomId};
use crate::calls::stage::Device;
use crate::ui::storage::{local, session};

/// Session storage: the room that the tab is on its way into. Written by `invitations::browser`.
const JOINING: &str = "speakle.joining";
/// Session storage: the call that the tab is in, so that a reload comes back to it.
const IN_CALL: &str = "speakle.in-call";
/// Local storage, so that "Move the call here" finds it in another tab: which devices the person has switched off in which call.
const SWITCHED_OFF: &str = "speakle.switched-off";
/// Local storage: the person has answered once whether camera and microphone may be used.
const ASKED: &str = "speakle.devices-asked";
/// Local storage: the chosen loudspeaker.
const SPEAKER: &str = "speakle.speaker";

/// Whether this tab is on its way into the call of `room`, because an invitation was answered (`invitations::browser` notes it).
pub(super) fn is_joining(room: RoomId) -> bool {
    read(session(), JOINING).is_some_and(|noted| noted == room.to_string())
}

/// The same, once.
pub(super) fn take_joining(room: RoomId) -> bool {
    let is_joining = is_joining(room);
    remove(session(), JOINING);
    is_joining
}

pub(super) fn is_in_call(call: CallId) -> bool {
    read(session(), IN_CALL).is_some_and(|noted| noted == call.to_string())
}

pub(super) fn note_in_call(call: CallId) {
    write(session(), IN_CALL, &call.to_string());
}

pub(super) fn forget_call() {
    remove(session(), IN_CALL);
}

/// The devices that the person has switched off in this call: nothing but another press of theirs turns them on again.
pub(super) fn switched_off(call: CallId) -> Vec<Device> {
    let noted = read(local(), SWITCHED_OFF).unwrap_or_default();
    let mut words = noted.split(' ');
    if words.next() != Some(call.to_string().as_str()) {
        return Vec::new();
    }
    let words: Vec<&str> = words.collect();
    let is_noted = |device: &Device| words.contains(&name(*device));
    Device::ALL.into_iter().filter(is_noted).collect()
}

pub(super) fn note_switched_off(call: CallId, devices: &[Device]) {
    if devices.is_empty() {
        return remove(local(), SWITCHED_OFF);
    }
    let names: Vec<&str> = devices.iter().map(|device| name(*device)).collect();
    write(local(), SWITCHED_OFF, &format!("{call} {}", names.join(" ")));
}

pub(super) fn were_devices_asked() -> bool {
    read(local(), ASKED).is_some()
}

pub(super) fn note_devices_asked() {
    write(local(), ASKED, "yes");
}

pub(super) fn chosen(device: Device) -> Option<String> {
    read(local(), key(device))
}

pub(super) fn note_chosen(device: Device, id: &str) {
    write(local(), key(device), id);
}

pub(super) fn chosen_speaker() -> Option<String> {
    read(local(), SPEAKER)
}

pub(super) fn note_chosen_speaker(id: &str) {
    write(local(), SPEAKER, id);
}

const fn key(device: Device) -> &'static str {
    match device {
        Device::Microphone => "speakle.microphone",
        Device::Camera => "speakle.camera",
    }
}

const fn name(device: Device) -> &'static str {
    match device {
        Device::Microphone => "microphone",
        Device::Camera => "camera",
    }
}

fn read(storage: Option<Storage>, key: &str) -> Option<String> {
    storage?.get_item(key).ok().flatten().filter(|value| !value.is_empty())
}

fn write(storage: Option<Storage>, key: &str, value: &str) {
    if let Some(storage) = storage {
        let _ = storage.set_item(key, value);
    }
}

fn remove(storage: Option<Storage>, key: &str) {
    if let Some(storage) = storage {
        let _ = storage.remove_item(key);
    }
}
