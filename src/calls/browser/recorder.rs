//! Records the call while both agree: asks and answers by the rules of `recording::consent`, and has a `film` made.

use std::cell::RefCell;
use std::rc::{Rc, Weak};
use std::time::Duration;

use leptos::prelude::*;
use wasm_bindgen::JsCast as _;
use web_sys::{MediaStream, MediaStreamTrack};

use super::Driver;
use super::clock::now;
use super::film::{self, Film};
use super::parts::Part;
use super::studio::{Face, Scene};
use super::tab::Tab;
use crate::accounts::model::CurrentViewer;
use crate::calls::channel::ChannelMessage;
use crate::calls::recording::consent::{Action, Consent, Input, LARGEST};
use crate::calls::stage::recording::{Recordings, use_recordings};
use crate::calls::stage::{Device, Line, Source, Stage};

/// One page's side of it.
pub(super) struct Recorder {
    stage: Stage,
    tab: Weak<Tab>,
    me: Weak<Self>,
    /// How the person who records is named in the picture.
    name: String,
    consent: RefCell<Consent>,
    /// Of the page, which outlives the call.
    recordings: Recordings,
    film: RefCell<Option<Film>>,
}

impl Recorder {
    pub(super) fn new(stage: Stage, tab: &Weak<Tab>) -> Rc<Self> {
        stage.recording.can_record.try_set(film::is_possible());
        let viewer = use_context::<CurrentViewer>().and_then(|viewer| viewer.0);
        Rc::new_cyclic(|me| Self {
            stage,
            tab: Weak::clone(tab),
            me: Weak::clone(me),
            name: viewer.map(|viewer| viewer.display_name).unwrap_or_default(),
            consent: RefCell::default(),
            recordings: use_recordings(),
            film: RefCell::default(),
        })
    }

    fn tell(&self, input: Input) {
        let actions = self.consent.borrow_mut().handle(now(), input);
        let mut has_failed = false;
        for action in actions {
            match action {
                Action::Say(message) => {
                    if let Some(tab) = self.tab.upgrade() {
                        tab.say(&ChannelMessage::Recording(message));
                    }
                }
                Action::Start => has_failed = !self.start(),
                Action::Finish => self.finish(),
            }
        }
        if has_failed {
            return self.tell(Input::Failed);
        }
        self.show();
    }

    fn show(&self) {
        let consent = self.consent.borrow();
        let recording = self.stage.recording;
        let shown = consent.shown(now());
        if recording
            .shown
            .try_get_untracked()
            .is_some_and(|before| before != shown)
        {
            recording.shown.try_set(shown);
        }
        let outcome = consent.outcome();
        if recording
            .outcome
            .try_get_untracked()
            .is_some_and(|before| before != outcome)
        {
            recording.outcome.try_set(outcome);
        }
    }

    fn start(&self) -> bool {
        let Some(scene) = self.scene() else { return false };
        let me = Weak::clone(&self.me);
        let broken = move || {
            if let Some(me) = me.upgrade() {
                me.tell(Input::Failed);
            }
        };
        let begun = Film::begin(scene, broken);
        let is_on = begun.is_some();
        self.film.replace(begun);
        is_on
    }

    fn finish(&self) {
        let (Some(film), Some(tab)) = (self.film.take(), self.tab.upgrade()) else {
            return;
        };
        let recordings = self.recordings;
        film.finish(&tab.room().partner.username, move |file| recordings.add(file));
    }

    /// What there is to be seen and heard now.
    fn scene(&self) -> Option<Scene> {
        let tab = self.tab.upgrade()?;
        let connection = tab.connection();
        let arriving = |stream: fn(&super::connection::Connection) -> &MediaStream, kind| {
            connection
                .as_ref()
                .and_then(|connection| first(stream(connection), kind))
        };
        let theirs = self.stage.partner_media.try_get_untracked().unwrap_or_default();
        let is_mine_on = self.stage.camera.try_get_untracked().is_some_and(Source::is_on);
        let shared = |line| tab.parts().shared.track(line);
        Some(Scene {
            partner: Face {
                name: tab.room().partner.display_name,
                track: arriving(|connection| &connection.incoming, Kind::Picture).filter(|_| theirs.camera),
            },
            mine: Face {
                name: self.name.clone(),
                track: tab.capture().track(Device::Camera).filter(|_| is_mine_on),
            },
            screen: arriving(|connection| &connection.incoming_screen, Kind::Picture)
                .filter(|_| theirs.screen)
                .or_else(|| shared(Line::Screen)),
            sounds: [
                tab.capture().track(Device::Microphone),
                arriving(|connection| &connection.incoming, Kind::Sound),
                arriving(|connection| &connection.incoming_screen, Kind::Sound),
                shared(Line::ScreenSound),
            ]
            .into_iter()
            .flatten()
            .collect(),
        })
    }
}

impl Part for Recorder {
    fn channel(&self, is_open: bool) {
        self.stage.recording.can_ask.try_set(is_open);
        self.tell(Input::Channel(is_open));
    }

    fn said(&self, message: &ChannelMessage) {
        if let ChannelMessage::Recording(message) = message {
            self.tell(Input::Heard(*message));
        }
    }

    fn tick(&self, _now: Duration) {
        let size = self.film.borrow().as_ref().map(Film::size);
        if size.is_some_and(|size| size >= LARGEST) {
            self.tell(Input::Full);
        }
        self.tell(Input::Tick);
        if let (Some(film), Some(scene)) = (&*self.film.borrow(), self.scene()) {
            film.follow(scene);
        }
    }

    fn over(&self) {
        self.tell(Input::Over);
        self.stage.recording.can_ask.try_set(false);
    }
}

impl Driver {
    /// "Record the call".
    pub fn record(self) {
        self.tell_recorder(Input::Request);
    }

    /// "Allow", "Do not allow".
    pub fn answer_recording(self, is_allowed: bool) {
        self.tell_recorder(Input::Answer(is_allowed));
    }

    /// "Stop recording"; a question that stands is taken back as well.
    pub fn stop_recording(self) {
        self.tell_recorder(Input::Stop);
    }

    fn tell_recorder(self, input: Input) {
        self.with(|tab| tab.parts().recorder.tell(input));
    }
}

#[derive(Clone, Copy)]
enum Kind {
    Picture,
    Sound,
}

fn first(stream: &MediaStream, kind: Kind) -> Option<MediaStreamTrack> {
    let tracks = match kind {
        Kind::Picture => stream.get_video_tracks(),
        Kind::Sound => stream.get_audio_tracks(),
    };
    tracks.get(0).dyn_into().ok()
}
