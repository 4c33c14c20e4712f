//! Plays what arrives from the partner.

use std::cell::RefCell;

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;
use web_sys::{HtmlVideoElement, MediaStream};

use super::devices::name_of;
use super::memory;
use crate::calls::stage::Stage;

/// The element that plays the partner, and what it plays.
pub(super) struct Screen {
    stage: Stage,
    element: RefCell<Option<HtmlVideoElement>>,
    stream: RefCell<Option<MediaStream>>,
}

impl Screen {
    pub(super) fn new(stage: Stage) -> Self {
        Self {
            stage,
            element: RefCell::default(),
            stream: RefCell::default(),
        }
    }

    /// Plays in this element from now on; in none when it left the page.
    pub(super) fn show_in(&self, element: Option<HtmlVideoElement>) {
        self.element.replace(element);
        self.apply_speaker();
        self.connect();
    }

    /// Plays this stream from now on; tracks may still be added to it.
    pub(super) fn show(&self, stream: Option<MediaStream>) {
        self.stream.replace(stream);
        self.stage.has_picture.try_set(false);
        self.connect();
    }

    fn connect(&self) {
        if let Some(element) = &*self.element.borrow() {
            element.set_src_object(self.stream.borrow().as_ref());
        }
        self.play();
    }

    /// Plays, or finds out that the browser wants a press first.
    pub(super) fn play(&self) {
        let stage = self.stage;
        let element = self.element.borrow().clone();
        let Some(element) = element.filter(|element| element.src_object().is_some()) else {
            stage.is_sound_blocked.try_set(false);
            return;
        };
        let Ok(promise) = element.play() else { return };
        spawn_local(async move {
            match JsFuture::from(promise).await {
                Ok(_) => stage.is_sound_blocked.try_set(false),
                Err(error) if name_of(&error) == "NotAllowedError" => stage.is_sound_blocked.try_set(true),
                // Interrupted by another stream, which is played in its turn.
                Err(_) => None,
            };
        });
    }

    /// Takes the sound to another loudspeaker, now and on later visits.
    pub(super) fn choose_speaker(&self, id: &str) {
        memory::note_chosen_speaker(id);
        self.stage
            .speakers
            .try_update(|speakers| speakers.chosen = Some(id.to_owned()));
        self.apply_speaker();
    }

    fn apply_speaker(&self) {
        let (Some(element), Some(id)) = (self.element.borrow().clone(), memory::chosen_speaker()) else {
            return;
        };
        let Ok(set) = Reflect::get(&element, &"setSinkId".into()) else {
            return;
        };
        let Ok(set) = set.dyn_into::<Function>() else { return };
        if let Ok(done) = set.call1(&element, &id.into()) {
            // A loudspeaker that is gone: the sound stays where it was.
            spawn_local(async move {
                let _ = JsFuture::from(done.unchecked_into::<Promise>()).await;
            });
        }
    }
}
