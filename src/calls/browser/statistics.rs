//! Reads what a connection has counted (`getStats()`, W3C webrtc-stats). What follows from it is in `stage::figures`.

use std::cell::RefCell;
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Promise, Reflect};
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RtcPeerConnection, RtcRtpTransceiver, RtcStatsReport};

use super::clock::now;
use crate::calls::model::Limit;
use crate::calls::stage::Line;
use crate::calls::stage::figures::{Counters, Reading};

/// Who asks within this time of another gets the same answer.
const SAME: Duration = Duration::from_millis(250);

/// Reads connections; whoever asks at nearly the same moment shares one reading.
#[derive(Default)]
pub(super) struct Reader {
    asked: RefCell<Option<Asked>>,
}

struct Asked {
    at: Duration,
    pc: RtcPeerConnection,
    answer: Promise,
}

impl Reader {
    /// The counters at this moment; `None` when the connection does not tell.
    pub(super) async fn read(&self, pc: &RtcPeerConnection) -> Option<Reading> {
        let answer = self.ask(pc);
        let report: RtcStatsReport = JsFuture::from(answer).await.ok()?.unchecked_into();
        Some(reading(&entries(&report)?, &mids(pc)))
    }

    /// Forgets the connection that was read last.
    pub(super) fn forget(&self) {
        self.asked.take();
    }

    fn ask(&self, pc: &RtcPeerConnection) -> Promise {
        let mut asked = self.asked.borrow_mut();
        if let Some(asked) = asked.as_ref()
            && asked.pc == *pc
            && now().saturating_sub(asked.at) < SAME
        {
            return asked.answer.clone();
        }
        let answer = pc.get_stats();
        *asked = Some(Asked {
            at: now(),
            pc: pc.clone(),
            answer: answer.clone(),
        });
        answer
    }
}

fn entries(report: &RtcStatsReport) -> Option<Vec<JsValue>> {
    let found = Rc::new(RefCell::new(Vec::new()));
    let add = {
        let found = Rc::clone(&found);
        Closure::<dyn FnMut(JsValue)>::new(move |stats: JsValue| found.borrow_mut().push(stats))
    };
    report.for_each(add.as_ref().unchecked_ref()).ok()?;
    Some(found.take())
}

/// `mid` of each line, once it has one.
fn mids(pc: &RtcPeerConnection) -> Vec<Option<String>> {
    let lines = pc.get_transceivers();
    lines
        .iter()
        .map(|line| line.unchecked_into::<RtcRtpTransceiver>().mid())
        .collect()
}

fn reading(entries: &[JsValue], mids: &[Option<String>]) -> Reading {
    let mut all = Reading {
        at_ms: entries
            .iter()
            .filter_map(|stats| number(stats, "timestamp"))
            .fold(0.0, f64::max),
        ..Reading::default()
    };
    let of_type = |wanted: &'static str| {
        entries
            .iter()
            .filter(move |stats| text(stats, "type").as_deref() == Some(wanted))
    };
    let mut reported_round_trip = None;
    for stats in of_type("inbound-rtp") {
        if let Some(line) = line_of(stats, mids) {
            add(&mut all.down[line.index()], inbound(stats));
        }
    }
    for stats in of_type("outbound-rtp") {
        let Some(line) = line_of(stats, mids) else { continue };
        let mut counters = outbound(stats);
        // What the partner's browser reports of it.
        let (id, ssrc) = (text(stats, "id"), number(stats, "ssrc"));
        let report = of_type("remote-inbound-rtp").find(|report| {
            let local = text(report, "localId");
            if local.is_some() {
                local == id
            } else {
                number(report, "ssrc") == ssrc
            }
        });
        if let Some(report) = report {
            counters.lost = number(report, "packetsLost").unwrap_or(0.0);
            counters.fraction_lost = number(report, "fractionLost");
            counters.jitter_ms = number(report, "jitter").map(milliseconds);
            reported_round_trip = reported_round_trip.or(number(report, "roundTripTime").map(milliseconds));
        }
        add(&mut all.up[line.index()], counters);
    }
    let transport = of_type("transport").find_map(|stats| text(stats, "selectedCandidatePairId"));
    let pair = of_type("candidate-pair").find(|pair| match &transport {
        Some(selected) => text(pair, "id").as_ref() == Some(selected),
        None => {
            is_true(pair, "selected")
                || (is_true(pair, "nominated") && text(pair, "state").as_deref() == Some("succeeded"))
        }
    });
    all.round_trip_ms = pair
        .and_then(|pair| number(pair, "currentRoundTripTime"))
        .map(milliseconds)
        .or(reported_round_trip);
    all.available_kbps = pair
        .and_then(|pair| number(pair, "availableOutgoingBitrate"))
        .map(|bits| bits / 1_000.0);
    all.is_relayed = pair.and_then(|pair| {
        let is_relay = |candidate: &str| {
            let id = text(pair, candidate)?;
            let found = entries.iter().find(|stats| text(stats, "id").as_ref() == Some(&id))?;
            Some(text(found, "candidateType")? == "relay")
        };
        let local = is_relay("localCandidateId")?;
        Some(local || is_relay("remoteCandidateId").unwrap_or(false))
    });
    all
}

/// The line that a stream belongs to, by its `mid`; a browser that does not tell sends voice and face.
fn line_of(stats: &JsValue, mids: &[Option<String>]) -> Option<Line> {
    if let Some(mid) = text(stats, "mid") {
        let place = mids.iter().position(|known| known.as_ref() == Some(&mid))?;
        return Line::ALL.get(place).copied();
    }
    match text(stats, "kind")?.as_str() {
        "audio" => Some(Line::Microphone),
        "video" => Some(Line::Camera),
        _ => None,
    }
}

fn inbound(stats: &JsValue) -> Counters {
    let age = match (number(stats, "timestamp"), number(stats, "lastPacketReceivedTimestamp")) {
        (Some(now), Some(last)) => Some(now - last),
        _ => None,
    };
    Counters {
        packets: count(stats, "packetsReceived"),
        lost: count(stats, "packetsLost"),
        bytes: count(stats, "bytesReceived"),
        frames: count(stats, "framesDecoded"),
        samples: count(stats, "totalSamplesReceived"),
        concealed: count(stats, "concealedSamples") - count(stats, "silentConcealedSamples"),
        jitter_ms: number(stats, "jitter").map(milliseconds),
        newest: age,
        ..both(stats)
    }
}

fn outbound(stats: &JsValue) -> Counters {
    Counters {
        packets: count(stats, "packetsSent"),
        bytes: count(stats, "bytesSent"),
        frames: count(stats, "framesEncoded"),
        limited_by: match text(stats, "qualityLimitationReason").as_deref() {
            Some("cpu") => Some(Limit::Cpu),
            Some("bandwidth") => Some(Limit::Bandwidth),
            Some("other") => Some(Limit::Other),
            _ => None,
        },
        ..both(stats)
    }
}

fn both(stats: &JsValue) -> Counters {
    let pixels = |name| number(stats, name).map(|pixels| pixels as u16);
    Counters {
        frames_per_second: number(stats, "framesPerSecond"),
        size: pixels("frameWidth").zip(pixels("frameHeight")),
        ..Counters::default()
    }
}

/// Several streams of one line are one, as after a change of what is sent: their counters are summed, what is told last stays.
fn add(sum: &mut Option<Counters>, other: Counters) {
    let before = sum.unwrap_or_default();
    *sum = Some(Counters {
        packets: before.packets + other.packets,
        lost: before.lost + other.lost,
        bytes: before.bytes + other.bytes,
        frames: before.frames + other.frames,
        samples: before.samples + other.samples,
        concealed: before.concealed + other.concealed,
        fraction_lost: other.fraction_lost.or(before.fraction_lost),
        jitter_ms: other.jitter_ms.or(before.jitter_ms),
        frames_per_second: other.frames_per_second.or(before.frames_per_second),
        size: other.size.or(before.size),
        limited_by: other.limited_by.or(before.limited_by),
        newest: match (before.newest, other.newest) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        },
    });
}

fn milliseconds(seconds: f64) -> f64 {
    seconds * 1_000.0
}

fn count(stats: &JsValue, name: &str) -> f64 {
    number(stats, name).unwrap_or(0.0)
}

fn number(stats: &JsValue, name: &str) -> Option<f64> {
    Reflect::get(stats, &name.into()).ok()?.as_f64()
}

fn text(stats: &JsValue, name: &str) -> Option<String> {
    Reflect::get(stats, &name.into()).ok()?.as_string()
}

fn is_true(stats: &JsValue, name: &str) -> bool {
    Reflect::get(stats, &name.into()).is_ok_and(|value| value.is_truthy())
}
