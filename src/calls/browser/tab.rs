//! One page of a room, from its first moment in the browser to its last.

mod news;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast as _;
use web_sys::PageTransitionEvent;

use super::capture::Capture;
use super::clock::{every, now, on_window};
use super::peer::Peer;
use super::screen::Screen;
use super::{devices, memory};
use crate::calls::api;
use crate::calls::model::{CallId, HEARTBEAT, PartnerState, RoomView, SeatId};
use crate::calls::stage::{Device, Phase, Source, Stage};
use crate::calls::wire::{CallCommand, MediaState};
use crate::kernel::error::AppError;
use crate::realtime::client::Socket;

/// How often the page looks after itself.
const TICK: Duration = Duration::from_secs(1);
/// How long the answer to [`CallCommand::Join`] may take before the question is put again, and how often a page whose person wants to
/// join looks for a call, in ticks.
const ASK_AGAIN: u32 = 4;

/// One page of a room.
pub(super) struct Tab {
    stage: Stage,
    socket: Socket,
    room: RefCell<RoomView>,
    /// Drawn anew for each time that the person takes a seat: a seat is one life of the connection.
    seat: Cell<SeatId>,
    capture: Rc<Capture>,
    screen: Rc<Screen>,
    peer: RefCell<Option<Rc<Peer>>>,
    /// How long both are there.
    together: Cell<Option<Together>>,
    /// What the partner was last told of the own devices.
    told: Cell<MediaState>,
    ticks: Cell<u32>,
    /// Where this tab is; the stage shows it for as long as there is one.
    phase: Cell<Phase>,
    call: Cell<Option<CallId>>,
    /// Whether the room is being looked up.
    is_looking: Cell<bool>,
    is_gone: Cell<bool>,
}

/// How long both have been in the call.
#[derive(Clone, Copy)]
struct Together {
    /// So long at `at`.
    length: Duration,
    /// On the clock of [`now`], which begins with the page: the call may be older.
    at: Duration,
}

impl Together {
    fn since(length: Duration) -> Self {
        Self { length, at: now() }
    }

    fn seconds(self, now: Duration) -> u32 {
        u32::try_from((self.length + now.saturating_sub(self.at)).as_secs()).unwrap_or(u32::MAX)
    }
}

impl Tab {
    /// The page begins. Call in an effect: listeners go with its owner.
    pub(super) fn enter(stage: Stage, socket: Socket, room: RoomView) -> Rc<Self> {
        let tab = Rc::new(Self {
            stage,
            socket,
            seat: Cell::new(random_seat()),
            capture: Capture::new(stage),
            screen: Rc::new(Screen::new(stage)),
            peer: RefCell::default(),
            together: Cell::default(),
            told: Cell::default(),
            ticks: Cell::default(),
            phase: Cell::new(Phase::Checking),
            call: Cell::new(room.call),
            is_looking: Cell::default(),
            is_gone: Cell::default(),
            room: RefCell::new(room),
        });
        let weak = Rc::downgrade(&tab);
        tab.capture.on_change(move |device| {
            if let Some(tab) = weak.upgrade() {
                tab.device_changed(device);
            }
        });
        tab.listen();
        tab.begin();
        tab
    }

    /// The own devices.
    pub(super) fn capture(&self) -> &Rc<Capture> {
        &self.capture
    }

    /// What plays the partner.
    pub(super) fn screen(&self) -> &Rc<Screen> {
        &self.screen
    }

    fn listen(self: &Rc<Self>) {
        let weak = Rc::downgrade(self);
        self.socket.subscribe(move |news| {
            if let Some(tab) = weak.upgrade() {
                tab.hear(news);
            }
        });
        let connection = self.socket.connection();
        let is_back = self.weakly(Self::socket_is_back);
        Effect::new(move |before: Option<()>| {
            // The socket that is there at the beginning has carried the first question.
            if connection.get().is_some() && before.is_some() {
                is_back();
            }
        });

        let hide = self.weakly(Self::hide);
        on_window("pagehide", move |_| hide());
        let begin = self.weakly(Self::begin);
        on_window("pageshow", move |event| {
            // Back from the back-forward cache, where nothing of a call survives.
            if event
                .dyn_into::<PageTransitionEvent>()
                .is_ok_and(|event| event.persisted())
            {
                begin();
            }
        });

        every(HEARTBEAT, self.weakly(Self::beat));
        every(TICK, self.weakly(Self::tick));
        devices::on_change(self.stage);
    }

    /// For whoever may outlive the page.
    fn weakly(self: &Rc<Self>, act: fn(&Rc<Self>)) -> impl Fn() + 'static {
        let weak = Rc::downgrade(self);
        move || {
            if let Some(tab) = weak.upgrade() {
                act(&tab);
            }
        }
    }

    /// Joins at once if this tab is on its way into the call, or was in it before a reload; else shows the preview. A browser that was
    /// never asked for devices shows it in any case.
    fn begin(self: &Rc<Self>) {
        let room = self.room.borrow().room;
        let is_marked = memory::take_joining(room) || self.call.get().is_some_and(memory::is_in_call);
        if !is_marked {
            return self.preview();
        }
        if memory::were_devices_asked() {
            return self.set_out();
        }
        let tab = Rc::clone(self);
        spawn_local(async move {
            let were_asked = devices::were_asked().await;
            // It may have ended, or the page gone, while the browser answered.
            match (tab.is_gone.get() || tab.phase.get() != Phase::Checking, were_asked) {
                (true, _) => {}
                (false, true) => tab.set_out(),
                (false, false) => tab.preview(),
            }
        });
    }

    fn preview(self: &Rc<Self>) {
        self.set_phase(Phase::Preview);
        self.open_devices();
        spawn_local(devices::show_choices(self.stage));
    }

    /// Joins the call, or waits in the preview for it to begin.
    fn set_out(self: &Rc<Self>) {
        match self.call.get() {
            Some(_) => self.join(),
            None => {
                self.preview();
                self.join();
            }
        }
    }

    /// "Join call", "Move the call here". Before there is a call, waits for one.
    pub(super) fn join(self: &Rc<Self>) {
        let Some(call) = self.call.get() else {
            self.stage.is_waiting.try_set(true);
            return self.look_up_room();
        };
        if self.is_joined() {
            return;
        }
        self.stage.is_waiting.try_set(false);
        self.set_phase(Phase::Joining);
        memory::note_in_call(call);
        self.open_devices();
        self.ask_for_seat();
    }

    /// Turns on camera and microphone, but for what the person has switched off in this call: before a reload, or in another tab.
    fn open_devices(&self) {
        for device in self.call.get().map(memory::switched_off).unwrap_or_default() {
            self.capture.switch_off(device);
        }
        self.capture.open();
    }

    /// "Leave call": for both, at once.
    pub(super) fn leave(self: &Rc<Self>) {
        let Some(call) = self.call.get() else { return };
        self.socket.send(&CallCommand::Leave {
            call,
            seat: self.seat.get(),
        });
        self.end(call);
    }

    /// The page goes, by a navigation inside the application or by the browser's hand; the person may come back to the call.
    pub(super) fn go_away(self: &Rc<Self>) {
        self.hide();
        self.is_gone.set(true);
    }

    fn hide(self: &Rc<Self>) {
        if let (Some(call), true) = (self.call.get(), self.is_joined()) {
            self.socket.send_now(&CallCommand::Hide {
                call,
                seat: self.seat.get(),
            });
        }
        self.set_phase(Phase::Checking);
        self.release();
    }

    fn end(self: &Rc<Self>, call: CallId) {
        memory::forget_call();
        self.set_phase(Phase::Over(call));
        self.release();
    }

    /// Closes the connection and gives the devices back.
    fn release(&self) {
        if let Some(peer) = self.peer.take() {
            peer.close();
        }
        self.capture.release();
        self.together.set(None);
        self.stage.seconds.try_set(None);
        self.stage.partner.try_set(PartnerState::Absent);
        self.seat.set(random_seat());
    }

    /// The socket is open, for the first time or again: the server may not know any more where this tab sits.
    fn socket_is_back(self: &Rc<Self>) {
        if self.is_joined() {
            self.ask_for_seat();
        } else if self.call.get().is_none() && self.ticks.get() > 0 {
            self.look_up_room();
        }
    }

    fn ask_for_seat(&self) {
        let Some(call) = self.call.get() else { return };
        let media = self.media();
        self.told.set(media);
        // A socket that is away asks by itself when it is back.
        self.socket.send_now(&CallCommand::Join {
            call,
            seat: self.seat.get(),
            media,
        });
    }

    fn device_changed(&self, device: Device) {
        self.with_peer(|peer| peer.track_changed(device));
        self.note_switched_off();
        let media = self.media();
        if let (Some(call), true) = (self.call.get(), self.is_joined() && media != self.told.get()) {
            self.told.set(media);
            self.socket.send_now(&CallCommand::Media {
                call,
                seat: self.seat.get(),
                media,
            });
        }
    }

    fn note_switched_off(&self) {
        let Some(call) = self.call.get().filter(|_| self.is_joined()) else {
            return;
        };
        let is_off = |device: &Device| self.stage.source(*device).try_get_untracked() == Some(Source::Off);
        let off: Vec<Device> = Device::ALL.into_iter().filter(is_off).collect();
        memory::note_switched_off(call, &off);
    }

    fn beat(self: &Rc<Self>) {
        let Some(call) = self.call.get() else { return };
        if !self.is_joined() && self.phase.get() != Phase::Preview {
            return;
        }
        let (socket, seat, peer) = (self.socket, self.seat.get(), self.peer.borrow().clone());
        spawn_local(async move {
            let receiving = match peer {
                Some(peer) => peer.is_receiving().await,
                None => false,
            };
            socket.send_now(&CallCommand::Heartbeat { call, seat, receiving });
        });
    }

    fn tick(self: &Rc<Self>) {
        self.ticks.set(self.ticks.get().wrapping_add(1));
        let now = now();
        let seconds = self.together.get().map(|together| together.seconds(now));
        if self.stage.seconds.try_get_untracked() != Some(seconds) {
            self.stage.seconds.try_set(seconds);
        }
        self.with_peer(|peer| peer.look_after(now));
        // An invitation was answered in this tab, which stood at the room already.
        if self.phase.get() == Phase::Preview && memory::is_joining(self.room.borrow().room) {
            self.look_up_room();
        }
        if self.ticks.get().is_multiple_of(ASK_AGAIN) {
            if self.phase.get() == Phase::Joining {
                self.ask_for_seat();
            } else if self.stage.is_waiting.try_get_untracked() == Some(true) {
                self.look_up_room();
            }
        }
    }

    /// Asks the server how the room is now.
    fn look_up_room(self: &Rc<Self>) {
        if self.is_looking.replace(true) {
            return;
        }
        let tab = Rc::clone(self);
        let id = self.room.borrow().room;
        spawn_local(async move {
            let found = api::room(id).await;
            tab.is_looking.set(false);
            // The room is closed, or nobody is signed in: the page as the server has it now says which.
            if matches!(found, Err(AppError::NotFound | AppError::SignedOut)) && !tab.is_gone.get() {
                let _ = window().location().reload();
                return;
            }
            // A server that is away is asked again when the socket is back.
            if let Ok(found) = found
                && !tab.is_gone.get()
                && tab.phase.get() == Phase::Preview
            {
                let call = found.call;
                tab.room.replace(found);
                tab.set_call(call);
            }
        });
    }

    /// Another call goes on in the room, or none. A tab that is on its way joins it.
    fn set_call(self: &Rc<Self>, call: Option<CallId>) {
        self.call.set(call);
        self.stage.call.try_set(call);
        if call.is_some() {
            let room = self.room.borrow().room;
            if memory::take_joining(room) || self.stage.is_waiting.try_get_untracked() == Some(true) {
                self.join();
            }
        }
    }

    fn with_peer(&self, act: impl FnOnce(&Rc<Peer>)) {
        let peer = self.peer.borrow().clone();
        if let Some(peer) = peer {
            act(&peer);
        }
    }

    fn set_phase(&self, phase: Phase) {
        self.phase.set(phase);
        self.stage.phase.try_set(phase);
    }

    fn is_joined(&self) -> bool {
        self.phase.get().is_joined()
    }

    /// What the partner is told. A device that is only starting counts as on, or every call would begin with "microphone off".
    fn media(&self) -> MediaState {
        let is_on = |device| {
            let source = self.stage.source(device).try_get_untracked();
            source.is_some_and(Source::is_wanted)
        };
        MediaState {
            microphone: is_on(Device::Microphone),
            camera: is_on(Device::Camera),
        }
    }
}

fn random_seat() -> SeatId {
    let mut bytes = [0; 16];
    // Every browser with WebRTC has it; without it seats would only be easier to confuse.
    if let Ok(crypto) = window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    SeatId::from_uuid(uuid::Builder::from_random_bytes(bytes).into_uuid())
}
