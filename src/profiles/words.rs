//! The words for languages, levels and roles, the same wherever they stand, and what selects offer of them.

use leptos_i18n::Locale as _;

use super::about::{CorrectionStyle, Goal};
use super::languages::LanguageCode;
use super::model::{Level, PersonLanguage, Role};
use crate::i18n::{Locale, td_string};
use crate::ui::SelectOption;

/// The code by which the tables of languages and interests know the language of the interface.
pub fn ui_language(locale: Locale) -> &'static str {
    locale.as_str()
}

/// A language's name as it stands by itself.
pub fn language_name(locale: Locale, language: LanguageCode) -> String {
    let label = language.label_in(ui_language(locale));
    label.split(" – ").next().unwrap_or(&label).to_owned()
}

/// What a language is to a person, in a word.
pub fn role_word(locale: Locale, role: Role) -> &'static str {
    match role {
        Role::Native => td_string!(locale, profiles.role.native),
        Role::Fluent => td_string!(locale, profiles.role.fluent),
        Role::Learning => td_string!(locale, profiles.role.learning),
    }
}

/// A level with what it means; begins with its name.
pub fn level_words(locale: Locale, level: Level) -> &'static str {
    match level {
        Level::A1 => td_string!(locale, profiles.level.a1),
        Level::A2 => td_string!(locale, profiles.level.a2),
        Level::B1 => td_string!(locale, profiles.level.b1),
        Level::B2 => td_string!(locale, profiles.level.b2),
        Level::C1 => td_string!(locale, profiles.level.c1),
        Level::C2 => td_string!(locale, profiles.level.c2),
    }
}

/// How well a person knows a language, as one short word; nothing for a beginner who named no level.
pub fn skill_word(locale: Locale, language: &PersonLanguage) -> Option<&'static str> {
    match (language.role, language.level) {
        (Role::Learning, None) => None,
        (Role::Native, _) | (_, None) => Some(role_word(locale, language.role)),
        (_, Some(level)) => Some(level.name()),
    }
}

/// What somebody learns for, in a word.
pub fn goal_word(locale: Locale, goal: Goal) -> &'static str {
    match goal {
        Goal::Speak => td_string!(locale, profiles.goal.speak),
        Goal::Write => td_string!(locale, profiles.goal.write),
        Goal::Exam => td_string!(locale, profiles.goal.exam),
        Goal::Travel => td_string!(locale, profiles.goal.travel),
        Goal::Work => td_string!(locale, profiles.goal.work),
    }
}

/// How somebody likes to be corrected.
pub fn correction_words(locale: Locale, style: CorrectionStyle) -> &'static str {
    match style {
        CorrectionStyle::AtOnce => td_string!(locale, profiles.correction.at_once),
        CorrectionStyle::AtTheEnd => td_string!(locale, profiles.correction.at_the_end),
        CorrectionStyle::WhenAsked => td_string!(locale, profiles.correction.when_asked),
    }
}

/// All languages to choose from, in the order of the reader's alphabet.
pub fn language_options(locale: Locale) -> Vec<SelectOption> {
    let ui = ui_language(locale);
    LanguageCode::all_in(ui)
        .into_iter()
        .map(|language| SelectOption::new(language.code(), language.label_in(ui)))
        .collect()
}

/// All levels to choose from.
pub fn level_options(locale: Locale) -> Vec<SelectOption> {
    Level::ALL
        .map(|level| SelectOption::new(level.name(), level_words(locale, level)))
        .into()
}

/// All roles to choose from.
pub fn role_options(locale: Locale) -> Vec<SelectOption> {
    Role::ALL
        .map(|role| SelectOption::new(role.name(), role_word(locale, role)))
        .into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn how_well_a_language_is_known_is_one_word() {
        let word = |role, level| {
            let language = LanguageCode::parse("en").unwrap();
            skill_word(Locale::es, &PersonLanguage { language, role, level })
        };
        assert_eq!(word(Role::Native, None), Some("Nativo"));
        assert_eq!(word(Role::Fluent, None), Some("Con fluidez"));
        assert_eq!(word(Role::Fluent, Some(Level::C1)), Some("C1"));
        assert_eq!(word(Role::Learning, Some(Level::B1)), Some("B1"));
        assert_eq!(word(Role::Learning, None), None);
    }

    #[test]
    fn choices_begin_with_the_name_by_which_they_are_known() {
        for locale in [Locale::en, Locale::es] {
            let levels = level_options(locale);
            assert!(
                levels
                    .iter()
                    .all(|option| option.label.starts_with(&format!("{} – ", option.value)))
            );
            assert_eq!((levels.len(), role_options(locale).len()), (6, 3));
        }
        let spanish = |option: &SelectOption| option.value == "es";
        let label = |locale| {
            language_options(locale)
                .into_iter()
                .find(spanish)
                .map(|option| option.label)
        };
        assert_eq!(label(Locale::en).as_deref(), Some("Spanish – español"));
        assert_eq!(language_name(Locale::en, LanguageCode::parse("es").unwrap()), "Spanish");
    }
}
