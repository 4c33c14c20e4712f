//! Keys that act in a call, without a modifier. The person can switch them off (WCAG 2.1.4).

/// What a key does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shortcut {
    /// Switches the microphone.
    Microphone,
    /// Switches the camera.
    Camera,
    /// Begins or ends sharing a screen.
    Share,
    /// Opens or closes the chat.
    Chat,
    /// Fills the screen, or leaves it.
    FullScreen,
    /// The next order of the pictures.
    Layout,
    /// Lets a muted person speak for as long as the key is held.
    Talk,
    /// Shows this list.
    Help,
}

impl Shortcut {
    /// All, in the order of the list.
    pub const ALL: [Self; 8] = [
        Self::Microphone,
        Self::Camera,
        Self::Share,
        Self::Chat,
        Self::FullScreen,
        Self::Layout,
        Self::Talk,
        Self::Help,
    ];

    /// Its key, as `KeyboardEvent.key` has it, in capitals.
    pub const fn key(self) -> &'static str {
        match self {
            Self::Microphone => "M",
            Self::Camera => "V",
            Self::Share => "S",
            Self::Chat => "C",
            Self::FullScreen => "F",
            Self::Layout => "L",
            Self::Talk => " ",
            Self::Help => "?",
        }
    }

    /// What a stroke does; `None` for what is not ours.
    pub fn of(stroke: &Stroke<'_>) -> Option<Self> {
        if stroke.has_modifier || stroke.at == At::Text {
            return None;
        }
        let found = Self::ALL.into_iter().find(|shortcut| match shortcut {
            Self::Help => stroke.key == "?",
            Self::Talk => stroke.key == " ",
            _ => !stroke.has_shift && shortcut.key().eq_ignore_ascii_case(stroke.letter()),
        })?;
        match found {
            // On a control the bar presses it, as everywhere.
            Self::Talk => (stroke.at == At::Elsewhere).then_some(found),
            // What is switched by a key that is held would flicker.
            _ => (!stroke.is_repeat).then_some(found),
        }
    }
}

/// Where the focus is when a key is pressed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// In a field, a list, or anything else that takes letters.
    Text,
    /// On a control that the space bar presses.
    Control,
    /// Anywhere else.
    Elsewhere,
}

impl At {
    /// By the name of the element that has the focus, in capitals, and whether text can be edited in it.
    pub fn of(tag: &str, is_editable: bool) -> Self {
        match tag {
            _ if is_editable => Self::Text,
            "INPUT" | "TEXTAREA" | "SELECT" => Self::Text,
            "BUTTON" | "A" | "SUMMARY" | "VIDEO" | "AUDIO" | "LABEL" => Self::Control,
            _ => Self::Elsewhere,
        }
    }
}

/// A key that goes down.
#[derive(Clone, Copy, Debug)]
pub struct Stroke<'a> {
    /// `KeyboardEvent.key`.
    pub key: &'a str,
    /// `KeyboardEvent.code`.
    pub code: &'a str,
    /// Control, Alt or Meta is held, or a word is being composed: it is the browser's, or the system's.
    pub has_modifier: bool,
    /// Shift is held.
    pub has_shift: bool,
    /// It has been down for a while.
    pub is_repeat: bool,
    /// Where the focus is.
    pub at: At,
}

impl<'a> Stroke<'a> {
    /// The letter on the key: what it writes, or where it writes no Latin letter, what it would on a Latin keyboard.
    fn letter(&self) -> &'a str {
        if self.key.is_ascii() {
            self.key
        } else {
            self.code.strip_prefix("Key").unwrap_or_default()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const M: Stroke<'static> = Stroke {
        key: "m",
        code: "KeyM",
        has_modifier: false,
        has_shift: false,
        is_repeat: false,
        at: At::Elsewhere,
    };

    #[test]
    fn each_key_does_one_thing() {
        for shortcut in Shortcut::ALL {
            for key in [shortcut.key().to_owned(), shortcut.key().to_ascii_lowercase()] {
                let stroke = Stroke {
                    key: &key,
                    code: "",
                    ..M
                };
                assert_eq!(Shortcut::of(&stroke), Some(shortcut), "{key}");
            }
        }
        for key in ["x", "Enter", "Escape", "Tab", "Shift", "", "Dead", "Meta"] {
            let stroke = Stroke { key, code: "", ..M };
            assert_eq!(Shortcut::of(&stroke), None, "{key}");
        }
    }

    #[test]
    fn never_with_a_modifier_or_while_typing() {
        let strokes = [
            Stroke {
                has_modifier: true,
                ..M
            },
            Stroke {
                has_shift: true,
                key: "M",
                ..M
            },
            Stroke { at: At::Text, ..M },
            Stroke { is_repeat: true, ..M },
        ];
        for stroke in strokes {
            assert_eq!(Shortcut::of(&stroke), None, "{stroke:?}");
        }
        assert_eq!(
            Shortcut::of(&Stroke { at: At::Control, ..M }),
            Some(Shortcut::Microphone)
        );
        let question = Stroke {
            key: "?",
            code: "Slash",
            has_shift: true,
            ..M
        };
        assert_eq!(
            Shortcut::of(&question),
            Some(Shortcut::Help),
            "many keyboards need shift for it"
        );
        assert_eq!(
            Shortcut::of(&Stroke {
                at: At::Text,
                ..question
            }),
            None
        );
    }

    #[test]
    fn the_bar_presses_what_has_the_focus_and_is_held_elsewhere() {
        let bar = Stroke {
            key: " ",
            code: "Space",
            ..M
        };
        assert_eq!(Shortcut::of(&bar), Some(Shortcut::Talk));
        assert_eq!(Shortcut::of(&Stroke { is_repeat: true, ..bar }), Some(Shortcut::Talk));
        assert_eq!(Shortcut::of(&Stroke { at: At::Control, ..bar }), None);
        assert_eq!(Shortcut::of(&Stroke { at: At::Text, ..bar }), None);
    }

    #[test]
    fn keyboards_without_latin_letters_have_them_where_they_are() {
        let russian = Stroke {
            key: "ь",
            code: "KeyM",
            ..M
        };
        assert_eq!(Shortcut::of(&russian), Some(Shortcut::Microphone));
        let french = Stroke {
            key: "m",
            code: "Semicolon",
            ..M
        };
        assert_eq!(Shortcut::of(&french), Some(Shortcut::Microphone));
        let comma = Stroke {
            key: ",",
            code: "KeyM",
            ..M
        };
        assert_eq!(Shortcut::of(&comma), None, "a French keyboard writes a comma there");
    }

    #[test]
    fn what_takes_letters_is_left_alone() {
        for tag in ["INPUT", "TEXTAREA", "SELECT"] {
            assert_eq!(At::of(tag, false), At::Text);
        }
        assert_eq!(At::of("DIV", true), At::Text);
        assert_eq!(At::of("BUTTON", false), At::Control);
        assert_eq!(At::of("SECTION", false), At::Elsewhere);
        assert_eq!(At::of("BODY", false), At::Elsewhere);
    }
}
