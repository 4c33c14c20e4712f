//! Choosing a time: one at which both have time, or a day and a time of one's own.

use leptos::prelude::*;

use super::words::{length_text, theirs_text};
use crate::accounts::names::shown_name;
use crate::appointments::model::{BothTimes, Choice, LENGTHS, USUAL_LENGTH};
use crate::i18n::{td_string, use_locale};
use crate::kernel::time::LocalTime;
use crate::ui::{Form, SelectField, SelectOption, TextField, clock_text, day_name, problem_text};

/// The fields `start`, `date`, `time` and `minutes`.
#[component]
pub(super) fn TimeFields(form: Form, choice: Choice) -> impl IntoView {
    let locale = use_locale();
    let Choice {
        partner,
        starts,
        have_said,
        time_zone,
        of,
        ..
    } = choice;
    let name = shown_name(locale, &partner);
    let chosen = form.value("start");
    let offers = !starts.is_empty();
    // What was typed comes back as it was: also a time of one's own.
    let is_own = !offers || chosen.as_deref() == Some("");
    let days = by_day(starts)
        .into_iter()
        .map(|(day, starts)| view! { <Day day=day starts=starts name=name.clone() chosen=chosen.clone() /> })
        .collect_view();
    let why_none = match have_said {
        _ if offers => None,
        [true, true] => Some(td_string!(locale, appointments.no_common, name = name.clone())),
        [false, _] => Some(td_string!(locale, appointments.say_hours).to_owned()),
        [true, false] => Some(td_string!(locale, appointments.they_said_none, name = name.clone())),
    };
    let minutes = of
        .as_ref()
        .and_then(|of| {
            of.asked
                .and_then(|asked| asked.other_time)
                .map(|other| other.minutes)
                .or(Some(of.minutes))
        })
        .unwrap_or(USUAL_LENGTH);
    let lengths = LENGTHS
        .map(|minutes| SelectOption::new(minutes.to_string(), length_text(locale, minutes)))
        .into();
    let problem = form.problem("start");
    view! {
        <fieldset class="grid gap-5" aria-describedby="start-problem">
            <legend class="settings-title">{td_string!(locale, appointments.when)}</legend>
            <p class="text-muted">{td_string!(locale, appointments.your_clock, zone = time_zone)}</p>
            {why_none.map(|words| view! { <p>{words}</p> })}
            <p id="start-problem" class="field-error empty:hidden" role="alert">
                {move || problem.get().map(|problem| problem_text(locale, &problem))}
            </p>
            {days}
            {offers
                .then(|| {
                    view! {
                        <label class="flex min-h-12 items-center gap-3 justify-self-start font-semibold">
                            <input class="size-5" type="radio" name="start" value="" checked=is_own />
                            {td_string!(locale, appointments.own_time)}
                        </label>
                    }
                })}
            <div class="grid gap-5 sm:grid-cols-2">
                <TextField form=form name="date" label=td_string!(locale, appointments.date) input_type="date" />
                <TextField form=form name="time" label=td_string!(locale, appointments.time) input_type="time" />
            </div>
        </fieldset>
        <SelectField
            form=form
            name="minutes"
            label=td_string!(locale, appointments.length)
            options=lengths
            selected=minutes.to_string()
        />
    }
    .into_any()
}

/// The times of each day, by the reader's clock.
fn by_day(starts: Vec<BothTimes>) -> Vec<(LocalTime, Vec<BothTimes>)> {
    let mut days: Vec<(LocalTime, Vec<BothTimes>)> = Vec::new();
    for start in starts {
        let day = |time: &LocalTime| (time.year, time.month, time.day);
        match days.last_mut() {
            Some((last, times)) if day(last) == day(&start.mine) => times.push(start),
            _ => days.push((start.mine, vec![start])),
        }
    }
    days
}

#[component]
fn Day(day: LocalTime, starts: Vec<BothTimes>, name: String, chosen: Option<String>) -> impl IntoView {
    let locale = use_locale();
    let title = day_name(locale, &day);
    let times = starts
        .into_iter()
        .map(|start| {
            let value = start.mine.at.0.to_string();
            let is_chosen = chosen.as_deref() == Some(value.as_str());
            let clock = clock_text(u16::from(start.mine.hour) * 60 + u16::from(start.mine.minute));
            let theirs = theirs_text(locale, &start, &name);
            view! {
                <label class="time-choice">
                    <input type="radio" name="start" value=value checked=is_chosen />
                    <span class="font-semibold tabular-nums">{clock}</span>
                    {theirs.map(|theirs| view! { <span class="text-sm text-muted">{theirs}</span> })}
                </label>
            }
        })
        .collect_view();
    let name_of_group = title.clone();
    view! {
        <div role="group" aria-label=name_of_group class="grid gap-2">
            <p class="font-semibold" aria-hidden="true">
                {title}
            </p>
            <div class="flex flex-wrap gap-2">{times}</div>
        </div>
    }
}
