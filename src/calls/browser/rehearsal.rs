//! A call of the page with itself: two connections that find each other as those of two people do, and a channel on which is measured how quickly
//! and how much comes through.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::Reflect;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use web_sys::{
    Event, MessageEvent, RtcDataChannel, RtcDataChannelInit, RtcDataChannelState, RtcIceGatheringState,
    RtcPeerConnection, RtcSessionDescriptionInit,
};

use super::check::{Going, Later, Run};
use super::clock::now;
use super::connection::configuration;
use crate::calls::model::IceConfiguration;
use crate::calls::stage::check::{Measured, OFFERED_KBITS};

/// How long the two may take to gather their candidates. What is found later is not needed: the servers are known to answer.
const GATHERED: Duration = Duration::from_secs(3);
/// How long they may take to find each other.
const CONNECTED: Duration = Duration::from_secs(10);
/// How long the first line of messages goes back and forth, and how often.
const ECHOES: u32 = 10;
const ECHO: Duration = Duration::from_millis(80);
/// For how long as much is sent as a call could use, which shows how much gets through.
const LOAD: Duration = Duration::from_millis(2_500);
/// How long the line may then take to carry what has filled it.
const DRAINED: Duration = Duration::from_secs(1);
/// For how long after that less is sent than gets through, as in a call that knows its line: what is lost of it is lost on the way, and not because
/// there was no room for it.
const CALM: Duration = Duration::from_millis(2_500);
/// The share of what gets through that is sent then.
const SHARE: f64 = 0.75;
/// How often something is sent meanwhile. Timers of hidden tabs come later; then more goes at once.
const BEAT: Duration = Duration::from_millis(20);
const MOST_AT_ONCE: Duration = Duration::from_millis(1_000);
/// How long the last messages may take.
const LATE: Duration = Duration::from_millis(600);
/// The sizes of messages in bytes, those of packets of video; by them is known with which of the two a message was sent.
const LOAD_SIZE: u32 = 1_100;
const CALM_SIZE: u32 = 1_000;
/// With so many bytes waiting, the line is full: what does not get out is not sent later either, as in a call.
const FULL: u32 = 32 * 1_024;

/// Holds the call. `None` if it does not come about.
pub(super) async fn measure(run: &Run, ice: &IceConfiguration) -> Going<Option<Measured>> {
    let Some(pair) = Pair::open(ice) else { return Ok(None) };
    if !pair.meet(run).await? || run.wait(&pair.opened.promise, CONNECTED).await?.is_none() {
        return Ok(None);
    }

    for _ in 0..ECHOES {
        pair.ping();
        run.pause(ECHO).await?;
    }
    run.pause(LATE).await?;
    let round_trip = pair.far.median();

    let load = pair.send(run, LOAD, f64::from(OFFERED_KBITS), LOAD_SIZE).await?;
    let kbits = f64::from(pair.far.load.get() * LOAD_SIZE) * 8.0 / 1_000.0 / load.took.as_secs_f64().max(0.001);
    run.pause(DRAINED).await?;
    let calm = pair.send(run, CALM, kbits * SHARE, CALM_SIZE).await?;
    run.pause(LATE).await?;
    let sent = calm.messages.saturating_sub(pair.channel.buffered_amount() / CALM_SIZE);
    let received = pair.far.calm.get().min(sent);
    if load.messages == 0 {
        return Ok(None);
    }
    Ok(round_trip.map(|round_trip| Measured {
        is_relayed: ice.is_relay_only,
        round_trip_ms: u32::try_from(round_trip.as_millis()).unwrap_or(u32::MAX),
        loss_permille: ((sent - received) * 1_000).checked_div(sent).unwrap_or(1_000),
        kbits: kbits as u32,
    }))
}

/// What was sent, and for how long.
struct Sent {
    messages: u32,
    took: Duration,
}

/// What is counted while messages come.
#[derive(Default)]
struct Counted {
    /// Messages of each size.
    load: Cell<u32>,
    calm: Cell<u32>,
    round_trips: RefCell<Vec<Duration>>,
}

impl Counted {
    fn median(&self) -> Option<Duration> {
        let mut all = self.round_trips.borrow().clone();
        all.sort_unstable();
        all.get(all.len() / 2).copied()
    }
}

/// Both ends. They close when it is dropped.
struct Pair {
    near: RtcPeerConnection,
    away: RtcPeerConnection,
    channel: RtcDataChannel,
    echo: RtcDataChannel,
    opened: Rc<Later>,
    far: Rc<Counted>,
    _on_open: Closure<dyn FnMut(Event)>,
    _on_answer: Closure<dyn FnMut(MessageEvent)>,
    _on_message: Closure<dyn FnMut(MessageEvent)>,
}

impl Pair {
    fn open(ice: &IceConfiguration) -> Option<Self> {
        let open = || RtcPeerConnection::new_with_configuration(&configuration(ice)).ok();
        let (near, away) = (open()?, open()?);
        // As media travel: what is late or lost is not waited for.
        let init = RtcDataChannelInit::new();
        init.set_ordered(false);
        init.set_max_retransmits(0);
        init.set_negotiated(true);
        init.set_id(0);
        let make = |pc: &RtcPeerConnection| pc.create_data_channel_with_data_channel_dict("check", &init);
        let (channel, echo) = (make(&near), make(&away));
        let far = Rc::new(Counted::default());
        let opened = Rc::new(Later::new());
        let on_open = {
            let (opened, ends) = (Rc::clone(&opened), [channel.clone(), echo.clone()]);
            Closure::new(move |_: Event| {
                if ends.iter().all(is_open) {
                    opened.settle(&JsValue::TRUE);
                }
            })
        };
        let on_answer = {
            let far = Rc::clone(&far);
            Closure::new(move |event: MessageEvent| {
                let asked = event.data().as_string().and_then(|text| text.parse::<u64>().ok());
                if let Some(asked) = asked {
                    let took = now().saturating_sub(Duration::from_micros(asked));
                    far.round_trips.borrow_mut().push(took);
                }
            })
        };
        let on_message = {
            let (far, echo) = (Rc::clone(&far), echo.clone());
            Closure::new(move |event: MessageEvent| match event.data().as_string() {
                Some(text) => {
                    // Refused only by a channel that is closing.
                    let _ = echo.send_with_str(&text);
                }
                None => {
                    let count = if is_of(&event.data(), CALM_SIZE) {
                        &far.calm
                    } else {
                        &far.load
                    };
                    count.set(count.get() + 1);
                }
            })
        };
        for end in [&channel, &echo] {
            end.set_onopen(Some(on_open.as_ref().unchecked_ref()));
        }
        channel.set_onmessage(Some(on_answer.as_ref().unchecked_ref()));
        echo.set_onmessage(Some(on_message.as_ref().unchecked_ref()));
        Some(Self {
            near,
            away,
            channel,
            echo,
            opened,
            far,
            _on_open: on_open,
            _on_answer: on_answer,
            _on_message: on_message,
        })
    }

    /// Tells both of each other. Candidates go along with the descriptions.
    async fn meet(&self, run: &Run) -> Going<bool> {
        let Some(offer) = run.wait(&self.near.create_offer(), CONNECTED).await? else {
            return Ok(false);
        };
        if !describe(run, &self.near, &self.away, offer.unchecked_ref()).await? {
            return Ok(false);
        }
        let Some(answer) = run.wait(&self.away.create_answer(), CONNECTED).await? else {
            return Ok(false);
        };
        describe(run, &self.away, &self.near, answer.unchecked_ref()).await
    }

    /// Sends the time, which comes back.
    fn ping(&self) {
        // A channel that is not open any more gives no figures.
        let _ = self.channel.send_with_str(&now().as_micros().to_string());
    }

    /// Sends so much for so long, as far as it gets out.
    async fn send(&self, run: &Run, span: Duration, kbits: f64, size: u32) -> Going<Sent> {
        let begun = now();
        let mut last = begun;
        let mut credit = 0.0;
        let mut messages = 0;
        while now().saturating_sub(begun) < span {
            let at = now();
            let since = at.saturating_sub(last).min(MOST_AT_ONCE);
            last = at;
            // Kilobits a second are bits a millisecond.
            credit += since.as_secs_f64() * 1_000.0 * kbits / 8.0;
            while credit >= f64::from(size) {
                if !self.send_one(size) {
                    credit = 0.0;
                    break;
                }
                messages += 1;
                credit -= f64::from(size);
            }
            run.pause(BEAT).await?;
        }
        Ok(Sent {
            messages,
            took: now().saturating_sub(begun),
        })
    }

    /// Whether it got out.
    fn send_one(&self, size: u32) -> bool {
        let message = [0; LOAD_SIZE as usize];
        let part = message.get(..size as usize).unwrap_or(&message);
        self.channel.buffered_amount() <= FULL && self.channel.send_with_u8_array(part).is_ok()
    }
}

impl Drop for Pair {
    fn drop(&mut self) {
        for end in [&self.channel, &self.echo] {
            end.set_onopen(None);
            end.set_onmessage(None);
            end.close();
        }
        self.near.set_onicegatheringstatechange(None);
        self.away.set_onicegatheringstatechange(None);
        self.near.close();
        self.away.close();
    }
}

/// One side takes its description, gathers, and the other side hears of it.
async fn describe(
    run: &Run,
    of: &RtcPeerConnection,
    to: &RtcPeerConnection,
    description: &RtcSessionDescriptionInit,
) -> Going<bool> {
    let gathered = Rc::new(Later::new());
    let on_state = {
        let (pc, gathered) = (of.clone(), Rc::clone(&gathered));
        Closure::<dyn FnMut(Event)>::new(move |_: Event| {
            if pc.ice_gathering_state() == RtcIceGatheringState::Complete {
                gathered.settle(&JsValue::TRUE);
            }
        })
    };
    of.set_onicegatheringstatechange(Some(on_state.as_ref().unchecked_ref()));
    let taken = run.wait(&of.set_local_description(description), CONNECTED).await?;
    run.wait(&gathered.promise, GATHERED).await?;
    of.set_onicegatheringstatechange(None);
    let Some(local) = of.local_description().filter(|_| taken.is_some()) else {
        return Ok(false);
    };
    let said = RtcSessionDescriptionInit::new(local.type_());
    said.set_sdp(&local.sdp());
    let heard = run.wait(&to.set_remote_description(&said), CONNECTED).await?;
    Ok(heard.is_some())
}

fn is_open(channel: &RtcDataChannel) -> bool {
    channel.ready_state() == RtcDataChannelState::Open
}

/// Whether a message has that size; browsers hand them over in different kinds of objects.
fn is_of(data: &JsValue, size: u32) -> bool {
    ["byteLength", "size"]
        .into_iter()
        .find_map(|name| Reflect::get(data, &name.into()).ok()?.as_f64())
        == Some(f64::from(size))
}
