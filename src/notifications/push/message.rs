//! What is sent about a line as it stands now: whether anything, its words, and how the push service is to treat it.

use std::str::FromStr as _;
use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use leptos_i18n::Locale as _;
use sha2::{Digest as _, Sha256};
use web_push::Urgency;

use super::delivery::Task;
use super::model::{MESSAGE_MAX, PushAction, PushMessage, PushState};
use crate::i18n::Locale;
use crate::kernel::time::Micros;
use crate::notifications::model::Channels;
use crate::notifications::store::Due;
use crate::notifications::words::{accept, decline, ringing_title, words};

/// How long a push service keeps news, and the end of a ring, for a browser that is off: what it shows of the ring stays until then.
const NEWS_KEPT: Duration = Duration::from_secs(24 * 3600);

/// A message with what is written on its outside.
pub(super) struct Parcel {
    pub(super) message: PushMessage,
    pub(super) urgency: Urgency,
    pub(super) ttl: Duration,
}

/// What the person wants and what time it is, when a push is sent.
pub(super) struct Circumstances {
    /// How the kind of the line is told.
    pub(super) channels: Channels,
    /// Whether nobody may disturb now.
    pub(super) is_quiet: bool,
    /// Whether they are in a call. What rings then is another one: in the same room nothing rings.
    pub(super) is_in_call: bool,
    /// The time.
    pub(super) now: Micros,
}

impl Parcel {
    /// `None` if there is nothing to send any more.
    pub(super) fn about(due: &Due, task: &Task, here: &Circumstances) -> Option<Self> {
        let line = &due.line;
        let is_wanted = here.channels.desktop && !here.is_quiet;
        let left = due.rings_until.map_or(Duration::ZERO, |until| until.since(here.now));
        let (state, urgency, ttl) = if !line.is_read && line.notice.kind().passes() {
            // What has no second left has an end, and that has a push of its own.
            let is_ringing = is_wanted && left >= Duration::from_secs(1);
            is_ringing.then_some((PushState::Ringing, Urgency::High, left))?
        } else if !line.is_read && is_wanted {
            // What replaces a ring is as urgent as the ring: a phone that sleeps must not ring on.
            let urgency = if task.ends_ring { Urgency::High } else { Urgency::Normal };
            (PushState::News, urgency, NEWS_KEPT)
        } else {
            // Nobody wants to hear of it, but what rings because of an earlier push must not ring on.
            task.ends_ring.then_some((PushState::Over, Urgency::High, NEWS_KEPT))?
        };
        let is_ringing = state == PushState::Ringing;
        let is_second = is_ringing && here.is_in_call;
        let locale = Locale::from_str(&due.language).unwrap_or_default();
        let words = words(locale, line);
        let action = |action: &str, title: &str| PushAction {
            action: action.to_owned(),
            title: title.to_owned(),
        };
        let message = PushMessage {
            tag: line.subject.clone(),
            // A line keeps the number of its last put when it is read.
            seq: line.seq.max(task.seq),
            title: if is_ringing {
                ringing_title(locale, line)
            } else {
                words.title
            },
            body: words.text.unwrap_or_default(),
            lang: locale.as_str().to_owned(),
            url: words.href,
            state,
            until: due.rings_until.filter(|_| is_ringing).map(Micros::millis),
            is_silent: state == PushState::Over || is_second || !here.channels.sound,
            actions: if is_ringing {
                vec![
                    action("answer", accept(locale, is_second)),
                    action("decline", decline(locale)),
                ]
            } else {
                Vec::new()
            },
            invitation: line
                .subject
                .strip_prefix("call:")
                .filter(|_| is_ringing)
                .and_then(|id| id.parse().ok()),
        };
        Some(Self {
            message: fitting(message),
            urgency,
            ttl,
        })
    }
}

/// The message with as much of its body as there is room for.
fn fitting(mut message: PushMessage) -> PushMessage {
    loop {
        let length = serde_json::to_string(&message).map_or(0, |json| json.len());
        let Some(excess) = length.checked_sub(MESSAGE_MAX).filter(|excess| *excess > 0) else {
            return message;
        };
        // A character may take six bytes of JSON, so this may take several rounds, and never takes more than is too much.
        let kept = message.body.chars().count().saturating_sub(excess.div_ceil(6) + 1);
        if message.body.is_empty() {
            return message;
        }
        message.body = message.body.chars().take(kept).collect();
        if kept > 0 {
            message.body.push('…');
        }
    }
}

/// Under which a push service replaces what it has not delivered yet: the same for everything about a subject, 32 characters of base64url
/// (RFC 8030 §5.4).
pub(super) fn topic(subject: &str) -> String {
    let hash = Sha256::digest(subject.as_bytes());
    URL_SAFE_NO_PAD.encode(&hash[..24])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(body: String) -> PushMessage {
        PushMessage {
            tag: "request:1".to_owned(),
            seq: 1,
            title: "Ana Castillo would like to be your partner".to_owned(),
            body,
            lang: "en".to_owned(),
            url: "/requests".to_owned(),
            state: PushState::News,
            until: None,
            is_silent: false,
            actions: Vec::new(),
            invitation: None,
        }
    }

    #[test]
    fn a_long_text_is_cut_to_what_fits_and_a_short_one_is_left() {
        let whole = message("Tea?".to_owned());
        assert_eq!(fitting(whole.clone()), whole);
        for character in ["a", "é", "🦊", "\n", "\"", "\u{1}"] {
            let cut = fitting(message(character.repeat(4_000)));
            let length = serde_json::to_string(&cut).unwrap().len();
            assert!(
                (MESSAGE_MAX - 20..=MESSAGE_MAX).contains(&length),
                "{character:?}: {length}"
            );
            let text = cut.body.strip_suffix('…').unwrap();
            assert!(text.chars().all(|kept| character.contains(kept)));
            assert_eq!(cut.title, whole.title);
        }
    }

    #[test]
    fn a_topic_is_32_characters_of_base64url_and_one_for_each_subject() {
        let (one, other) = (topic("call:1"), topic("call:2"));
        assert_ne!(one, other);
        assert_eq!(topic("call:1"), one);
        let is_allowed = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'-' || byte == b'_';
        assert!(one.len() == 32 && one.bytes().all(is_allowed), "{one}");
    }
}
