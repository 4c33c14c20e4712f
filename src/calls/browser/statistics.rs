//! Reads what a connection received (W3C webrtc-stats).

use js_sys::Reflect;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{RtcPeerConnection, RtcStatsReport};

use std::cell::Cell;
use std::rc::Rc;

use crate::calls::stage::arrival::Sample;

/// The incoming media streams at this moment; `None` when the connection does not tell.
pub(super) async fn sample(connection: &RtcPeerConnection) -> Option<Sample> {
    let report: RtcStatsReport = JsFuture::from(connection.get_stats()).await.ok()?.unchecked_into();
    let sum = Rc::new(Cell::new(Sample::default()));
    let add = {
        let sum = Rc::clone(&sum);
        Closure::<dyn FnMut(JsValue)>::new(move |stats: JsValue| {
            if text(&stats, "type").as_deref() == Some("inbound-rtp") {
                sum.set(plus(sum.get(), &stats));
            }
        })
    };
    report.for_each(add.as_ref().unchecked_ref()).ok()?;
    Some(sum.get())
}

fn plus(sum: Sample, stats: &JsValue) -> Sample {
    let age = match (number(stats, "timestamp"), number(stats, "lastPacketReceivedTimestamp")) {
        (Some(now), Some(last)) => Some(now - last),
        _ => None,
    };
    Sample {
        packets: sum.packets + number(stats, "packetsReceived").unwrap_or(0.0),
        newest: match (sum.newest, age) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        },
    }
}

fn number(stats: &JsValue, name: &str) -> Option<f64> {
    Reflect::get(stats, &name.into()).ok()?.as_f64()
}

fn text(stats: &JsValue, name: &str) -> Option<String> {
    Reflect::get(stats, &name.into()).ok()?.as_string()
}
