//! Words for what is kept of calls: how long, how it ended, with what.

use crate::accounts::names::shown_name;
use crate::calls::model::{DeviceClass, EndReason, Ended};
use crate::calls::records::log::{AttemptEnd, AttemptView};
use crate::i18n::{Locale, td_string};

/// How long a call was, in words: "1 hour 2 minutes 9 seconds", without what is zero.
pub(super) fn length_text(locale: Locale, seconds: u32) -> String {
    let (hours, minutes, rest) = (seconds / 3600, seconds / 60 % 60, seconds % 60);
    let mut parts = Vec::new();
    if hours > 0 {
        parts.push(td_string!(locale, calls.history_hours, count = hours));
    }
    if minutes > 0 {
        parts.push(td_string!(locale, calls.history_minutes, count = minutes));
    }
    if rest > 0 || parts.is_empty() {
        parts.push(td_string!(locale, calls.history_seconds, count = rest));
    }
    parts.join(" ")
}

/// The same as one would say it in passing: "20 seconds", "2 minutes", "1 hour 5 minutes".
pub(super) fn about_text(locale: Locale, seconds: u32) -> String {
    let rounded = if seconds < 55 {
        (seconds + 5) / 10 * 10
    } else {
        seconds.saturating_add(30) / 60 * 60
    };
    length_text(locale, rounded)
}

/// How a call ended, from the reader's side; `name` is the other person.
pub(super) fn ended_text(locale: Locale, ended: Option<Ended>, name: &str) -> String {
    let Some(Ended { reason, by_me }) = ended else {
        return td_string!(locale, calls.history_going_on).to_owned();
    };
    match (reason, by_me) {
        (EndReason::HungUp, true) => td_string!(locale, calls.history_you_ended).to_owned(),
        (EndReason::HungUp, false) => td_string!(locale, calls.history_they_ended, name = name),
        (EndReason::Left, true) => td_string!(locale, calls.history_you_left).to_owned(),
        (EndReason::Left, false) => td_string!(locale, calls.history_they_left, name = name),
        (EndReason::ConnectionLost, _) => td_string!(locale, calls.history_lost).to_owned(),
        (EndReason::Timeout, _) => td_string!(locale, calls.history_timeout).to_owned(),
        (EndReason::Technical, _) => td_string!(locale, calls.history_technical).to_owned(),
        (EndReason::PartnershipEnded, true) => td_string!(locale, calls.history_you_parted).to_owned(),
        (EndReason::PartnershipEnded, false) => td_string!(locale, calls.history_they_parted).to_owned(),
    }
}

/// What became of an attempt, from the reader's side.
pub(super) fn attempt_text(locale: Locale, attempt: &AttemptView) -> String {
    let name = shown_name(locale, &attempt.partner);
    let name = name.as_str();
    match (attempt.end, attempt.by_me) {
        (AttemptEnd::Missed | AttemptEnd::Expired, false) => td_string!(locale, calls.log.missed_from, name = name),
        (AttemptEnd::Cancelled, false) => td_string!(locale, calls.log.hung_up_before, name = name),
        (AttemptEnd::Declined, false) => td_string!(locale, calls.log.i_declined, name = name),
        (AttemptEnd::Declined, true) => td_string!(locale, calls.log.they_declined, name = name),
        (AttemptEnd::Missed, true) => td_string!(locale, calls.log.no_answer, name = name),
        (AttemptEnd::Expired, true) => td_string!(locale, calls.log.was_offline, name = name),
        (AttemptEnd::Cancelled, true) => td_string!(locale, calls.log.i_cancelled).to_owned(),
    }
}

/// What kind of device it was.
pub(super) fn device_text(locale: Locale, device: DeviceClass) -> &'static str {
    match device {
        DeviceClass::Phone => td_string!(locale, calls.record.device_phone),
        DeviceClass::Tablet => td_string!(locale, calls.record.device_tablet),
        DeviceClass::Computer => td_string!(locale, calls.record.device_computer),
    }
}

/// How soon the two heard or saw each other, to the second that it is told to.
pub(super) fn first_media_text(locale: Locale, ms: Option<u32>) -> String {
    match ms {
        Some(ms) => {
            let length = length_text(locale, ms.div_ceil(1_000).max(1));
            td_string!(locale, calls.record.first_media_within, length = length)
        }
        None => td_string!(locale, calls.record.first_media_none).to_owned(),
    }
}

/// Of a thousand, as a percentage: "0", "0.4", "12".
pub(super) fn percent_text(locale: Locale, permille: u16) -> String {
    match (permille / 10, permille % 10) {
        (whole, 0) => whole.to_string(),
        (whole @ 10.., tenths) => (whole + u16::from(tenths >= 5)).to_string(),
        (whole, tenths) => match locale {
            Locale::es => format!("{whole},{tenths}"),
            Locale::en => format!("{whole}.{tenths}"),
        },
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_length_is_said_in_words_without_what_is_zero() {
        for (seconds, english, spanish) in [
            (0, "0 seconds", "0 segundos"),
            (1, "1 second", "1 segundo"),
            (60, "1 minute", "1 minuto"),
            (247, "4 minutes 7 seconds", "4 minutos 7 segundos"),
            (7_325, "2 hours 2 minutes 5 seconds", "2 horas 2 minutos 5 segundos"),
        ] {
            assert_eq!(length_text(Locale::en, seconds), english);
            assert_eq!(length_text(Locale::es, seconds), spanish);
        }
    }

    #[test]
    fn in_passing_a_length_is_round() {
        for (seconds, words) in [
            (15, "20 seconds"),
            (44, "40 seconds"),
            (54, "50 seconds"),
            (55, "1 minute"),
            (89, "1 minute"),
            (90, "2 minutes"),
            (3_929, "1 hour 5 minutes"),
        ] {
            assert_eq!(about_text(Locale::en, seconds), words, "{seconds}");
        }
    }

    #[test]
    fn the_first_sound_is_told_to_the_second() {
        for (ms, words) in [
            (Some(0), "Within 1 second"),
            (Some(1_000), "Within 1 second"),
            (Some(1_001), "Within 2 seconds"),
            (Some(61_000), "Within 1 minute 1 second"),
            (None, "Nothing came through"),
        ] {
            assert_eq!(first_media_text(Locale::en, ms), words);
        }
        assert_eq!(first_media_text(Locale::es, Some(1_700)), "En 2 segundos");
    }

    #[test]
    fn an_end_is_told_from_the_readers_side() {
        let text = |reason, by_me| ended_text(Locale::en, Some(Ended { reason, by_me }), "Ben");
        assert_eq!(text(EndReason::HungUp, true), "You ended the call");
        assert_eq!(text(EndReason::HungUp, false), "Ben ended the call");
        assert_eq!(text(EndReason::Left, false), "Ben closed the page");
        for reason in [EndReason::ConnectionLost, EndReason::Timeout, EndReason::Technical] {
            assert_eq!(text(reason, false), text(reason, true), "nobody's doing");
        }
        let all: std::collections::BTreeSet<String> =
            EndReason::ALL.into_iter().map(|reason| text(reason, false)).collect();
        assert_eq!(all.len(), EndReason::ALL.len(), "each reason has words of its own");
        assert_eq!(ended_text(Locale::en, None, "Ben"), "Going on now");
    }

    #[test]
    fn small_percentages_have_a_tenth() {
        for (permille, english, spanish) in [
            (0, "0", "0"),
            (4, "0.4", "0,4"),
            (50, "5", "5"),
            (53, "5.3", "5,3"),
            (104, "10", "10"),
            (105, "11", "11"),
            (1_000, "100", "100"),
        ] {
            assert_eq!(percent_text(Locale::en, permille), english);
            assert_eq!(percent_text(Locale::es, permille), spanish);
        }
    }
}
