//! How loud tracks are (W3C Web Audio).

use std::cell::{Cell, RefCell};
use std::rc::{Rc, Weak};

use js_sys::{Array, Reflect};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AnalyserNode, AudioContext, AudioContextState, MediaStream, MediaStreamAudioSourceNode, MediaStreamTrack,
};

use super::clock::now;
use crate::calls::stage::levels::{Opening, loudness};

/// The span of sound that a look covers, in samples: 171 ms at 48 kHz, so that nothing falls between two looks.
const SPAN: u32 = 8_192;

thread_local! {
    /// The one audio context of all meters, for as long as there are any: browsers allow a page only a few.
    static SHARED: RefCell<Weak<Ears>> = const { RefCell::new(Weak::new()) };
}

/// A moment of sound.
#[derive(Clone, Copy)]
pub(super) struct Heard {
    /// How loud it was, from 0 (-60 dBFS and below) to 1.
    pub(super) level: f32,
    /// Its loudest sample, from 0 to 1.
    pub(super) peak: f32,
}

/// How loud a track is, moment by moment. Gives everything back when it is dropped; the track stays as it was.
///
/// Nothing is made of the browser's before somebody has used the page: until then it hears nothing.
pub(super) struct Meter {
    track: MediaStreamTrack,
    wired: RefCell<Option<Wired>>,
    samples: RefCell<Vec<f32>>,
}

impl Meter {
    /// A meter of a track of sound.
    pub(super) fn of(track: &MediaStreamTrack) -> Self {
        Self {
            track: Clone::clone(track),
            wired: RefCell::default(),
            samples: RefCell::new(vec![0.0; SPAN as usize]),
        }
    }

    /// How loud the last moment was, from 0 (-60 dBFS and below) to 1; 0 while nothing can be heard yet.
    pub(super) fn level(&self) -> f32 {
        self.hear().map_or(0.0, |heard| heard.level)
    }

    /// The last moment; `None` while nothing can be heard yet.
    pub(super) fn hear(&self) -> Option<Heard> {
        self.look()?;
        let samples = self.samples.borrow();
        Some(Heard {
            level: loudness(&samples),
            peak: samples.iter().fold(0.0, |peak: f32, sample| peak.max(sample.abs())),
        })
    }

    /// Whether this is the meter of that track.
    pub(super) fn is_of(&self, track: &MediaStreamTrack) -> bool {
        self.track == *track
    }

    /// Reads the last moment, if there is anything to read.
    fn look(&self) -> Option<()> {
        let mut wired = self.wired.borrow_mut();
        if wired.is_none() {
            *wired = Wired::to(&self.track);
        }
        let wired = wired.as_ref()?;
        if !wired.ears.are_open() {
            return None;
        }
        wired
            .analyser
            .get_float_time_domain_data(&mut self.samples.borrow_mut());
        Some(())
    }
}

/// A track led into an analyser, and nowhere further.
struct Wired {
    ears: Rc<Ears>,
    source: MediaStreamAudioSourceNode,
    analyser: AnalyserNode,
}

impl Wired {
    fn to(track: &MediaStreamTrack) -> Option<Self> {
        let ears = Ears::shared()?;
        let stream = MediaStream::new_with_tracks(&Array::of1(track)).ok()?;
        let source = ears.context.create_media_stream_source(&stream).ok()?;
        let analyser = ears.context.create_analyser().ok()?;
        analyser.set_fft_size(SPAN);
        source.connect_with_audio_node(&analyser).ok()?;
        Some(Self { ears, source, analyser })
    }
}

impl Drop for Wired {
    fn drop(&mut self) {
        let _ = self.source.disconnect();
    }
}

/// The page's audio context.
struct Ears {
    context: AudioContext,
    opening: Cell<Opening>,
}

impl Ears {
    fn shared() -> Option<Rc<Self>> {
        SHARED.with_borrow_mut(|shared| {
            if let Some(ears) = shared.upgrade() {
                return Some(ears);
            }
            // Browsers complain of one that is made earlier.
            if !was_page_used() {
                return None;
            }
            let ears = Rc::new(Self {
                context: AudioContext::new().ok()?,
                opening: Cell::default(),
            });
            *shared = Rc::downgrade(&ears);
            Some(ears)
        })
    }

    /// Whether it runs; if the browser or the system has stopped it, asks for it to go on.
    fn are_open(self: &Rc<Self>) -> bool {
        let is_open = self.context.state() == AudioContextState::Running;
        let mut opening = self.opening.get();
        let is_to_be_asked = opening.look(now(), is_open);
        self.opening.set(opening);
        if is_to_be_asked && let Ok(resumed) = self.context.resume() {
            // Whether it is open shows in its state: the answer may never come.
            spawn_local(async move {
                let _ = JsFuture::from(resumed).await;
            });
        }
        is_open
    }
}

impl Drop for Ears {
    fn drop(&mut self) {
        if let Ok(closed) = self.context.close() {
            spawn_local(async move {
                let _ = JsFuture::from(closed).await;
            });
        }
    }
}

/// Whether there is the page's audio context. Opening it holds a page up for some hundredths of a second.
pub(super) fn are_ears_open() -> bool {
    SHARED.with_borrow(|shared| shared.strong_count() > 0)
}

/// Whether a person has pressed anything on this page. A browser that does not tell lets pages that record play sound.
fn was_page_used() -> bool {
    let activation = Reflect::get(&window().navigator(), &"userActivation".into());
    let has_been_active = activation.and_then(|activation| Reflect::get(&activation, &"hasBeenActive".into()));
    has_been_active
        .ok()
        .and_then(|is_active| is_active.as_bool())
        .unwrap_or(true)
}
