//! The words for what is wrong with a device, and for what helps.

use crate::calls::stage::trial::Replaced;
use crate::calls::stage::trouble::{Concern, Step, Trouble};
use crate::calls::stage::{Device, Failure};
use crate::i18n::{Locale, td_string};

/// Why a device is not to be had. What stands before the device fits one and two of them, in every language.
pub(super) fn trouble_text(locale: Locale, trouble: Trouble) -> String {
    let what = device_name(locale, trouble.concern);
    let any = match trouble.concern {
        Concern::Microphone => td_string!(locale, calls.trouble.no_microphone),
        Concern::Camera => td_string!(locale, calls.trouble.no_camera),
        Concern::Both => td_string!(locale, calls.trouble.no_both),
    };
    match trouble.failure {
        Failure::Refused => td_string!(locale, calls.trouble.refused, what = what),
        Failure::Dismissed => td_string!(locale, calls.trouble.dismissed, what = what),
        Failure::RefusedBySystem => td_string!(locale, calls.trouble.refused_by_system, what = what),
        Failure::Forbidden => td_string!(locale, calls.trouble.forbidden, what = what),
        Failure::Disabled => td_string!(locale, calls.trouble.disabled, what = what),
        Failure::Missing => td_string!(locale, calls.trouble.missing, what = any),
        Failure::Busy => td_string!(locale, calls.trouble.busy, what = what),
        Failure::Aborted => td_string!(locale, calls.trouble.aborted, what = what),
        Failure::Stopped => td_string!(locale, calls.trouble.stopped, what = what),
        Failure::Interrupted => td_string!(locale, calls.trouble.interrupted, what = what),
        Failure::Insecure => td_string!(locale, calls.trouble.insecure).to_owned(),
        Failure::Unsupported => td_string!(locale, calls.trouble.unsupported).to_owned(),
        Failure::Other => td_string!(locale, calls.trouble.other, what = what),
    }
}

/// One thing to do, in a sentence.
pub(super) fn step_text(locale: Locale, step: Step, concern: Concern) -> String {
    let names = match concern {
        Concern::Microphone => td_string!(locale, calls.remedy.names_microphone),
        Concern::Camera => td_string!(locale, calls.remedy.names_camera),
        Concern::Both => td_string!(locale, calls.remedy.names_both),
    };
    match step {
        Step::ChromeSite => td_string!(locale, calls.remedy.chrome_site, names = names),
        Step::EdgeSite => td_string!(locale, calls.remedy.edge_site, names = names),
        Step::FirefoxSite => td_string!(locale, calls.remedy.firefox_site, names = names),
        Step::SafariSite => td_string!(locale, calls.remedy.safari_site, names = names),
        Step::AndroidSite => td_string!(locale, calls.remedy.android_site, names = names),
        Step::FirefoxAndroidSite => td_string!(locale, calls.remedy.firefox_android_site, names = names),
        Step::IosSite => td_string!(locale, calls.remedy.ios_site, names = names),
        Step::AnySite => td_string!(locale, calls.remedy.any_site, names = names),
        Step::IosSettings => td_string!(locale, calls.remedy.ios_settings, names = names),
        Step::MacSettings => td_string!(locale, calls.remedy.mac_settings, names = names),
        Step::WindowsSettings => td_string!(locale, calls.remedy.windows_settings, names = names),
        Step::ChromeOsSettings => td_string!(locale, calls.remedy.chrome_os_settings, names = names),
        Step::AndroidSettings => td_string!(locale, calls.remedy.android_settings, names = names),
        Step::AnySettings => td_string!(locale, calls.remedy.any_settings, names = names),
        Step::AskKeeper => td_string!(locale, calls.remedy.ask_keeper, names = names),
        Step::CloseOthers => {
            let what = device_name(locale, concern);
            td_string!(locale, calls.remedy.close_others, what = what)
        }
        Step::Restart => td_string!(locale, calls.remedy.restart).to_owned(),
        Step::Allow => td_string!(locale, calls.remedy.allow).to_owned(),
        Step::TryAgain => td_string!(locale, calls.remedy.try_again).to_owned(),
        Step::OwnTab => td_string!(locale, calls.remedy.own_tab).to_owned(),
        Step::Connect => td_string!(locale, calls.remedy.connect).to_owned(),
        Step::ConnectAgain => td_string!(locale, calls.remedy.connect_again).to_owned(),
        Step::Https => td_string!(locale, calls.remedy.https).to_owned(),
        Step::Update => td_string!(locale, calls.remedy.update).to_owned(),
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

/// That another device took the place of the chosen one.
pub(super) fn replaced_text(locale: Locale, replaced: &Replaced) -> String {
    let (gone, by) = (replaced.gone.as_str(), replaced.by.as_str());
    match replaced.device {
        Device::Camera => td_string!(locale, calls.trouble.replaced_camera, gone = gone, by = by),
        Device::Microphone => td_string!(locale, calls.trouble.replaced_microphone, gone = gone, by = by),
    }
}

fn device_name(locale: Locale, concern: Concern) -> &'static str {
    match concern {
        Concern::Microphone => td_string!(locale, calls.trouble.your_microphone),
        Concern::Camera => td_string!(locale, calls.trouble.your_camera),
        Concern::Both => td_string!(locale, calls.trouble.your_both),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calls::stage::agent::{Agent, Program, System};
    use crate::calls::stage::trouble::remedies;

    const CONCERNS: [Concern; 3] = [Concern::Microphone, Concern::Camera, Concern::Both];

    /// How a device is called in a text, whatever stands around it.
    fn named(locale: Locale, concern: Concern) -> &'static [&'static str] {
        match (locale, concern) {
            (Locale::en, Concern::Microphone) => &["microphone"],
            (Locale::en, Concern::Camera) => &["camera"],
            (Locale::en, Concern::Both) => &["camera", "microphone"],
            (Locale::es, Concern::Microphone) => &["micrófono"],
            (Locale::es, Concern::Camera) => &["cámara"],
            (Locale::es, Concern::Both) => &["cámara", "micrófono"],
        }
    }

    #[test]
    fn every_trouble_names_the_device() {
        let text = |concern, failure| trouble_text(Locale::en, Trouble { concern, failure });
        assert_eq!(
            text(Concern::Camera, Failure::Refused),
            "Access to your camera is blocked for this page."
        );
        assert_eq!(
            text(Concern::Both, Failure::Missing),
            "No camera or microphone was found."
        );
        for locale in [Locale::en, Locale::es] {
            for concern in CONCERNS {
                for failure in Failure::ALL {
                    let text = trouble_text(locale, Trouble { concern, failure });
                    assert!(!text.contains("{{"), "{text}");
                    assert!(text.ends_with('.'), "{text}");
                    for name in named(locale, concern) {
                        assert!(text.contains(name), "names the {name}: {text}");
                    }
                }
            }
        }
    }

    #[test]
    fn every_remedy_is_a_sentence_and_those_about_permissions_name_what_to_look_for() {
        let programs = [
            Program::Chrome,
            Program::Edge,
            Program::Firefox,
            Program::Safari,
            Program::Other,
        ];
        let systems = [
            System::Windows,
            System::Mac,
            System::ChromeOs,
            System::Android,
            System::Ios,
            System::Other,
        ];
        for locale in [Locale::en, Locale::es] {
            for concern in CONCERNS {
                for failure in Failure::ALL {
                    for (program, system) in programs
                        .iter()
                        .flat_map(|program| systems.map(|system| (*program, system)))
                    {
                        let steps = remedies(failure, Agent { program, system });
                        let texts: Vec<String> = steps.iter().map(|step| step_text(locale, *step, concern)).collect();
                        for text in &texts {
                            assert!(!text.contains("{{"), "{text}");
                            assert!(text.ends_with('.'), "{text}");
                        }
                        if matches!(failure, Failure::Refused | Failure::RefusedBySystem) {
                            for name in named(locale, concern) {
                                let first = texts[0].to_lowercase();
                                assert!(first.contains(name), "names the {name}: {first}");
                            }
                        }
                    }
                }
            }
        }
        let refused = |program, system| {
            let steps = remedies(Failure::Refused, Agent { program, system });
            step_text(Locale::en, steps[0], Concern::Both)
        };
        assert_eq!(
            refused(Program::Chrome, System::Windows),
            "Press the symbol at the left of the address and switch on “Camera” and “Microphone”."
        );
        assert!(refused(Program::Safari, System::Mac).starts_with("In the menu “Safari”"));
        assert!(refused(Program::Firefox, System::Other).contains("crossed-out"));
    }

    #[test]
    fn both_the_lost_device_and_the_new_one_are_named() {
        for device in Device::ALL {
            for locale in [Locale::en, Locale::es] {
                let replaced = Replaced {
                    device,
                    gone: "Desk".to_owned(),
                    by: "Built-in".to_owned(),
                };
                let text = replaced_text(locale, &replaced);
                assert!(text.contains("Desk") && text.contains("Built-in"), "{text}");
            }
        }
    }
}
