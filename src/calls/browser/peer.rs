//! The connection to the partner: performs what the negotiation machine says, and tells it how that went.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::Object;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;
use web_sys::{MediaStreamTrack, RtcIceCandidateInit, RtcPeerConnection, RtcSdpType, RtcSessionDescriptionInit};

use super::capture::Capture;
use super::clock::{in_time, now};
use super::connection::{Connection, Report};
use super::ice::Ice;
use super::parts::Parts;
use super::screen::Screen;
use crate::calls::channel::ChannelMessage;
use crate::calls::model::SeatId;
use crate::calls::negotiation::{
    self, Action, Candidate, Description, DescriptionKind, Input, Negotiation, OperationId, RebuildCause, Role,
};
use crate::calls::stage::arrival::{Sample, is_heard, is_receiving};
use crate::calls::stage::recovery::{Chime, Course, Recovery};
use crate::calls::stage::watch::{Remedy, Watch};
use crate::calls::stage::watchdog::ChannelWatch;
use crate::calls::stage::{Device, Line, PeerLink, Stage};
use crate::realtime::client::Socket;
use crate::realtime::model::{Link, back_off};
use crate::ui::{Sound, Sounds};

/// How long the browser may take for one description.
const OPERATION: Duration = Duration::from_secs(10);

/// What a peer needs around it.
pub(super) struct Surroundings {
    pub(super) stage: Stage,
    pub(super) capture: Rc<Capture>,
    pub(super) screen: Rc<Screen>,
    pub(super) parts: Rc<Parts>,
    pub(super) ice: Rc<Ice>,
    pub(super) role: Role,
    pub(super) socket: Socket,
    /// How that is.
    pub(super) link: Signal<Link>,
    pub(super) sounds: Sounds,
    /// Sends a signal to the partner's seat, if the socket is up.
    pub(super) send: Box<dyn Fn(SeatId, negotiation::Signal)>,
}

/// The partner at one seat after another, and the connections to them.
pub(super) struct Peer {
    around: Surroundings,
    machine: RefCell<Negotiation>,
    /// Held by nobody else for longer than a call of a function: closing is dropping.
    connection: RefCell<Option<Rc<Connection>>>,
    /// Where the partner sits, or sat last; `None` before they came.
    seat: Cell<Option<SeatId>>,
    is_partner_here: Cell<bool>,
    /// Whether the partner has left, rather than been lost.
    has_left: Cell<bool>,
    watch: RefCell<Watch>,
    course: RefCell<Course>,
    /// The edition of the servers and credentials that the connection has.
    configured: Cell<u32>,
    /// The wait before the next connection.
    retry: Cell<Option<TimeoutHandle>>,
    sampled: Cell<Sample>,
    channel: Cell<ChannelWatch>,
    is_closed: Cell<bool>,
}

impl Peer {
    /// The partner is to come: makes ready what takes time, so that their coming is all that is waited for.
    pub(super) fn await_partner(around: Surroundings) -> Rc<Self> {
        let machine = Negotiation::new(around.role, 0);
        let peer = Rc::new(Self {
            around,
            machine: RefCell::new(machine),
            connection: RefCell::default(),
            seat: Cell::default(),
            is_partner_here: Cell::default(),
            has_left: Cell::default(),
            watch: RefCell::default(),
            course: RefCell::default(),
            configured: Cell::default(),
            retry: Cell::default(),
            sampled: Cell::default(),
            channel: Cell::default(),
            is_closed: Cell::new(false),
        });
        peer.build(0);
        peer
    }

    /// The partner is here, for the first time or again.
    pub(super) fn is_here(self: &Rc<Self>, seat: SeatId) {
        self.is_partner_here.set(true);
        self.has_left.set(false);
        let is_another = self.seat.replace(Some(seat)).is_some_and(|before| before != seat);
        self.tell(if is_another {
            Input::PeerReplaced
        } else {
            Input::PeerPresent
        });
    }

    /// The partner cannot be reached; media may go on, unless they have left.
    pub(super) fn is_gone(self: &Rc<Self>, has_left: bool) {
        self.is_partner_here.set(false);
        self.has_left.set(has_left);
        self.tell(Input::PeerGone);
        self.look_after(now());
    }

    /// Where the partner sits, or sat last; `None` before they came.
    pub(super) fn seat(&self) -> Option<SeatId> {
        self.seat.get()
    }

    /// A signal came; one from a seat that the partner left is of no use.
    pub(super) fn hear(self: &Rc<Self>, from: SeatId, signal: negotiation::Signal) {
        if self.seat.get() == Some(from) {
            self.tell(Input::Remote(signal));
        }
    }

    /// The own track of a device changed.
    pub(super) fn track_changed(&self, device: Device) {
        if let Some(connection) = &*self.connection.borrow() {
            connection.send(device.into(), self.around.capture.track(device).as_ref());
        }
    }

    /// The connection as it is now; to be held no longer than it is used.
    pub(super) fn connection(&self) -> Option<Rc<Connection>> {
        self.connection.borrow().clone()
    }

    /// Says something to the partner's page directly; `false` if it cannot be said now.
    pub(super) fn say(&self, message: &ChannelMessage) -> bool {
        self.connection().is_some_and(|connection| connection.say(message))
    }

    /// Looks after the connection; about once a second.
    pub(super) fn look_after(self: &Rc<Self>, now: Duration) {
        if self.is_closed.get() {
            return;
        }
        self.configure();
        let link = self.around.stage.link.try_get_untracked().unwrap_or_default();
        let remedy = self.watch.borrow_mut().look(now, link, self.can_agree());
        self.follow(now, link);
        let mut channel = self.channel.get();
        if channel.look(now, link == PeerLink::Connected) {
            self.replace();
        }
        self.channel.set(channel);
        match remedy {
            None => {}
            Some(Remedy::Resume) => self.tell(Input::Resumed),
            Some(remedy) => self.help(remedy),
        }
    }

    /// Whether a signal could reach the partner.
    fn can_agree(&self) -> bool {
        self.is_partner_here.get() && self.around.link.try_get_untracked() == Some(Link::Open)
    }

    /// The voice of the partner does not come although the connection stands, and new paths did not help: another connection, with its lines made
    /// anew on both sides.
    pub(super) fn replace(self: &Rc<Self>) {
        if self.can_agree() {
            self.when_renewed(|peer, generation| peer.tell(Input::ConnectionFailed { generation }));
        }
    }

    /// The way to the partner may not be what it was: what may have been lost is asked for, and new paths are looked for although the connection
    /// looks well. Many complaints about one thing are one.
    pub(super) fn complain(self: &Rc<Self>) {
        self.watch.borrow_mut().changed(now());
        self.tell(Input::Resumed);
    }

    /// Says how things stand with a connection that was up.
    fn follow(&self, now: Duration, link: PeerLink) {
        let (before, chime, recovery) = {
            let mut course = self.course.borrow_mut();
            if self.has_left.get() {
                *course = Course::default();
            }
            let before = course.recovery();
            let chime = match self.has_left.get() {
                true => None,
                false => course.look(now, link, self.watch.borrow().attempts()),
            };
            (before, chime, course.recovery())
        };
        if self.around.stage.recovery.try_get_untracked() != Some(recovery) {
            self.around.stage.recovery.try_set(recovery);
        }
        // What takes the media away often takes the socket too, which would look open for half a minute.
        if recovery == Recovery::Interrupted && before != recovery {
            self.around.socket.wake();
        }
        match chime {
            Some(Chime::Lost) => self.around.sounds.play(Sound::Lost),
            Some(Chime::Restored) => self.around.sounds.play(Sound::Restored),
            None => {}
        }
    }

    /// New paths, or a new connection, with credentials that are good for them.
    fn help(self: &Rc<Self>, remedy: Remedy) {
        self.when_renewed(move |peer, generation| match remedy {
            Remedy::Rebuild => {
                // It may have come back while the server was asked.
                if peer.around.stage.link.try_get_untracked() != Some(PeerLink::Connected) {
                    peer.tell(Input::ConnectionFailed { generation });
                }
            }
            Remedy::Restart | Remedy::Resume => peer.tell(Input::RestartIce),
        });
    }

    /// Acts on the present connection when the server has given fresh credentials, or has not in time.
    fn when_renewed(self: &Rc<Self>, act: impl FnOnce(&Rc<Self>, u32) + 'static) {
        let generation = self.machine.borrow().generation();
        let (peer, ice) = (Rc::downgrade(self), Rc::clone(&self.around.ice));
        spawn_local(async move {
            ice.renew().await;
            if let Some(peer) = peer.upgrade().filter(|peer| peer.is_present(generation)) {
                peer.configure();
                act(&peer, generation);
            }
        });
    }

    /// Gives the connection the servers and credentials that are known now.
    fn configure(&self) {
        let edition = self.around.ice.edition();
        if self.configured.replace(edition) != edition
            && let Some(connection) = &*self.connection.borrow()
        {
            connection.configure(&self.around.ice.known());
        }
    }

    /// Whether media of the partner arrived since the last time this was asked, and still do.
    pub(super) async fn is_receiving(&self) -> bool {
        let Some(pc) = self.pc() else { return false };
        let Some(reading) = self.around.parts.quality.read(&pc).await else {
            return false;
        };
        let sample = reading.arrival();
        is_receiving(self.sampled.replace(sample), sample)
    }

    /// Whether media of the partner come at this moment, for whoever asks between two heartbeats.
    pub(super) async fn is_heard(&self) -> bool {
        let Some(pc) = self.pc() else { return false };
        let reading = self.around.parts.quality.read(&pc).await;
        reading.is_some_and(|reading| is_heard(self.sampled.get(), reading.arrival()))
    }

    /// Closes the connection for good.
    pub(super) fn close(&self) {
        self.is_closed.set(true);
        self.do_not_retry();
        self.connection.take();
        self.around.screen.show(None);
        self.around.stage.link.try_set(PeerLink::New);
        self.around.stage.recovery.try_set(Recovery::Fine);
        self.around.parts.all(|part| part.channel(false));
    }

    fn tell(self: &Rc<Self>, input: Input) {
        if self.is_closed.get() {
            return;
        }
        let actions = self.machine.borrow_mut().handle(input);
        for action in actions {
            self.perform(action);
        }
    }

    fn perform(self: &Rc<Self>, action: Action) {
        match action {
            Action::SetLocalDescription { operation } => self.set_local_description(operation),
            Action::SetRemoteDescription { operation, description } => {
                self.set_remote_description(operation, &description);
            }
            Action::AddCandidate(candidate) => self.add_candidate(candidate.as_ref()),
            Action::RestartIce => {
                if let Some(connection) = &*self.connection.borrow() {
                    connection.restart_ice();
                }
            }
            Action::Rebuild { generation, cause } => {
                if cause == RebuildCause::PeerReplaced {
                    self.watch.take();
                    self.course.take();
                }
                self.build(generation);
            }
            Action::RetryLater { generation, attempt } => self.retry_later(generation, attempt),
            Action::Send(signal) => {
                if let Some(seat) = self.seat.get() {
                    (self.around.send)(seat, signal);
                }
            }
        }
    }

    fn retry_later(self: &Rc<Self>, generation: u32, attempt: u32) {
        self.do_not_retry();
        let peer = Rc::downgrade(self);
        let retry = move || {
            if let Some(peer) = peer.upgrade() {
                peer.retry.set(None);
                peer.tell(Input::Retry { generation });
            }
        };
        let wait = back_off(attempt, js_sys::Math::random());
        self.retry.set(set_timeout_with_handle(retry, wait).ok());
    }

    fn do_not_retry(&self) {
        if let Some(retry) = self.retry.take() {
            retry.clear();
        }
    }

    fn build(self: &Rc<Self>, generation: u32) {
        self.do_not_retry();
        self.connection.take();
        self.watch.borrow_mut().rebuilt();
        self.sampled.take();
        self.channel.take();
        self.around.stage.link.try_set(PeerLink::New);
        let peer = Rc::downgrade(self);
        let report = move |report| {
            if let Some(peer) = peer.upgrade() {
                peer.report(generation, report);
            }
        };
        let makes_lines = self.around.role == Role::Impolite;
        self.configured.set(self.around.ice.edition());
        let Some(connection) = Connection::open(&self.around.ice.known(), makes_lines, report).map(Rc::new) else {
            self.around.stage.link.try_set(PeerLink::Failed);
            return;
        };
        for line in Line::ALL {
            connection.send(line, self.track(line).as_ref());
        }
        self.around.screen.show(Some(Clone::clone(&connection.incoming)));
        self.connection.replace(Some(Rc::clone(&connection)));
        self.around.parts.all(|part| {
            part.channel(false);
            part.opened(&connection);
        });
    }

    fn report(self: &Rc<Self>, generation: u32, report: Report) {
        match report {
            Report::NegotiationNeeded => self.tell(Input::NegotiationNeeded { generation }),
            Report::Candidate(candidate) => self.tell(Input::LocalCandidate { generation, candidate }),
            Report::Link(link) => {
                if self.is_present(generation) {
                    self.around.stage.link.try_set(link);
                    self.around.parts.all(|part| part.linked(link));
                }
                // A broken connection is the watch's business: it knows how long, and whether the partner is there to help.
                if link == PeerLink::Connected {
                    self.tell(Input::Connected { generation });
                }
                if self.is_present(generation) {
                    self.look_after(now());
                }
            }
            Report::Channel(is_open) if self.is_present(generation) => {
                let mut channel = self.channel.get();
                channel.changed(now(), is_open);
                self.channel.set(channel);
                self.around.parts.all(|part| part.channel(is_open));
            }
            Report::Said(message) if self.is_present(generation) => self.around.parts.all(|part| part.said(&message)),
            Report::Channel(_) | Report::Said(_) => {}
        }
    }

    /// Whether this is the generation of the connection that is in use.
    fn is_present(&self, generation: u32) -> bool {
        !self.is_closed.get() && generation == self.machine.borrow().generation()
    }

    /// What is to be sent on a line.
    fn track(&self, line: Line) -> Option<MediaStreamTrack> {
        match line {
            Line::Microphone => self.around.capture.track(Device::Microphone),
            Line::Camera => self.around.capture.track(Device::Camera),
            Line::Screen | Line::ScreenSound => self.around.parts.shared.track(line),
        }
    }

    fn set_local_description(self: &Rc<Self>, operation: OperationId) {
        let Some(pc) = self.pc() else { return };
        // An empty description is none: the browser makes what its state asks for.
        let promise = pc.set_local_description(Object::new().unchecked_ref::<RtcSessionDescriptionInit>());
        let peer = Rc::clone(self);
        spawn_local(async move {
            let description = match in_time(promise, OPERATION).await {
                Ok(_) => local_description(&pc),
                Err(_) => None,
            };
            peer.tell(match description {
                Some(description) => Input::LocalDescriptionSet { operation, description },
                None => Input::OperationFailed { operation },
            });
        });
    }

    fn set_remote_description(self: &Rc<Self>, operation: OperationId, description: &Description) {
        let Some(pc) = self.pc() else { return };
        let init = RtcSessionDescriptionInit::new(match description.kind {
            DescriptionKind::Offer => RtcSdpType::Offer,
            DescriptionKind::Answer => RtcSdpType::Answer,
        });
        init.set_sdp(&description.sdp);
        let promise = pc.set_remote_description(&init);
        let peer = Rc::clone(self);
        spawn_local(async move {
            let is_set = in_time(promise, OPERATION).await.is_ok();
            // Before the answer is made, so that it says what this side sends.
            if is_set
                && let Some(connection) = peer
                    .connection
                    .borrow()
                    .as_ref()
                    .filter(|connection| connection.pc == pc)
            {
                connection.take_up_lines(|line| peer.track(line));
                peer.around.screen.arrived();
            }
            peer.tell(if is_set {
                Input::RemoteDescriptionSet { operation }
            } else {
                Input::OperationFailed { operation }
            });
        });
    }

    fn add_candidate(&self, candidate: Option<&Candidate>) {
        let Some(pc) = self.pc() else { return };
        let init = candidate.map(|candidate| {
            let init = RtcIceCandidateInit::new(&candidate.candidate);
            init.set_sdp_mid(candidate.sdp_mid.as_deref());
            init.set_sdp_m_line_index(candidate.sdp_m_line_index);
            if let Some(fragment) = &candidate.username_fragment {
                let _ = js_sys::Reflect::set(&init, &"usernameFragment".into(), &fragment.into());
            }
            init
        });
        let added = pc.add_ice_candidate_with_opt_rtc_ice_candidate_init(init.as_ref());
        spawn_local(async move {
            let _ = JsFuture::from(added).await;
        });
    }

    fn pc(&self) -> Option<RtcPeerConnection> {
        self.connection
            .borrow()
            .as_ref()
            .map(|connection| connection.pc.clone())
    }
}

fn local_description(pc: &RtcPeerConnection) -> Option<Description> {
    let description = pc.local_description()?;
    let kind = match description.type_() {
        RtcSdpType::Offer => DescriptionKind::Offer,
        RtcSdpType::Answer => DescriptionKind::Answer,
        _ => return None,
    };
    Some(Description {
        kind,
        sdp: description.sdp(),
    })
}
