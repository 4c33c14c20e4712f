//! Sounds: ours (`script/sounds` makes them), short, as loud as the person wants them in this browser.
//!
//! Browsers let a page sound after somebody has pressed something in it. Before that nothing is tried: views ask
//! [`Sounds::is_unlocked`] and say so.

use leptos::prelude::*;
use leptos::task::spawn_local;
use leptos::web_sys::HtmlAudioElement;
use wasm_bindgen_futures::JsFuture;

use super::storage;

/// Local storage: how loud.
const LOUDNESS: &str = "speakle.sound";
/// Session storage: something was pressed in this tab, before a reload. Browsers remember it too, and do not tell.
const PRESSED: &str = "speakle.pressed";

/// A file of `public/sounds`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sound {
    /// Somebody calls; a loop.
    Ringtone,
    /// It rings there; a loop.
    RingBack,
    /// Something has come.
    Message,
    /// The connection of a call is lost.
    Lost,
    /// It is back.
    Restored,
}

impl Sound {
    /// Its address.
    pub const fn address(self) -> &'static str {
        match self {
            Self::Ringtone => "/sounds/ringtone.wav",
            Self::RingBack => "/sounds/ring-back.wav",
            Self::Message => "/sounds/message.wav",
            Self::Lost => "/sounds/lost.wav",
            Self::Restored => "/sounds/restored.wav",
        }
    }
}

/// How loud sounds are in this browser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Loudness {
    /// Whether there are any.
    pub is_on: bool,
    /// 0 to 100.
    pub volume: u8,
}

impl Default for Loudness {
    fn default() -> Self {
        Self {
            is_on: true,
            volume: 70,
        }
    }
}

impl Loudness {
    /// Reads what [`Loudness::to_text`] wrote.
    pub fn parse(text: &str) -> Option<Self> {
        let (is_on, volume) = text.split_once(' ')?;
        Some(Self {
            is_on: match is_on {
                "on" => true,
                "off" => false,
                _ => return None,
            },
            volume: volume.parse().ok().filter(|volume| *volume <= 100)?,
        })
    }

    /// For the browser's storage.
    pub fn to_text(self) -> String {
        format!("{} {}", if self.is_on { "on" } else { "off" }, self.volume)
    }

    const fn is_audible(self) -> bool {
        self.is_on && self.volume > 0
    }
}

/// The sounds of this tab. Copied freely.
#[derive(Clone, Copy, Debug)]
pub struct Sounds {
    loudness: RwSignal<Loudness>,
    is_unlocked: RwSignal<bool>,
}

/// Makes the tab's sounds and puts them in context. Call once, at the root; silent before [`Sounds::listen`].
pub fn provide_sounds() -> Sounds {
    let sounds = Sounds {
        loudness: RwSignal::new(Loudness::default()),
        is_unlocked: RwSignal::new(false),
    };
    provide_context(sounds);
    sounds
}

/// The tab's sounds.
pub fn use_sounds() -> Sounds {
    use_context::<Sounds>().unwrap_or_else(provide_sounds)
}

impl Sounds {
    /// How loud.
    pub fn loudness(self) -> Signal<Loudness> {
        self.loudness.into()
    }

    /// Whether the browser lets this tab sound.
    pub fn is_unlocked(self) -> Signal<bool> {
        self.is_unlocked.into()
    }

    /// Whether the person wants to hear anything.
    pub fn is_wanted(self) -> bool {
        self.loudness.get().is_audible()
    }

    /// Changes it in every tab of this browser, for good.
    pub fn set_loudness(self, loudness: Loudness) {
        self.loudness.set(loudness);
        if let Some(storage) = storage::local() {
            // Without storage it holds until the page is left.
            let _ = storage.set_item(LOUDNESS, &loudness.to_text());
        }
    }

    /// Reads what was chosen, and waits for the first press, until the current owner is cleaned up.
    pub fn listen(self) {
        Effect::new(move |_| {
            self.read();
            let stored = window_event_listener_untyped("storage", move |_| self.read());
            on_cleanup(move || stored.remove());
            if has_been_pressed()
                || storage::session().is_some_and(|storage| storage.get_item(PRESSED).ok().flatten().is_some())
            {
                self.is_unlocked.set(true);
            }
            for name in ["pointerdown", "pointerup", "keydown"] {
                let pressed = window_event_listener_untyped(name, move |_| self.look());
                on_cleanup(move || pressed.remove());
            }
        });
    }

    fn read(self) {
        let chosen = storage::local().and_then(|storage| storage.get_item(LOUDNESS).ok().flatten());
        let chosen = chosen.and_then(|text| Loudness::parse(&text)).unwrap_or_default();
        if self.loudness.try_get_untracked().is_some_and(|before| before != chosen) {
            self.loudness.set(chosen);
        }
    }

    /// Looks whether the tab may sound by now; it does so itself at each press it hears of, which not all are.
    pub fn look(self) {
        // Not every key and touch counts for the browser.
        if self.is_unlocked.try_get_untracked() == Some(false) && has_been_pressed() {
            self.is_unlocked.set(true);
            if let Some(storage) = storage::session() {
                let _ = storage.set_item(PRESSED, "");
            }
        }
    }

    /// Sounds once, if it may.
    pub fn play(self, sound: Sound) {
        if self.is_unlocked.get_untracked() && self.loudness.get_untracked().is_audible() {
            // What sounds lives on until its end.
            if let Some(playing) = self.start(sound, false) {
                playing.let_go();
            }
        }
    }

    /// Sounds over and over while `wanted`, from now until the current owner is cleaned up.
    pub fn repeat(self, sound: Sound, wanted: impl Fn() -> bool + Send + Sync + 'static) {
        let loud = Memo::new(move |_| {
            let loudness = self.loudness.get();
            (loudness.is_audible() && self.is_unlocked.get() && wanted()).then_some(loudness)
        });
        Effect::new(move |before: Option<Option<Playing>>| {
            drop(before);
            loud.get().and_then(|_| self.start(sound, true))
        });
    }

    fn start(self, sound: Sound, repeats: bool) -> Option<Playing> {
        let audio = HtmlAudioElement::new_with_src(sound.address()).ok()?;
        audio.set_loop(repeats);
        audio.set_volume(f64::from(self.loudness.get_untracked().volume) / 100.0);
        let begun = audio.play().ok()?;
        spawn_local(async move {
            // Refused after a reload that the browser took for something new; stopped early is no refusal.
            if let Err(error) = JsFuture::from(begun).await
                && is_refusal(&error)
            {
                self.is_unlocked.try_set(false);
            }
        });
        Some(Playing { audio: Some(audio) })
    }
}

/// What sounds, until it is dropped.
struct Playing {
    audio: Option<HtmlAudioElement>,
}

impl Playing {
    fn let_go(mut self) {
        self.audio = None;
    }
}

impl Drop for Playing {
    fn drop(&mut self) {
        if let Some(audio) = &self.audio {
            // Cannot fail: the promise of `play` hears of it.
            let _ = audio.pause();
        }
    }
}

fn is_refusal(error: &wasm_bindgen::JsValue) -> bool {
    let name = js_sys::Reflect::get(error, &wasm_bindgen::JsValue::from_str("name"));
    name.ok().and_then(|name| name.as_string()).as_deref() == Some("NotAllowedError")
}

/// Whether the browser counts something as pressed in this page (HTML §6.4, sticky activation). Where it does not tell, whoever asks
/// has just heard of a press.
pub(super) fn has_been_pressed() -> bool {
    let navigator = window().navigator();
    let activation = js_sys::Reflect::get(&navigator, &wasm_bindgen::JsValue::from_str("userActivation"));
    match activation {
        Ok(activation) if activation.is_object() => {
            let active = js_sys::Reflect::get(&activation, &wasm_bindgen::JsValue::from_str("hasBeenActive"));
            active.is_ok_and(|active| active.is_truthy())
        }
        _ => !window().event().is_undefined(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn loudness_reads_what_it_wrote_and_nothing_else() {
        for loudness in [
            Loudness::default(),
            Loudness {
                is_on: false,
                volume: 0,
            },
            Loudness {
                is_on: true,
                volume: 100,
            },
        ] {
            assert_eq!(Loudness::parse(&loudness.to_text()), Some(loudness));
        }
        for text in ["", "on", "on 101", "on -1", "loud 50", "off fifty"] {
            assert_eq!(Loudness::parse(text), None, "{text}");
        }
    }

    #[test]
    fn what_is_off_or_at_nothing_is_not_heard() {
        let loudness = |is_on, volume| Loudness { is_on, volume }.is_audible();
        assert!(loudness(true, 1));
        assert!(!loudness(true, 0));
        assert!(!loudness(false, 100));
    }

    #[test]
    fn every_sound_is_a_small_file_that_is_there() {
        for sound in [
            Sound::Ringtone,
            Sound::RingBack,
            Sound::Message,
            Sound::Lost,
            Sound::Restored,
        ] {
            let path = format!("{}/public{}", env!("CARGO_MANIFEST_DIR"), sound.address());
            let bytes = std::fs::read(&path).unwrap();
            assert!(bytes.starts_with(b"RIFF") && bytes.len() <= 60_000, "{path}");
        }
    }
}
