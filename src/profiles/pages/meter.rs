//! How much of one's profile is there, and what to do next.

use leptos::prelude::*;

use crate::i18n::{Locale, td_string, use_locale};
use crate::profiles::completeness::{Completeness, Part};

/// A meter, and the step that helps most as a link to its field; nothing once all is there.
#[component]
pub(super) fn Meter(
    /// How much is there.
    completeness: Completeness,
) -> impl IntoView {
    let locale = use_locale();
    completeness.next.map(|next| {
        view! {
            <section class="card mb-8 grid max-w-3xl gap-2" aria-labelledby="completeness">
                <p class="font-semibold" id="completeness">
                    {td_string!(locale, profiles.completeness.title, percent = completeness.percent)}
                </p>
                <meter class="completeness" min="0" max="100" value=completeness.percent.to_string() aria-labelledby="completeness">
                    {format!("{} %", completeness.percent)}
                </meter>
                <p>
                    <a class="text-link" href=field_of(next)>
                        {step_words(locale, next)}
                    </a>
                </p>
            </section>
        }
    })
}

/// Where on the page a part is filled in.
const fn field_of(part: Part) -> &'static str {
    match part {
        Part::Languages => "#languages-title",
        Part::Interests => "#interests",
        Part::Hours => "#hours",
        Part::Bio => "#save-profile-bio",
        Part::Picture => "#picture",
        Part::Topics => "#save-profile-topics",
        Part::Goals => "#goals",
        Part::Correction => "#save-profile-correction",
    }
}

fn step_words(locale: Locale, part: Part) -> &'static str {
    match part {
        Part::Languages => td_string!(locale, profiles.completeness.languages),
        Part::Interests => td_string!(locale, profiles.completeness.interests),
        Part::Hours => td_string!(locale, profiles.completeness.hours),
        Part::Bio => td_string!(locale, profiles.completeness.bio),
        Part::Picture => td_string!(locale, profiles.completeness.picture),
        Part::Topics => td_string!(locale, profiles.completeness.topics),
        Part::Goals => td_string!(locale, profiles.completeness.goals),
        Part::Correction => td_string!(locale, profiles.completeness.correction),
    }
}
