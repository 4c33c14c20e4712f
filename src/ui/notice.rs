//! Words that need to be seen, inside the page.

use leptos::prelude::*;

use super::icon::Icon;

/// What kind of news a notice or a toast brings.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tone {
    /// Good to know.
    #[default]
    Info,
    /// It worked.
    Success,
    /// Worth care.
    Warning,
    /// It did not work.
    Danger,
}

impl Tone {
    pub(super) const fn class(self) -> &'static str {
        match self {
            Self::Info => "tone-info",
            Self::Success => "tone-success",
            Self::Warning => "tone-warning",
            Self::Danger => "tone-danger",
        }
    }

    pub(super) const fn icon(self) -> icondata_core::Icon {
        match self {
            Self::Info => icondata_lu::LuInfo,
            Self::Success => icondata_lu::LuCircleCheck,
            Self::Warning => icondata_lu::LuTriangleAlert,
            Self::Danger => icondata_lu::LuCircleAlert,
        }
    }
}

/// A framed remark. Give it `attr:role="status"` or `attr:role="alert"` when it appears after the page was loaded.
#[component]
pub fn Notice(
    /// What kind of news.
    #[prop(optional)]
    tone: Tone,
    /// The words.
    children: Children,
) -> impl IntoView {
    view! {
        <div class=format!("notice {}", tone.class())>
            <Icon icon=tone.icon() />
            <div class="notice-text">{children()}</div>
        </div>
    }
}
