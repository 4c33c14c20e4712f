//! How each kind of notification reads and where it leads, in the list, as a toast, and by the system: one template per kind.

use crate::accounts::names::shown_name;
use crate::i18n::{Locale, td_string};
use crate::notifications::model::{Notice, Notification};
use crate::ui::moment_text;

/// A notification in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Words {
    /// What happened.
    pub title: String,
    /// What there is to say of it: the words that were sent along.
    pub text: Option<String>,
    /// Where it leads.
    pub href: String,
    /// What a link says that leads there.
    pub action: String,
}

/// The template of each kind.
pub fn words(locale: Locale, notification: &Notification) -> Words {
    let name = name(locale, notification);
    let name = name.as_str();
    let person = || match notification.actor.as_ref().filter(|actor| !actor.is_gone()) {
        Some(actor) => (
            format!("/partners/{}", actor.username),
            td_string!(locale, notifications.action.person, name = name),
        ),
        None => partners(locale),
    };
    let said = |message: &String| Some(message.clone()).filter(|message| !message.is_empty());
    let (title, text, (href, action)) = match &notification.notice {
        Notice::CallReceived { message } => (
            td_string!(locale, notifications.words.call_received, name = name),
            said(message),
            person(),
        ),
        Notice::CallAccepted { .. } => (
            td_string!(locale, notifications.words.call_accepted, name = name),
            None,
            place("/calls", td_string!(locale, notifications.action.calls)),
        ),
        Notice::CallDeclined => (
            td_string!(locale, notifications.words.call_declined, name = name),
            None,
            person(),
        ),
        Notice::CallCancelled { message } => (
            td_string!(locale, notifications.words.call_cancelled, name = name),
            said(message),
            person(),
        ),
        Notice::CallMissed { message } => (
            td_string!(locale, notifications.words.call_missed, name = name),
            said(message),
            person(),
        ),
        Notice::RequestReceived { message } => (
            td_string!(locale, notifications.words.request_received, name = name),
            said(message),
            place("/requests", td_string!(locale, notifications.action.requests)),
        ),
        Notice::RequestAccepted => (
            td_string!(locale, notifications.words.request_accepted, name = name),
            None,
            partners(locale),
        ),
        Notice::RequestDeclined { message } => (
            td_string!(locale, notifications.words.request_declined, name = name),
            said(message),
            place("/partners/find", td_string!(locale, notifications.action.find)),
        ),
        Notice::RequestReminder { message } => (
            td_string!(locale, notifications.words.request_reminder, name = name),
            said(message),
            place("/requests", td_string!(locale, notifications.action.requests)),
        ),
        Notice::PartnershipEnded => (
            td_string!(locale, notifications.words.partnership_ended, name = name),
            None,
            partners(locale),
        ),
        Notice::AppointmentProposed { when, is_other_time } => (
            match is_other_time {
                false => td_string!(locale, notifications.words.appointment_proposed, name = name),
                true => td_string!(locale, notifications.words.appointment_moved, name = name),
            },
            Some(moment_text(locale, when)),
            appointments(locale),
        ),
        Notice::AppointmentAnswered { when, is_accepted } => (
            match is_accepted {
                true => td_string!(locale, notifications.words.appointment_accepted, name = name),
                false => td_string!(locale, notifications.words.appointment_declined, name = name),
            },
            Some(moment_text(locale, when)),
            appointments(locale),
        ),
        Notice::AppointmentCancelled { when } => (
            td_string!(locale, notifications.words.appointment_cancelled, name = name),
            Some(moment_text(locale, when)),
            appointments(locale),
        ),
        Notice::AppointmentSoon { when, is_now } => (
            match is_now {
                true => td_string!(locale, notifications.words.appointment_now, name = name),
                false => td_string!(locale, notifications.words.appointment_soon, name = name),
            },
            Some(moment_text(locale, when)),
            appointments(locale),
        ),
        Notice::NewSignIn { device } => (
            td_string!(locale, notifications.words.new_sign_in).to_owned(),
            Some(if device.is_empty() {
                td_string!(locale, notifications.words.unknown_device).to_owned()
            } else {
                td_string!(locale, notifications.words.device, device = device.as_str())
            }),
            place("/settings/account", td_string!(locale, notifications.action.account)),
        ),
        Notice::DataReady => (
            td_string!(locale, notifications.words.data_ready).to_owned(),
            None,
            place(
                "/settings/account",
                td_string!(locale, notifications.action.own_account),
            ),
        ),
    };
    Words {
        title,
        text,
        href,
        action,
    }
}

/// What the system says of a call while it rings; afterwards it reads as [`words`] has it.
pub fn ringing_title(locale: Locale, notification: &Notification) -> String {
    incoming_call(locale, &name(locale, notification))
}

/// A call of `name` while it rings, on whatever shows it.
pub fn incoming_call(locale: Locale, name: &str) -> String {
    td_string!(locale, notifications.words.call_rings, name = name)
}

/// What a call that rings is accepted with. A second one ends the call that its person `is_in_call` with.
pub fn accept(locale: Locale, is_in_call: bool) -> &'static str {
    if is_in_call {
        td_string!(locale, notifications.action.end_and_accept)
    } else {
        td_string!(locale, notifications.action.accept)
    }
}

/// What it is declined with.
pub fn decline(locale: Locale) -> &'static str {
    td_string!(locale, notifications.action.decline)
}

fn name(locale: Locale, notification: &Notification) -> String {
    match &notification.actor {
        Some(actor) => shown_name(locale, actor),
        None => td_string!(locale, notifications.words.somebody).to_owned(),
    }
}

fn place(href: &str, action: &str) -> (String, String) {
    (href.to_owned(), action.to_owned())
}

fn appointments(locale: Locale) -> (String, String) {
    place("/appointments", td_string!(locale, notifications.action.appointments))
}

fn partners(locale: Locale) -> (String, String) {
    place("/partners", td_string!(locale, notifications.action.partners))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notifications::example::{line, notices};
    use crate::notifications::model::Kind;

    #[test]
    fn each_kind_has_words_of_its_own_in_both_languages_and_leads_somewhere() {
        let mut titles = std::collections::BTreeSet::new();
        for notice in notices() {
            let kind = notice.kind();
            let line = line(notice);
            for locale in [Locale::en, Locale::es] {
                let words = words(locale, &line);
                assert!(words.href.starts_with('/') && !words.action.is_empty(), "{words:?}");
                let is_of_somebody = !matches!(kind, Kind::NewSignIn | Kind::DataReady);
                assert_eq!(words.title.contains("Ben"), is_of_somebody, "{words:?}");
                assert!(titles.insert(words.title), "two kinds read the same: {kind:?}");
            }
        }
    }

    #[test]
    fn the_words_sent_along_are_shown_and_no_empty_ones() {
        let text = |notice| words(Locale::en, &line(notice)).text;
        let message = |message: &str| Notice::CallMissed {
            message: message.to_owned(),
        };
        assert_eq!(text(message("Tea?")).as_deref(), Some("Tea?"));
        assert_eq!(text(message("")), None);
        let unnamed = Notice::NewSignIn { device: String::new() };
        assert_eq!(text(unnamed).as_deref(), Some("On a device you had not used before"));
    }

    #[test]
    fn who_has_gone_is_named_so_and_leads_nowhere() {
        for notice in notices() {
            let mut line = line(notice);
            let actor = line.actor.as_mut().unwrap();
            (actor.username, actor.display_name) = (String::new(), String::new());
            let words = words(Locale::es, &line);
            let is_of_somebody = !matches!(line.notice.kind(), Kind::NewSignIn | Kind::DataReady);
            assert_eq!(
                words.title.contains("Una persona eliminada"),
                is_of_somebody,
                "{words:?}"
            );
            assert!(!words.href.ends_with('/'), "{words:?}");
        }
    }

    #[test]
    fn nothing_without_an_actor_leads_to_nobody() {
        for notice in notices() {
            let line = Notification {
                actor: None,
                ..line(notice)
            };
            let words = words(Locale::en, &line);
            assert!(
                !words.href.contains("ben") && !words.href.ends_with("/partners/"),
                "{words:?}"
            );
        }
    }
}
