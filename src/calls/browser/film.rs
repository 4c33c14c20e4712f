//! Makes the file of a recording: has the browser record what a `studio` puts together (MediaStream Recording), and hands the file over.

use std::cell::{Cell, RefCell};
use std::rc::Rc;
use std::time::Duration;

use js_sys::{Array, Date, Function, Reflect, Uint8Array};
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::prelude::Closure;
use wasm_bindgen::{JsCast, JsValue};
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    Blob, BlobEvent, BlobPropertyBag, Event, HtmlAnchorElement, MediaRecorder, MediaRecorderOptions, MediaStreamTrack,
    RecordingState, Url,
};

use super::beat::Beat;
use super::clock::now;
use super::studio::{Scene, Studio, canvas};
use crate::calls::recording::picture::file_name;
use crate::calls::recording::webm;
use crate::calls::stage::recording::Finished;

/// Pictures in a second, and the time from one to the next.
const RATE: f64 = 25.0;
const FRAME: Duration = Duration::from_millis(40);
/// What the browser hands over at once, in milliseconds: no more than this is lost with a crash of its recorder.
const SLICE: i32 = 1_000;
/// In so many of these at most the beginning of a file is looked for.
const BEGINNING: usize = 4;
const VIDEO_BITS: u32 = 2_500_000;
const AUDIO_BITS: u32 = 96_000;
/// The first of these that the browser can write.
const TYPES: [&str; 4] = [
    "video/webm;codecs=vp8,opus",
    "video/webm",
    "video/mp4;codecs=avc1.42E01E,mp4a.40.2",
    "video/mp4",
];

/// A recording that goes on. Dropping it ends it without a file.
pub(super) struct Film {
    recorder: MediaRecorder,
    studio: Rc<Studio>,
    chunks: Rc<Chunks>,
    since: Duration,
    drawing: Option<Beat>,
    _on_data: Closure<dyn FnMut(BlobEvent)>,
    _on_stop: Closure<dyn FnMut(Event)>,
    guard: Closure<dyn FnMut(Event)>,
}

/// What the browser has written.
#[derive(Default)]
struct Chunks {
    all: RefCell<Vec<Blob>>,
    size: Cell<f64>,
}

/// Whether this browser can make a film at all.
pub(super) fn is_possible() -> bool {
    let has = |object: &JsValue, name: &str| Reflect::has(object, &name.into()).unwrap_or(false);
    has(&window(), "MediaRecorder")
        && has(&window(), "AudioContext")
        && canvas().is_some_and(|canvas| has(&canvas, "captureStream"))
        && media_type().is_some()
}

impl Film {
    /// Begins. `broken`: the browser has ended it by itself.
    pub(super) fn begin(scene: Scene, broken: impl Fn() + 'static) -> Option<Self> {
        let studio = Rc::new(Studio::open()?);
        studio.follow(scene);
        studio.draw();
        let stream = studio.canvas.capture_stream_with_frame_request_rate(RATE).ok()?;
        if let Ok(sound) = studio
            .mix
            .stream()
            .get_audio_tracks()
            .get(0)
            .dyn_into::<MediaStreamTrack>()
        {
            stream.add_track(&sound);
        }
        let options = MediaRecorderOptions::new();
        options.set_mime_type(media_type()?);
        options.set_video_bits_per_second(VIDEO_BITS);
        options.set_audio_bits_per_second(AUDIO_BITS);
        let recorder = MediaRecorder::new_with_media_stream_and_media_recorder_options(&stream, &options).ok()?;
        let chunks = Rc::new(Chunks::default());
        let on_data = {
            let chunks = Rc::clone(&chunks);
            Closure::<dyn FnMut(BlobEvent)>::new(move |event: BlobEvent| {
                if let Some(data) = event.data().filter(|data| data.size() > 0.0) {
                    chunks.size.set(chunks.size.get() + data.size());
                    chunks.all.borrow_mut().push(data);
                }
            })
        };
        // After an error, and at an end without one, the browser hands over what it has and then stops.
        let on_stop = Closure::<dyn FnMut(Event)>::new(move |_: Event| broken());
        recorder.set_ondataavailable(Some(on_data.as_ref().unchecked_ref()));
        recorder.set_onstop(Some(on_stop.as_ref().unchecked_ref()));
        recorder.start_with_time_slice(SLICE).ok()?;
        let drawing = {
            // The browser lets go of what it calls when it likes.
            let studio = Rc::downgrade(&studio);
            let draw = move || {
                if let Some(studio) = studio.upgrade() {
                    studio.draw();
                }
            };
            Some(Beat::begin(FRAME, draw))
        };
        // Who closes the page loses the file: the browser asks first.
        let guard = Closure::<dyn FnMut(Event)>::new(|event: Event| event.prevent_default());
        let _ = window().add_event_listener_with_callback("beforeunload", guard.as_ref().unchecked_ref());
        Some(Self {
            recorder,
            studio,
            chunks,
            since: now(),
            drawing,
            _on_data: on_data,
            _on_stop: on_stop,
            guard,
        })
    }

    /// Devices, screens and people come and go.
    pub(super) fn follow(&self, scene: Scene) {
        self.studio.follow(scene);
    }

    /// What it comes to so far, in bytes.
    pub(super) fn size(&self) -> f64 {
        self.chunks.size.get()
    }

    /// Ends it and hands the file over to the person; `finished` hears of it. It holds itself until that is done: the page may be gone by then.
    pub(super) fn finish(self, partner: &str, finished: impl FnOnce(Finished) + 'static) {
        let seconds = now().saturating_sub(self.since).as_secs_f64();
        let recorder = self.recorder.clone();
        let name = file_name(&today(), partner, &recorder.mime_type());
        let is_over = recorder.state() == RecordingState::Inactive;
        let done = Closure::once_into_js(move || {
            let (chunks, media_type) = (Rc::clone(&self.chunks), self.recorder.mime_type());
            drop(self);
            spawn_local(async move {
                let parts = chunks.all.take();
                if let Some(address) = hand_over(parts, &media_type, seconds, &name).await {
                    finished(Finished { name, address });
                }
            });
        });
        let done: Function = done.unchecked_into();
        if is_over || {
            recorder.set_onstop(Some(&done));
            recorder.stop().is_err()
        } {
            let _ = done.call0(&JsValue::NULL);
        }
    }
}

impl Drop for Film {
    fn drop(&mut self) {
        self.drawing.take();
        self.recorder.set_ondataavailable(None);
        self.recorder.set_onerror(None);
        self.recorder.set_onstop(None);
        if self.recorder.state() != RecordingState::Inactive {
            let _ = self.recorder.stop();
        }
        for track in self.recorder.stream().get_tracks().iter() {
            track.unchecked_into::<MediaStreamTrack>().stop();
        }
        let guard = self.guard.as_ref().unchecked_ref();
        let _ = window().remove_event_listener_with_callback("beforeunload", guard);
    }
}

fn media_type() -> Option<&'static str> {
    TYPES.into_iter().find(|one| MediaRecorder::is_type_supported(one))
}

/// The date on the person's own calendar, as in ISO 8601.
fn today() -> String {
    let date = Date::new_0();
    format!(
        "{:04}-{:02}-{:02}",
        date.get_full_year(),
        date.get_month() + 1,
        date.get_date()
    )
}

/// Puts the file together and lets the browser save it, as though a link to it had been pressed. Some hold such a press back: answers the address by which it
/// can be had again.
async fn hand_over(mut parts: Vec<Blob>, media_type: &str, seconds: f64, name: &str) -> Option<String> {
    let pieces = Array::new();
    // A recorder whose first picture comes late hands over the first bytes of the beginning alone.
    let mut beginning = Vec::new();
    for place in 0..parts.len().min(BEGINNING) {
        let part = JsFuture::from(parts.get(place)?.array_buffer()).await.ok()?;
        beginning.extend(Uint8Array::new(&part).to_vec());
        if let Some(whole) = webm::with_duration(&beginning, seconds) {
            parts.drain(..=place);
            pieces.push(&Uint8Array::from(&*whole));
            break;
        }
    }
    for part in parts {
        pieces.push(&part);
    }
    let options = BlobPropertyBag::new();
    options.set_type(media_type.split(';').next().unwrap_or(media_type));
    let file = Blob::new_with_blob_sequence_and_options(&pieces, &options).ok()?;
    let address = Url::create_object_url_with_blob(&file).ok()?;
    let link: HtmlAnchorElement = document().create_element("a").ok()?.dyn_into().ok()?;
    link.set_href(&address);
    link.set_download(name);
    link.click();
    Some(address)
}
