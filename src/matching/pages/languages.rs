//! What a person speaks and learns, in words and in the colours of the two sides.

use leptos::prelude::*;

use crate::i18n::{td_string, use_locale};
use crate::profiles::interests::Interest;
use crate::profiles::model::PersonLanguage;
use crate::profiles::words::{language_name, skill_word, ui_language};
use crate::ui::{LanguageBadge, Side};

/// Two rows of badges: what the person speaks, what the person learns. What others speak has the partner's colour and what they learn
/// mine, since that is what I can give; on one's own profile it is the other way round.
#[component]
pub(super) fn Languages(
    /// In the person's order.
    languages: Vec<PersonLanguage>,
    /// They are the reader's own.
    #[prop(optional)]
    own: bool,
) -> impl IntoView {
    let locale = use_locale();
    let (speaks, learns) = if own {
        (Side::Mine, Side::Partner)
    } else {
        (Side::Partner, Side::Mine)
    };
    let (spoken, learned): (Vec<_>, Vec<_>) = languages.into_iter().partition(|language| language.role.is_spoken());
    let rows = [
        (td_string!(locale, matching.languages.speaks), speaks, spoken),
        (td_string!(locale, matching.languages.learns), learns, learned),
    ];
    rows.into_iter()
        .filter(|(_, _, languages)| !languages.is_empty())
        .map(|(label, side, languages)| {
            let badges = languages
                .iter()
                .map(|language| {
                    let level = skill_word(locale, language).map(str::to_owned);
                    view! {
                        <LanguageBadge
                            label=language_name(locale, language.language)
                            side=side
                            nostrip:level=level
                        />
                    }
                })
                .collect_view();
            view! {
                <p class="flex flex-wrap items-center gap-x-2 gap-y-1.5">
                    <span class="text-[0.9375rem] text-muted">{label}</span>
                    {badges}
                </p>
            }
        })
        .collect_view()
}

/// What the person likes to talk about, with a heading; nothing for nothing.
#[component]
pub(super) fn Interests(
    /// In the person's order.
    interests: Vec<Interest>,
) -> impl IntoView {
    let locale = use_locale();
    (!interests.is_empty()).then(|| {
        let items = interests
            .iter()
            .map(|interest| {
                view! { <li class="rounded-full bg-sunken px-3.5 py-1 text-[0.9375rem]">{interest.label(ui_language(locale))}</li> }
            })
            .collect_view();
        view! {
            <section class="grid gap-3">
                <h2 class="text-xl">{td_string!(locale, matching.languages.interests)}</h2>
                <ul class="flex flex-wrap gap-2">{items}</ul>
            </section>
        }
    })
}
