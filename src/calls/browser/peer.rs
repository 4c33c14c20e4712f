//! The connection to the partner: performs what the negotiation machine says, and tells it how that went.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Function, Object, Promise};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RtcIceCandidateInit, RtcPeerConnection, RtcSdpType, RtcSessionDescriptionInit};

use super::capture::Capture;
use super::connection::{Connection, Report};
use super::screen::Screen;
use super::statistics;
use crate::calls::model::{IceServer, SeatId};
use crate::calls::negotiation::{
    Action, Candidate, Description, DescriptionKind, Input, Negotiation, OperationId, Role, Signal,
};
use crate::calls::stage::arrival::{Sample, is_receiving};
use crate::calls::stage::watch::{Remedy, Watch};
use crate::calls::stage::{Device, PeerLink, Stage};
use crate::realtime::model::back_off;

/// How long the browser may take for one description.
const OPERATION: Duration = Duration::from_secs(10);

/// What a peer needs around it.
pub(super) struct Surroundings {
    pub(super) stage: Stage,
    pub(super) capture: Rc<Capture>,
    pub(super) screen: Rc<Screen>,
    pub(super) ice_servers: Vec<IceServer>,
    pub(super) role: Role,
    /// Sends a signal to the partner's seat, if the socket is up.
    pub(super) send: Box<dyn Fn(SeatId, Signal)>,
}

/// The partner at one seat after another, and the connections to them.
pub(super) struct Peer {
    around: Surroundings,
    machine: RefCell<Negotiation>,
    connection: RefCell<Option<Connection>>,
    seat: Cell<SeatId>,
    is_partner_here: Cell<bool>,
    watch: RefCell<Watch>,
    sampled: Cell<Sample>,
    is_closed: Cell<bool>,
}

impl Peer {
    /// The partner is here, for the first time: begins to connect.
    pub(super) fn meet(around: Surroundings, seat: SeatId) -> Rc<Self> {
        let machine = Negotiation::new(around.role, 0);
        let peer = Rc::new(Self {
            around,
            machine: RefCell::new(machine),
            connection: RefCell::default(),
            seat: Cell::new(seat),
            is_partner_here: Cell::new(true),
            watch: RefCell::default(),
            sampled: Cell::default(),
            is_closed: Cell::new(false),
        });
        peer.build(0);
        peer.tell(Input::PeerPresent);
        peer
    }

    /// The partner is here, or here again.
    pub(super) fn is_here(self: &Rc<Self>, seat: SeatId) {
        self.is_partner_here.set(true);
        let is_same = self.seat.replace(seat) == seat;
        self.tell(if is_same {
            Input::PeerPresent
        } else {
            Input::PeerReplaced
        });
    }

    /// The partner cannot be reached; media may go on.
    pub(super) fn is_gone(self: &Rc<Self>) {
        self.is_partner_here.set(false);
        self.tell(Input::PeerGone);
    }

    /// A signal came; one from a seat that the partner left is of no use.
    pub(super) fn hear(self: &Rc<Self>, from: SeatId, signal: Signal) {
        if from == self.seat.get() {
            self.tell(Input::Remote(signal));
        }
    }

    /// The own track of a device changed.
    pub(super) fn track_changed(&self, device: Device) {
        if let Some(connection) = &*self.connection.borrow() {
            connection.send(device, self.around.capture.track(device).as_ref());
        }
    }

    /// Looks after the connection; about once a second.
    pub(super) fn look_after(self: &Rc<Self>, now: Duration) {
        let link = self.around.stage.link.try_get_untracked().unwrap_or_default();
        let remedy = self.watch.borrow_mut().look(now, link, self.is_partner_here.get());
        match remedy {
            None => {}
            Some(Remedy::Resume) => self.tell(Input::Resumed),
            Some(Remedy::Restart) => self.tell(Input::RestartIce),
            Some(Remedy::GiveUp) => {
                let generation = self.machine.borrow().generation();
                self.tell(Input::ConnectionFailed { generation });
            }
        }
    }

    /// Whether media of the partner arrived since the last time this was asked, and still do.
    pub(super) async fn is_receiving(&self) -> bool {
        let Some(pc) = self.pc() else { return false };
        let Some(sample) = statistics::sample(&pc).await else {
            return false;
        };
        is_receiving(self.sampled.replace(sample), sample)
    }

    /// Closes the connection for good.
    pub(super) fn close(&self) {
        self.is_closed.set(true);
        self.connection.take();
        self.around.screen.show(None);
        self.around.stage.link.try_set(PeerLink::New);
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
            Action::Rebuild { generation, .. } => self.build(generation),
            Action::RetryLater { generation, attempt } => {
                let peer = Rc::clone(self);
                let wait = back_off(attempt, js_sys::Math::random());
                set_timeout(move || peer.tell(Input::Retry { generation }), wait);
            }
            Action::Send(signal) => (self.around.send)(self.seat.get(), signal),
        }
    }

    fn build(self: &Rc<Self>, generation: u32) {
        self.connection.take();
        self.watch.take();
        self.sampled.take();
        self.around.stage.link.try_set(PeerLink::New);
        let peer = Rc::downgrade(self);
        let report = move |report| {
            if let Some(peer) = peer.upgrade() {
                peer.report(generation, report);
            }
        };
        let makes_lines = self.around.role == Role::Impolite;
        let Some(connection) = Connection::open(&self.around.ice_servers, makes_lines, report) else {
            self.around.stage.link.try_set(PeerLink::Failed);
            return;
        };
        for device in Device::ALL {
            connection.send(device, self.around.capture.track(device).as_ref());
        }
        self.around.screen.show(Some(Clone::clone(&connection.incoming)));
        self.connection.replace(Some(connection));
    }

    fn report(self: &Rc<Self>, generation: u32, report: Report) {
        match report {
            Report::NegotiationNeeded => self.tell(Input::NegotiationNeeded { generation }),
            Report::Candidate(candidate) => self.tell(Input::LocalCandidate { generation, candidate }),
            Report::Link(link) => {
                if !self.is_closed.get() && generation == self.machine.borrow().generation() {
                    self.around.stage.link.try_set(link);
                }
                // A broken connection is the watch's business: it knows how long, and whether the partner is there to help.
                if link == PeerLink::Connected {
                    self.tell(Input::Connected { generation });
                }
            }
        }
    }

    fn set_local_description(self: &Rc<Self>, operation: OperationId) {
        let Some(pc) = self.pc() else { return };
        // An empty description is none: the browser makes what its state asks for.
        let promise = pc.set_local_description(Object::new().unchecked_ref::<RtcSessionDescriptionInit>());
        let peer = Rc::clone(self);
        spawn_local(async move {
            let description = match in_time(promise).await {
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
            let is_set = in_time(promise).await.is_ok();
            // Before the answer is made, so that it says what this side sends.
            if is_set
                && let Some(connection) = peer
                    .connection
                    .borrow()
                    .as_ref()
                    .filter(|connection| connection.pc == pc)
            {
                connection.take_up_lines(|device| peer.around.capture.track(device));
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

/// The promise's result, or a rejection when it has not settled in time.
async fn in_time(promise: Promise) -> Result<JsValue, JsValue> {
    let mut timer = None;
    let too_late = Promise::new(&mut |_, reject: Function| {
        let give_up = move || {
            let _ = reject.call0(&JsValue::NULL);
        };
        timer = set_timeout_with_handle(give_up, OPERATION).ok();
    });
    let result = JsFuture::from(Promise::race(&js_sys::Array::of2(&promise, &too_late))).await;
    if let Some(timer) = timer {
        timer.clear();
    }
    result
}
