//! One page of a room, from its first moment in the browser to its last.

mod entrance;
mod news;
mod own;

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast as _;
use web_sys::PageTransitionEvent;

use super::capture::Capture;
use super::clock::{every, now, on_window, wall};
use super::connection::Connection;
use super::ice::Ice;
use super::parts::Parts;
use super::peer::Peer;
use super::screen::Screen;
use super::{agent, devices, memory, surroundings};
use crate::calls::api;
use crate::calls::channel::ChannelMessage;
use crate::calls::model::{CallId, HEARTBEAT, PartnerState, RoomView, SeatId, SwitchedOff};
use crate::calls::parting::{Partings, use_partings};
use crate::calls::stage::pulse::Pulse;
use crate::calls::stage::{Phase, Stage};
use crate::calls::wire::{CallCommand, MediaState};
use crate::kernel::error::AppError;
use crate::realtime::client::Socket;
use crate::realtime::locks::Hold;
use crate::realtime::model::Link;
use crate::ui::Sounds;

/// How often the page looks after itself.
const TICK: Duration = Duration::from_secs(1);
/// How often the first sound or picture is listened for: told with the next heartbeat only, it would be up to two seconds late, and of a
/// call that is over by then nobody would know that it had come.
const LISTEN: Duration = Duration::from_millis(200);
/// How long the answer to [`CallCommand::Join`] may take before the question is put again, and how often a page whose person wants to
/// join looks for a call, in ticks.
const ASK_AGAIN: u32 = 4;
/// How often a tab in a call tries to open a lost socket, in ticks: the partner waits, and the pauses of other tabs grow longer than that.
const OPEN_AGAIN: u32 = 4;

/// One page of a room.
pub(super) struct Tab {
    stage: Stage,
    socket: Socket,
    /// How the socket is.
    link: Signal<Link>,
    sounds: Sounds,
    partings: Partings,
    room: RefCell<RoomView>,
    ice: Rc<Ice>,
    /// Drawn anew for each time that the person takes a seat: a seat is one life of the connection.
    seat: Cell<SeatId>,
    /// Whether the server has given the seat to this tab.
    is_seated: Cell<bool>,
    /// Held while this tab has the seat, so that a copy of the tab does not take it for its own.
    lock: RefCell<Option<Hold>>,
    capture: Rc<Capture>,
    screen: Rc<Screen>,
    parts: Rc<Parts>,
    peer: RefCell<Option<Rc<Peer>>>,
    /// Where the server says that the partner is.
    partner: Cell<PartnerState>,
    pulse: Cell<Pulse>,
    /// How long both are there.
    together: Cell<Option<Together>>,
    /// What the partner was last told of the own devices; `None` before the seat was asked for, which is told with it.
    told: Cell<Option<MediaState>>,
    ticks: Cell<u32>,
    /// Where this tab is; the stage shows it for as long as there is one.
    phase: Cell<Phase>,
    call: Cell<Option<CallId>>,
    /// Whether the room is being looked up.
    is_looking: Cell<bool>,
    is_gone: Cell<bool>,
    /// What the person has switched off where they sit in the call, or sat last; `None` while that is not known.
    elsewhere: Cell<Option<SwitchedOff>>,
    /// The microphone is on only for as long as a key is held.
    is_held_to_talk: Cell<bool>,
    /// Whether the server has been told that media came to this seat.
    has_received: Cell<bool>,
    /// Whether a look at the connection is under way.
    is_listening: Cell<bool>,
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
    /// The page begins. Listeners go with the owner.
    pub(super) fn enter(stage: Stage, socket: Socket, sounds: Sounds, room: RoomView) -> Rc<Self> {
        let tab = Rc::new_cyclic(|tab| Self {
            stage,
            socket,
            link: socket.link(),
            sounds,
            partings: use_partings(),
            ice: Ice::new(room.room, room.ice.clone()),
            parts: Rc::new(Parts::new(stage, tab)),
            seat: Cell::new(random_seat()),
            is_seated: Cell::default(),
            lock: RefCell::default(),
            capture: Capture::new(stage),
            screen: Screen::new(stage),
            peer: RefCell::default(),
            partner: Cell::new(PartnerState::Absent),
            pulse: Cell::default(),
            together: Cell::default(),
            told: Cell::default(),
            ticks: Cell::default(),
            phase: Cell::new(Phase::Checking),
            call: Cell::new(room.call),
            is_looking: Cell::default(),
            is_gone: Cell::default(),
            elsewhere: Cell::new(Some(room.switched_off)),
            is_held_to_talk: Cell::default(),
            has_received: Cell::default(),
            is_listening: Cell::default(),
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

    /// What lives beside the connection.
    pub(super) fn parts(&self) -> &Rc<Parts> {
        &self.parts
    }

    /// The connection to the partner as it is now; to be held no longer than it is used.
    pub(super) fn connection(&self) -> Option<Rc<Connection>> {
        self.peer.borrow().as_ref()?.connection()
    }

    /// Says something to the partner's page directly; `false` if it cannot be said now.
    pub(super) fn say(&self, message: &ChannelMessage) -> bool {
        self.peer.borrow().as_ref().is_some_and(|peer| peer.say(message))
    }

    /// The call and the seat of this tab in it, while it has one.
    pub(super) fn seated(&self) -> Option<(CallId, SeatId)> {
        Some((self.call.get().filter(|_| self.is_joined())?, self.seat.get()))
    }

    /// The room as the server last described it.
    pub(super) fn room(&self) -> RoomView {
        self.room.borrow().clone()
    }

    /// Sends a command of calls, if the socket is up; answers whether it was.
    pub(super) fn send_now(&self, command: &CallCommand) -> bool {
        self.socket.send_now(command)
    }

    /// Sends a command of calls; while the socket is away it waits.
    pub(super) fn send(&self, command: &CallCommand) {
        self.socket.send(command);
    }

    /// Whether the socket is up, as far as is known.
    pub(super) fn is_connected(&self) -> bool {
        self.link.try_get_untracked() == Some(Link::Open)
    }

    /// The way to the partner may not be what it was, although it looks well: see [`Peer::complain`].
    pub(super) fn complain(&self) {
        self.with_peer(Peer::complain);
    }

    /// The connection is of no use, although it stands: see [`Peer::replace`].
    pub(super) fn replace_connection(&self) {
        self.with_peer(Peer::replace);
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

        // The server notes when media first came; a short call may be over before the next heartbeat.
        let (has_picture, beat) = (self.stage.has_picture, self.weakly(Self::beat));
        Effect::new(move |_| {
            if has_picture.get() {
                beat();
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

        surroundings::on_other_network(self.weakly(|tab| tab.complain()));
        surroundings::on_return(self.weakly(Self::returned));

        every(HEARTBEAT, self.weakly(Self::beat));
        every(LISTEN, self.weakly(Self::await_media));
        every(TICK, self.weakly(Self::tick));
        devices::on_change(self.stage, self.weakly(|tab| tab.capture.look_over()));
    }

    /// For whoever may outlive the page.
    fn weakly(self: &Rc<Self>, act: fn(&Rc<Self>)) -> impl Fn() + Clone + 'static {
        let weak = Rc::downgrade(self);
        move || {
            if let Some(tab) = weak.upgrade() {
                act(&tab);
            }
        }
    }

    /// "Leave call": for both, at once.
    pub(super) fn leave(self: &Rc<Self>) {
        let Some(call) = self.call.get() else { return };
        self.parts.all(|part| part.over());
        self.partings.leave(call, self.seat.get());
        self.finish(call);
    }

    /// The page goes, by a navigation inside the application or by the browser's hand; the person may come back to the call.
    pub(super) fn go_away(self: &Rc<Self>) {
        self.hide();
        self.is_gone.set(true);
    }

    fn hide(self: &Rc<Self>) {
        self.parts.all(|part| part.over());
        if let (Some(call), true) = (self.call.get(), self.is_joined()) {
            // Without a socket it is said when that is back: the page may live on, and a seat that was taken anew meanwhile is another one.
            self.socket.send(&CallCommand::Hide {
                call,
                seat: self.seat.get(),
            });
        }
        self.set_phase(Phase::Checking);
        self.release();
    }

    fn end(self: &Rc<Self>, call: CallId) {
        self.parts.all(|part| part.over());
        self.finish(call);
    }

    fn finish(self: &Rc<Self>, call: CallId) {
        memory::forget_call();
        self.set_phase(Phase::Over(call));
        self.release();
    }

    /// Closes the connection and gives the devices back. The parts have done so before, while the tab still had its seat.
    fn release(&self) {
        if let Some(peer) = self.peer.take() {
            peer.close();
        }
        self.capture.release();
        self.together.set(None);
        self.stage.seconds.try_set(None);
        self.partner.set(PartnerState::Absent);
        self.stage.partner.try_set(PartnerState::Absent);
        self.seat.set(random_seat());
        self.is_seated.set(false);
        self.told.set(None);
        self.elsewhere.set(None);
        self.is_held_to_talk.set(false);
        self.has_received.set(false);
        self.lock.take();
    }

    /// The socket is open, for the first time or again: the server may not know any more where this tab sits.
    fn socket_is_back(self: &Rc<Self>) {
        if self.is_joined() {
            self.ask_for_seat();
        } else if self.ticks.get() > 0 {
            // It may have ended meanwhile.
            self.look_up_room();
        }
    }

    fn ask_for_seat(&self) {
        let Some(call) = self.call.get() else { return };
        let media = self.media();
        self.told.set(Some(media));
        let (seat, device) = (self.seat.get(), agent::device_class());
        // Whoever comes back does not take the seat from another tab to which the call has been moved meanwhile.
        let command = match self.is_seated.get() {
            true => CallCommand::Rejoin {
                call,
                seat,
                media,
                device,
            },
            false => CallCommand::Join {
                call,
                seat,
                media,
                device,
            },
        };
        // A socket that is away asks by itself when it is back.
        self.socket.send_now(&command);
    }

    fn beat(self: &Rc<Self>) {
        let Some(call) = self.call.get() else { return };
        if !self.is_joined() && self.phase.get() != Phase::Preview {
            return;
        }
        let (socket, seat, peer) = (self.socket, self.seat.get(), self.peer.borrow().clone());
        let tab = Rc::downgrade(self);
        spawn_local(async move {
            let receiving = match peer {
                Some(peer) => peer.is_receiving().await,
                None => false,
            };
            socket.send_now(&CallCommand::Heartbeat { call, seat, receiving });
            if let Some(tab) = tab.upgrade() {
                tab.weigh_silence(receiving);
            }
        });
    }

    /// Tells the server of the first sound or picture as soon as it has come.
    fn await_media(self: &Rc<Self>) {
        let is_due = self.is_joined() && !self.has_received.get() && !self.is_listening.get();
        let peer = self.peer.borrow().clone().filter(|_| is_due);
        let (Some(call), Some(peer)) = (self.call.get(), peer) else {
            return;
        };
        self.is_listening.set(true);
        let (socket, seat, tab) = (self.socket, self.seat.get(), Rc::downgrade(self));
        spawn_local(async move {
            let receiving = peer.is_heard().await;
            let Some(tab) = tab.upgrade() else { return };
            tab.is_listening.set(false);
            // Its seat may have been given up meanwhile.
            if receiving && tab.seat.get() == seat {
                tab.has_received
                    .set(socket.send_now(&CallCommand::Heartbeat { call, seat, receiving }));
            }
        });
    }

    /// Looks whether the page has slept, and at the connection.
    fn feel(self: &Rc<Self>) {
        let now = now();
        let mut pulse = self.pulse.get();
        let has_slept = pulse.beat(now, wall());
        self.pulse.set(pulse);
        if has_slept {
            self.complain();
        }
        self.with_peer(|peer| peer.look_after(now));
    }

    fn tick(self: &Rc<Self>) {
        self.ticks.set(self.ticks.get().wrapping_add(1));
        let now = now();
        let seconds = self.together.get().map(|together| together.seconds(now));
        if self.stage.seconds.try_get_untracked() != Some(seconds) {
            self.stage.seconds.try_set(seconds);
        }
        self.feel();
        if matches!(self.phase.get(), Phase::Preview | Phase::Joining | Phase::InCall) {
            self.ice.look_after(now);
        }
        self.capture.look_after(now);
        if self.is_joined() {
            self.screen.look_after();
            // What was only starting may have come to nothing.
            self.media_changed();
            self.parts.all(|part| part.tick(now));
            let is_away = self.link.try_get_untracked() == Some(Link::Reconnecting);
            if is_away && self.ticks.get().is_multiple_of(OPEN_AGAIN) {
                self.socket.wake();
            }
        }
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
            {
                tab.found(found);
            }
        });
    }

    fn found(self: &Rc<Self>, room: RoomView) {
        let call = room.call;
        match (self.phase.get(), self.call.get()) {
            (Phase::Preview, _) => {
                self.ice.learn(room.ice.clone());
                self.call.set(call);
                self.stage.last_call.try_set(room.last_call);
                self.know_elsewhere(room.switched_off);
                self.room.replace(room);
                self.set_call(call);
            }
            // The call that goes on in another tab has ended, and nobody could say so.
            (Phase::Elsewhere, Some(mine)) if call != Some(mine) => self.end(mine),
            _ => {}
        }
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
}

fn random_seat() -> SeatId {
    let mut bytes = [0; 16];
    // Every browser with WebRTC has it; without it seats would only be easier to confuse.
    if let Ok(crypto) = window().crypto() {
        let _ = crypto.get_random_values_with_u8_array(&mut bytes);
    }
    SeatId::from_uuid(uuid::Builder::from_random_bytes(bytes).into_uuid())
}
