//! Sharing a screen: how it stands on this side, and what follows from what is shared.

use leptos::prelude::*;

/// How sharing stands on this side.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Sharing {
    /// Nothing is shared.
    #[default]
    Off,
    /// The browser is asking what to share.
    Choosing,
    /// Something is.
    On {
        /// What it is.
        surface: Surface,
        /// Whether what it sounds is shared as well.
        has_sound: bool,
    },
}

impl Sharing {
    /// Whether the partner sees something.
    pub const fn is_on(self) -> bool {
        matches!(self, Self::On { .. })
    }
}

/// `DisplayCaptureSurfaceType` (W3C Screen Capture §5.3).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Surface {
    /// A whole screen.
    Monitor,
    /// A window.
    Window,
    /// A tab.
    Browser,
    /// The browser does not say.
    Unknown,
}

impl Surface {
    /// By the name that browsers give it.
    pub fn named(name: &str) -> Self {
        match name {
            "monitor" => Self::Monitor,
            "window" => Self::Window,
            "browser" => Self::Browser,
            _ => Self::Unknown,
        }
    }

    /// Whether the page may show it to the one who shares it. A page that is part of what it shows would show itself in itself, without end.
    pub const fn can_be_shown(self) -> bool {
        matches!(self, Self::Window | Self::Browser)
    }

    /// What the encoder is told of its picture (W3C MediaStreamTrack Content Hints): text has to stay sharp, a film has to keep moving.
    pub const fn hint(self, has_sound: bool) -> &'static str {
        match (self, has_sound) {
            (Self::Browser, true) => "motion",
            _ => "detail",
        }
    }
}

/// Why nothing is shared although it was wished for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NotShared {
    /// The system does not let the browser see the screen.
    BySystem,
    /// What was chosen could not be read (`NotReadableError`, `AbortError`).
    Unreadable,
    /// Anything else.
    Other,
}

/// What an exception of `getDisplayMedia` means (W3C Screen Capture §5.1); `None` where the person has just changed their mind, which needs no words.
pub fn not_shared(name: &str, message: &str) -> Option<NotShared> {
    match name {
        // The system's refusal has the same name as the person's own.
        "NotAllowedError" if message.to_ascii_lowercase().contains("system") => Some(NotShared::BySystem),
        "NotAllowedError" => None,
        "NotFoundError" => Some(NotShared::BySystem),
        "NotReadableError" | "AbortError" => Some(NotShared::Unreadable),
        _ => Some(NotShared::Other),
    }
}

/// What the page shows of shared screens. Copied freely.
#[derive(Clone, Copy, Debug)]
pub struct Screens {
    /// Whether the browser can share.
    pub can_share: RwSignal<bool>,
    /// How it stands on this side.
    pub mine: RwSignal<Sharing>,
    /// Why the last attempt came to nothing.
    pub problem: RwSignal<Option<NotShared>>,
    /// Whether a frame of the partner's screen has been drawn since they began.
    pub has_picture: RwSignal<bool>,
}

impl Screens {
    /// Before the browser has said anything.
    pub fn new() -> Self {
        Self {
            can_share: RwSignal::new(false),
            mine: RwSignal::new(Sharing::Off),
            problem: RwSignal::new(None),
            has_picture: RwSignal::new(false),
        }
    }
}

impl Default for Screens {
    fn default() -> Self {
        Self::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whoever_shares_the_whole_screen_sees_no_hall_of_mirrors() {
        assert!(!Surface::named("monitor").can_be_shown());
        assert!(!Surface::named("").can_be_shown(), "it may be a whole screen");
        assert!(Surface::named("window").can_be_shown());
        assert!(Surface::named("browser").can_be_shown());
    }

    #[test]
    fn a_film_moves_and_text_is_sharp() {
        assert_eq!(Surface::Browser.hint(true), "motion");
        assert_eq!(Surface::Browser.hint(false), "detail");
        assert_eq!(Surface::Monitor.hint(true), "detail");
    }

    #[test]
    fn a_change_of_mind_is_no_problem() {
        assert_eq!(not_shared("NotAllowedError", "Permission denied"), None);
        assert_eq!(
            not_shared("NotAllowedError", "Permission denied by system"),
            Some(NotShared::BySystem)
        );
        assert_eq!(
            not_shared("NotReadableError", "Could not start video source"),
            Some(NotShared::Unreadable)
        );
        assert_eq!(not_shared("InvalidStateError", ""), Some(NotShared::Other));
    }
}
