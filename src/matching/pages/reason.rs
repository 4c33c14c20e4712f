//! Why two people fit, in words.

use leptos::prelude::*;

use crate::i18n::{Locale, td_string, use_locale};
use crate::kernel::text::within_sentence;
use crate::matching::model::score::Fit;
use crate::profiles::model::Role;
use crate::profiles::words::{correction_words, ui_language};
use crate::ui::Facts;

/// Why somebody fits, in a line.
#[component]
pub(super) fn ReasonFacts(
    /// Why.
    reason: Fit,
) -> impl IntoView {
    let facts = reason_facts(use_locale(), &reason);
    view! { <Facts facts=facts.into_iter().map(IntoAny::into_any).collect() /> }
}

/// "Native in English", "learning Spanish at B1", "2 shared interests: cooking, hiking", "5 h in common", "corrections at once".
fn reason_facts(locale: Locale, reason: &Fit) -> Vec<String> {
    let ui = ui_language(locale);
    let spoken = reason.they_speak.language.name(ui);
    let gives = match reason.they_speak.role {
        Role::Native => td_string!(locale, matching.reason.native, language = spoken),
        _ => td_string!(locale, matching.reason.fluent, language = spoken),
    };
    let learned = reason.they_learn.language.name(ui);
    let takes = match reason.they_learn.level {
        Some(level) => td_string!(
            locale,
            matching.reason.learning_at,
            language = learned,
            level = level.name()
        ),
        None => td_string!(locale, matching.reason.learning, language = learned),
    };
    let mut facts = vec![gives, takes];
    if !reason.shared_interests.is_empty() {
        let list: Vec<String> = reason
            .shared_interests
            .iter()
            .map(|interest| within_sentence(interest.label(ui)))
            .collect();
        facts.push(td_string!(
            locale,
            matching.reason.shared,
            count = list.len(),
            list = list.join(", ")
        ));
    }
    let hours = reason.minutes_in_common / 60;
    if hours > 0 {
        facts.push(td_string!(locale, matching.reason.hours, hours = hours));
    }
    if let Some(style) = reason.correction {
        let words = within_sentence(correction_words(locale, style).to_owned());
        facts.push(td_string!(locale, matching.reason.correction, style = words));
    }
    facts
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::profiles::about::CorrectionStyle;
    use crate::profiles::interests::Interest;
    use crate::profiles::languages::LanguageCode;
    use crate::profiles::model::{Level, PersonLanguage};

    fn reason(role: Role, interests: &[&str]) -> Fit {
        Fit {
            they_speak: PersonLanguage {
                language: LanguageCode::parse("en").unwrap(),
                role,
                level: None,
            },
            they_learn: PersonLanguage {
                language: LanguageCode::parse("es").unwrap(),
                role: Role::Learning,
                level: Some(Level::B1),
            },
            shared_interests: interests
                .iter()
                .map(|interest| Interest::parse(interest).unwrap())
                .collect(),
            minutes_in_common: 0,
            correction: None,
            score: 0,
        }
    }

    #[test]
    fn time_and_corrections_are_said_where_there_are_any() {
        let known = Fit {
            minutes_in_common: 5 * 60 + 45,
            correction: Some(CorrectionStyle::AtTheEnd),
            ..reason(Role::Native, &[])
        };
        assert_eq!(
            reason_facts(Locale::en, &known)[2..],
            ["5 h in common", "both: corrections at the end of the talk"]
        );
        assert_eq!(
            reason_facts(Locale::es, &known)[2..],
            ["5 h en común", "ambos: correcciones al final de la charla"]
        );
        let hardly = Fit {
            minutes_in_common: 45,
            ..reason(Role::Native, &[])
        };
        assert_eq!(
            reason_facts(Locale::en, &hardly).len(),
            2,
            "less than an hour is not worth a word"
        );
    }

    #[test]
    fn the_reason_is_said_in_short_facts() {
        for (role, interests, english, spanish) in [
            (
                Role::Native,
                vec!["cooking", "hiking"],
                "Native in English · learning Spanish at B1 · 2 shared interests: cooking, hiking",
                "Habla inglés como lengua materna · aprende español (nivel B1) · 2 intereses en común: cocina, senderismo",
            ),
            (
                Role::Fluent,
                vec!["tv-series"],
                "Fluent in English · learning Spanish at B1 · 1 shared interest: TV series",
                "Habla inglés con fluidez · aprende español (nivel B1) · 1 interés en común: series",
            ),
            (
                Role::Fluent,
                vec![],
                "Fluent in English · learning Spanish at B1",
                "Habla inglés con fluidez · aprende español (nivel B1)",
            ),
        ] {
            let reason = reason(role, &interests);
            assert_eq!(reason_facts(Locale::en, &reason).join(" · "), english);
            assert_eq!(reason_facts(Locale::es, &reason).join(" · "), spanish);
        }
    }
}
