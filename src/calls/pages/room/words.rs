//! The words for a state of things in a call.

use crate::calls::stage::Failure;
use crate::calls::stage::scene::Scene;
use crate::calls::stage::trouble::{Concern, Trouble};
use crate::i18n::{Locale, td_string};

/// What is said in the partner's place, and to those who do not see it.
pub(super) fn scene_text(locale: Locale, scene: Scene, name: &str) -> String {
    match scene {
        Scene::Joining => td_string!(locale, calls.stage.joining).to_owned(),
        Scene::Waiting => td_string!(locale, calls.stage.waiting, name = name),
        Scene::Left => td_string!(locale, calls.stage.left, name = name),
        Scene::Lost => td_string!(locale, calls.stage.lost, name = name),
        Scene::Connecting => td_string!(locale, calls.stage.connecting, name = name),
        Scene::CameraOff => td_string!(locale, calls.stage.partner_camera_off, name = name),
        Scene::Picture => td_string!(locale, calls.stage.connected, name = name),
    }
}

/// Why a device is not to be had, and what helps.
pub(super) fn trouble_text(locale: Locale, trouble: Trouble) -> String {
    let your = match trouble.concern {
        Concern::Microphone => td_string!(locale, calls.trouble.your_microphone),
        Concern::Camera => td_string!(locale, calls.trouble.your_camera),
        Concern::Both => "",
    };
    let any = match trouble.concern {
        Concern::Microphone => td_string!(locale, calls.trouble.no_microphone),
        Concern::Camera => td_string!(locale, calls.trouble.no_camera),
        Concern::Both => td_string!(locale, calls.trouble.no_both),
    };
    match trouble.failure {
        // Languages agree with two devices otherwise than with one.
        Failure::Refused if trouble.concern == Concern::Both => {
            td_string!(locale, calls.trouble.refused_both).to_owned()
        }
        Failure::Busy if trouble.concern == Concern::Both => td_string!(locale, calls.trouble.busy_both).to_owned(),
        Failure::Stopped if trouble.concern == Concern::Both => {
            td_string!(locale, calls.trouble.stopped_both).to_owned()
        }
        Failure::Other if trouble.concern == Concern::Both => td_string!(locale, calls.trouble.other_both).to_owned(),
        Failure::Refused => td_string!(locale, calls.trouble.refused, what = your),
        Failure::Missing => td_string!(locale, calls.trouble.missing, what = any),
        Failure::Busy => td_string!(locale, calls.trouble.busy, what = your),
        Failure::Stopped => td_string!(locale, calls.trouble.stopped, what = your),
        Failure::Insecure => td_string!(locale, calls.trouble.insecure).to_owned(),
        Failure::Unsupported => td_string!(locale, calls.trouble.unsupported).to_owned(),
        Failure::Other => td_string!(locale, calls.trouble.other, what = your),
    }
}

/// What it means for the call.
pub(super) fn without_text(locale: Locale, concern: Concern, name: &str) -> String {
    match concern {
        Concern::Microphone => td_string!(locale, calls.trouble.without_microphone, name = name),
        Concern::Camera => td_string!(locale, calls.trouble.without_camera, name = name),
        Concern::Both => td_string!(locale, calls.trouble.without_both, name = name),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_trouble_names_the_device_and_what_helps() {
        let text = |concern, failure| trouble_text(Locale::en, Trouble { concern, failure });
        assert!(text(Concern::Camera, Failure::Refused).starts_with("Access to your camera is blocked."));
        assert!(text(Concern::Both, Failure::Refused).starts_with("Access to your camera and microphone is blocked."));
        assert!(text(Concern::Camera, Failure::Missing).starts_with("No camera was found."));
        for concern in [Concern::Microphone, Concern::Camera, Concern::Both] {
            for failure in [
                Failure::Refused,
                Failure::Missing,
                Failure::Busy,
                Failure::Stopped,
                Failure::Other,
            ] {
                for locale in [Locale::en, Locale::es] {
                    let text = trouble_text(locale, Trouble { concern, failure });
                    assert!(!text.contains("{{"), "{text}");
                    assert!(
                        text.split(". ").count() + text.split(": ").count() > 2,
                        "says what helps: {text}"
                    );
                }
            }
        }
    }
}
