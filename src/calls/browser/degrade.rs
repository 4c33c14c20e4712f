//! Sends each line as the ladder of `stage::degrade` has it (`RTCRtpSender.setParameters`, WebRTC 1.0 §5.2).

use std::cell::Cell;
use std::rc::Rc;

use js_sys::{Object, Promise, Reflect};
use leptos::task::spawn_local;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::RtcRtpSender;

use super::connection::Connection;
use crate::calls::stage::Line;
use crate::calls::stage::degrade::{Caps, caps};

/// What was last asked of each line's sender.
#[derive(Default)]
pub(super) struct Sending {
    lines: [Cell<Asked>; 4],
    /// Raised with each connection.
    generation: Cell<u32>,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Asked {
    /// Nothing: it sends as the browser likes.
    #[default]
    Nothing,
    /// This; the answer is awaited.
    Awaited,
    /// This, and it was taken.
    Taken(Caps),
}

impl Sending {
    /// The senders are new.
    pub(super) fn forget(&self) {
        self.generation.set(self.generation.get().wrapping_add(1));
        for line in &self.lines {
            line.take();
        }
    }

    /// Sends on this rung. What a browser does not take is tried again the next time.
    pub(super) fn apply(self: &Rc<Self>, connection: &Connection, rung: usize) {
        for line in Line::ALL {
            let (caps, asked) = (caps(rung, line), &self.lines[line.index()]);
            let is_so = match asked.get() {
                Asked::Awaited => true,
                Asked::Taken(taken) => taken == caps,
                // The voice goes before everything else from the beginning.
                Asked::Nothing => caps == Caps::NONE && line != Line::Microphone,
            };
            if is_so {
                continue;
            }
            let Some(answer) = connection.sender(line).and_then(|sender| ask(&sender, line, caps)) else {
                continue;
            };
            asked.set(Asked::Awaited);
            let (me, generation) = (Rc::clone(self), self.generation.get());
            spawn_local(async move {
                let is_taken = JsFuture::from(answer).await.is_ok();
                if me.generation.get() == generation {
                    me.lines[line.index()].set(if is_taken { Asked::Taken(caps) } else { Asked::Nothing });
                }
            });
        }
    }
}

/// Asks a sender to keep to these caps; `None` before it can be asked.
fn ask(sender: &RtcRtpSender, line: Line, caps: Caps) -> Option<Promise> {
    let parameters = sender.get_parameters();
    let encodings = parameters.get_encodings().filter(|encodings| encodings.length() > 0)?;
    for encoding in encodings.iter() {
        let encoding: Object = encoding.dyn_into().ok()?;
        put(&encoding, "active", Some(caps.is_on.into()));
        put(&encoding, "maxBitrate", caps.max_bits.map(JsValue::from));
        if line.kind() == "video" {
            put(&encoding, "scaleResolutionDownBy", Some(caps.scale_down.into()));
            put(&encoding, "maxFramerate", caps.max_frames.map(JsValue::from));
        }
        if line == Line::Microphone {
            // Of what is waiting, the voice is sent first, and networks may be told so (WebRTC Priority Control §3).
            put(&encoding, "priority", Some("high".into()));
            put(&encoding, "networkPriority", Some("high".into()));
        }
    }
    Some(sender.set_parameters_with_parameters(&parameters))
}

/// web-sys does not have all of them. Browsers leave what they do not know.
fn put(encoding: &Object, name: &str, value: Option<JsValue>) {
    let _ = match value {
        Some(value) => Reflect::set(encoding, &name.into(), &value),
        None => Reflect::delete_property(encoding, &name.into()),
    };
}
