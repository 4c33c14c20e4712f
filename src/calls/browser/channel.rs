//! The data channel of a connection (WebRTC 1.0 §6), with the closures that it calls.

use js_sys::JsString;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::Closure;
use web_sys::{Event, MessageEvent, RtcDataChannel, RtcDataChannelInit, RtcDataChannelState, RtcPeerConnection};

use super::connection::Report;
use crate::calls::channel::{ChannelMessage, LONGEST, read};

/// The number of the channel, which both sides know, so that neither has to announce it (RFC 8832), and its name.
const NUMBER: u16 = 0;
const NAME: &str = "speakle";
/// More than this waiting to be sent, in bytes, and nothing further is taken: the line does not carry it.
const FULL: u32 = 1 << 20;

/// The channel of one connection.
pub(super) struct DataChannel {
    channel: RtcDataChannel,
    _on_state: Closure<dyn FnMut(Event)>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl DataChannel {
    pub(super) fn open(pc: &RtcPeerConnection, report: impl Fn(Report) + Clone + 'static) -> Self {
        let init = RtcDataChannelInit::new();
        init.set_negotiated(true);
        init.set_id(NUMBER);
        let channel = pc.create_data_channel_with_data_channel_dict(NAME, &init);
        let on_state = {
            let (channel, report) = (channel.clone(), report.clone());
            Closure::new(move |_: Event| report(Report::Channel(is_open(&channel))))
        };
        let on_message = Closure::new(move |event: MessageEvent| {
            if let Some(message) = text_of(&event).as_deref().and_then(read) {
                report(Report::Said(message));
            }
        });
        channel.set_onopen(Some(on_state.as_ref().unchecked_ref()));
        channel.set_onclose(Some(on_state.as_ref().unchecked_ref()));
        channel.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Self {
            channel,
            _on_state: on_state,
            _on_message: on_message,
        }
    }

    pub(super) fn say(&self, message: &ChannelMessage) -> bool {
        let Ok(text) = serde_json::to_string(message) else {
            return false;
        };
        is_open(&self.channel) && self.channel.buffered_amount() < FULL && self.channel.send_with_str(&text).is_ok()
    }
}

impl Drop for DataChannel {
    fn drop(&mut self) {
        self.channel.set_onopen(None);
        self.channel.set_onclose(None);
        self.channel.set_onmessage(None);
        self.channel.close();
    }
}

/// `None` of what is too long to be taken out of the browser at all.
fn text_of(event: &MessageEvent) -> Option<String> {
    let text: JsString = event.data().dyn_into().ok()?;
    (text.length() as usize <= LONGEST).then(|| text.into())
}

fn is_open(channel: &RtcDataChannel) -> bool {
    channel.ready_state() == RtcDataChannelState::Open
}
