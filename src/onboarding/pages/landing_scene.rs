//! The picture of the landing page: an example of two people in a call, each in the colour of their side.

use leptos::prelude::*;

use crate::i18n::{td_string, use_locale};
use crate::ui::{LanguageBadge, Side};

/// Two drawn people who talk. The drawing itself is decorative; the caption says in words what it shows.
#[component]
pub fn Scene() -> impl IntoView {
    let locale = use_locale();
    view! {
        <figure class="scene">
            <div class="scene-tiles" aria-hidden="true">
                <div class="scene-tile scene-tile-mine side-mine">
                    <Ana />
                    <p class="scene-bubble" lang="es">
                        "¿Qué tal tu semana?"
                    </p>
                    <LanguageBadge label=td_string!(locale, onboarding.landing.spanish) side=Side::Mine />
                </div>
                <div class="scene-tile scene-tile-partner side-partner">
                    <Ben />
                    <p class="scene-bubble" lang="es">
                        "Muy… ¿ocupada?"
                    </p>
                    <LanguageBadge label=td_string!(locale, onboarding.landing.english) side=Side::Partner />
                </div>
            </div>
            <TimeShare />
            <figcaption class="scene-caption">{td_string!(locale, onboarding.landing.scene)}</figcaption>
        </figure>
    }
}

/// The time of a talk, half for each side.
#[component]
pub fn TimeShare() -> impl IntoView {
    view! {
        <span class="time-share" aria-hidden="true">
            <span class="time-share-half side-mine"></span>
            <span class="time-share-half side-partner"></span>
        </span>
    }
}

/// A woman with long dark hair and an orange pullover, laughing.
#[component]
pub fn Ana() -> impl IntoView {
    view! {
        <svg class="portrait" viewBox="0 0 320 360" preserveAspectRatio="xMidYMax slice">
            <circle class="portrait-sun" cx="160" cy="176" r="136" />
            // hair behind
            <path fill="#3b2420" d="M160 62c-62 0-98 42-98 104 0 46-14 62-14 100 0 30 26 46 56 46h112c30 0 56-16 56-46 0-38-14-54-14-100 0-62-36-104-98-104z" />
            // neck, shoulders
            <path fill="#c98d66" d="M134 214h52v56c0 16-52 16-52 0z" />
            <path fill="#d9622b" d="M24 372c0-62 40-86 104-98 6 14 18 22 32 22s26-8 32-22c64 12 104 36 104 98z" />
            <path fill="#d99f78" d="M128 274c6 16 18 26 32 26s26-10 32-26l-8-4c-4 10-12 16-24 16s-20-6-24-16z" />
            // face
            <path fill="#e3ac85" d="M102 152c0-44 26-66 58-66s58 22 58 66c0 52-26 88-58 88s-58-36-58-88z" />
            <circle fill="#e38f6f" opacity="0.55" cx="121" cy="187" r="12" />
            <circle fill="#e38f6f" opacity="0.55" cx="199" cy="187" r="12" />
            // fringe
            <path fill="#4a2d27" d="M160 68c-46 0-72 32-70 88 1 8 6 8 9 1 6-16 12-28 22-36 26-2 48-10 60-24 6 22 20 30 32 58 3 8 8 8 9 0 3-54-18-87-62-87z" />
            // brows, eyes
            <g fill="none" stroke="#3b2420" stroke-linecap="round" stroke-width="5">
                <path d="M122 147c6-5 16-6 23-2" />
                <path d="M175 145c7-4 17-3 23 2" />
            </g>
            <g fill="#2a1a16">
                <ellipse cx="134" cy="164" rx="5.5" ry="6.5" />
                <ellipse cx="186" cy="164" rx="5.5" ry="6.5" />
            </g>
            <path fill="none" stroke="#c07f58" stroke-linecap="round" stroke-width="4" d="M160 168c2 8 5 14 1 19-2 2-5 2-7 1" />
            // a laugh
            <path fill="#7c2a24" d="M137 203c14 5 32 5 46 0 2-1 4 1 3 4-4 14-13 21-26 21s-22-7-26-21c-1-3 1-5 3-4z" />
            <path fill="#fff7ef" d="M139 204c13 5 29 5 42 0 2 0 3 1 2 3l-2 4c-13 3-29 3-42 0l-2-4c-1-2 0-3 2-3z" />
            // earrings
            <circle class="fill-partner" cx="101" cy="196" r="7" />
            <circle class="fill-partner" cx="219" cy="196" r="7" />
        </svg>
    }
}

/// A man with curls, a beard and round glasses, in a blue pullover, smiling.
#[component]
pub fn Ben() -> impl IntoView {
    view! {
        <svg class="portrait" viewBox="0 0 320 360" preserveAspectRatio="xMidYMax slice">
            <circle class="portrait-sun" cx="160" cy="176" r="136" />
            // neck, shoulders
            <path fill="#6f4530" d="M132 214h56v60c0 18-56 18-56 0z" />
            <path fill="#3f5fb8" d="M14 372c0-64 46-86 112-98h68c66 12 112 34 112 98z" />
            <path fill="#31509f" d="M118 266c12-4 20-2 42-2s30-2 42 2c6 22-14 38-42 38s-48-16-42-38z" />
            // ears, face
            <circle fill="#7d4f37" cx="99" cy="168" r="14" />
            <circle fill="#7d4f37" cx="221" cy="168" r="14" />
            <path fill="#8a5a40" d="M100 140c0-40 26-60 60-60s60 20 60 60v36c0 42-28 68-60 68s-60-26-60-68z" />
            // beard
            <path fill="#241813" d="M99 168c4 14 10 20 20 22 12-8 26-10 41-10s29 2 41 10c10-2 16-8 20-22 3 52-18 84-61 84s-64-32-61-84z" />
            // hair: close curls
            <path fill="#241813" d="M98 150c-12-8-14-24-6-34-6-16 4-32 20-34 4-16 24-22 36-12 12-10 30-8 36 4 16-4 32 8 32 24 14 8 16 28 6 38 2 6 0 12-4 16-2-18-8-30-18-36-26 8-54 8-80 0-10 6-18 16-22 34z" />
            // eyes behind glasses
            <g fill="#1a100c">
                <ellipse cx="135" cy="160" rx="5.5" ry="6" />
                <ellipse cx="185" cy="160" rx="5.5" ry="6" />
            </g>
            <g fill="none" stroke="#f3e3cf" stroke-width="4.5">
                <circle cx="135" cy="160" r="19" />
                <circle cx="185" cy="160" r="19" />
                <path d="M154 158c3-3 9-3 12 0" />
            </g>
            <g fill="none" stroke="#241813" stroke-linecap="round" stroke-width="5">
                <path d="M122 133c7-4 16-4 22 0" />
                <path d="M176 133c6-4 15-4 22 0" />
            </g>
            <path fill="none" stroke="#6a412d" stroke-linecap="round" stroke-width="4.5" d="M159 170c-3 7-6 12-2 15 3 2 7 2 9-1" />
            // a smile
            <path fill="#fff7ef" d="M138 208c14 4 30 4 44 0 2 0 3 1 2 3-5 9-13 13-24 13s-19-4-24-13c-1-2 0-3 2-3z" />
        </svg>
    }
}
