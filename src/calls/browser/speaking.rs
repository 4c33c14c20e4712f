//! Who speaks, and who speaks in vain: looks at the levels of both sides some ten times a second, for as long as there is the page.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};
use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::MediaStreamTrack;

use super::clock::{every, now};
use super::connection::Connection;
use super::levels::{Heard, Meter, are_ears_open};
use super::parts::Part;
use super::tab::Tab;
use crate::calls::model::PartnerState;
use crate::calls::stage::levels::{LOOK, MutedTalk, Silence, Speech};
use crate::calls::stage::{PeerLink, Phase, Source, Stage};

/// Finer steps of a level than this are not worth drawing.
const STEP: f32 = 0.01;
/// So long the partner's first picture goes before listening.
const MEETING: Duration = Duration::from_secs(2);

/// Looks at the levels of both sides.
pub(super) struct Speaking {
    stage: Stage,
    tab: Weak<Tab>,
    partner: RefCell<Option<Meter>>,
    /// Since when the partner is there and not to be seen yet.
    meeting: Cell<Option<Duration>>,
    mine: Cell<Speech>,
    theirs: Cell<Speech>,
    muted: Cell<MutedTalk>,
    silence: Cell<Silence>,
}

impl Speaking {
    /// Looks from now on until the current owner is cleaned up.
    pub(super) fn begin(stage: Stage, tab: &Weak<Tab>) -> Rc<Self> {
        let part = Rc::new(Self {
            stage,
            tab: Weak::clone(tab),
            partner: RefCell::default(),
            meeting: Cell::default(),
            mine: Cell::default(),
            theirs: Cell::default(),
            muted: Cell::default(),
            silence: Cell::default(),
        });
        let weak = Rc::downgrade(&part);
        every(LOOK, move || {
            if let Some(part) = weak.upgrade() {
                part.look(now());
            }
        });
        part
    }

    fn look(&self, now: Duration) {
        let Some(tab) = self.tab.upgrade() else { return };
        // Whoever comes into a call wants to see the other first.
        if self.is_meeting(now) && !are_ears_open() {
            return;
        }
        self.look_at_mine(now, tab.capture().hear());
        self.look_at_theirs(now, &tab);
    }

    fn is_meeting(&self, now: Duration) -> bool {
        let stage = self.stage;
        let is_here = matches!(stage.partner.try_get_untracked(), Some(PartnerState::Here { .. }));
        let is_near = match stage.phase.try_get_untracked() {
            Some(Phase::Joining) => true,
            Some(Phase::InCall) => is_here && stage.has_picture.try_get_untracked() == Some(false),
            _ => false,
        };
        let since = is_near.then(|| self.meeting.get().unwrap_or(now));
        self.meeting.set(since);
        since.is_some_and(|since| now.saturating_sub(since) < MEETING)
    }

    fn look_at_mine(&self, now: Duration, heard: Option<Heard>) {
        let levels = self.stage.levels;
        let source = self.stage.microphone.try_get_untracked().unwrap_or_default();
        let is_in_call = self.stage.phase.try_get_untracked() == Some(Phase::InCall);
        let level = heard.map_or(0.0, |heard| heard.level);
        if levels
            .microphone
            .try_get_untracked()
            .is_some_and(|shown| (shown - level).abs() >= STEP)
        {
            levels.microphone.try_set(level);
        }

        let mut mine = self.mine.get();
        mine.hear(now, if source == Source::On { level } else { 0.0 });
        self.mine.set(mine);
        show(levels.i_speak, source == Source::On && mine.is_speaking());

        let mut muted = self.muted.get();
        let is_muted = is_in_call && source == Source::Off && heard.is_some();
        show(levels.is_talking_muted, muted.look(now, is_muted, level));
        self.muted.set(muted);

        let mut silence = self.silence.get();
        let peak = heard.filter(|_| source == Source::On).map(|heard| heard.peak);
        show(levels.is_silent, silence.look(now, peak));
        self.silence.set(silence);
    }

    fn look_at_theirs(&self, now: Duration, tab: &Tab) {
        let is_on = self.stage.link.try_get_untracked() == Some(PeerLink::Connected)
            && self
                .stage
                .partner_media
                .try_get_untracked()
                .is_some_and(|media| media.microphone);
        let track = is_on
            .then(|| tab.connection().and_then(|connection| voice_of(&connection)))
            .flatten();
        let level = {
            let mut meter = self.partner.borrow_mut();
            match track {
                Some(track) if meter.as_ref().is_some_and(|meter| meter.is_of(&track)) => {}
                track => *meter = track.as_ref().map(Meter::of),
            }
            meter.as_ref().map_or(0.0, Meter::level)
        };
        let mut theirs = self.theirs.get();
        theirs.hear(now, level);
        self.theirs.set(theirs);
        show(self.stage.levels.partner_speaks, is_on && theirs.is_speaking());
    }
}

impl Part for Speaking {
    fn over(&self) {
        self.partner.take();
        self.theirs.take();
        show(self.stage.levels.partner_speaks, false);
        show(self.stage.levels.is_talking_muted, false);
    }
}

/// The partner's voice, once it has come.
fn voice_of(connection: &Connection) -> Option<MediaStreamTrack> {
    connection.incoming.get_audio_tracks().get(0).dyn_into().ok()
}

/// Writes what has changed.
fn show(signal: RwSignal<bool>, is_so: bool) {
    if signal.try_get_untracked().is_some_and(|shown| shown != is_so) {
        signal.try_set(is_so);
    }
}
