//! What a person speaks and learns, in words and in the colours of the two sides.

use leptos::prelude::*;
use leptos_i18n::Locale as _;

use crate::i18n::{Locale, td_string, use_locale};
use crate::profiles::interests::Interest;
use crate::profiles::languages::LanguageCode;
use crate::profiles::model::{Level, PersonLanguage, Role};
use crate::ui::{LanguageBadge, Side};

/// The code by which the tables of languages and interests know the language of the interface.
pub(super) fn ui_language(locale: Locale) -> &'static str {
    locale.as_str()
}

/// A language's name as it stands by itself.
pub(super) fn language_name(locale: Locale, language: LanguageCode) -> String {
    let label = language.label_in(ui_language(locale));
    label.split(" – ").next().unwrap_or(&label).to_owned()
}

/// A level as it stands in a list to choose from; begins with its name.
pub(super) fn level_label(locale: Locale, level: Level) -> &'static str {
    match level {
        Level::A1 => td_string!(locale, matching.level.a1),
        Level::A2 => td_string!(locale, matching.level.a2),
        Level::B1 => td_string!(locale, matching.level.b1),
        Level::B2 => td_string!(locale, matching.level.b2),
        Level::C1 => td_string!(locale, matching.level.c1),
        Level::C2 => td_string!(locale, matching.level.c2),
    }
}

/// How well, as one short word.
fn level_word(locale: Locale, language: &PersonLanguage) -> Option<String> {
    match (language.role, language.level) {
        (Role::Native, _) => Some(td_string!(locale, matching.languages.native).to_owned()),
        (_, Some(level)) => Some(level.name().to_owned()),
        (Role::Fluent, None) => Some(td_string!(locale, matching.languages.fluent).to_owned()),
        (Role::Learning, None) => None,
    }
}

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
                    let level = level_word(locale, language);
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
