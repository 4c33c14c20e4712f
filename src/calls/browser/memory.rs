//! What the browser remembers: for good, which devices were chosen; for the life of the tab, which call it is in.
//!
//! A browser may refuse to remember (private windows, full storage). Then nothing is remembered, and nothing fails.

use web_sys::Storage;

use crate::calls::model::{CallId, RoomId};
use crate::calls::stage::Device;
use crate::calls::stage::layout::{Corner, Layout};
use crate::ui::storage::{local, session};

/// Session storage: the call in which the person has found the security words to match.
const WORDS_AGREED: &str = "speakle.words-agreed";
/// Session storage: the room that the tab is on its way into. Written by `invitations::browser`.
const JOINING: &str = "speakle.joining";
/// Session storage: the call that the tab is in, so that a reload comes back to it.
const IN_CALL: &str = "speakle.in-call";
/// Local storage, so that "Move the call here" finds it in another tab: which devices the person has switched off in which call.
const SWITCHED_OFF: &str = "speakle.switched-off";
/// Local storage: the devices that the person last switched off before a call.
const LEFT_OFF: &str = "speakle.left-off";
/// Local storage: the person has answered once whether camera and microphone may be used.
const ASKED: &str = "speakle.devices-asked";
/// Local storage: the chosen loudspeaker.
const SPEAKER: &str = "speakle.speaker";
/// Local storage: the chosen order of the pictures, and the corner of the small ones.
const LAYOUT: &str = "speakle.layout";
const CORNER: &str = "speakle.corner";
/// Local storage: keys do not act in calls.
const NO_SHORTCUTS: &str = "speakle.no-shortcuts";

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

/// Whether the security words have matched in this call, over whatever connection.
pub(super) fn were_words_agreed(call: CallId) -> bool {
    read(session(), WORDS_AGREED).is_some_and(|noted| noted == call.to_string())
}

pub(super) fn note_words_agreed(call: CallId) {
    write(session(), WORDS_AGREED, &call.to_string());
}

pub(super) fn forget_call() {
    remove(session(), IN_CALL);
}

/// The devices that the person has switched off in this call: nothing but another press of theirs turns them on again. `None` before they
/// came into it.
pub(super) fn switched_off(call: CallId) -> Option<Vec<Device>> {
    let noted = read(local(), SWITCHED_OFF)?;
    let (of, names) = noted.split_once(' ').unwrap_or((&noted, ""));
    (of == call.to_string()).then(|| devices_in(names))
}

pub(super) fn note_switched_off(call: CallId, devices: &[Device]) {
    write(local(), SWITCHED_OFF, &format!("{call} {}", names_of(devices)));
}

/// The devices that stay off when a call begins, as the person last wanted it on a page with the preview.
pub(super) fn left_off() -> Vec<Device> {
    devices_in(&read(local(), LEFT_OFF).unwrap_or_default())
}

pub(super) fn note_left_off(devices: &[Device]) {
    write(local(), LEFT_OFF, &names_of(devices));
}

fn devices_in(names: &str) -> Vec<Device> {
    let words: Vec<&str> = names.split(' ').collect();
    let is_named = |device: &Device| words.contains(&name(*device));
    Device::ALL.into_iter().filter(is_named).collect()
}

fn names_of(devices: &[Device]) -> String {
    let names: Vec<&str> = devices.iter().map(|device| name(*device)).collect();
    names.join(" ")
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

/// What the chosen device calls itself: some browsers give a device another `id` on every visit.
pub(super) fn chosen_name(device: Device) -> Option<String> {
    read(local(), &name_key(device))
}

pub(super) fn note_chosen_name(device: Device, name: &str) {
    write(local(), &name_key(device), name);
}

pub(super) fn chosen_speaker() -> Option<String> {
    read(local(), SPEAKER)
}

pub(super) fn note_chosen_speaker(id: &str) {
    write(local(), SPEAKER, id);
}

pub(super) fn layout() -> Option<Layout> {
    Layout::named(&read(local(), LAYOUT)?)
}

pub(super) fn note_layout(layout: Layout) {
    write(local(), LAYOUT, layout.name());
}

pub(super) fn corner() -> Option<Corner> {
    Corner::named(&read(local(), CORNER)?)
}

pub(super) fn note_corner(corner: Corner) {
    write(local(), CORNER, corner.name());
}

pub(super) fn has_shortcuts() -> bool {
    read(local(), NO_SHORTCUTS).is_none()
}

pub(super) fn note_shortcuts(has_shortcuts: bool) {
    if has_shortcuts {
        remove(local(), NO_SHORTCUTS);
    } else {
        write(local(), NO_SHORTCUTS, "yes");
    }
}

const fn key(device: Device) -> &'static str {
    match device {
        Device::Microphone => "speakle.microphone",
        Device::Camera => "speakle.camera",
    }
}

fn name_key(device: Device) -> String {
    format!("{}-name", key(device))
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
