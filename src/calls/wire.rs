//! Socket messages of calls.

use serde::{Deserialize, Serialize};

use super::model::{CallId, DeviceClass, EndReason, OngoingCall, PartnerState, QualitySample, SeatId, SwitchedOff};
use super::negotiation::Signal;
use crate::realtime::wire::{ClientWire, ServerWire};

/// What a tab on the call page sends.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CallCommand {
    /// Takes the person's seat in the call, from whatever tab of theirs has it. Answered by [`CallNews::Joined`] or, when the call is over,
    /// by [`CallNews::Ended`].
    Join {
        /// The call.
        call: CallId,
        /// This tab.
        seat: SeatId,
        /// What this side sends.
        media: MediaState,
        /// What kind of device it is.
        #[serde(default)]
        device: DeviceClass,
    },
    /// Takes the seat again that this tab had, on a new socket. Answered as [`CallCommand::Join`], or by [`CallNews::SeatTaken`] when
    /// another tab of the person has it meanwhile.
    Rejoin {
        /// The call.
        call: CallId,
        /// This tab.
        seat: SeatId,
        /// What this side sends.
        media: MediaState,
        /// What kind of device it is.
        #[serde(default)]
        device: DeviceClass,
    },
    /// Still there; every [`super::model::HEARTBEAT`], from the page with the preview as well (without a seat in the call).
    Heartbeat {
        /// The call.
        call: CallId,
        /// This tab.
        seat: SeatId,
        /// Whether media of the partner arrived since the last heartbeat: then the partner is there too, socket or not.
        receiving: bool,
    },
    /// A signal for the partner's seat.
    Signal {
        /// The call.
        call: CallId,
        /// This tab.
        from: SeatId,
        /// The partner's tab.
        to: SeatId,
        /// What to say.
        signal: Signal,
    },
    /// Microphone or camera were switched.
    Media {
        /// The call.
        call: CallId,
        /// This tab.
        seat: SeatId,
        /// What this side sends now.
        media: MediaState,
    },
    /// How the connection was since the last sample; about every ten seconds, and once more before the seat is left.
    Sample {
        /// The call.
        call: CallId,
        /// This tab.
        seat: SeatId,
        /// Counts the samples of a seat from 1. What was not acknowledged is sent again under the same number; 0 is never acknowledged.
        #[serde(default)]
        number: u32,
        /// How long ago the span ended when this was sent, in milliseconds: the socket may have been away.
        #[serde(default)]
        ago_ms: u32,
        /// What was measured.
        sample: QualitySample,
    },
    /// "Leave call": ends the call at once.
    Leave {
        /// The call.
        call: CallId,
        /// This tab.
        seat: SeatId,
    },
    /// The page is being closed or left (`pagehide`); it may come back.
    Hide {
        /// The call.
        call: CallId,
        /// This tab.
        seat: SeatId,
    },
}

impl ClientWire for CallCommand {
    const FEATURE: &'static str = "calls";
}

/// What one side sends, as the other side is told: for the words and icons beside the picture.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct MediaState {
    /// The microphone is on.
    pub microphone: bool,
    /// The camera is on.
    pub camera: bool,
    /// A screen is shared.
    #[serde(default)]
    pub screen: bool,
    /// What the person has switched off. What else is off is not to be had, or not asked for yet.
    #[serde(default, skip_serializing_if = "SwitchedOff::is_nothing")]
    pub switched_off: SwitchedOff,
}

/// What the server says about calls.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum CallNews {
    /// This tab has the seat.
    Joined {
        /// The call.
        call: CallId,
        /// This tab.
        seat: SeatId,
        /// The partner, as things stand.
        partner: PartnerState,
        /// What the partner sends, if here.
        partner_media: MediaState,
        /// Since when both are there, in milliseconds before this message: for the timer. `None` before.
        together_ms: Option<u64>,
        /// What the person had switched off where they sat in this call before they took this seat.
        #[serde(default, skip_serializing_if = "SwitchedOff::is_nothing")]
        switched_off: SwitchedOff,
    },
    /// The seat went to another tab or device of the same person.
    SeatTaken {
        /// The call.
        call: CallId,
        /// The tab that lost it.
        seat: SeatId,
    },
    /// The partner came, went, fell silent or is back.
    Partner {
        /// The call.
        call: CallId,
        /// How things stand now.
        partner: PartnerState,
        /// What the partner sends, if here.
        media: MediaState,
    },
    /// A signal from the partner's seat.
    Signal {
        /// The call.
        call: CallId,
        /// The partner's tab.
        from: SeatId,
        /// This tab.
        to: SeatId,
        /// What they say.
        signal: Signal,
    },
    /// The partner switched microphone or camera.
    PartnerMedia {
        /// The call.
        call: CallId,
        /// What they send now.
        media: MediaState,
    },
    /// The samples of a seat up to this number need not be sent again.
    Sampled {
        /// The call.
        call: CallId,
        /// This tab.
        seat: SeatId,
        /// The number.
        number: u32,
    },
    /// The call that the reader is in, if any. Goes to each new socket, and to every tab of a person who sits down in a call.
    Ongoing {
        /// The call.
        call: Option<OngoingCall>,
    },
    /// The call is over. Goes to every tab of both.
    Ended {
        /// The call.
        call: CallId,
        /// Why.
        reason: EndReason,
        /// Whether the person who reads this brought it about.
        by_me: bool,
    },
}

impl ServerWire for CallNews {
    const FEATURE: &'static str = "calls";
}
