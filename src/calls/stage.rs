//! What the page of a room shows, as signals and as rules over them; no browser object and no words.
//!
//! The driver in `browser` writes the signals, the views read them. What follows from several of them together is a rule with a test:
//! [`scene`] says what stands in the partner's place, [`trouble`] which devices to talk about, [`watch`] when a connection needs help,
//! [`recovery`] what is said of it, [`arrival`] whether media of the partner still come.

pub mod agent;
pub mod arrival;
pub mod chat;
pub mod check;
pub mod degrade;
pub mod departure;
pub mod fallback;
pub mod figures;
pub mod hearing;
pub mod layout;
pub mod levels;
pub mod playing;
pub mod privacy;
pub mod pulse;
pub mod quality;
pub mod recording;
pub mod recovery;
pub mod renewal;
pub mod sampling;
pub mod scene;
pub mod sharing;
pub mod shortcuts;
pub mod trial;
pub mod trouble;
pub mod verification;
pub mod watch;
pub mod watchdog;

use leptos::prelude::*;

use self::chat::Chat;
use self::fallback::Fallback;
use self::layout::View;
use self::levels::Levels;
use self::quality::Quality;
use self::recovery::Recovery;
use self::sharing::Screens;
use self::trial::Trial;
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

/// What a connection carries, each on a line (an m-line of the description) of its own. The lines are there from the beginning, in this order, and
/// stay empty while nothing is sent on them: switching something on later needs no negotiation.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Line {
    /// The voice.
    Microphone,
    /// The face.
    Camera,
    /// A shared screen.
    Screen,
    /// What a shared screen sounds.
    ScreenSound,
}

impl Line {
    /// All, in the order of an offer.
    pub const ALL: [Self; 4] = [Self::Microphone, Self::Camera, Self::Screen, Self::ScreenSound];

    /// Its place in [`Line::ALL`].
    pub const fn index(self) -> usize {
        match self {
            Self::Microphone => 0,
            Self::Camera => 1,
            Self::Screen => 2,
            Self::ScreenSound => 3,
        }
    }

    /// `kind` of its tracks (Media Capture and Streams §4.3).
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Microphone | Self::ScreenSound => "audio",
            Self::Camera | Self::Screen => "video",
        }
    }

    /// Whether it belongs to a shared screen.
    pub const fn is_shared(self) -> bool {
        matches!(self, Self::Screen | Self::ScreenSound)
    }
}

impl From<Device> for Line {
    fn from(device: Device) -> Self {
        match device {
            Device::Microphone => Self::Microphone,
            Device::Camera => Self::Camera,
        }
    }
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
    /// The person said no, now or earlier.
    Refused,
    /// The person closed the question without an answer.
    Dismissed,
    /// The operating system gives it to no page of this browser.
    RefusedBySystem,
    /// The rules that the page came with keep it from the page (Permissions Policy).
    Forbidden,
    /// The browser was set up to give no devices to pages (`SecurityError`).
    Disabled,
    /// There is none (`NotFoundError`).
    Missing,
    /// It is there and does not start, as when another program has it (`NotReadableError`).
    Busy,
    /// It began to start and stopped (`AbortError`).
    Aborted,
    /// It was on and stopped by itself: unplugged, or the permission withdrawn.
    Stopped,
    /// It is on and gives nothing, because the system has muted it, as phones do during a telephone call.
    Interrupted,
    /// The page is not a secure context (W3C Secure Contexts), where browsers give out no devices.
    Insecure,
    /// The browser has no devices to give, or does not understand the question.
    Unsupported,
    /// Anything else.
    Other,
}

impl Failure {
    /// Every one.
    pub const ALL: [Self; 13] = [
        Self::Refused,
        Self::Dismissed,
        Self::RefusedBySystem,
        Self::Forbidden,
        Self::Disabled,
        Self::Missing,
        Self::Busy,
        Self::Aborted,
        Self::Stopped,
        Self::Interrupted,
        Self::Insecure,
        Self::Unsupported,
        Self::Other,
    ];
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
    /// Before joining: the call goes on in another tab of this browser.
    pub is_beside: RwSignal<bool>,
    /// The last call of the two that is over, where none goes on.
    pub last_call: RwSignal<Option<CallId>>,
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
    /// What there is to say of a connection that was lost.
    pub recovery: RwSignal<Recovery>,
    /// How long both have been there, in seconds; `None` before.
    pub seconds: RwSignal<Option<u32>>,
    /// The browser plays the partner only after a press.
    pub is_sound_blocked: RwSignal<bool>,
    /// How loud both are.
    pub levels: Levels,
    /// What is tried out before a call.
    pub trial: Trial,
    /// How the connection is.
    pub quality: Quality,
    /// What was written.
    pub chat: Chat,
    /// Devices that took the place of others.
    pub fallbacks: RwSignal<Vec<Fallback>>,
    /// Shared screens.
    pub screens: Screens,
    /// How the page is looked at.
    pub view: View,
    /// Whether nobody stands in between.
    pub verification: verification::Verification,
    /// A recording.
    pub recording: recording::Recording,
}

impl Stage {
    /// As the server renders it.
    pub fn new(call: Option<CallId>, last_call: Option<CallId>) -> Self {
        Self {
            phase: RwSignal::new(Phase::Checking),
            call: RwSignal::new(call),
            is_beside: RwSignal::new(false),
            last_call: RwSignal::new(last_call),
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
            recovery: RwSignal::new(Recovery::Fine),
            seconds: RwSignal::new(None),
            is_sound_blocked: RwSignal::new(false),
            levels: Levels::new(),
            trial: Trial::new(),
            quality: Quality::new(),
            chat: Chat::new(),
            fallbacks: RwSignal::new(Vec::new()),
            screens: Screens::new(),
            view: View::new(),
            verification: verification::Verification::new(),
            recording: recording::Recording::new(),
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
