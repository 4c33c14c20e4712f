//! Faces.

use leptos::prelude::*;

use crate::kernel::picture::{PictureId, PictureSize, address};

/// How large a face is shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum AvatarSize {
    /// 48 px: in rows.
    #[default]
    Medium,
    /// 96 px: on cards, a little less on phones.
    Large,
    /// 128 px: the subject of the page.
    Huge,
}

impl AvatarSize {
    const fn class(self) -> &'static str {
        match self {
            Self::Medium => "avatar-medium",
            Self::Large => "avatar-large",
            Self::Huge => "avatar-huge",
        }
    }

    /// How wide it is, for the choice between the sizes of a picture.
    const fn width(self) -> &'static str {
        match self {
            Self::Medium => "48px",
            Self::Large => "84px",
            Self::Huge => "128px",
        }
    }
}

/// Whether a person is there, as a coloured dot shows it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Dot {
    /// Here now.
    Online,
    /// Here, but not at the screen.
    Away,
    /// In a call.
    InCall,
    /// Here, and not to be disturbed.
    Busy,
    /// Not here, or not to be known.
    #[default]
    Offline,
    /// Here, and shown to others as not here.
    Invisible,
}

impl Dot {
    const fn class(self) -> &'static str {
        match self {
            Self::Online => "presence-dot presence-online",
            Self::Away => "presence-dot presence-away",
            Self::InCall => "presence-dot presence-in-call",
            Self::Busy => "presence-dot presence-busy",
            Self::Offline => "presence-dot presence-offline",
            Self::Invisible => "presence-dot presence-invisible",
        }
    }
}

/// A person's picture over their initials in their own colour, which are seen where there is no picture, and while it does not load.
/// Decorative: the name stands beside it, and the style sheet draws the letters, so that they are part of no button's or link's words.
#[component]
pub fn Avatar(
    /// The display name.
    #[prop(into)]
    name: String,
    /// The person's own colour, 0 to 11.
    hue: u8,
    /// Their picture, if they have one.
    picture: Option<PictureId>,
    /// How large.
    #[prop(optional)]
    size: AvatarSize,
    /// A dot at its edge that tells presence; say the same in words beside it.
    #[prop(optional, into)]
    presence: Option<Signal<Dot>>,
) -> impl IntoView {
    view! {
        <span
            class=format!("avatar {} avatar-hue-{}", size.class(), hue % 12)
            data-initials=initials(&name)
            aria-hidden="true"
        >
            {picture.map(|id| view! { <Picture id=id width=size.width() /> })}
            {presence.map(|state| view! { <PresenceDot state=state /> })}
        </span>
    }
}

/// A picture that fills its face.
#[component]
fn Picture(id: PictureId, width: &'static str) -> impl IntoView {
    let [small, large] = PictureSize::ALL.map(|size| (address(id, size), size.pixels()));
    view! {
        <img
            class="avatar-picture"
            src=small.0.clone()
            srcset=format!("{} {}w, {} {}w", small.0, small.1, large.0, large.1)
            sizes=width
            width=small.1
            height=small.1
            alt=""
            loading="lazy"
            decoding="async"
            draggable="false"
        />
    }
}

/// A dot that tells presence. Decorative: say the same in words beside it.
#[component]
pub fn PresenceDot(
    /// Whether the person is there.
    #[prop(into)]
    state: Signal<Dot>,
) -> impl IntoView {
    view! { <span class=move || state.get().class() aria-hidden="true"></span> }
}

/// One or two letters that stand for a name: of its first and its last word.
fn initials(name: &str) -> String {
    let mut letters = name
        .split(|c: char| c.is_whitespace() || matches!(c, '_' | '.' | '-'))
        .filter_map(|word| word.chars().find(|c| c.is_alphanumeric()));
    let first = letters.next();
    let last = letters.next_back();
    first.into_iter().chain(last).flat_map(char::to_uppercase).collect()
}

#[cfg(test)]
mod tests {
    use super::initials;

    #[test]
    fn initials_of_all_kinds_of_names() {
        for (name, expected) in [
            ("Ana", "A"),
            ("ana maría ruiz", "AR"),
            ("ben_99", "B9"),
            ("Jean-Luc", "JL"),
            ("李小龙", "李"),
            ("  ", ""),
            ("éloïse d’Arc", "ÉD"),
        ] {
            assert_eq!(initials(name), expected, "{name}");
        }
    }
}
