//! Languages as coloured labels, in the colour of the side that speaks them.

use leptos::prelude::*;

/// The two sides of an exchange. Each has one colour, the same on badges, cards, calls and charts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Side {
    /// The reader's own.
    Mine,
    /// The partner's.
    Partner,
}

impl Side {
    /// The class that sets the side's colours for what is inside (`--side`, `--side-soft`, `--side-ink`).
    pub const fn class(self) -> &'static str {
        match self {
            Self::Mine => "side-mine",
            Self::Partner => "side-partner",
        }
    }
}

/// A language, and how well it is known.
#[component]
pub fn LanguageBadge(
    /// The language's name in the reader's language.
    #[prop(into)]
    label: String,
    /// Whose strength it is: `Mine` for what I speak, `Partner` for what the partner speaks.
    side: Side,
    /// `B1`, `Native`, … as a short word.
    #[prop(optional, into)]
    level: Option<String>,
) -> impl IntoView {
    view! {
        <span class=format!("language-badge {}", side.class())>
            <span>{label}</span>
            {level.map(|level| view! { " " <span class="language-badge-level">{level}</span> })}
        </span>
    }
}
