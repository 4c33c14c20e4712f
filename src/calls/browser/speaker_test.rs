//! Plays a short sound on the chosen loudspeaker.

use std::cell::RefCell;
use std::rc::Rc;

use js_sys::{Function, Promise, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast as _, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::HtmlAudioElement;

use super::memory;
use crate::calls::stage::Stage;
use crate::calls::stage::trial::SpeakerTest as State;

/// Four notes (`script/sounds` makes them).
const SOUND: &str = "/sounds/speaker-test.wav";

/// The test of a page.
pub(super) struct SpeakerTest {
    stage: Stage,
    playing: Rc<RefCell<Option<Playing>>>,
}

/// What sounds, until it is dropped.
struct Playing {
    audio: HtmlAudioElement,
    _on_end: Closure<dyn FnMut()>,
}

impl Drop for Playing {
    fn drop(&mut self) {
        self.audio.set_onended(None);
        self.audio.set_onerror(None);
        // Cannot fail: the promise of `play` hears of it.
        let _ = self.audio.pause();
    }
}

impl SpeakerTest {
    pub(super) fn new(stage: Stage) -> Self {
        Self {
            stage,
            playing: Rc::default(),
        }
    }

    /// Plays from the beginning.
    pub(super) fn play(&self) {
        let state = self.stage.trial.speaker;
        state.try_set(State::Playing);
        let Ok(audio) = HtmlAudioElement::new_with_src(SOUND) else {
            state.try_set(State::Failed);
            return;
        };
        let on_end = {
            let element = audio.clone();
            Closure::new(move || {
                // `MediaError`, which is there once something went wrong.
                let error = Reflect::get(&element, &"error".into());
                let end = match error {
                    Ok(error) if error.is_object() => State::Failed,
                    _ => State::Played,
                };
                state.try_set(end);
            })
        };
        audio.set_onended(Some(on_end.as_ref().unchecked_ref()));
        audio.set_onerror(Some(on_end.as_ref().unchecked_ref()));
        self.playing.replace(Some(Playing {
            audio: audio.clone(),
            _on_end: on_end,
        }));
        let playing = Rc::clone(&self.playing);
        spawn_local(async move {
            let begun = begin(&audio).await;
            // Another press may have begun anew, or the page be gone: then this one was stopped, and says nothing.
            let is_current = playing.borrow().as_ref().is_some_and(|playing| playing.audio == audio);
            if begun.is_err() && is_current {
                state.try_set(State::Failed);
            }
        });
    }

    pub(super) fn stop(&self) {
        self.playing.take();
        let state = self.stage.trial.speaker;
        if state.try_get_untracked() == Some(State::Playing) {
            state.try_set(State::Idle);
        }
    }
}

async fn begin(audio: &HtmlAudioElement) -> Result<(), JsValue> {
    if let Some(id) = memory::chosen_speaker()
        && let Ok(set) = Reflect::get(audio, &"setSinkId".into())?.dyn_into::<Function>()
    {
        let set = set.call1(audio, &id.into())?;
        JsFuture::from(set.unchecked_into::<Promise>()).await?;
    }
    JsFuture::from(audio.play()?).await?;
    Ok(())
}
