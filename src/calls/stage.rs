//! What the page of a room shows, as signals and as rules over them; no browser object and no words.
//!
//! The driver in `browser` writes the signals, the views read them. What follows from several of them together is a rule with a test:
//! [`scene`] says what stands in the partner's place, [`trouble`] which devices to talk about, [`watch`] when a connection needs help,
//! [`arrival`] whether media of the partner still come.

pub mod arrival;
pub mod scene;
pub mod trouble;
pub mod watch;

use leptos::prelude::*;

use super::model::{CallId, PartnerState};
use super::wire::MediaState;

/// Where this tab is on its way through a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Phase {
    /// Finding out whether to join at once; the only phase that the server knows.
    Checking,
    /// The page with the preview.
    Preview,
    /// Asked for the seat, not yet answered.
    Joining,
    /// Seated.
    InCall,
    /// The same person is seated in another tab.
    Elsewhere,
    /// The call is over for this tab.
    Over(CallId),
}

impl Phase {
    /// Whether this tab has the seat, or has asked for it.
    pub const fn is_joined(self) -> bool {
        matches!(self, Self::Joining | Self::InCall)
    }
}

/// A thing that records.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Device {
    /// For sound.
    Microphone,
    /// For pictures.
    Camera,
}

impl Device {
    /// Both, in the order of their lines in an offer.
    pub const ALL: [Self; 2] = [Self::Microphone, Self::Camera];
}

/// How one of the own devices is.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Source {
    /// Not asked for yet.
    #[default]
    Idle,
    /// Asked for; the browser may be asking the person.
    Asking,
    /// Recording.
    On,
    /// Switched off by the person.
    Off,
    /// Wanted, but not to be had.
    Failed(Failure),
}

impl Source {
    /// Whether something of it reaches the partner.
    pub const fn is_on(self) -> bool {
        matches!(self, Self::On)
    }

    /// Whether it is on or about to be: the button beside it switches it off.
    pub const fn is_wanted(self) -> bool {
        matches!(self, Self::On | Self::Asking)
    }
}

/// Why a device is not to be had.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failure {
    /// The person, the browser or the system said no (`NotAllowedError`, `SecurityError`).
    Refused,
    /// There is none (`NotFoundError`).
    Missing,
    /// It is there and does not start (`NotReadableError`, `AbortError`).
    Busy,
    /// It was on and stopped by itself: unplugged, or the permission withdrawn.
    Stopped,
    /// The page is not a secure context (W3C Secure Contexts), where browsers give out no devices.
    Insecure,
    /// The browser has no devices to give.
    Unsupported,
    /// Anything else.
    Other,
}

/// A device to choose from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// The browser's name for it, which it keeps between visits.
    pub id: String,
    /// What it calls itself; empty before the browser tells.
    pub label: String,
}

/// The devices to choose from, and those that were chosen.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choices {
    /// What there is, in the browser's order; `None` where the browser does not let a page choose.
    pub available: Option<Vec<Choice>>,
    /// The `id` of the one in use; before there is one, of that which was chosen on this visit or an earlier one.
    pub chosen: Option<String>,
}

/// `RTCPeerConnectionState` (WebRTC 1.0 §4.3.3) of the connection to the partner.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum PeerLink {
    /// There is none yet, or nothing was tried with it.
    #[default]
    New,
    /// Looking for a path.
    Connecting,
    /// Media flow.
    Connected,
    /// Nothing has come for a moment.
    Disconnected,
    /// All paths were tried in vain.
    Failed,
}

/// Everything that the page of a room shows. Copied freely.
#[derive(Clone, Copy, Debug)]
pub struct Stage {
    /// Where this tab is.
    pub phase: RwSignal<Phase>,
    /// The call that is going on, if any.
    pub call: RwSignal<Option<CallId>>,
    /// "Join call" was pressed before there was a call.
    pub is_waiting: RwSignal<bool>,
    /// The own microphone.
    pub microphone: RwSignal<Source>,
    /// The own camera.
    pub camera: RwSignal<Source>,
    /// Microphones to choose from.
    pub microphones: RwSignal<Choices>,
    /// Cameras to choose from.
    pub cameras: RwSignal<Choices>,
    /// Loudspeakers to choose from.
    pub speakers: RwSignal<Choices>,
    /// Where the partner is.
    pub partner: RwSignal<PartnerState>,
    /// What the partner sends.
    pub partner_media: RwSignal<MediaState>,
    /// Whether a frame of the partner's picture has been drawn since their stream began.
    pub has_picture: RwSignal<bool>,
    /// How the connection to the partner is.
    pub link: RwSignal<PeerLink>,
    /// How long both have been there, in seconds; `None` before.
    pub seconds: RwSignal<Option<u32>>,
    /// The browser plays the partner only after a press.
    pub is_sound_blocked: RwSignal<bool>,
}

impl Stage {
    /// As the server renders it.
    pub fn new(call: Option<CallId>) -> Self {
        Self {
            phase: RwSignal::new(Phase::Checking),
            call: RwSignal::new(call),
            is_waiting: RwSignal::new(false),
            microphone: RwSignal::new(Source::Idle),
            camera: RwSignal::new(Source::Idle),
            microphones: RwSignal::new(Choices {
                available: Some(Vec::new()),
                chosen: None,
            }),
            cameras: RwSignal::new(Choices {
                available: Some(Vec::new()),
                chosen: None,
            }),
            speakers: RwSignal::new(Choices::default()),
            partner: RwSignal::new(PartnerState::Absent),
            partner_media: RwSignal::new(MediaState::default()),
            has_picture: RwSignal::new(false),
            link: RwSignal::new(PeerLink::New),
            seconds: RwSignal::new(None),
            is_sound_blocked: RwSignal::new(false),
        }
    }

    /// What there is to choose from for one of the own devices.
    pub const fn choices(&self, device: Device) -> RwSignal<Choices> {
        match device {
            Device::Microphone => self.microphones,
            Device::Camera => self.cameras,
        }
    }

    /// The signal of one of the own devices.
    pub const fn source(&self, device: Device) -> RwSignal<Source> {
        match device {
            Device::Microphone => self.microphone,
            Device::Camera => self.camera,
        }
    }
}
