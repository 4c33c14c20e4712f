//! The fields of the profile form about the exchange itself: topics, goals, corrections; and country and year of birth.

use leptos::prelude::*;

use crate::i18n::{td_string, use_locale};
use crate::profiles::about::{BirthYear, CorrectionStyle, Goal, TOPICS_MAX};
use crate::profiles::countries::Country;
use crate::profiles::model::{Profile, WholeProfile};
use crate::profiles::words::{correction_words, goal_word, ui_language};
use crate::ui::{Form, SelectField, SelectOption, TextArea};

/// The field of the ticked goals.
const GOALS: &str = "goals[]";
/// The field of the consent.
const SHOW_BIRTH_YEAR: &str = "show_birth_year";

/// What one likes to talk about, learns for, and how one likes to be corrected.
#[component]
pub(super) fn ExchangeFields(
    /// The form that they belong to.
    form: Form,
    /// What is stored.
    profile: Profile,
) -> impl IntoView {
    let locale = use_locale();
    let Profile {
        topics,
        goals,
        correction,
        ..
    } = profile;
    // Of a form that came back, the boxes as they were.
    let returned = form.values(GOALS).filter(|_| !form.succeeded().get_untracked());
    let is_ticked = |goal: Goal| match &returned {
        Some(names) => names.iter().any(|name| name == goal.name()),
        None => goals.contains(&goal),
    };
    let boxes = Goal::ALL
        .map(|goal| {
            view! {
                <label class="check">
                    <input type="checkbox" name=GOALS value=goal.name() checked=is_ticked(goal) />
                    {goal_word(locale, goal)}
                </label>
            }
        })
        .collect_view();
    view! {
        <TextArea
            form=form
            name="topics"
            label=td_string!(locale, profiles.edit.topics)
            hint=td_string!(locale, profiles.edit.topics_hint)
            value=topics
            maxlength=TOPICS_MAX
            rows=2
        />
        <fieldset class="field" id="goals">
            <legend class="field-label">{td_string!(locale, profiles.edit.goals)}</legend>
            <div class="flex flex-wrap gap-x-6 gap-y-1">{boxes}</div>
        </fieldset>
        <SelectField
            form=form
            name="correction"
            label=td_string!(locale, profiles.edit.correction)
            nothing=td_string!(locale, profiles.edit.not_said)
            options=CorrectionStyle::ALL
                .map(|style| SelectOption::new(style.name(), correction_words(locale, style)))
                .into()
            selected=correction.map(CorrectionStyle::name).unwrap_or_default()
        />
    }
    .into_any()
}

/// Where one is at home, and when one was born.
#[component]
pub(super) fn OriginFields(
    /// The form that they belong to.
    form: Form,
    /// What is stored.
    own: WholeProfile,
) -> impl IntoView {
    let locale = use_locale();
    let ui = ui_language(locale);
    let countries = Country::all_in(ui)
        .into_iter()
        .map(|country| SelectOption::new(country.code(), country.name(ui)))
        .collect();
    let years = BirthYear::choices(own.this_year)
        .map(|year| year.number().to_string())
        .map(|year| SelectOption::new(year.clone(), year))
        .collect();
    let returned = form
        .values(SHOW_BIRTH_YEAR)
        .filter(|_| !form.succeeded().get_untracked());
    let is_shown = returned.map_or(own.shows_birth_year, |ticked| !ticked.is_empty());
    view! {
        <SelectField
            form=form
            name="country"
            label=td_string!(locale, profiles.edit.country)
            nothing=td_string!(locale, profiles.edit.not_said)
            options=countries
            selected=own.profile.country.map(Country::code).unwrap_or_default()
        />
        <SelectField
            form=form
            name="birth_year"
            label=td_string!(locale, profiles.edit.birth_year)
            hint=td_string!(locale, profiles.edit.birth_year_hint)
            nothing=td_string!(locale, profiles.edit.not_said)
            options=years
            selected=own.birth_year.map(|year| year.number().to_string()).unwrap_or_default()
        />
        <label class="check">
            <input type="checkbox" name=SHOW_BIRTH_YEAR value="on" checked=is_shown />
            {td_string!(locale, profiles.edit.show_birth_year)}
        </label>
    }
    .into_any()
}
