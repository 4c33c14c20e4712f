//! Where the picture of a recording is put together and its sound mixed, without the page's own elements, which come and go.

use std::cell::RefCell;

use js_sys::Array;
use leptos::prelude::*;
use leptos::task::spawn_local;
use wasm_bindgen::JsCast as _;
use wasm_bindgen_futures::JsFuture;
use web_sys::{
    AudioContext, CanvasRenderingContext2d, HtmlCanvasElement, HtmlVideoElement, MediaStream,
    MediaStreamAudioDestinationNode, MediaStreamAudioSourceNode, MediaStreamTrack,
};

use crate::calls::recording::picture::{Area, SIZE, arrange};

/// One of those to be seen.
pub(super) struct Face {
    pub(super) name: String,
    /// The picture; `None` while it is off.
    pub(super) track: Option<MediaStreamTrack>,
}

/// What there is to be seen and heard at this moment.
pub(super) struct Scene {
    pub(super) partner: Face,
    pub(super) mine: Face,
    pub(super) screen: Option<MediaStreamTrack>,
    pub(super) sounds: Vec<MediaStreamTrack>,
}

/// Where pictures are put together and sounds mixed.
pub(super) struct Studio {
    pub(super) canvas: HtmlCanvasElement,
    brush: CanvasRenderingContext2d,
    partner: Picture,
    mine: Picture,
    screen: Picture,
    audio: AudioContext,
    pub(super) mix: MediaStreamAudioDestinationNode,
    sounds: RefCell<Vec<(MediaStreamTrack, MediaStreamAudioSourceNode)>>,
}

impl Studio {
    pub(super) fn open() -> Option<Self> {
        let canvas = canvas()?;
        canvas.set_width(SIZE.0 as u32);
        canvas.set_height(SIZE.1 as u32);
        let brush = canvas.get_context("2d").ok()??.dyn_into().ok()?;
        let (partner, mine, screen) = (Picture::new()?, Picture::new()?, Picture::new()?);
        let audio = AudioContext::new().ok()?;
        if let Ok(running) = audio.resume() {
            spawn_local(async move {
                let _ = JsFuture::from(running).await;
            });
        }
        Some(Self {
            canvas,
            brush,
            partner,
            mine,
            screen,
            mix: audio.create_media_stream_destination().ok()?,
            audio,
            sounds: RefCell::default(),
        })
    }

    pub(super) fn follow(&self, scene: Scene) {
        self.partner.follow(scene.partner.name, scene.partner.track);
        self.mine.follow(scene.mine.name, scene.mine.track);
        self.screen.follow(String::new(), scene.screen);
        let mut sounds = self.sounds.borrow_mut();
        sounds.retain(|(track, node)| {
            let stays = scene.sounds.contains(track);
            if !stays {
                let _ = node.disconnect();
            }
            stays
        });
        for track in scene.sounds {
            if sounds.iter().all(|(known, _)| *known != track)
                && let Ok(stream) = MediaStream::new_with_tracks(&Array::of1(&track))
                && let Ok(node) = self.audio.create_media_stream_source(&stream)
                && node.connect_with_audio_node(&self.mix).is_ok()
            {
                sounds.push((track, node));
            }
        }
    }

    pub(super) fn draw(&self) {
        let brush = &self.brush;
        brush.set_fill_style_str("#1b1714");
        brush.fill_rect(0.0, 0.0, SIZE.0, SIZE.1);
        let places = arrange(self.screen.is_on());
        self.partner.draw(brush, places.partner);
        self.mine.draw(brush, places.mine);
        if let Some(place) = places.screen {
            self.screen.draw(brush, place);
        }
    }
}

impl Drop for Studio {
    fn drop(&mut self) {
        for (_, node) in self.sounds.borrow_mut().drain(..) {
            let _ = node.disconnect();
        }
        if let Ok(closed) = self.audio.close() {
            spawn_local(async move {
                let _ = JsFuture::from(closed).await;
            });
        }
    }
}

/// Somebody's picture in an element of its own, which nobody sees.
struct Picture {
    video: HtmlVideoElement,
    name: RefCell<String>,
    track: RefCell<Option<MediaStreamTrack>>,
}

impl Picture {
    fn new() -> Option<Self> {
        let video: HtmlVideoElement = document().create_element("video").ok()?.dyn_into().ok()?;
        video.set_muted(true);
        let _ = video.set_attribute("playsinline", "");
        Some(Self {
            video,
            name: RefCell::default(),
            track: RefCell::default(),
        })
    }

    fn is_on(&self) -> bool {
        self.track.borrow().is_some()
    }

    fn follow(&self, name: String, track: Option<MediaStreamTrack>) {
        self.name.replace(name);
        if *self.track.borrow() == track {
            return;
        }
        let stream = track
            .as_ref()
            .and_then(|track| MediaStream::new_with_tracks(&Array::of1(track)).ok());
        self.video.set_src_object(stream.as_ref());
        self.track.replace(track);
        if stream.is_some()
            && let Ok(playing) = self.video.play()
        {
            spawn_local(async move {
                // Interrupted by the next one.
                let _ = JsFuture::from(playing).await;
            });
        }
    }

    fn draw(&self, brush: &CanvasRenderingContext2d, place: Area) {
        let size = (
            f64::from(self.video.video_width()),
            f64::from(self.video.video_height()),
        );
        let name = self.name.borrow();
        match place.fit(size.0, size.1).filter(|_| self.is_on()) {
            Some(area) => {
                // Refused only while there is no frame yet.
                let _ = brush.draw_image_with_html_video_element_and_dw_and_dh(
                    &self.video,
                    area.x,
                    area.y,
                    area.width,
                    area.height,
                );
            }
            None => {
                brush.set_fill_style_str("#2a231e");
                brush.fill_rect(place.x + 4.0, place.y + 4.0, place.width - 8.0, place.height - 8.0);
                let first: String = name.chars().take(1).flat_map(char::to_uppercase).collect();
                brush.set_fill_style_str("#f5eee4");
                brush.set_font("600 96px system-ui, sans-serif");
                brush.set_text_align("center");
                let middle = (place.x + place.width / 2.0, place.y + place.height / 2.0 + 32.0);
                let _ = brush.fill_text(&first, middle.0, middle.1);
            }
        }
        if !name.is_empty() {
            let base = place.y + place.height - 22.0;
            brush.set_fill_style_str("rgb(20 17 15 / 0.82)");
            brush.fill_rect(place.x, place.y + place.height - 48.0, place.width, 48.0);
            brush.set_fill_style_str("#f5eee4");
            brush.set_font("600 22px system-ui, sans-serif");
            brush.set_text_align("left");
            let _ = brush.fill_text_with_max_width(&name, place.x + 16.0, base + 5.0, place.width - 32.0);
        }
    }
}

impl Drop for Picture {
    fn drop(&mut self) {
        self.video.set_src_object(None);
    }
}

pub(super) fn canvas() -> Option<HtmlCanvasElement> {
    document().create_element("canvas").ok()?.dyn_into().ok()
}
