//! What somebody wants of an exchange, and when both have time.

use leptos::prelude::*;

use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::text::within_sentence;
use crate::profiles::hours::Stretch;
use crate::profiles::model::Profile;
use crate::profiles::words::{correction_words, goal_word, ui_language};
use crate::ui::{clock_text, weekday_name};

/// What they like to talk about, learn for, how they like to be corrected, where they are at home; nothing for nothing.
#[component]
pub(super) fn Exchange(
    /// What they tell.
    profile: Profile,
) -> impl IntoView {
    let locale = use_locale();
    let topics = (!profile.topics.is_empty()).then(|| {
        view! {
            <section class="grid gap-2">
                <h2 class="text-xl">{td_string!(locale, matching.person.topics)}</h2>
                <p class="max-w-prose whitespace-pre-line" dir="auto">
                    {profile.topics.clone()}
                </p>
            </section>
        }
    });
    let facts = exchange_facts(locale, &profile);
    let facts = (!facts.is_empty()).then(|| {
        let rows = facts
            .into_iter()
            .map(|(term, fact)| {
                view! {
                    <div class="flex flex-wrap gap-x-2">
                        <dt class="text-muted">{term}</dt>
                        <dd>{fact}</dd>
                    </div>
                }
            })
            .collect_view();
        view! { <dl class="grid gap-1.5">{rows}</dl> }
    });
    view! {
        {topics}
        {facts}
    }
}

/// What they have said, each with its name.
fn exchange_facts(locale: Locale, profile: &Profile) -> Vec<(&'static str, String)> {
    let goals: Vec<String> = profile
        .goals
        .iter()
        .map(|goal| within_sentence(goal_word(locale, *goal).to_owned()))
        .collect();
    [
        (
            td_string!(locale, matching.person.goals),
            (!goals.is_empty()).then(|| goals.join(", ")),
        ),
        (
            td_string!(locale, matching.person.correction),
            profile
                .correction
                .map(|style| within_sentence(correction_words(locale, style).to_owned())),
        ),
        (
            td_string!(locale, matching.person.country),
            profile
                .country
                .map(|country| country.name(ui_language(locale)).to_owned()),
        ),
        (
            td_string!(locale, matching.person.born),
            profile.born.map(|year| year.number().to_string()),
        ),
    ]
    .into_iter()
    .filter_map(|(term, fact)| Some((term, fact?)))
    .collect()
}

/// When both have time in the coming week, by the reader's clock.
#[component]
pub(super) fn InCommon(
    /// From Monday to Sunday.
    stretches: Vec<Stretch>,
) -> impl IntoView {
    let locale = use_locale();
    let hours = stretches.iter().map(|stretch| stretch.to - stretch.from).sum::<u16>() / 60;
    let content = if stretches.is_empty() {
        view! { <p class="text-muted">{td_string!(locale, matching.in_common.none)}</p> }.into_any()
    } else {
        let days = by_day(locale, &stretches)
            .into_iter()
            .map(|words| view! { <li>{words}</li> })
            .collect_view();
        view! {
            <p>{td_string!(locale, matching.in_common.hours, count = hours)}</p>
            <ul class="grid gap-1">{days}</ul>
            <p class="text-muted">{td_string!(locale, matching.in_common.clock)}</p>
        }
        .into_any()
    };
    view! {
        <section class="grid gap-2">
            <h2 class="text-xl">{td_string!(locale, matching.in_common.title)}</h2>
            {content}
        </section>
    }
}

/// "Monday: 18:00–21:00, 22:00–24:00", a line for each day.
fn by_day(locale: Locale, stretches: &[Stretch]) -> Vec<String> {
    stretches
        .chunk_by(|one, next| one.day == next.day)
        .filter_map(|day| {
            let times: Vec<String> = day
                .iter()
                .map(|stretch| format!("{}–{}", clock_text(stretch.from), clock_text(stretch.to)))
                .collect();
            let name = weekday_name(locale, day.first()?.day);
            Some(format!("{name}: {}", times.join(", ")))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::week::Weekday;
    use crate::profiles::about::{BirthYear, CorrectionStyle, Goal};
    use crate::profiles::countries::Country;

    #[test]
    fn times_stand_by_their_day() {
        let stretch = |day, from, to| Stretch { day, from, to };
        let stretches = [
            stretch(Weekday::Monday, 18 * 60, 21 * 60),
            stretch(Weekday::Monday, 22 * 60, 24 * 60),
            stretch(Weekday::Sunday, 570, 615),
        ];
        assert_eq!(
            by_day(Locale::en, &stretches),
            ["Monday: 18:00–21:00, 22:00–24:00", "Sunday: 09:30–10:15"]
        );
        assert_eq!(
            by_day(Locale::es, &stretches),
            ["Lunes: 18:00–21:00, 22:00–24:00", "Domingo: 09:30–10:15"]
        );
        assert!(by_day(Locale::en, &[]).is_empty());
    }

    #[test]
    fn only_what_was_said_is_told() {
        assert!(exchange_facts(Locale::en, &Profile::default()).is_empty());
        let profile = Profile {
            goals: vec![Goal::Speak, Goal::Travel],
            correction: Some(CorrectionStyle::AtTheEnd),
            country: Country::parse("ES").unwrap(),
            born: Some(BirthYear::from_number(1990)),
            ..Profile::default()
        };
        let told = |locale| {
            exchange_facts(locale, &profile)
                .into_iter()
                .map(|(term, fact)| format!("{term} {fact}"))
                .collect::<Vec<_>>()
        };
        assert_eq!(
            told(Locale::en),
            [
                "Learns for: conversation, travel",
                "Corrections: at the end of the talk",
                "Lives in: Spain",
                "Born in: 1990"
            ]
        );
        assert_eq!(
            told(Locale::es),
            [
                "Aprende para: conversar, viajar",
                "Correcciones: al final de la charla",
                "Vive en: España",
                "Año de nacimiento: 1990"
            ]
        );
    }
}
