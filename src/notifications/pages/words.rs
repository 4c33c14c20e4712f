//! What only pages say of notifications: how good the news are, which are worth a toast, and what the kinds are called.

use crate::i18n::{Locale, td_string};
use crate::notifications::model::Kind;
use crate::ui::Tone;

pub(super) use crate::notifications::words::{Words, words};

/// How good the news are.
pub(super) const fn tone(kind: Kind) -> Tone {
    match kind {
        Kind::CallAccepted | Kind::RequestAccepted | Kind::DataReady => Tone::Success,
        Kind::NewSignIn => Tone::Warning,
        Kind::AppointmentProposed | Kind::AppointmentAnswered | Kind::AppointmentCancelled | Kind::AppointmentSoon => {
            Tone::Info
        }
        Kind::CallReceived
        | Kind::CallDeclined
        | Kind::CallCancelled
        | Kind::CallMissed
        | Kind::RequestReceived
        | Kind::RequestDeclined
        | Kind::RequestReminder
        | Kind::PartnershipEnded => Tone::Info,
    }
}

/// Whether a kind is shown as a toast where somebody is at `path`: not what is on the screen already.
pub(super) fn is_worth_a_toast(kind: Kind, path: &str) -> bool {
    match kind {
        // Their dialogs say so, and the calling tab goes to the call by itself.
        Kind::CallReceived | Kind::CallAccepted | Kind::CallDeclined => false,
        // The section of the page says so.
        Kind::DataReady => !matches!(path, "/settings/account" | "/notifications"),
        // The home page shows who asks, too.
        Kind::RequestReceived | Kind::RequestReminder => !matches!(path, "/" | "/requests" | "/notifications"),
        // The list of them does.
        Kind::AppointmentProposed | Kind::AppointmentAnswered | Kind::AppointmentCancelled => {
            !matches!(path, "/appointments" | "/notifications")
        }
        _ => path != "/notifications",
    }
}

/// What a kind is called where one chooses how to hear of it.
pub(super) fn kind_name(locale: Locale, kind: Kind) -> &'static str {
    match kind {
        Kind::CallReceived => td_string!(locale, notifications.kind.call_received),
        Kind::CallAccepted => td_string!(locale, notifications.kind.call_accepted),
        Kind::CallDeclined => td_string!(locale, notifications.kind.call_declined),
        Kind::CallCancelled => td_string!(locale, notifications.kind.call_cancelled),
        Kind::CallMissed => td_string!(locale, notifications.kind.call_missed),
        Kind::RequestReceived => td_string!(locale, notifications.kind.request_received),
        Kind::RequestAccepted => td_string!(locale, notifications.kind.request_accepted),
        Kind::RequestDeclined => td_string!(locale, notifications.kind.request_declined),
        Kind::RequestReminder => td_string!(locale, notifications.kind.request_reminder),
        Kind::PartnershipEnded => td_string!(locale, notifications.kind.partnership_ended),
        Kind::AppointmentProposed => td_string!(locale, notifications.kind.appointment_proposed),
        Kind::AppointmentAnswered => td_string!(locale, notifications.kind.appointment_answered),
        Kind::AppointmentCancelled => td_string!(locale, notifications.kind.appointment_cancelled),
        Kind::AppointmentSoon => td_string!(locale, notifications.kind.appointment_soon),
        Kind::NewSignIn => td_string!(locale, notifications.kind.new_sign_in),
        Kind::DataReady => td_string!(locale, notifications.kind.data_ready),
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn each_kind_has_a_name_of_its_own_in_both_languages() {
        let names: BTreeSet<&str> = [Locale::en, Locale::es]
            .into_iter()
            .flat_map(|locale| Kind::ALL.map(|kind| kind_name(locale, kind)))
            .collect();
        assert_eq!(names.len(), Kind::ALL.len() * 2);
    }

    #[test]
    fn what_is_on_the_screen_needs_no_toast() {
        assert!(is_worth_a_toast(Kind::RequestReceived, "/partners"));
        for (kind, path) in [
            (Kind::RequestReceived, "/"),
            (Kind::RequestReceived, "/requests"),
            (Kind::RequestAccepted, "/notifications"),
            (Kind::CallReceived, "/"),
        ] {
            assert!(!is_worth_a_toast(kind, path), "{kind:?} at {path}");
        }
    }
}
