//! Shares a screen (W3C Screen Capture): asks the browser for it, sends it, gives it back.

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::{Array, Function, Object, Reflect};
use leptos::html::Video;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{DisplayMediaStreamConstraints, HtmlVideoElement, MediaDevices, MediaStream, MediaStreamTrack};

use super::Driver;
use super::connection::Connection;
use super::devices::{media_devices, name_of};
use super::parts::Part;
use super::tab::Tab;
use crate::calls::stage::sharing::{Sharing, Surface, not_shared};
use crate::calls::stage::{Line, Stage};

/// More frames a second than this nobody needs to read along.
const FRAMES: f64 = 30.0;

/// The own shared screen.
pub(super) struct Shared {
    stage: Stage,
    tab: Weak<Tab>,
    live: RefCell<Option<Live>>,
    /// Raised whenever the person or the page changes its mind: an answer to an older question is thrown away.
    question: Cell<u32>,
    element: RefCell<Option<HtmlVideoElement>>,
}

/// What is shared, with the closure that is called when the browser's own button ends it.
struct Live {
    picture: MediaStreamTrack,
    sound: Option<MediaStreamTrack>,
    _on_ended: Closure<dyn FnMut()>,
}

impl Drop for Live {
    fn drop(&mut self) {
        self.picture.set_onended(None);
        self.picture.stop();
        if let Some(sound) = &self.sound {
            sound.stop();
        }
    }
}

impl Shared {
    pub(super) fn new(stage: Stage, tab: &Weak<Tab>) -> Rc<Self> {
        let can_share = media_devices().is_some_and(|devices| has(&devices, "getDisplayMedia"));
        stage.screens.can_share.try_set(can_share);
        Rc::new(Self {
            stage,
            tab: Weak::clone(tab),
            live: RefCell::default(),
            question: Cell::default(),
            element: RefCell::default(),
        })
    }

    /// Whether the partner sees something of it.
    pub(super) fn is_on(&self) -> bool {
        self.live.borrow().is_some()
    }

    /// What is to be sent on a line.
    pub(super) fn track(&self, line: Line) -> Option<MediaStreamTrack> {
        let live = self.live.borrow();
        let live = live.as_ref()?;
        match line {
            Line::Screen => Some(Clone::clone(&live.picture)),
            Line::ScreenSound => live.sound.clone(),
            Line::Microphone | Line::Camera => None,
        }
    }

    /// Begins, or ends. While the browser is asking nothing is begun.
    fn toggle(self: &Rc<Self>) {
        match self.stage.screens.mine.try_get_untracked().unwrap_or_default() {
            Sharing::Off => self.ask(),
            Sharing::Choosing => {}
            Sharing::On { .. } => self.stop(),
        }
    }

    /// Has to be called while a press is being answered, or browsers refuse.
    fn ask(self: &Rc<Self>) {
        let Some(devices) = media_devices() else { return };
        self.stage.screens.problem.try_set(None);
        let promise = match devices.get_display_media_with_constraints(&wishes(&devices)) {
            Ok(promise) => promise,
            Err(error) => return self.refused(&error),
        };
        self.stage.screens.mine.try_set(Sharing::Choosing);
        let question = self.question.get() + 1;
        self.question.set(question);
        let shared = Rc::clone(self);
        spawn_local(async move {
            let answer = JsFuture::from(promise)
                .await
                .map(JsValue::unchecked_into::<MediaStream>);
            if shared.question.get() != question {
                if let Ok(stream) = answer {
                    for track in stream.get_tracks().iter() {
                        track.unchecked_into::<MediaStreamTrack>().stop();
                    }
                }
                return;
            }
            match answer {
                Ok(stream) => shared.begin(&stream),
                Err(error) => shared.refused(&error),
            }
        });
    }

    fn refused(&self, error: &JsValue) {
        let message = text(error, "message");
        self.stage.screens.mine.try_set(Sharing::Off);
        self.stage
            .screens
            .problem
            .try_set(not_shared(&name_of(error), &message));
    }

    fn begin(self: &Rc<Self>, stream: &MediaStream) {
        let first = |tracks: Array| tracks.get(0).dyn_into::<MediaStreamTrack>().ok();
        let Some(picture) = first(stream.get_video_tracks()) else {
            return self.refused(&JsValue::UNDEFINED);
        };
        let sound = first(stream.get_audio_tracks());
        let surface = Surface::named(&text(&picture.get_settings(), "displaySurface"));
        hint(&picture, surface.hint(sound.is_some()));
        if let Some(sound) = &sound {
            hint(sound, "music");
        }
        let weak = Rc::downgrade(self);
        let on_ended = Closure::new(move || {
            // Not from inside the closure that goes with it.
            if let Some(shared) = weak.upgrade() {
                spawn_local(async move { shared.stop() });
            }
        });
        picture.set_onended(Some(on_ended.as_ref().unchecked_ref()));
        let has_sound = sound.is_some();
        self.live.replace(Some(Live {
            picture,
            sound,
            _on_ended: on_ended,
        }));
        self.changed(Sharing::On { surface, has_sound });
    }

    fn stop(&self) {
        self.question.set(self.question.get() + 1);
        self.live.take();
        self.changed(Sharing::Off);
    }

    fn changed(&self, sharing: Sharing) {
        self.stage.screens.mine.try_set(sharing);
        self.preview();
        let Some(tab) = self.tab.upgrade() else { return };
        if let Some(connection) = tab.connection() {
            for line in [Line::Screen, Line::ScreenSound] {
                connection.send(line, self.track(line).as_ref());
            }
        }
        tab.media_changed();
    }

    fn show_in(&self, element: Option<HtmlVideoElement>) {
        self.element.replace(element);
        self.preview();
    }

    fn preview(&self) {
        let Some(element) = self.element.borrow().clone() else {
            return;
        };
        // Only the picture: the person hears what they share already.
        let picture = self
            .track(Line::Screen)
            .and_then(|track| MediaStream::new_with_tracks(&Array::of1(&track)).ok());
        element.set_src_object(picture.as_ref());
    }
}

impl Part for Shared {
    fn opened(&self, connection: &Rc<Connection>) {
        if let Some(tab) = self.tab.upgrade() {
            tab.screen()
                .show_shared(Some(Clone::clone(&connection.incoming_screen)));
        }
    }

    fn over(&self) {
        if self.is_on() || self.stage.screens.mine.try_get_untracked() != Some(Sharing::Off) {
            self.question.set(self.question.get() + 1);
            self.live.take();
            self.stage.screens.mine.try_set(Sharing::Off);
            self.preview();
        }
        if let Some(tab) = self.tab.upgrade() {
            tab.screen().show_shared(None);
        }
    }
}

impl Driver {
    /// "Share screen", "Stop sharing". Has to be called while a press is being answered.
    pub fn share(self) {
        self.with(|tab| tab.parts().shared.toggle());
    }

    /// Shows what is shared to the one who shares it, in this element, whenever it is on the page.
    pub fn show_own_screen(self, video: NodeRef<Video>) {
        Effect::new(move |_| {
            let element = video.get();
            self.with(|tab| tab.parts().shared.show_in(element));
        });
        on_cleanup(move || self.with(|tab| tab.parts().shared.show_in(None)));
    }
}

/// What is wished for; a browser that does not know a wish passes over it.
fn wishes(devices: &MediaDevices) -> DisplayMediaStreamConstraints {
    let picture = Object::new();
    set(&picture, "frameRate", &FRAMES.into());
    // What is played is to arrive as it is, and the partner's own voice not at all.
    let sound = Object::new();
    for name in [
        "echoCancellation",
        "noiseSuppression",
        "autoGainControl",
        "suppressLocalAudioPlayback",
    ] {
        set(&sound, name, &false.into());
    }
    set(&sound, "restrictOwnAudio", &true.into());
    let wishes = DisplayMediaStreamConstraints::new();
    wishes.set_video(&picture);
    wishes.set_audio(&sound);
    // The sound of the whole system has the partner's voice in it, unless the browser can take out what this page plays.
    let can_restrict = Reflect::get(devices, &"getSupportedConstraints".into())
        .and_then(JsCast::dyn_into::<Function>)
        .and_then(|supported| supported.call0(devices))
        .and_then(|supported| Reflect::get(&supported, &"restrictOwnAudio".into()))
        .is_ok_and(|can| can.is_truthy());
    set(
        &wishes,
        "systemAudio",
        &if can_restrict { "include" } else { "exclude" }.into(),
    );
    // A call within a call helps nobody.
    set(&wishes, "selfBrowserSurface", &"exclude".into());
    set(&wishes, "surfaceSwitching", &"include".into());
    wishes
}

/// `MediaStreamTrack.contentHint`, which web-sys does not have.
fn hint(track: &MediaStreamTrack, hint: &str) {
    if has(track, "contentHint") {
        set(track, "contentHint", &hint.into());
    }
}

fn has(object: &JsValue, name: &str) -> bool {
    Reflect::has(object, &name.into()).unwrap_or(false)
}

fn set(object: &JsValue, name: &str, value: &JsValue) {
    let _ = Reflect::set(object, &name.into(), value);
}

fn text(object: &JsValue, name: &str) -> String {
    let value = Reflect::get(object, &name.into()).ok();
    value.and_then(|value| value.as_string()).unwrap_or_default()
}
