//! One `RTCPeerConnection` with the closures that it calls: they live as long as it does, and closing is dropping.
//!
//! The lines of the two sides agree because one side makes them. The impolite side adds a line for sound and one for pictures, in this
//! order, and offers; the polite side answers on the same lines. A line without a track stays: switching a device on or off later is
//! `replaceTrack`, which needs no negotiation.

use std::cell::RefCell;

use js_sys::{Array, Function, Object, Reflect};
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Event, MediaStream, MediaStreamTrack, RtcConfiguration, RtcIceCandidate, RtcIceServer, RtcPeerConnection,
    RtcPeerConnectionIceEvent, RtcPeerConnectionState, RtcRtpSender, RtcRtpTransceiver, RtcRtpTransceiverDirection,
    RtcRtpTransceiverInit, RtcTrackEvent,
};

use crate::calls::model::IceServer;
use crate::calls::negotiation::Candidate;
use crate::calls::stage::{Device, PeerLink};

/// What a connection reports.
pub(super) enum Report {
    NegotiationNeeded,
    Candidate(Option<Candidate>),
    Link(PeerLink),
}

/// An open connection of one generation.
pub(super) struct Connection {
    pub(super) pc: RtcPeerConnection,
    /// What arrives; tracks come into it one by one.
    pub(super) incoming: MediaStream,
    /// Names sound and picture as one stream, so that the other side keeps lips and voice together.
    together: MediaStream,
    senders: RefCell<[Option<RtcRtpSender>; 2]>,
    _on_negotiation_needed: Closure<dyn FnMut(Event)>,
    _on_candidate: Closure<dyn FnMut(RtcPeerConnectionIceEvent)>,
    _on_track: Closure<dyn FnMut(RtcTrackEvent)>,
    _on_state: Closure<dyn FnMut(Event)>,
}

impl Connection {
    /// Opens a connection; with `makes_lines`, for the side that offers first, also its lines. `None` where there is no WebRTC.
    pub(super) fn open(
        ice_servers: &[IceServer],
        makes_lines: bool,
        report: impl Fn(Report) + Clone + 'static,
    ) -> Option<Self> {
        let pc = RtcPeerConnection::new_with_configuration(&configuration(ice_servers))
            .or_else(|_| RtcPeerConnection::new())
            .ok()?;
        // `MediaStream` and its tracks have a method `clone` of the DOM, which makes another stream: hence `Clone::clone` throughout.
        let incoming = MediaStream::new().ok()?;
        let together = MediaStream::new().ok()?;

        let on_negotiation_needed = {
            let report = report.clone();
            Closure::new(move |_: Event| report(Report::NegotiationNeeded))
        };
        let on_candidate = {
            let report = report.clone();
            Closure::new(move |event: RtcPeerConnectionIceEvent| {
                report(Report::Candidate(
                    event.candidate().map(|candidate| to_wire(&candidate)),
                ));
            })
        };
        let on_track = {
            let incoming = Clone::clone(&incoming);
            Closure::new(move |event: RtcTrackEvent| incoming.add_track(&event.track()))
        };
        let on_state = {
            let pc = pc.clone();
            Closure::new(move |_: Event| report(Report::Link(link(pc.connection_state()))))
        };
        pc.set_onnegotiationneeded(Some(on_negotiation_needed.as_ref().unchecked_ref()));
        pc.set_onicecandidate(Some(on_candidate.as_ref().unchecked_ref()));
        pc.set_ontrack(Some(on_track.as_ref().unchecked_ref()));
        pc.set_onconnectionstatechange(Some(on_state.as_ref().unchecked_ref()));

        let connection = Self {
            pc,
            incoming,
            together,
            senders: RefCell::default(),
            _on_negotiation_needed: on_negotiation_needed,
            _on_candidate: on_candidate,
            _on_track: on_track,
            _on_state: on_state,
        };
        if makes_lines {
            connection.make_lines();
        }
        Some(connection)
    }

    fn make_lines(&self) {
        for device in Device::ALL {
            let init = RtcRtpTransceiverInit::new();
            init.set_direction(RtcRtpTransceiverDirection::Sendrecv);
            init.set_streams(&Array::of1(&self.together));
            let line = self.pc.add_transceiver_with_str_and_init(kind(device), &init);
            self.senders.borrow_mut()[index(device)] = Some(line.sender());
        }
    }

    /// Takes up the lines that the peer's offer made: the first of each kind carries what this side has. Lines that are known already
    /// stay as they are.
    pub(super) fn take_up_lines(&self, track: impl Fn(Device) -> Option<MediaStreamTrack>) {
        let lines: Vec<RtcRtpTransceiver> = self.pc.get_transceivers().iter().map(JsCast::unchecked_into).collect();
        for device in Device::ALL {
            if self.senders.borrow()[index(device)].is_some() {
                continue;
            }
            let Some(line) = lines.iter().find(|line| line.receiver().track().kind() == kind(device)) else {
                continue;
            };
            line.set_direction(RtcRtpTransceiverDirection::Sendrecv);
            let sender = line.sender();
            set_streams(&sender, &self.together);
            self.senders.borrow_mut()[index(device)] = Some(sender);
            self.send(device, track(device).as_ref());
        }
    }

    /// Sends this track on the device's line, or nothing. Does nothing while there is no line.
    pub(super) fn send(&self, device: Device, track: Option<&MediaStreamTrack>) {
        let sender = self.senders.borrow()[index(device)].clone();
        if let Some(sender) = sender {
            let replaced = sender.replace_track(track);
            // Refused only by a connection that is closed.
            spawn_local(async move {
                let _ = JsFuture::from(replaced).await;
            });
        }
    }

    /// `restartIce()`, which web-sys does not have yet.
    pub(super) fn restart_ice(&self) {
        if let Ok(restart) = Reflect::get(&self.pc, &"restartIce".into())
            && let Ok(restart) = restart.dyn_into::<Function>()
        {
            let _ = restart.call0(&self.pc);
        }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        self.pc.set_onnegotiationneeded(None);
        self.pc.set_onicecandidate(None);
        self.pc.set_ontrack(None);
        self.pc.set_onconnectionstatechange(None);
        self.pc.close();
    }
}

fn configuration(servers: &[IceServer]) -> RtcConfiguration {
    let all: Array = servers
        .iter()
        .map(|server| {
            let js = RtcIceServer::new();
            js.set_urls(
                &server
                    .urls
                    .iter()
                    .map(|url| wasm_bindgen::JsValue::from_str(url))
                    .collect::<Array>(),
            );
            if let Some(username) = &server.username {
                js.set_username(username);
            }
            if let Some(credential) = &server.credential {
                js.set_credential(credential);
            }
            js
        })
        .collect();
    let configuration = RtcConfiguration::new();
    configuration.set_ice_servers(&all);
    configuration
}

/// `RTCRtpSender.setStreams()` (WebRTC 1.0 §5.2), which web-sys does not have. Without it lips and voice may drift apart a little.
fn set_streams(sender: &RtcRtpSender, stream: &MediaStream) {
    if let Ok(set) = Reflect::get(sender, &"setStreams".into())
        && let Ok(set) = set.dyn_into::<Function>()
    {
        let _ = set.call1(sender, stream);
    }
}

fn to_wire(candidate: &RtcIceCandidate) -> Candidate {
    let candidate_init: Object = candidate.to_json();
    let text = |name: &str| {
        Reflect::get(&candidate_init, &name.into())
            .ok()
            .and_then(|value| value.as_string())
    };
    Candidate {
        candidate: candidate.candidate(),
        sdp_mid: candidate.sdp_mid(),
        sdp_m_line_index: candidate.sdp_m_line_index(),
        username_fragment: text("usernameFragment"),
    }
}

const fn link(state: RtcPeerConnectionState) -> PeerLink {
    match state {
        RtcPeerConnectionState::Connecting => PeerLink::Connecting,
        RtcPeerConnectionState::Connected => PeerLink::Connected,
        RtcPeerConnectionState::Disconnected => PeerLink::Disconnected,
        RtcPeerConnectionState::Failed | RtcPeerConnectionState::Closed => PeerLink::Failed,
        _ => PeerLink::New,
    }
}

const fn kind(device: Device) -> &'static str {
    match device {
        Device::Microphone => "audio",
        Device::Camera => "video",
    }
}

const fn index(device: Device) -> usize {
    match device {
        Device::Microphone => 0,
        Device::Camera => 1,
    }
}
