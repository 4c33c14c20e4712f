//! The languages of the profile form: a row each.

use std::collections::BTreeMap;

use leptos::prelude::*;

use super::language_row::{ADD_ID, Row, Rows, focus_soon, select_id};
use crate::i18n::{td_string, use_locale};
use crate::kernel::error::Problem;
use crate::kernel::form::FormReturn;
use crate::profiles::model::{LANGUAGES_MAX, LanguageRow, PersonLanguage, Profile, Role};
use crate::ui::{Button, ButtonKind, Form, Icon, Notice, Tone, problem_text};

/// The rows that the form shows at first: those that came back with it, else the stored ones; one more if that was asked for.
pub(super) fn first_rows(returned: Option<&FormReturn>, profile: &Profile) -> Vec<LanguageRow> {
    let mut rows = match returned.filter(|returned| returned.error.is_some()) {
        Some(returned) => typed_rows(&returned.values),
        None => stored_rows(profile),
    };
    let asked_for_more = returned.is_some_and(|returned| returned.value("add_language").is_some());
    if asked_for_more || rows.is_empty() {
        rows.push(new_row());
    }
    rows
}

/// In the order in which the server read them, so that problem number n belongs to the n-th row even if a number was left out.
fn typed_rows(values: &[(String, String)]) -> Vec<LanguageRow> {
    let mut rows: BTreeMap<usize, LanguageRow> = BTreeMap::new();
    for (name, value) in values {
        let Some((index, field)) = parse_row_field(name) else {
            continue;
        };
        let row = rows.entry(index).or_default();
        match field {
            "language" => row.language.clone_from(value),
            "role" => row.role.clone_from(value),
            "level" => row.level.clone_from(value),
            _ => {}
        }
    }
    rows.into_values().collect()
}

/// Reads what [`row_field`](crate::profiles::model::row_field) wrote.
fn parse_row_field(name: &str) -> Option<(usize, &str)> {
    let (index, field) = name.strip_prefix("languages[")?.strip_suffix(']')?.split_once("][")?;
    Some((index.parse().ok()?, field))
}

fn stored_rows(profile: &Profile) -> Vec<LanguageRow> {
    let row = |language: &PersonLanguage| LanguageRow {
        language: language.language.code().to_owned(),
        role: language.role.name().to_owned(),
        level: language.level_name().unwrap_or_default().to_owned(),
    };
    profile.languages.iter().map(row).collect()
}

/// Most languages that are added later are being learned.
fn new_row() -> LanguageRow {
    LanguageRow {
        role: Role::Learning.name().to_owned(),
        ..LanguageRow::default()
    }
}

/// The rows, and the button that adds one: by itself when it can, else by sending the form, which comes back with one more.
#[component]
pub(super) fn LanguageRows(
    /// The form that they belong to.
    form: Form,
    /// The rows at first.
    rows: Vec<LanguageRow>,
) -> impl IntoView {
    let locale = use_locale();
    let count = rows.len();
    let asked_for_more = form.value("add_language").is_some();
    let rows: Rows = RwSignal::new(rows.into_iter().enumerate().collect());
    let next_key = StoredValue::new(count);
    let (works, set_works) = signal(false);
    Effect::new(move || set_works.set(true));

    let add = move |()| {
        let key = next_key.get_value();
        next_key.set_value(key + 1);
        rows.update(|rows| rows.push((key, new_row())));
        focus_soon(select_id(key, "language"));
    };
    view! {
        <section class="mt-4 grid gap-4" aria-labelledby="languages-title">
            <div class="grid gap-1">
                <h2 id="languages-title">{td_string!(locale, profiles.edit.languages)}</h2>
                <p class="field-hint">{td_string!(locale, profiles.edit.languages_hint)}</p>
            </div>
            <AllRowsProblem form=form />
            <For
                each=move || rows.get()
                key=|(key, _)| *key
                children=move |(key, row)| {
                    let is_new = asked_for_more && key + 1 == count;
                    view! { <Row form=form rows=rows key=key row=row is_new=is_new works=works /> }
                }
            />
            <div>
                <Button
                    kind=ButtonKind::Secondary
                    submit=true
                    disabled=Signal::derive(move || rows.read().len() >= LANGUAGES_MAX)
                    attr:id=ADD_ID
                    attr:name="add_language"
                    attr:value="yes"
                    on_press=add
                >
                    <Icon icon=icondata_lu::LuPlus />
                    {td_string!(locale, profiles.edit.add_language)}
                </Button>
            </div>
        </section>
    }
    .into_any()
}

/// What is wrong with the rows as a whole.
#[component]
fn AllRowsProblem(form: Form) -> impl IntoView {
    let locale = use_locale();
    let words = form.problem("languages").get_untracked().map(|problem| match problem {
        Problem::Required => td_string!(locale, profiles.edit.languages_required).to_owned(),
        problem => problem_text(locale, &problem),
    });
    if words.is_some() {
        Effect::new(|| focus_soon("languages-problem".to_owned()));
    }
    words.map(|words| {
        view! {
            <Notice tone=Tone::Danger attr:id="languages-problem" attr:tabindex="-1">
                {words}
            </Notice>
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::kernel::error::AppError;
    use crate::profiles::languages::LanguageCode;
    use crate::profiles::model::{Level, row_field};

    fn row(language: &str, role: &str, level: &str) -> LanguageRow {
        LanguageRow {
            language: language.to_owned(),
            role: role.to_owned(),
            level: level.to_owned(),
        }
    }

    fn returned(values: &[(&str, &str)], error: Option<AppError>) -> FormReturn {
        let values = values
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect();
        FormReturn {
            left_out: false,
            action: "/api/save_profile".to_owned(),
            values,
            error,
        }
    }

    fn stored() -> Profile {
        let language = |code, role, level| PersonLanguage {
            language: LanguageCode::parse(code).unwrap(),
            role,
            level,
        };
        let languages = vec![
            language("es", Role::Native, None),
            language("en", Role::Learning, Some(Level::B1)),
        ];
        Profile {
            languages,
            ..Profile::default()
        }
    }

    #[test]
    fn names_of_fields_are_read_back() {
        assert_eq!(parse_row_field(&row_field(7, "level")), Some((7, "level")));
        for name in [
            "languages",
            "languages[]",
            "languages[x][level]",
            "language[0][level]",
            "languages[0]level]",
        ] {
            assert_eq!(parse_row_field(name), None, "{name}");
        }
    }

    #[test]
    fn the_stored_languages_stand_there_on_an_ordinary_visit_and_after_saving() {
        let rows = [row("es", "native", ""), row("en", "learning", "B1")];
        assert_eq!(first_rows(None, &stored()), rows);
        assert_eq!(first_rows(Some(&returned(&[], None)), &stored()), rows);
        assert_eq!(first_rows(None, &Profile::default()), [new_row()]);
    }

    #[test]
    fn what_was_typed_comes_back_in_the_order_in_which_it_was_read() {
        let values = [
            ("display_name", "Ana"),
            ("languages[10][language]", "fr"),
            ("languages[10][role]", "learning"),
            ("languages[10][level]", "A2"),
            ("languages[2][language]", "de"),
            ("languages[2][role]", "fluent"),
        ];
        let form = returned(&values, Some(AppError::Invalid(Vec::new())));
        assert_eq!(
            first_rows(Some(&form), &stored()),
            [row("de", "fluent", ""), row("fr", "learning", "A2")]
        );
    }

    #[test]
    fn one_more_row_comes_when_it_was_asked_for() {
        let values = [
            ("languages[0][language]", "de"),
            ("languages[0][role]", "native"),
            ("add_language", "yes"),
        ];
        let form = returned(&values, Some(AppError::Invalid(Vec::new())));
        assert_eq!(first_rows(Some(&form), &stored()), [row("de", "native", ""), new_row()]);
    }
}
