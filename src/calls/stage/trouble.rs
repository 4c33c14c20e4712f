//! Which of the own devices to talk about, why they are not to be had, and what helps in this browser.

use super::agent::{Agent, Program, System};
use super::{Failure, Source};

/// What a notice is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Concern {
    /// The microphone alone.
    Microphone,
    /// The camera alone.
    Camera,
    /// Both, for the same reason.
    Both,
}

/// One notice: what is not to be had, and why.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trouble {
    /// What.
    pub concern: Concern,
    /// Why.
    pub failure: Failure,
}

/// The notices for the two devices: one when both fail for the same reason.
pub fn troubles(microphone: Source, camera: Source) -> Vec<Trouble> {
    match (microphone, camera) {
        (Source::Failed(one), Source::Failed(other)) if one == other => {
            vec![Trouble {
                concern: Concern::Both,
                failure: one,
            }]
        }
        _ => [(Concern::Camera, camera), (Concern::Microphone, microphone)]
            .into_iter()
            .filter_map(|(concern, source)| match source {
                Source::Failed(failure) => Some(Trouble { concern, failure }),
                _ => None,
            })
            .collect(),
    }
}

/// What an exception of `getUserMedia` means (Media Capture and Streams §10.3), by its name and its words. `is_forbidden` says that the page's own rules
/// (Permissions Policy) keep the device from it.
///
/// Browsers have one name for every refusal. Chromium says in words whose it was; where a browser does not, it was the person's.
pub fn failure(name: &str, words: &str, is_forbidden: bool) -> Failure {
    match name {
        "NotAllowedError" if is_forbidden => Failure::Forbidden,
        "NotAllowedError" if words.contains("by system") => Failure::RefusedBySystem,
        "NotAllowedError" if words.contains("dismissed") => Failure::Dismissed,
        "NotAllowedError" => Failure::Refused,
        "SecurityError" => Failure::Disabled,
        "NotFoundError" | "OverconstrainedError" => Failure::Missing,
        "NotReadableError" => Failure::Busy,
        "AbortError" => Failure::Aborted,
        // Of what we ask, only a browser that does not know the question says so (§10.3, step 2).
        "TypeError" => Failure::Unsupported,
        _ => Failure::Other,
    }
}

/// One thing to do. Its words name the device where that matters.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// The symbol beside the address in Chrome, with a switch for each device.
    ChromeSite,
    /// The lock beside the address in Edge.
    EdgeSite,
    /// The crossed-out symbol beside the address in Firefox.
    FirefoxSite,
    /// "Settings for …" in Safari's menu on a Mac.
    SafariSite,
    /// The symbol beside the address in Chrome and Edge for Android.
    AndroidSite,
    /// The shield beside the address in Firefox for Android.
    FirefoxAndroidSite,
    /// "Website Settings" in Safari on iPhones and iPads.
    IosSite,
    /// The settings for the page in a browser that we do not know.
    AnySite,
    /// The browser in the settings of iPhones and iPads.
    IosSettings,
    /// The privacy settings of macOS.
    MacSettings,
    /// The privacy settings of Windows.
    WindowsSettings,
    /// The privacy settings of ChromeOS.
    ChromeOsSettings,
    /// The browser in the settings of Android.
    AndroidSettings,
    /// The settings of a system that we do not know.
    AnySettings,
    /// macOS tells a program of a new permission only when it starts.
    Restart,
    /// The question comes again: answer it.
    Allow,
    /// "Try again".
    TryAgain,
    /// Open the page by itself.
    OwnTab,
    /// Ask whoever looks after the computer.
    AskKeeper,
    /// Plug one in, switch it on.
    Connect,
    /// Plug it in again.
    ConnectAgain,
    /// Close what else uses it.
    CloseOthers,
    /// An address with https.
    Https,
    /// A newer browser.
    Update,
}

/// What helps against a failure in this browser, in the order in which to do it. Never empty.
pub fn remedies(failure: Failure, agent: Agent) -> Vec<Step> {
    match failure {
        Failure::Refused => vec![site(agent), Step::TryAgain],
        Failure::Dismissed => vec![Step::Allow],
        Failure::RefusedBySystem => match agent.system {
            System::Mac => vec![Step::MacSettings, Step::Restart],
            system => vec![settings(system), Step::TryAgain],
        },
        Failure::Forbidden => vec![Step::OwnTab],
        Failure::Disabled => vec![Step::AskKeeper],
        // Firefox does not tell a camera that macOS keeps from it from one that is not there.
        Failure::Missing if agent.program == Program::Firefox && agent.system == System::Mac => {
            vec![Step::Connect, Step::MacSettings, Step::TryAgain]
        }
        Failure::Missing => vec![Step::Connect, Step::TryAgain],
        // To other programs than Chromium, what Windows keeps from them does not start.
        Failure::Busy if agent.system == System::Windows => {
            vec![Step::CloseOthers, Step::WindowsSettings, Step::TryAgain]
        }
        Failure::Busy => vec![Step::CloseOthers, Step::TryAgain],
        Failure::Aborted if agent.system.is_touched() => vec![Step::Restart],
        Failure::Aborted => vec![Step::ConnectAgain, Step::Restart],
        Failure::Stopped => vec![Step::ConnectAgain, Step::TryAgain],
        Failure::Interrupted => vec![Step::TryAgain],
        Failure::Insecure => vec![Step::Https],
        Failure::Unsupported => vec![Step::Update],
        Failure::Other => vec![Step::TryAgain, Step::Restart],
    }
}

/// Where this browser keeps what a page may use.
const fn site(agent: Agent) -> Step {
    match (agent.program, agent.system) {
        (Program::Safari, System::Ios) => Step::IosSite,
        (_, System::Ios) => Step::IosSettings,
        (Program::Chrome | Program::Edge, System::Android) => Step::AndroidSite,
        (Program::Firefox, System::Android) => Step::FirefoxAndroidSite,
        (Program::Chrome, _) => Step::ChromeSite,
        (Program::Edge, _) => Step::EdgeSite,
        (Program::Firefox, _) => Step::FirefoxSite,
        (Program::Safari, _) => Step::SafariSite,
        (Program::Other, _) => Step::AnySite,
    }
}

/// Where this system keeps what a program may use.
const fn settings(system: System) -> Step {
    match system {
        System::Windows => Step::WindowsSettings,
        System::Mac => Step::MacSettings,
        System::ChromeOs => Step::ChromeOsSettings,
        System::Android => Step::AndroidSettings,
        System::Ios => Step::IosSettings,
        System::Other => Step::AnySettings,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_reason_is_told_once_and_two_reasons_are_told_apart() {
        let failed = Source::Failed;
        assert_eq!(troubles(Source::On, Source::Off), []);
        assert_eq!(
            troubles(failed(Failure::Refused), failed(Failure::Refused)),
            [Trouble {
                concern: Concern::Both,
                failure: Failure::Refused
            }]
        );
        assert_eq!(
            troubles(failed(Failure::Busy), failed(Failure::Missing)),
            [
                Trouble {
                    concern: Concern::Camera,
                    failure: Failure::Missing
                },
                Trouble {
                    concern: Concern::Microphone,
                    failure: Failure::Busy
                },
            ]
        );
        assert_eq!(
            troubles(Source::On, failed(Failure::Missing)),
            [Trouble {
                concern: Concern::Camera,
                failure: Failure::Missing
            }]
        );
    }

    #[test]
    fn every_exception_has_a_meaning() {
        for (name, words, meaning) in [
            ("NotAllowedError", "Permission denied", Failure::Refused),
            ("NotAllowedError", "Permission dismissed", Failure::Dismissed),
            (
                "NotAllowedError",
                "Permission denied by system",
                Failure::RefusedBySystem,
            ),
            (
                "NotAllowedError",
                "The request is not allowed by the user agent or the platform in the current context.",
                Failure::Refused,
            ),
            ("NotFoundError", "Requested device not found", Failure::Missing),
            ("OverconstrainedError", "", Failure::Missing),
            ("NotReadableError", "Could not start video source", Failure::Busy),
            ("AbortError", "Starting videoinput failed", Failure::Aborted),
            ("SecurityError", "", Failure::Disabled),
            ("TypeError", "", Failure::Unsupported),
            ("UnknownError", "", Failure::Other),
        ] {
            assert_eq!(failure(name, words, false), meaning, "{name}: {words}");
        }
        assert_eq!(
            failure("NotAllowedError", "Permission denied", true),
            Failure::Forbidden
        );
        assert_eq!(failure("NotFoundError", "", true), Failure::Missing);
    }

    #[test]
    fn each_browser_keeps_its_permissions_somewhere_else() {
        use Program::{Chrome, Edge, Firefox, Safari};
        let steps = |failure, program, system| remedies(failure, Agent { program, system });
        for (program, system, first) in [
            (Chrome, System::Windows, Step::ChromeSite),
            (Chrome, System::ChromeOs, Step::ChromeSite),
            (Edge, System::Mac, Step::EdgeSite),
            (Firefox, System::Other, Step::FirefoxSite),
            (Safari, System::Mac, Step::SafariSite),
            (Safari, System::Ios, Step::IosSite),
            (Chrome, System::Ios, Step::IosSettings),
            (Chrome, System::Android, Step::AndroidSite),
            (Firefox, System::Android, Step::FirefoxAndroidSite),
            (Program::Other, System::Windows, Step::AnySite),
            (Program::Other, System::Android, Step::AnySite),
        ] {
            let found = steps(Failure::Refused, program, system);
            assert_eq!(found, [first, Step::TryAgain], "{program:?} on {system:?}");
        }
        assert_eq!(
            steps(Failure::RefusedBySystem, Chrome, System::Mac),
            [Step::MacSettings, Step::Restart]
        );
        assert_eq!(
            steps(Failure::RefusedBySystem, Edge, System::Windows),
            [Step::WindowsSettings, Step::TryAgain]
        );
        assert!(steps(Failure::Missing, Firefox, System::Mac).contains(&Step::MacSettings));
        assert!(!steps(Failure::Missing, Safari, System::Mac).contains(&Step::MacSettings));
    }

    #[test]
    fn something_helps_against_everything_everywhere() {
        let systems = [
            System::Windows,
            System::Mac,
            System::ChromeOs,
            System::Android,
            System::Ios,
            System::Other,
        ];
        let programs = [
            Program::Chrome,
            Program::Edge,
            Program::Firefox,
            Program::Safari,
            Program::Other,
        ];
        for failure in Failure::ALL {
            for program in programs {
                for system in systems {
                    let found = remedies(failure, Agent { program, system });
                    assert!(!found.is_empty(), "{failure:?} in {program:?} on {system:?}");
                }
            }
        }
    }
}
