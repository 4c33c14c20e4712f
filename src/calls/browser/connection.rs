//! One `RTCPeerConnection` with the closures that it calls: they live as long as it does, and closing is dropping.
//!
//! The lines of the two sides agree because one side makes them. The impolite side adds those of [`Line::ALL`], in this order, and offers; the
//! polite side answers on the same lines. A line without a track stays: switching a device on or off, or sharing a screen, is
//! `replaceTrack`, which needs no negotiation. Beside them there is a data channel that both sides open by the same number, the polite side not
//! before it has the offer: with a channel of its own it would want to negotiate too, and Chromium refuses the channel's line (port 0) in an answer
//! that follows a rollback.

use std::cell::{OnceCell, RefCell};

use js_sys::{Array, Function, Object, Reflect};
use leptos::task::spawn_local;
use wasm_bindgen::JsCast;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Event, MediaStream, MediaStreamTrack, RtcBundlePolicy, RtcConfiguration, RtcIceCandidate, RtcIceServer,
    RtcIceTransportPolicy, RtcPeerConnection, RtcPeerConnectionIceEvent, RtcPeerConnectionState, RtcRtpSender,
    RtcRtpTransceiver, RtcRtpTransceiverDirection, RtcRtpTransceiverInit, RtcTrackEvent,
};

use super::channel::DataChannel;
use crate::calls::channel::ChannelMessage;
use crate::calls::model::IceConfiguration;
use crate::calls::negotiation::Candidate;
use crate::calls::stage::{Line, PeerLink};

/// What a connection reports.
pub(super) enum Report {
    NegotiationNeeded,
    Candidate(Option<Candidate>),
    Link(PeerLink),
    /// The data channel opened, or closed.
    Channel(bool),
    /// The partner's page said this on the data channel.
    Said(ChannelMessage),
}

/// An open connection of one generation.
pub(super) struct Connection {
    pub(super) pc: RtcPeerConnection,
    /// What arrives; tracks come into it one by one.
    pub(super) incoming: MediaStream,
    /// The shared screen that arrives, likewise.
    pub(super) incoming_screen: MediaStream,
    channel: OnceCell<DataChannel>,
    open_channel: Box<dyn Fn() -> DataChannel>,
    /// Names sound and picture as one stream, so that the other side keeps lips and voice together.
    together: MediaStream,
    /// The same for a shared screen and what it sounds.
    screen_together: MediaStream,
    senders: RefCell<[Option<RtcRtpSender>; 4]>,
    _on_negotiation_needed: Closure<dyn FnMut(Event)>,
    _on_candidate: Closure<dyn FnMut(RtcPeerConnectionIceEvent)>,
    _on_track: Closure<dyn FnMut(RtcTrackEvent)>,
    _on_state: Closure<dyn FnMut(Event)>,
}

impl Connection {
    /// Opens a connection; with `makes_lines`, for the side that offers first, also its lines. `None` where there is no WebRTC.
    pub(super) fn open(
        ice: &IceConfiguration,
        makes_lines: bool,
        report: impl Fn(Report) + Clone + 'static,
    ) -> Option<Self> {
        let pc = RtcPeerConnection::new_with_configuration(&configuration(ice))
            .or_else(|refused| match ice.is_relay_only {
                // Servers that the browser does not take must not lead to a connection that shows addresses.
                true => Err(refused),
                false => RtcPeerConnection::new(),
            })
            .ok()?;
        // `MediaStream` and its tracks have a method `clone` of the DOM, which makes another stream: hence `Clone::clone` throughout.
        let incoming = MediaStream::new().ok()?;
        let incoming_screen = MediaStream::new().ok()?;
        let together = MediaStream::new().ok()?;
        let screen_together = MediaStream::new().ok()?;
        let open_channel = {
            let (pc, report) = (pc.clone(), report.clone());
            Box::new(move || DataChannel::open(&pc, report.clone()))
        };

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
            let streams = [Clone::clone(&incoming), Clone::clone(&incoming_screen)];
            let pc = pc.clone();
            Closure::new(move |event: RtcTrackEvent| {
                let made = event.transceiver();
                let place = pc.get_transceivers().iter().position(|one| one == **made);
                let is_shared = place.is_some_and(|place| Line::ALL.get(place).is_some_and(|line| line.is_shared()));
                streams[usize::from(is_shared)].add_track(&event.track());
            })
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
            incoming_screen,
            channel: OnceCell::new(),
            open_channel,
            together,
            screen_together,
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
        for line in Line::ALL {
            let init = RtcRtpTransceiverInit::new();
            init.set_direction(RtcRtpTransceiverDirection::Sendrecv);
            init.set_streams(&Array::of1(self.stream_of(line)));
            let made = self.pc.add_transceiver_with_str_and_init(line.kind(), &init);
            self.senders.borrow_mut()[line.index()] = Some(made.sender());
        }
        self.channel.get_or_init(&self.open_channel);
    }

    const fn stream_of(&self, line: Line) -> &MediaStream {
        if line.is_shared() {
            &self.screen_together
        } else {
            &self.together
        }
    }

    /// Takes up the lines that the peer's offer made, each by its place. Lines that are known already stay as they are, and a peer of another make
    /// may have fewer.
    pub(super) fn take_up_lines(&self, track: impl Fn(Line) -> Option<MediaStreamTrack>) {
        let made: Vec<RtcRtpTransceiver> = self.pc.get_transceivers().iter().map(JsCast::unchecked_into).collect();
        for (line, made) in Line::ALL.into_iter().zip(made) {
            if self.sender(line).is_some() || made.receiver().track().kind() != line.kind() {
                continue;
            }
            made.set_direction(RtcRtpTransceiverDirection::Sendrecv);
            let sender = made.sender();
            set_streams(&sender, self.stream_of(line));
            self.senders.borrow_mut()[line.index()] = Some(sender);
            self.send(line, track(line).as_ref());
        }
        self.channel.get_or_init(&self.open_channel);
    }

    /// What sends on a line, once there is one.
    pub(super) fn sender(&self, line: Line) -> Option<RtcRtpSender> {
        self.senders.borrow()[line.index()].clone()
    }

    /// Sends this track on a line, or nothing. Does nothing while there is no line.
    pub(super) fn send(&self, line: Line, track: Option<&MediaStreamTrack>) {
        if let Some(sender) = self.sender(line) {
            let replaced = sender.replace_track(track);
            // Refused only by a connection that is closed.
            spawn_local(async move {
                let _ = JsFuture::from(replaced).await;
            });
        }
    }

    /// Says something to the partner's page; `false` while the channel is not open, or too much waits in it.
    pub(super) fn say(&self, message: &ChannelMessage) -> bool {
        self.channel.get().is_some_and(|channel| channel.say(message))
    }

    /// From the next look at the paths on, they are looked for in this way.
    pub(super) fn configure(&self, ice: &IceConfiguration) {
        // Refused by a closed connection, and by a browser that does not take one of the servers: then the old ones have to do.
        let _ = self.pc.set_configuration_with_configuration(&configuration(ice));
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

/// The same for the browser.
pub(super) fn configuration(ice: &IceConfiguration) -> RtcConfiguration {
    let all: Array = ice
        .servers
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
    // All lines take one way: no other is looked for, or taken at a TURN server.
    configuration.set_bundle_policy(RtcBundlePolicy::MaxBundle);
    if ice.is_relay_only {
        configuration.set_ice_transport_policy(RtcIceTransportPolicy::Relay);
    }
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
