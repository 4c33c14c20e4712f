//! Owns the own camera and microphone: turns them on and off, and tells whom it concerns. `loss` is what becomes of those that stop by themselves.

mod loss;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::Closure;
use web_sys::{HtmlVideoElement, MediaStream, MediaStreamTrack};

use super::clock::now;
use super::devices::{self, Given};
use super::levels::{Heard, Meter};
use super::memory;
use crate::calls::stage::fallback::{self, Interruption};
use crate::calls::stage::privacy::{Off, is_told, switching_off};
use crate::calls::stage::{Choice, Device, Phase, Source, Stage};

/// The own devices.
pub(super) struct Capture {
    stage: Stage,
    microphone: Slot,
    camera: Slot,
    element: RefCell<Option<HtmlVideoElement>>,
    /// What the person has switched on here themselves.
    by_hand: RefCell<Vec<Device>>,
    /// When the page was last in front again.
    returned_at: Cell<Option<Duration>>,
    /// Called after each change of a track or of what is on.
    on_change: RefCell<Option<Told>>,
}

/// Who is told of a change.
type Told = Rc<dyn Fn(Device)>;

#[derive(Default)]
struct Slot {
    live: RefCell<Option<Live>>,
    /// Raised whenever the person or the page changes its mind: an answer to an older request is thrown away.
    request: Cell<u32>,
    /// The device has stopped, and what to do is being found out, or another is asked for.
    is_moving: Cell<bool>,
    /// What stopped in the background, until the page is in front again.
    to_reopen: RefCell<Option<Choice>>,
    interruption: Cell<Interruption>,
    /// Since when it is being asked for.
    asked_at: Cell<Option<Duration>>,
}

impl Slot {
    /// Whatever is under way for it comes too late from now on; answers the number of what comes next.
    fn supersede(&self) -> u32 {
        self.is_moving.set(false);
        self.to_reopen.take();
        let request = self.request.get().wrapping_add(1);
        self.request.set(request);
        request
    }
}

/// A track with the closures that it calls when its device goes away, or is held back by the system and let go again.
struct Live {
    track: MediaStreamTrack,
    /// Where it comes from. A track that has ended may not tell any more.
    from: Choice,
    /// The same sound, which goes on when the track is muted: it is heard by the page alone, so that it can say "you are muted".
    aside: Option<(MediaStreamTrack, Meter)>,
    _on_ended: Closure<dyn FnMut()>,
    _on_mute: Closure<dyn FnMut()>,
}

impl Drop for Live {
    /// The light beside the camera goes out with the last holder of the track.
    fn drop(&mut self) {
        self.track.set_onended(None);
        self.track.set_onmute(None);
        self.track.set_onunmute(None);
        self.track.stop();
        if let Some((aside, _)) = &self.aside {
            aside.stop();
        }
    }
}

impl Capture {
    pub(super) fn new(stage: Stage) -> Rc<Self> {
        Rc::new(Self {
            stage,
            microphone: Slot::default(),
            camera: Slot::default(),
            element: RefCell::default(),
            by_hand: RefCell::default(),
            returned_at: Cell::default(),
            on_change: RefCell::default(),
        })
    }

    /// Who is told of changes.
    pub(super) fn on_change(&self, told: impl Fn(Device) + 'static) {
        self.on_change.replace(Some(Rc::new(told)));
    }

    /// The track to send, if there is one.
    pub(super) fn track(&self, device: Device) -> Option<MediaStreamTrack> {
        self.slot(device)
            .live
            .borrow()
            .as_ref()
            .map(|live| Clone::clone(&live.track))
    }

    /// Whether the partner is told at `now` that a device is on.
    pub(super) fn is_told(&self, device: Device, now: Duration) -> bool {
        let slot = self.slot(device);
        let source = self.stage.source(device).try_get_untracked().unwrap_or_default();
        let asking = slot.asked_at.get().map_or(Duration::ZERO, |at| now.saturating_sub(at));
        let is_held_back = slot.live.borrow().as_ref().is_some_and(|live| live.track.muted());
        is_told(source, asking, is_held_back)
    }

    /// What the microphone hears at this moment, muted or not; `None` while there is none or nothing can be heard yet.
    pub(super) fn hear(&self) -> Option<Heard> {
        let live = self.microphone.live.borrow();
        live.as_ref()?.aside.as_ref()?.1.hear()
    }

    /// Turns on what was not asked for yet.
    pub(super) fn open(self: &Rc<Self>) {
        self.open_where(|source| source == Source::Idle);
    }

    /// Switches a device off, or leaves it off if it was not asked for yet. Nothing that is under way switches it on again.
    pub(super) fn switch_off(&self, device: Device) {
        self.by_hand.borrow_mut().retain(|other| *other != device);
        let source = self.stage.source(device).try_get_untracked().unwrap_or_default();
        if source == Source::Off {
            return;
        }
        let slot = self.slot(device);
        let is_in_call = self.stage.phase.try_get_untracked() == Some(Phase::InCall);
        match switching_off(device, source, is_in_call, slot.is_moving.get()) {
            Off::Silenced => {
                slot.supersede();
                if let Some(live) = &*slot.live.borrow() {
                    live.track.set_enabled(false);
                }
                self.set_source(device, Source::Off);
            }
            Off::Closed => self.close(device, Source::Off),
        }
    }

    /// What the person has switched on here themselves, since the devices were last given back.
    pub(super) fn by_hand(&self) -> Vec<Device> {
        self.by_hand.borrow().clone()
    }

    /// Asks again for what was not to be had.
    pub(super) fn open_failed(self: &Rc<Self>) {
        self.open_where(|source| matches!(source, Source::Failed(_)));
    }

    /// Switches a device off if it is on or about to be, else on.
    pub(super) fn toggle(self: &Rc<Self>, device: Device) {
        let is_wanted = self.stage.source(device).get_untracked().is_wanted();
        if is_wanted {
            self.switch_off(device);
        } else {
            self.turn_on(device);
        }
    }

    /// Another device was chosen: now, if it is on.
    pub(super) fn choose(self: &Rc<Self>, device: Device, id: &str) {
        memory::note_chosen(device, id);
        self.stage
            .fallbacks
            .try_update(|fallbacks| *fallbacks = fallback::without(fallbacks, device));
        self.stage
            .choices(device)
            .try_update(|choices| choices.chosen = Some(id.to_owned()));
        if self.stage.source(device).get_untracked() == Source::Off {
            self.close(device, Source::Off);
        } else {
            // Many phones start no second camera beside the first.
            if device == Device::Camera {
                self.slot(device).live.take();
            }
            self.request(vec![device]);
        }
    }

    /// Gives every device back.
    pub(super) fn release(&self) {
        for device in Device::ALL {
            self.close(device, Source::Idle);
        }
        self.by_hand.take();
        self.stage.fallbacks.try_set(Vec::new());
    }

    /// Shows the own picture in this element from now on.
    pub(super) fn show_in(&self, element: Option<HtmlVideoElement>) {
        self.element.replace(element);
        self.show();
    }

    fn open_where(self: &Rc<Self>, is_meant: impl Fn(Source) -> bool) {
        let meant = |device: &Device| is_meant(self.stage.source(*device).get_untracked());
        self.request(Device::ALL.into_iter().filter(meant).collect());
    }

    fn turn_on(self: &Rc<Self>, device: Device) {
        self.by_hand.borrow_mut().push(device);
        let is_off = self.stage.source(device).get_untracked() == Source::Off;
        // A muted microphone is still there, and on again at once.
        let is_live = is_off
            && self.slot(device).live.borrow().as_ref().is_some_and(|live| {
                live.track.set_enabled(true);
                true
            });
        if is_live {
            self.set_source(device, Source::On);
        } else {
            self.request(vec![device]);
        }
    }

    fn close(&self, device: Device, source: Source) {
        let slot = self.slot(device);
        slot.supersede();
        slot.live.take();
        self.show();
        self.set_source(device, source);
    }

    fn request(self: &Rc<Self>, wanted: Vec<Device>) {
        if wanted.is_empty() {
            return;
        }
        let tickets: Vec<u32> = wanted
            .iter()
            .map(|device| {
                let ticket = self.slot(*device).supersede();
                self.set_source(*device, Source::Asking);
                ticket
            })
            .collect();
        let capture = Rc::clone(self);
        spawn_local(async move {
            let given = devices::acquire(&wanted).await;
            for ((device, given), ticket) in given.into_iter().zip(tickets) {
                capture.receive(device, ticket, given);
            }
            // Names of devices are told only now.
            devices::show_choices(capture.stage).await;
        });
    }

    fn receive(self: &Rc<Self>, device: Device, ticket: u32, given: Given) {
        if self.slot(device).request.get() != ticket {
            if let Ok(track) = given {
                track.stop();
            }
            return;
        }
        let source = match given {
            Ok(track) => {
                devices::note_replaced(self.stage, device, &track);
                if let Some(id) = devices::device_of(&track) {
                    // Not always the one that was asked for.
                    self.stage
                        .choices(device)
                        .try_update(|choices| choices.chosen = Some(id));
                }
                self.keep(device, track);
                Source::On
            }
            Err(failure) => {
                self.slot(device).live.take();
                Source::Failed(failure)
            }
        };
        self.show();
        self.set_source(device, source);
    }

    fn keep(self: &Rc<Self>, device: Device, track: MediaStreamTrack) {
        let capture = Rc::downgrade(self);
        let on_ended = Closure::new(move || {
            // Not from inside the closure that goes with it.
            if let Some(capture) = capture.upgrade() {
                spawn_local(async move { capture.lose(device) });
            }
        });
        let on_mute = {
            let capture = Rc::downgrade(self);
            Closure::new(move || {
                if let Some(capture) = capture.upgrade() {
                    capture.tell(device);
                }
            })
        };
        track.set_onmute(Some(on_mute.as_ref().unchecked_ref()));
        track.set_onunmute(Some(on_mute.as_ref().unchecked_ref()));
        let from = Choice {
            id: devices::device_of(&track).unwrap_or_default(),
            label: track.label(),
        };
        track.set_onended(Some(on_ended.as_ref().unchecked_ref()));
        let aside = (device == Device::Microphone).then(|| {
            // The clone of the DOM: a track of its own from the same source.
            let aside = track.clone();
            let meter = Meter::of(&aside);
            (aside, meter)
        });
        self.slot(device).live.replace(Some(Live {
            track,
            from,
            aside,
            _on_ended: on_ended,
            _on_mute: on_mute,
        }));
        self.slot(device).interruption.take();
    }

    fn show(&self) {
        let Some(element) = self.element.borrow().clone() else {
            return;
        };
        let picture = self
            .track(Device::Camera)
            .and_then(|track| MediaStream::new_with_tracks(&Array::of1(&track)).ok());
        element.set_src_object(picture.as_ref());
    }

    fn set_source(&self, device: Device, source: Source) {
        let slot = self.slot(device);
        slot.asked_at.set(match source {
            Source::Asking => slot.asked_at.get().or_else(|| Some(now())),
            _ => None,
        });
        self.stage.source(device).try_set(source);
        self.tell(device);
    }

    fn tell(&self, device: Device) {
        let told = self.on_change.borrow().clone();
        if let Some(told) = told {
            told(device);
        }
    }

    const fn slot(&self, device: Device) -> &Slot {
        match device {
            Device::Microphone => &self.microphone,
            Device::Camera => &self.camera,
        }
    }
}
