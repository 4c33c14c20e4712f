//! Plays what arrives from the partner: the face with the voice, and the shared screen with what it sounds.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::{Function, Promise, Reflect};
use leptos::html::Video;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast as _;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlVideoElement, MediaStream, MediaStreamTrack};

use super::clock::now;
use super::devices::name_of;
use super::{Driver, memory, view};
use crate::calls::stage::Stage;
use crate::calls::stage::playing::{Help, Standstill};

/// What plays the partner.
pub(super) struct Screen {
    stage: Stage,
    face: Rc<Player>,
    shared: Rc<Player>,
    this: Weak<Self>,
}

/// An element, and what it plays.
#[derive(Default)]
struct Player {
    element: RefCell<Option<Watched>>,
    /// What is to be played; tracks come into it one by one.
    stream: RefCell<Option<MediaStream>>,
    /// What the element has: the same tracks, once it has begun to play. A stream that has a track of pictures when it is loaded makes Chromium wait for
    /// the first picture, in silence, though there may never be one.
    shown: RefCell<Option<MediaStream>>,
    is_loaded: Cell<bool>,
    is_blocked: Cell<bool>,
    standstill: Cell<Standstill>,
}

/// An element with the closures that it calls when it is paused, and when it begins with another stream.
struct Watched {
    element: HtmlVideoElement,
    _on_pause: Closure<dyn FnMut()>,
    _on_load: Closure<dyn FnMut()>,
}

impl Drop for Watched {
    fn drop(&mut self) {
        self.element.set_onpause(None);
        self.element.set_onloadstart(None);
    }
}

impl Player {
    fn element(&self) -> Option<HtmlVideoElement> {
        self.element.borrow().as_ref().map(|watched| watched.element.clone())
    }

    /// Gives the element a stream without tracks, which it begins to play at once.
    fn load(&self, element: &HtmlVideoElement) {
        let stream = self.stream.borrow();
        let shown = stream.as_ref().and_then(|_| MediaStream::new().ok());
        self.is_loaded.set(false);
        element.set_src_object(shown.as_ref());
        self.shown.replace(shown);
    }

    /// Lets what plays already play the tracks that have come.
    fn fill(&self) {
        if let (true, Some(shown), Some(stream)) = (self.is_loaded.get(), &*self.shown.borrow(), &*self.stream.borrow())
        {
            for track in stream.get_tracks().iter().map(MediaStreamTrack::from) {
                if shown.get_track_by_id(&track.id()).is_none() {
                    shown.add_track(&track);
                }
            }
        }
    }

    /// Whether it stands still though there is something to play.
    fn is_paused(&self) -> bool {
        let has_something = self.stream.borrow().as_ref().is_some_and(MediaStream::active);
        let is_paused = |element: HtmlVideoElement| element.is_connected() && element.paused();
        has_something && self.element().is_some_and(is_paused)
    }
}

impl Screen {
    pub(super) fn new(stage: Stage) -> Rc<Self> {
        Rc::new_cyclic(|this| Self {
            stage,
            face: Rc::default(),
            shared: Rc::default(),
            this: Weak::clone(this),
        })
    }

    /// Plays the face in this element from now on; in none when it left the page.
    pub(super) fn show_in(&self, element: Option<HtmlVideoElement>) {
        self.face.element.replace(element.map(|element| self.watch(element)));
        self.connect(&self.face);
    }

    /// Plays the shared screen in this element from now on; in none when it left the page.
    pub(super) fn show_shared_in(&self, element: Option<HtmlVideoElement>) {
        self.shared.element.replace(element.map(|element| self.watch(element)));
        self.stage.screens.has_picture.try_set(false);
        self.connect(&self.shared);
    }

    /// Plays this face from now on; tracks may still be added to it.
    pub(super) fn show(&self, stream: Option<MediaStream>) {
        self.face.stream.replace(stream);
        self.stage.has_picture.try_set(false);
        self.connect(&self.face);
    }

    /// Plays this shared screen from now on, likewise.
    pub(super) fn show_shared(&self, stream: Option<MediaStream>) {
        self.shared.stream.replace(stream);
        self.stage.screens.has_picture.try_set(false);
        self.connect(&self.shared);
    }

    /// What a person would want in a window of its own: the screen while one is shown, else the face.
    pub(super) fn foremost(&self) -> Option<HtmlVideoElement> {
        let has_screen = self.stage.screens.has_picture.try_get_untracked() == Some(true);
        let shared = self.shared.element().filter(|_| has_screen);
        shared.or_else(|| self.face.element())
    }

    /// Nothing but the page stops what it plays. What is paused all the same is played again, or the person is asked for a press; about once a
    /// second, when something is paused, and when the page is in front again.
    pub(super) fn look_after(&self) {
        for player in [&self.face, &self.shared] {
            let mut standstill = player.standstill.get();
            let help = standstill.look(now(), player.is_paused(), document().hidden());
            player.standstill.set(standstill);
            match help {
                Some(Help::Play) => self.start(player),
                Some(Help::Press) => self.block(player, true),
                None => {}
            }
        }
    }

    fn watch(&self, element: HtmlVideoElement) -> Watched {
        let this = Weak::clone(&self.this);
        let on_pause = Closure::new(move || {
            if let Some(screen) = this.upgrade() {
                screen.look_after();
            }
        });
        element.set_onpause(Some(on_pause.as_ref().unchecked_ref()));
        let on_load = {
            let (this, element) = (Weak::clone(&self.this), element.clone());
            Closure::new(move || {
                if let Some(screen) = this.upgrade() {
                    screen.loaded(&element);
                }
            })
        };
        element.set_onloadstart(Some(on_load.as_ref().unchecked_ref()));
        Watched {
            element,
            _on_pause: on_pause,
            _on_load: on_load,
        }
    }

    /// The tracks of the partner have come into the streams that are shown.
    pub(super) fn arrived(&self) {
        self.face.fill();
        self.shared.fill();
    }

    /// An element has begun to play what it was given last.
    fn loaded(&self, element: &HtmlVideoElement) {
        for player in [&self.face, &self.shared] {
            if player.element().as_ref() == Some(element) {
                player.is_loaded.set(true);
                player.fill();
            }
        }
    }

    fn connect(&self, player: &Rc<Player>) {
        let Some(element) = player.element() else {
            return self.start(player);
        };
        // An element that has begun to play without a sound takes none to a loudspeaker: that comes first.
        let Some(taken) = take_to_speaker(&element) else {
            player.load(&element);
            return self.start(player);
        };
        let (this, player) = (Weak::clone(&self.this), Rc::clone(player));
        spawn_local(async move {
            // A loudspeaker that is gone: the sound stays where it was.
            let _ = JsFuture::from(taken).await;
            let Some(screen) = this.upgrade() else { return };
            if player.element().as_ref() == Some(&element) {
                player.load(&element);
                screen.start(&player);
            }
        });
    }

    /// Plays, or finds out that the browser wants a press first.
    pub(super) fn play(&self) {
        self.start(&self.face);
        self.start(&self.shared);
    }

    fn start(&self, player: &Rc<Player>) {
        let Some(element) = player.element().filter(|element| element.src_object().is_some()) else {
            return self.block(player, false);
        };
        let Ok(promise) = element.play() else { return };
        let (this, player) = (Weak::clone(&self.this), Rc::clone(player));
        spawn_local(async move {
            let is_blocked = match JsFuture::from(promise).await {
                Ok(_) => false,
                Err(error) if name_of(&error) == "NotAllowedError" => true,
                // Interrupted by another stream, which is played in its turn.
                Err(_) => return,
            };
            if let Some(screen) = this.upgrade() {
                screen.block(&player, is_blocked);
            }
        });
    }

    fn block(&self, player: &Player, is_blocked: bool) {
        player.is_blocked.set(is_blocked);
        let is_any = self.face.is_blocked.get() || self.shared.is_blocked.get();
        if self.stage.is_sound_blocked.try_get_untracked() != Some(is_any) {
            self.stage.is_sound_blocked.try_set(is_any);
        }
    }

    /// Takes the sound to another loudspeaker, now and on later visits.
    pub(super) fn choose_speaker(&self, id: &str) {
        memory::note_chosen_speaker(id);
        self.stage
            .speakers
            .try_update(|speakers| speakers.chosen = Some(id.to_owned()));
        for player in [&self.face, &self.shared] {
            if let Some(taken) = player.element().and_then(|element| take_to_speaker(&element)) {
                spawn_local(async move {
                    // A loudspeaker that is gone: the sound stays where it was.
                    let _ = JsFuture::from(taken).await;
                });
            }
        }
    }
}

impl Driver {
    /// Plays the screen that the partner shares in this element whenever it is on the page.
    pub fn show_shared(self, video: NodeRef<Video>) {
        Effect::new(move |_| {
            let element = video.get();
            self.with(|tab| tab.screen().show_shared_in(element));
        });
        on_cleanup(move || {
            self.with(|tab| tab.screen().show_shared_in(None));
            view::look_at_windows_soon(self.stage.view);
        });
    }
}

/// Lets an element sound where the person chose, once that is fulfilled; `None` where they chose nothing.
fn take_to_speaker(element: &HtmlVideoElement) -> Option<Promise> {
    let id = memory::chosen_speaker()?;
    let set: Function = Reflect::get(element, &"setSinkId".into()).ok()?.dyn_into().ok()?;
    set.call1(element, &id.into()).ok()?.dyn_into().ok()
}
