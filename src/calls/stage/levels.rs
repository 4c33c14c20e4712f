//! What follows from how loud things are: who speaks, that somebody speaks while muted, that a microphone gives nothing at all.
//!
//! Levels are looked at some ten times a second ([`LOOK`]). Speech has gaps between words and syllables, so a pause counts only when it lasts.

use std::time::Duration;

use leptos::prelude::*;

/// How often levels are looked at.
pub const LOOK: Duration = Duration::from_millis(100);
/// What counts as nothing at all, in dBFS: the floor of the scale.
const FLOOR: f32 = -60.0;
/// Where the scale ends, in dBFS. Browsers keep speech some way below the full scale.
const CEILING: f32 = -10.0;
/// From this level on somebody speaks: -42 dBFS. Quiet speech into a microphone with gain control is some 10 dB louder, a quiet room
/// or a stroke on a keyboard over the span of a look is quieter.
const SPEECH: f32 = level_at(-42.0);
/// A pause of this length ends somebody's speaking.
const PAUSE: Duration = Duration::from_millis(700);
/// How long somebody has to speak before their picture says so.
const BEGUN: Duration = Duration::from_millis(150);
/// How long somebody has to speak into a muted microphone before they are told.
const TALKED: Duration = Duration::from_millis(500);
/// How long they are told.
const HINT: Duration = Duration::from_secs(5);
/// How often they are told at most.
const HINT_AGAIN: Duration = Duration::from_secs(10);
/// For how long a microphone may give nothing but zeros, which none does that works: even a quiet room has noise.
const SILENT: Duration = Duration::from_secs(10);

/// How often a browser that hears nothing is asked to.
const ASK_AGAIN: Duration = Duration::from_secs(2);

/// How loud things are, for the page.
#[derive(Clone, Copy, Debug)]
pub struct Levels {
    /// What the own microphone hears, muted or not, from 0 to 1; 0 while there is none.
    pub microphone: RwSignal<f32>,
    /// Whether oneself is speaking, heard by the partner.
    pub i_speak: RwSignal<bool>,
    /// Whether the partner is speaking.
    pub partner_speaks: RwSignal<bool>,
    /// The person speaks into a muted microphone.
    pub is_talking_muted: RwSignal<bool>,
    /// The microphone is on and gives nothing but zeros.
    pub is_silent: RwSignal<bool>,
}

impl Levels {
    /// As the server renders it.
    pub fn new() -> Self {
        Self {
            microphone: RwSignal::new(0.0),
            i_speak: RwSignal::new(false),
            partner_speaks: RwSignal::new(false),
            is_talking_muted: RwSignal::new(false),
            is_silent: RwSignal::new(false),
        }
    }
}

impl Default for Levels {
    fn default() -> Self {
        Self::new()
    }
}

/// A level in dBFS on the scale from 0 to 1.
pub(super) const fn level_at(dbfs: f32) -> f32 {
    ((dbfs - FLOOR) / (CEILING - FLOOR)).clamp(0.0, 1.0)
}

/// How loud a moment of sound is: its root mean square in dBFS, on a scale from 0 to 1. Samples are from -1 to 1.
pub fn loudness(samples: &[f32]) -> f32 {
    if samples.is_empty() {
        return 0.0;
    }
    let energy: f32 = samples.iter().map(|sample| sample * sample).sum();
    let mean = energy / samples.len() as f32;
    if mean <= 0.0 {
        0.0
    } else {
        level_at(10.0 * mean.log10())
    }
}

/// Whether somebody speaks.
#[derive(Clone, Copy, Debug, Default)]
pub struct Speech {
    /// Since when, and when it was last loud.
    spell: Option<(Duration, Duration)>,
}

impl Speech {
    /// Takes note of a level at `now`, on any clock that goes steadily.
    pub fn hear(&mut self, now: Duration, level: f32) {
        if level >= SPEECH {
            let since = self.spell.map_or(now, |(since, _)| since);
            self.spell = Some((since, now));
        } else if let Some((_, last)) = self.spell
            && now.saturating_sub(last) >= PAUSE
        {
            self.spell = None;
        }
    }

    /// Whether they are speaking.
    pub fn is_speaking(&self) -> bool {
        self.lasts(BEGUN)
    }

    fn lasts(&self, span: Duration) -> bool {
        self.spell
            .is_some_and(|(since, last)| last.saturating_sub(since) >= span)
    }
}

/// Whether to tell somebody that they are muted.
#[derive(Clone, Copy, Debug, Default)]
pub struct MutedTalk {
    speech: Speech,
    told: Option<Duration>,
}

impl MutedTalk {
    /// Looks at the microphone's level; `true` while the person is to be told.
    pub fn look(&mut self, now: Duration, is_muted: bool, level: f32) -> bool {
        if !is_muted {
            // Whoever mutes themselves again is told anew, but not at once for what they said before.
            *self = Self::default();
            return false;
        }
        self.speech.hear(now, level);
        let since_told = self.told.map(|told| now.saturating_sub(told));
        if self.speech.lasts(TALKED) && since_told.is_none_or(|span| span >= HINT_AGAIN) {
            self.told = Some(now);
            return true;
        }
        since_told.is_some_and(|span| span < HINT)
    }
}

/// When to ask the browser to open its ears, if it has closed them. Safari's answer to a question that a telephone call came between may never come.
#[derive(Clone, Copy, Debug, Default)]
pub struct Opening {
    asked: Option<Duration>,
}

impl Opening {
    /// Looks at them at `now`; `true` when it is to be asked.
    pub fn look(&mut self, now: Duration, is_open: bool) -> bool {
        if is_open {
            self.asked = None;
            return false;
        }
        let is_due = self.asked.is_none_or(|asked| now.saturating_sub(asked) >= ASK_AGAIN);
        if is_due {
            self.asked = Some(now);
        }
        is_due
    }
}

/// Whether a microphone that is on gives nothing but zeros.
#[derive(Clone, Copy, Debug, Default)]
pub struct Silence {
    since: Option<Duration>,
}

impl Silence {
    /// Looks at the samples' loudest; `None` while the microphone is off, or nothing can be told.
    pub fn look(&mut self, now: Duration, peak: Option<f32>) -> bool {
        // One step of 16 bits is 3e-5; what is below it was no sound.
        if peak.is_none_or(|peak| peak > 1e-5) {
            self.since = None;
            return false;
        }
        now.saturating_sub(*self.since.get_or_insert(now)) >= SILENT
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOUD: f32 = 0.8;

    fn at(look: u64) -> Duration {
        LOOK * u32::try_from(look).unwrap()
    }

    /// The looks at which a rule says yes, for levels that are loud at some looks.
    fn looks(count: u64, is_loud: impl Fn(u64) -> bool, mut rule: impl FnMut(Duration, f32) -> bool) -> Vec<u64> {
        (0..count)
            .filter(|look| rule(at(*look), if is_loud(*look) { LOUD } else { 0.05 }))
            .collect()
    }

    #[test]
    fn the_scale_is_that_of_decibels() {
        assert_eq!(loudness(&[]), 0.0);
        assert_eq!(loudness(&[0.0; 64]), 0.0);
        assert_eq!(loudness(&[1.0; 64]), 1.0);
        assert!((loudness(&[0.01; 64]) - level_at(-40.0)).abs() < 1e-3);
        assert!(loudness(&[0.01; 64]) > SPEECH);
        assert!(loudness(&[0.005; 64]) < SPEECH);
    }

    #[test]
    fn gaps_between_words_are_no_pauses_and_a_click_is_no_speech() {
        let mut speech = Speech::default();
        let speaking = looks(
            40,
            |look| look < 20 && look % 5 < 2,
            |now, level| {
                speech.hear(now, level);
                speech.is_speaking()
            },
        );
        // From the second word on, until a pause after the last loud look, which is the 16th.
        assert_eq!(speaking, (5..=22).collect::<Vec<_>>());

        let mut speech = Speech::default();
        let clicked = looks(
            40,
            |look| look % 13 == 0,
            |now, level| {
                speech.hear(now, level);
                speech.is_speaking()
            },
        );
        assert_eq!(clicked, [0_u64; 0], "each stands alone");
    }

    #[test]
    fn who_speaks_while_muted_is_told_after_half_a_second_and_every_ten_at_most() {
        let mut talk = MutedTalk::default();
        let told = looks(300, |_| true, |now, level| talk.look(now, true, level));
        let begun: Vec<u64> = told
            .iter()
            .copied()
            .filter(|look| !told.contains(&look.wrapping_sub(1)))
            .collect();
        assert_eq!(begun, [5, 105, 205]);
        assert_eq!(told.iter().filter(|look| **look < 105).count(), 50, "for five seconds");
    }

    #[test]
    fn who_is_not_muted_or_silent_is_told_nothing() {
        let mut talk = MutedTalk::default();
        assert_eq!(
            looks(300, |_| true, |now, level| talk.look(now, false, level)),
            [0_u64; 0]
        );
        assert_eq!(
            looks(300, |_| false, |now, level| talk.look(now, true, level)),
            [0_u64; 0]
        );
        let unmuted = looks(20, |_| true, |now, level| talk.look(now, now < at(10), level));
        assert_eq!(unmuted, [5, 6, 7, 8, 9], "gone with the press");
    }

    #[test]
    fn who_does_not_answer_is_asked_again() {
        let mut opening = Opening::default();
        let asked: Vec<u64> = (0..60).filter(|look| opening.look(at(*look), false)).collect();
        assert_eq!(asked, [0, 20, 40]);
        assert!(!opening.look(at(60), true));
        assert!(opening.look(at(61), false), "closed again");
    }

    #[test]
    fn ten_seconds_of_zeros_are_no_room() {
        let mut silence = Silence::default();
        let said: Vec<u64> = (0..120).filter(|look| silence.look(at(*look), Some(0.0))).collect();
        assert_eq!(said.first(), Some(&100));
        assert!(!silence.look(at(121), Some(0.000_1)), "a breath of noise");
        assert!(!silence.look(at(122), Some(0.0)), "begins anew");
        assert!((130..400).all(|look| !silence.look(at(look), None)), "off");
    }
}
