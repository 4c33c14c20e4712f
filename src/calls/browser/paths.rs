//! Finds out whether a STUN or TURN server can be reached, by letting a connection of its own gather candidates (RFC 8445 §5.1.1).

use std::time::Duration;

use js_sys::Reflect;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{RtcPeerConnection, RtcPeerConnectionIceEvent};

use std::cell::Cell;
use std::rc::Rc;

use super::check::{Later, done};
use super::clock::in_time;
use super::connection::configuration;
use crate::calls::model::{IceConfiguration, IceServer};

/// `errorCode` of a server that could not be reached at all (WebRTC 1.0 §4.8.2).
const UNREACHED: f64 = 701.0;

/// What a server is asked for.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Aim {
    /// The own address, as seen from there.
    OwnAddress,
    /// A relayed address.
    Relay,
}

impl Aim {
    /// How a candidate says that it is one (RFC 8839 §5.1).
    const fn mark(self) -> &'static str {
        match self {
            Self::OwnAddress => " typ srflx",
            Self::Relay => " typ relay",
        }
    }
}

/// Whether the browser opens connections at all.
pub(super) fn has_connections() -> bool {
    RtcPeerConnection::new().is_ok_and(|pc| {
        pc.close();
        true
    })
}

/// Whether this server answers within `patience`.
pub(super) async fn reaches(server: &IceServer, aim: Aim, patience: Duration) -> bool {
    let ice = IceConfiguration {
        servers: vec![server.clone()],
        is_relay_only: aim == Aim::Relay,
        valid_seconds: None,
    };
    let Some(gathering) = Gathering::begin(&ice, aim) else {
        return false;
    };
    let found = in_time(gathering.found.promise.clone(), patience).await;
    found.is_ok_and(|found| found.is_truthy())
}

/// A connection that only gathers. It closes when it is dropped.
struct Gathering {
    pc: RtcPeerConnection,
    /// Resolved with whether it was found.
    found: Rc<Later>,
    _on_candidate: Closure<dyn FnMut(RtcPeerConnectionIceEvent)>,
    _on_error: Closure<dyn FnMut(JsValue)>,
}

impl Gathering {
    fn begin(ice: &IceConfiguration, aim: Aim) -> Option<Self> {
        let pc = RtcPeerConnection::new_with_configuration(&configuration(ice)).ok()?;
        let found = Rc::new(Later::new());
        let was_unreached = Rc::new(Cell::new(false));
        let on_candidate = {
            let (found, was_unreached) = (Rc::clone(&found), Rc::clone(&was_unreached));
            Closure::new(move |event: RtcPeerConnectionIceEvent| {
                let text = event.candidate().map(|candidate| candidate.candidate());
                match text.filter(|text| !text.is_empty()) {
                    Some(text) if text.contains(aim.mark()) => found.settle(&JsValue::TRUE),
                    Some(_) => {}
                    // A browser leaves out the own address where it is one that it has already: then nothing is between here and there.
                    None => found.settle(&(aim == Aim::OwnAddress && !was_unreached.get()).into()),
                }
            })
        };
        let on_error = Closure::new(move |event: JsValue| {
            let code = Reflect::get(&event, &"errorCode".into()).ok();
            if code.and_then(|code| code.as_f64()) >= Some(UNREACHED) {
                was_unreached.set(true);
            }
        });
        pc.set_onicecandidate(Some(on_candidate.as_ref().unchecked_ref()));
        // Not in web-sys; where the browser does not have it either, it is never called.
        let _ = Reflect::set(&pc, &"onicecandidateerror".into(), on_error.as_ref());
        // Without something to carry there is nothing to gather for.
        pc.create_data_channel("check");
        let gathering = pc.clone();
        spawn_local(async move {
            if let Some(offer) = done(gathering.create_offer()).await {
                // Refused by a connection that was closed meanwhile.
                let _ = done(gathering.set_local_description(offer.unchecked_ref())).await;
            }
        });
        Some(Self {
            pc,
            found,
            _on_candidate: on_candidate,
            _on_error: on_error,
        })
    }
}

impl Drop for Gathering {
    fn drop(&mut self) {
        self.pc.set_onicecandidate(None);
        let _ = Reflect::set(&self.pc, &"onicecandidateerror".into(), &JsValue::NULL);
        self.pc.close();
    }
}
